// Time in the clip: how sure it is, where it is in doubt or lost, cuts and picks.  A click goes there.

export class Strip {
  constructor(element, canvas, onSeek) {
    this.element = element;
    this.canvas = canvas;
    this.onSeek = onSeek;
    this.data = null;
    this.count = 1;
    this.place = 0;
    let held = false;
    element.addEventListener("pointerdown", (event) => {
      held = true;
      element.setPointerCapture(event.pointerId);
      this.point(event);
    });
    element.addEventListener("pointermove", (event) => held && this.point(event));
    element.addEventListener("pointerup", () => (held = false));
    element.addEventListener("pointercancel", () => (held = false));
    new ResizeObserver(() => this.draw()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  // data: {sure: [0..1 or null per place], doubts: [{from, to, lost, why}], cuts: [places], picks: [places]}
  set(data, count) {
    this.data = data;
    this.count = Math.max(1, count);
    this.element.setAttribute("aria-valuemax", String(this.count - 1));
    this.draw();
  }

  at(place, text) {
    this.place = place;
    this.element.setAttribute("aria-valuenow", String(place));
    this.element.setAttribute("aria-valuetext", text);
    this.draw();
  }

  point(event) {
    const area = this.element.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
    this.onSeek(Math.min(this.count - 1, Math.floor(share * this.count)));
  }

  draw() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      this.paint();
    });
  }

  paint() {
    const { canvas, element, count } = this;
    const box = element.getBoundingClientRect();
    const ratio = devicePixelRatio;
    const width = Math.max(1, Math.round(box.width * ratio));
    const height = Math.max(1, Math.round(box.height * ratio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const colours = getComputedStyle(element);
    const colour = (name) => colours.getPropertyValue(name).trim();
    const context = canvas.getContext("2d");
    const x = (place) => (place * width) / count;
    context.clearRect(0, 0, width, height);
    const low = height - 6 * ratio;
    const top = 8 * ratio;
    const data = this.data;
    if (data) {
      for (const { from, to, lost } of data.doubts) {
        context.fillStyle = lost ? colour("--strip-lost") : colour("--strip-doubt");
        context.fillRect(x(from), top - 4 * ratio, Math.max(2 * ratio, x(to) - x(from)), low - top + 4 * ratio);
      }
      context.fillStyle = colour("--strip-sure");
      data.sure.forEach((score, place) => {
        if (score === null) return;
        const high = Math.max(1, score * (low - top));
        context.fillRect(x(place), low - high, Math.max(1, x(place + 1) - x(place) - (width / count > 4 * ratio ? ratio : 0)), high);
      });
      context.fillStyle = colour("--strip-cut");
      for (const cut of data.cuts) context.fillRect(x(cut) - ratio / 2, 0, Math.max(1, ratio), height);
      context.fillStyle = colour("--strip-pick");
      for (const pick of data.picks) {
        const middle = x(pick + 0.5);
        context.beginPath();
        context.moveTo(middle, low + ratio);
        context.lineTo(middle - 5 * ratio, height);
        context.lineTo(middle + 5 * ratio, height);
        context.fill();
      }
    }
    context.fillStyle = colour("--strip-now");
    context.fillRect(x(this.place + 0.5) - ratio, 0, 2 * ratio, height);
  }
}
