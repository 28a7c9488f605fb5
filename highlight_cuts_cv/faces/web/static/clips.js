// The clips of the session, with how far each is.

import { at } from "./api.js";

const WORDS = {
  pending: "to pick",
  processing: "following",
  completed: "to check",
  failed: "failed",
  approved: "approved",
  rejected: "left out",
};

// Rows are made once and then changed: a row that was replaced would lose the focus.
export function clipList(list, session, shown, onOpen) {
  const rows = new Map([...list.children].map((row) => [row.dataset.clip, row]));
  session.clips.forEach((clip, index) => {
    const row = rows.get(clip.clip_id) ?? made(list, session, clip, onOpen);
    rows.delete(clip.clip_id);
    const button = row.firstElementChild;
    button.setAttribute("aria-current", clip.clip_id === shown ? "true" : "false");
    button.dataset.status = clip.status;
    const doubts = clip.doubts.length && clip.status === "completed" ? ` · ${clip.doubts.length} in doubt` : "";
    const percent = clip.work?.total ? ` ${Math.floor((100 * clip.work.done) / clip.work.total)} %` : "";
    const state = clip.status === "pending" && clip.picks.length ? "picked" : WORDS[clip.status];
    button.querySelector(".clip-name").textContent = `${index + 1}. ${clip.name}`;
    button.querySelector(".clip-state").textContent = `${state}${percent}${doubts}`;
    button.querySelector(".clip-time").textContent = `${clip.seconds.toFixed(1)} s`;
  });
  for (const row of rows.values()) row.remove();
}

function made(list, session, clip, onOpen) {
  const row = document.createElement("li");
  row.dataset.clip = clip.clip_id;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "clip";
  const picture = document.createElement("img");
  picture.alt = "";
  picture.loading = "lazy";
  picture.decoding = "async";
  picture.width = 96;
  picture.height = 54;
  picture.src = `${at("cv", "picture", session.session_id, clip.clip_id, Math.floor(clip.frame_count / 2))}?width=192`;
  const text = document.createElement("span");
  text.className = "clip-text";
  for (const name of ["clip-name", "clip-state", "clip-time"]) {
    const part = document.createElement("span");
    part.className = name;
    text.append(part);
  }
  button.append(picture, text);
  button.addEventListener("click", () => onOpen(clip.clip_id));
  row.append(button);
  list.append(row);
  return row;
}
