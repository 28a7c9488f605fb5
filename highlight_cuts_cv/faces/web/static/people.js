// Who can be picked in the picture: buttons over it, in the order of their numbers.

export class People {
  // onPick({frame, box | point}) is called when somebody is pointed at.
  constructor(layer, onPick) {
    this.layer = layer;
    this.onPick = onPick;
    this.frame = null;
    layer.addEventListener("click", (event) => this.click(event));
  }

  clear() {
    this.frame = null;
    this.layer.replaceChildren();
  }

  // boxes: [{number, x1, y1, x2, y2, score}] in pixels of a picture of this size.
  show(frame, boxes, width, height) {
    this.clear();
    this.frame = frame;
    this.width = width;
    this.height = height;
    for (const box of boxes) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "person";
      button.style.left = `${(100 * box.x1) / width}%`;
      button.style.top = `${(100 * box.y1) / height}%`;
      button.style.width = `${(100 * (box.x2 - box.x1)) / width}%`;
      button.style.height = `${(100 * (box.y2 - box.y1)) / height}%`;
      // The nearer of two who overlap is mostly the larger one, but the smaller must be reachable.
      button.style.zIndex = String(1000 - Math.min(999, Math.round((1000 * (box.y2 - box.y1)) / height)));
      button.setAttribute("aria-label", `Person ${box.number}`);
      const label = document.createElement("span");
      label.textContent = box.number;
      button.append(label);
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        this.onPick({ frame, box: [box.x1, box.y1, box.x2, box.y2] });
      });
      this.layer.append(button);
    }
  }

  // Pick the person of a number.
  choose(number) {
    this.layer.querySelectorAll(".person")[number - 1]?.click();
  }

  click(event) {
    const area = this.layer.getBoundingClientRect();
    const x = (event.clientX - area.left) / area.width;
    const y = (event.clientY - area.top) / area.height;
    this.onPick({ share: [x, y] });
  }
}
