// Keys, and the sheet that lists them.

const SHEET = [
  ["Space", "play or stop"],
  ["← →", "a frame back or on"],
  ["Shift ← →", "a second back or on"],
  ["Home End", "the clip's first or last frame"],
  ["1 … 9", "pick the person of that number"],
  ["Enter", "take the player who is proposed"],
  ["0", "the player is not in this picture"],
  ["D", "next doubt"],
  ["A", "approve, and on to the next clip"],
  ["R", "leave the clip out"],
  ["N", "next clip"],
  ["Z, Shift Z", "undo, redo"],
  ["+", "closer"],
  ["?", "this sheet"],
];

export function bindKeys(sheet, actions) {
  for (const [keys, what] of SHEET) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const mark = document.createElement("kbd");
      mark.textContent = key;
      term.append(mark, " ");
    }
    const text = document.createElement("dd");
    text.textContent = what;
    sheet.append(term, text);
  }
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.altKey) return;
    const typing = event.target.closest("input:not([type=range], [type=checkbox], [type=color]), select, textarea");
    if (typing) return;
    const command = event.ctrlKey || event.metaKey;
    const action = chosen(event, command, actions);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function chosen(event, command, actions) {
  const { key, shiftKey } = event;
  if (command) {
    if (key.toLowerCase() === "z") return shiftKey ? actions.redo : actions.undo;
    return key.toLowerCase() === "y" ? actions.redo : null;
  }
  // A button that has the focus is pressed by the space bar, as everywhere.
  if (key === " ") return event.target.closest("button") ? null : actions.play;
  if (key === "Enter") return event.target.closest("button:enabled, a") ? null : actions.accept;
  if (key === "ArrowLeft") return shiftKey ? actions.backSecond : actions.back;
  if (key === "ArrowRight") return shiftKey ? actions.forwardSecond : actions.forward;
  if (key === "Home") return actions.first;
  if (key === "End") return actions.last;
  if (/^[1-9]$/.test(key)) return () => actions.candidate(Number(key));
  return {
    0: actions.absent,
    d: actions.doubt,
    a: actions.approve,
    r: actions.reject,
    n: actions.next,
    z: shiftKey ? actions.redo : actions.undo,
    "+": actions.zoom,
    "?": actions.help,
  }[key.toLowerCase()];
}
