// The picture: the film's frame and its marker, drawn together, so that no frame is ever seen with the marker of
// another one.

import { placeAt } from "./times.js";

export class Player {
  // onPlace(place) is called for every frame that is drawn; onState() when it starts or stops.
  constructor(canvas, onPlace, onState) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.onPlace = onPlace;
    this.onState = onState;
    this.place = 0;
    this.times = [0];
    this.marker = null;
    this.film = null;
    this.still = null;
    this.wanted = null;
    this.playing = false;
    this.scale = 1;
  }

  // Another clip; `pictures` has what there is until a film is set.
  show({ width, height, times, pictures }) {
    this.pause();
    this.film?.close();
    this.film = null;
    this.width = width;
    this.height = height;
    this.times = times;
    this.pictures = pictures;
    this.marker = null;
    this.wanted = null;
    this.place = 0;
    this.still = null;
    this.fit();
  }

  setMarker(marker) {
    this.marker = marker;
    this.still = null;
    if (!this.playing) this.redraw();
  }

  // How many pixels the canvas has: those of the screen, but no more than are worth it.
  fit() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    const width = Math.min(Math.round(box.width * devicePixelRatio * this.scale) || this.width, Math.max(this.width, 1280), 2560);
    const height = Math.max(1, Math.round((width * box.height) / Math.max(1, box.width)));
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.redraw();
  }

  source(place) {
    return this.film?.has(place) ? this.film : this.pictures;
  }

  // Go to a place; what is asked meanwhile replaces what was asked.
  seek(place) {
    this.pause();
    this.wanted = Math.min(this.times.length - 1, Math.max(0, place));
    this.still = null;
    this.seeking ??= this.chase().finally(() => (this.seeking = null));
    return this.seeking;
  }

  async chase() {
    while (this.wanted !== null) {
      const { wanted, pictures } = this;
      const source = this.source(wanted);
      const picture = await source.picture(wanted).catch(() => null);
      if (pictures !== this.pictures) continue; // another clip
      if (this.wanted === wanted) this.wanted = null;
      // Decoded pictures are the film's, and it may have closed this one since.
      if (picture && source.peek(wanted)) this.draw(picture, wanted);
      else if (this.wanted === null && source === this.film && this.film.broken) this.wanted = wanted;
      else if (!picture) this.arrive(wanted);
    }
  }

  play() {
    if (this.playing || !this.pictures) return;
    const from = this.place >= this.times.length - 1 ? 0 : this.place;
    this.playing = true;
    this.still = null;
    this.onState();
    this.began = null;
    this.due = from;
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.onState();
  }

  // One refresh of the screen.  Where a picture is not there yet, the clock waits for it.
  tick(now) {
    if (!this.playing) return;
    const { times } = this;
    const last = times.length - 1;
    const [held, long] = this.marker?.hold ?? [last + 1, 0];
    this.began ??= now - 1000 * (times[this.due] + (this.due > held ? long : 0));
    const played = (now - this.began) / 1000;
    const passed = played < times[held] ? played : Math.max(times[held] ?? played, played - long);
    if (this.place === last && this.due === last && passed > times[last] + (last ? times[last] - times[last - 1] : 0)) {
      this.pause();
      return;
    }
    let due = Math.max(this.due, placeAt(times, passed));
    const [first, stop] = this.marker?.told ?? [0, times.length];
    if (due < first || due >= stop) {
      // The marker is not there yet: it is being followed.
      this.began = null;
      due = this.due = this.place;
    }
    if (due !== this.place) {
      const source = this.source(due);
      const picture = source.peek(due);
      if (picture) {
        this.due = due;
        this.draw(picture, due);
      } else {
        this.began = null;
        this.due = this.place === last ? 0 : Math.min(due, this.place + 1);
        this.source(this.due).picture(this.due).catch(() => {});
      }
    }
    this.source(this.place).ahead(this.place);
    requestAnimationFrame((next) => this.tick(next));
  }

  // A picture of a place that has its marker in it already, or is finer than the film.
  showStill(bitmap, place, marked) {
    if (place !== this.place || this.playing || this.wanted !== null) return;
    this.still = { bitmap, marked };
    this.draw(bitmap, place, !marked);
  }

  redraw() {
    const picture = this.source(this.place)?.peek(this.place) ?? this.pictures?.peek(this.place);
    if (this.still) this.draw(this.still.bitmap, this.place, !this.still.marked);
    else if (picture) this.draw(picture, this.place);
    else if (this.pictures && !this.playing) this.seek(this.wanted ?? this.place);
  }

  draw(picture, place, mark = true) {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (this.marker && mark) {
      context.setTransform(canvas.width / this.width, 0, 0, canvas.height / this.height, 0, 0);
      this.marker.draw(context, place);
    }
    this.arrive(place);
  }

  arrive(place) {
    this.place = place;
    this.onPlace(place);
  }
}
