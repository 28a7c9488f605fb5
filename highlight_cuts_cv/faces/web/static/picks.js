// The picks of the clip on screen: a click goes there, another takes one away.

import { clock } from "./times.js";

// timeOf(frame) is in seconds.
export function pickList(list, picks, timeOf, onGo, onAway) {
  const rows = picks.map((pick) => {
    const row = document.createElement("li");
    const time = clock(timeOf(pick.frame));
    const absent = !pick.box && !pick.point && !pick.number;
    const jump = plain(`${time}${pick.player ? ` ${pick.player}` : ""}${absent ? " not there" : ""}`, () => onGo(pick.frame));
    const away = plain("✕", () => onAway(pick));
    away.setAttribute("aria-label", `Take away the pick at ${time}`);
    row.append(jump, away);
    return row;
  });
  if (!rows.length) {
    const none = document.createElement("li");
    none.className = "faint";
    none.textContent = "None yet";
    rows.push(none);
  }
  list.replaceChildren(...rows);
}

function plain(text, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = text;
  button.addEventListener("click", action);
  return button;
}
