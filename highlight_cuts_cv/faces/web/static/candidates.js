// Who it may be: crops of the clip's pictures, numbered; one of them, or nobody, is chosen by a key or a click.

export class Candidates {
  constructor(element) {
    this.element = element;
    this.row = element.querySelector(".candidates");
    this.hide();
  }

  get open() {
    return this.question !== null;
  }

  hide() {
    this.question = null;
    this.element.hidden = true;
    this.row.replaceChildren();
  }

  // question: {title, why, none, choices: [{frame, box, note}], first, onChoose(choice or null)}; with `first` the first
  // choice is the one that Enter takes.  pictureAt(frame) is the address of a picture.
  async show(question, pictureAt) {
    this.hide();
    this.question = question;
    this.element.hidden = false;
    this.element.querySelector("h2").textContent = question.title;
    this.element.querySelector("p").textContent = question.why;
    const frames = [...new Set(question.choices.map((choice) => choice.frame))];
    const pictures = new Map(await Promise.all(frames.map(async (frame) => [frame, await loaded(pictureAt(frame))])));
    if (this.question !== question) return;
    question.choices.forEach((choice, index) => this.row.append(this.crop(pictures.get(choice.frame), choice, index + 1)));
    const none = this.button("candidate none", 0);
    none.append(label("0"), text(question.none));
    this.row.append(none);
  }

  crop(picture, { box: [x1, y1, x2, y2], note }, number) {
    const button = this.button("candidate", number);
    const first = this.question.first && number === 1;
    button.classList.toggle("first", Boolean(first));
    button.setAttribute("aria-label", [`Candidate ${number}`, note, first && "Enter takes this one"].filter(Boolean).join(", "));
    const canvas = document.createElement("canvas");
    canvas.width = 88;
    canvas.height = 132;
    const high = (y2 - y1) * 1.25;
    const wide = (high * canvas.width) / canvas.height;
    const context = canvas.getContext("2d");
    if (picture) context.drawImage(picture, (x1 + x2 - wide) / 2, (y1 + y2 - high) / 2, wide, high, 0, 0, canvas.width, canvas.height);
    button.append(canvas, label(first ? `${number} ⏎` : String(number)));
    if (note) {
      const below = text(note);
      below.className = "chance";
      button.append(below);
    }
    return button;
  }

  button(kind, number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind;
    button.addEventListener("click", () => this.choose(number));
    return button;
  }

  // 1 to 9 is a candidate, 0 nobody.
  choose(number) {
    const { question } = this;
    if (!question || number > question.choices.length) return;
    this.hide();
    question.onChoose(number === 0 ? null : question.choices[number - 1]);
  }

  // Take the one that is proposed, if one is.
  accept() {
    if (this.question?.first) this.choose(1);
  }
}

async function loaded(address) {
  const response = await fetch(address);
  return response.ok ? createImageBitmap(await response.blob()) : null;
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
