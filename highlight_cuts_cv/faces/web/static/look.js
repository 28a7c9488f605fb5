// The marker: which, its options, when it shows; and who is marked.

import { get } from "./api.js";

const SHOWS = [
  ["", "always"],
  ["first:3", "the first 3 seconds"],
  ["near", "while others are near"],
  ["first:3,near", "first 3 seconds, and while others are near"],
];
const INTROS = [
  ["", "none"],
  ["1", "the first picture, 1 s"],
  ["1@pick", "the picture of the pick, 1 s"],
  ["2@pick", "the picture of the pick, 2 s"],
];

export class LookPanel {
  // onSet(model) when something is changed; onWho(name) when another player is chosen; onRename(name, new) and
  // onRemove(name) when one is to be called otherwise, or to go.
  constructor(form, players, { onSet, onWho, onRename, onRemove }) {
    this.onRename = onRename;
    this.onRemove = onRemove;
    this.form = form;
    this.players = players;
    this.onSet = onSet;
    this.onWho = onWho;
    this.drawn = "";
    this.known = get("/cv/indicators"); // {indicators, styles}
    form.addEventListener("submit", (event) => event.preventDefault());
    // An answer may come while somebody types: the form is drawn anew when that is done.
    this.typing = false;
    this.late = false;
    form.addEventListener("input", () => (this.typing = true));
    form.addEventListener("change", () => (this.typing = false), { capture: true });
    form.addEventListener("focusout", () => {
      this.typing = false;
      if (this.late) setTimeout(async () => this.renderForm(await this.known));
    });
  }

  async show(look, who) {
    const what = JSON.stringify([look, who]);
    if (what === this.drawn) return;
    this.drawn = what;
    this.look = structuredClone(look);
    this.who = who;
    const known = await this.known;
    if (this.drawn !== what) return;
    this.renderPlayers();
    this.renderForm(known);
  }

  // The marker of the chosen player: their own, else that of all.
  get choice() {
    return this.player.indicator ?? this.look.indicator;
  }

  get player() {
    return this.look.players.find((one) => one.name === this.who) ?? this.look.players[0];
  }

  change(choice) {
    if (this.look.players.length > 1 || this.player.indicator) this.player.indicator = choice;
    else this.look.indicator = choice;
    this.onSet(this.look);
  }

  renderPlayers() {
    const rows = this.look.players.map((player) => {
      const label = document.createElement("label");
      label.className = "player";
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = "who";
      radio.checked = player.name === this.who;
      radio.addEventListener("change", () => this.onWho(player.name));
      label.append(radio, player.name || "The player");
      const row = document.createElement("div");
      row.className = "player-row";
      row.append(label, iconButton(`Rename ${called(player)}`, PENCIL, () => this.rename(player, row)));
      if (this.look.players.length > 1)
        row.append(iconButton(`Remove ${called(player)}`, CROSS, () => this.onRemove(player.name)));
      return row;
    });
    const add = document.createElement("button");
    add.type = "button";
    add.className = "plain";
    add.textContent = "+ another player";
    add.addEventListener("click", () => this.add());
    this.players.replaceChildren(...rows, add);
  }

  // The name is typed where it stands; Escape leaves it.
  rename(player, row) {
    const form = document.createElement("form");
    form.className = "player-row";
    const input = document.createElement("input");
    input.value = player.name;
    input.maxLength = 60;
    input.setAttribute("aria-label", `The new name of ${called(player)}`);
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = "Save";
    form.append(input, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!name || name === player.name) this.renderPlayers();
      else this.onRename(player.name, name);
    });
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.renderPlayers());
    row.replaceWith(form);
    input.select();
  }

  add() {
    const form = document.createElement("form");
    form.className = "add-player";
    const input = document.createElement("input");
    input.placeholder = "Name";
    input.setAttribute("aria-label", "The other player's name");
    input.maxLength = 60;
    const colour = document.createElement("input");
    colour.type = "color";
    colour.value = ["#ffd400", "#ff5a36", "#3ba3ff", "#4cd964"][this.look.players.length % 4];
    colour.setAttribute("aria-label", "The marker's colour");
    const button = document.createElement("button");
    button.textContent = "Add";
    form.append(input, colour, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!name) return;
      const own = structuredClone(this.look.indicator);
      own.options = { ...own.options, color: colour.value };
      this.look.players.push({ name, indicator: own });
      await this.onSet(this.look);
      this.onWho(name);
    });
    this.players.append(form);
    input.focus();
  }

  renderForm({ indicators, styles }) {
    this.late = this.typing;
    if (this.late) return;
    const choice = this.choice;
    const spec = indicators.find((one) => one.name === choice.name) ?? indicators[0];
    const rows = [
      field("Marker", select(indicators.map((one) => [one.name, one.name]), choice.name), (value) =>
        this.change({ name: value, options: keptOptions(choice.options, indicators.find((one) => one.name === value)) }),
      ),
    ];
    for (const option of spec.options) {
      rows.push(
        field(title(option.name), input(option, choice.options[option.name] ?? option.default), (value) => {
          // As it is now: another option may have been changed since the form was drawn.
          const options = { ...this.choice.options, [option.name]: value };
          if (value === option.default) delete options[option.name];
          this.change({ name: choice.name, options });
        }),
      );
    }
    const style = styles.find((one) => one.show === this.look.show && one.intro === this.look.intro);
    rows.push(
      field("Style", select([["", "your own"], ...styles.map((one) => [one.name, one.name])], style?.name ?? ""), (value) => {
        const { show, intro } = styles.find((one) => one.name === value) ?? { show: "", intro: "" };
        Object.assign(this.look, { show, intro });
        this.onSet(this.look);
      }),
      field("Shows", select(withOwn(SHOWS, this.look.show), this.look.show), (value) => {
        this.look.show = value;
        this.onSet(this.look);
      }),
      field("Intro (a still picture)", select(withOwn(INTROS, this.look.intro), this.look.intro), (value) => {
        this.look.intro = value;
        this.onSet(this.look);
      }),
    );
    const focused = this.form.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    this.form.replaceChildren(...rows);
    if (focused) this.form.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus();
  }
}

const PENCIL = "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3";
const CROSS = "M6 6l12 12M18 6L6 18";
const called = (player) => player.name || "the player";

function iconButton(text, lines, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain small";
  button.title = text;
  button.setAttribute("aria-label", text);
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("class", "icon line");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", lines);
  icon.append(path);
  button.append(icon);
  button.addEventListener("click", action);
  return button;
}

// What another marker understands of the options so far.
function keptOptions(options, spec) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => spec.options.some((one) => one.name === name)));
}

const withOwn = (choices, value) => (choices.some(([one]) => one === value) ? choices : [...choices, [value, value]]);
const title = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

function field(name, control, onChange) {
  const label = document.createElement("label");
  label.className = "field";
  const text = document.createElement("span");
  text.textContent = name;
  control.dataset.field = name;
  control.addEventListener("change", () => onChange(valueOf(control)));
  label.append(text, control);
  return label;
}

function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  if (control.type === "number" || control.type === "range") return Number(control.value);
  return control.value;
}

function select(choices, value) {
  const control = document.createElement("select");
  for (const [one, text] of choices) control.append(new Option(text, one, false, one === value));
  return control;
}

function input(option, value) {
  if (option.choices.length) return select(option.choices.map((one) => [one, one]), value);
  const control = document.createElement("input");
  control.title = option.summary;
  if (option.kind === "bool") {
    control.type = "checkbox";
    control.checked = value;
  } else if (option.kind === "str") {
    control.type = /^#[0-9a-f]{6}$/i.test(value) ? "color" : "text";
    control.value = value;
  } else {
    control.type = "number";
    control.step = option.kind === "int" ? 1 : "any";
    if (option.minimum !== null) control.min = option.minimum;
    if (option.maximum !== null) control.max = option.maximum;
    control.value = value;
  }
  return control;
}
