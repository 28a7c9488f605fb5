// Who else it could be, where it is in doubt: crops of the picture, numbered.

export class Candidates {
  // onChoose(box or null, doubt): null says that the player is not there.
  constructor(element, onChoose) {
    this.element = element;
    this.row = element.querySelector(".candidates");
    this.onChoose = onChoose;
    this.doubt = null;
    this.boxes = [];
  }

  get open() {
    return this.doubt !== null;
  }

  hide() {
    this.doubt = null;
    this.element.hidden = true;
    this.row.replaceChildren();
  }

  async show(doubt, boxes, picture, whom) {
    this.hide();
    this.doubt = doubt;
    this.boxes = boxes;
    this.element.hidden = false;
    this.element.querySelector("h2").textContent = whom ? `Where is ${whom}?` : "Where is the player?";
    this.element.querySelector("p").textContent = `${doubt.why[0].toUpperCase()}${doubt.why.slice(1)}. Choose by a key or a click.`;
    const response = await fetch(picture);
    if (!response.ok || this.doubt !== doubt) return;
    const whole = await createImageBitmap(await response.blob());
    boxes.forEach((box, index) => this.row.append(this.crop(whole, box, index + 1)));
    const none = document.createElement("button");
    none.type = "button";
    none.className = "candidate none";
    none.append(label("0"), text("Not there"));
    none.addEventListener("click", () => this.choose(0));
    this.row.append(none);
  }

  crop(whole, [x1, y1, x2, y2], number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "candidate";
    button.setAttribute("aria-label", `Candidate ${number}`);
    const canvas = document.createElement("canvas");
    canvas.width = 88;
    canvas.height = 132;
    const high = (y2 - y1) * 1.25;
    const wide = (high * canvas.width) / canvas.height;
    canvas
      .getContext("2d")
      .drawImage(whole, (x1 + x2 - wide) / 2, (y1 + y2 - high) / 2, wide, high, 0, 0, canvas.width, canvas.height);
    button.append(canvas, label(String(number)));
    button.addEventListener("click", () => this.choose(number));
    return button;
  }

  // 1 to 9 is a candidate, 0 nobody.
  choose(number) {
    if (!this.open) return;
    if (number === 0) this.onChoose(null, this.doubt);
    else if (number <= this.boxes.length) this.onChoose(this.boxes[number - 1], this.doubt);
  }
}

function label(value) {
  const span = document.createElement("span");
  span.className = "number";
  span.textContent = value;
  return span;
}

function text(value) {
  const span = document.createElement("span");
  span.textContent = value;
  return span;
}
