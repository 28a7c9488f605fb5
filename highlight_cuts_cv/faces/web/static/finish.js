// Making the films: what will be in them, how far they are, and where to get them.

import { at, post } from "./api.js";
import { tried } from "./say.js";

const $ = (id) => document.getElementById(id);
const LINES = ["title-name", "title-second", "title-third"];
const WORDS = { pending: "waits", processing: "rendering", completed: "done", failed: "failed" };

export class Finish {
  // onSet(model) when something about the films is changed.
  constructor(page, onSet) {
    this.page = page;
    this.onSet = onSet;
    for (const one of [$("shape"), ...LINES.map($)]) one.addEventListener("change", () => this.change());
    $("finish-open").addEventListener("click", () => $("finish").showModal());
    $("finish-close").addEventListener("click", () => $("finish").close());
    $("finish-start").addEventListener(
      "click",
      tried(async () => {
        await this.changing; // a line that was typed last
        const wanted = { quality: $("quality").value, deliver: $("deliver").value };
        return post("/cv/finalize-all", { session_id: page.session.session_id, ...wanted });
      }),
    );
    // The marker alone lies above the clips as they are, and no film is made of all.
    $("deliver").addEventListener("change", () => {
      for (const id of ["quality", "shape", "title-card"]) $(id).disabled = $("deliver").value === "overlay";
    });
    $("finish-stop").addEventListener(
      "click",
      tried(() => post(at("cv", "finalize", page.session.session_id, "cancel"))),
    );
  }

  change() {
    const lines = LINES.map((id) => $(id).value.trim()).filter(Boolean);
    this.changing = this.onSet({ ...this.page.session.look, shape: $("shape").value, title: lines });
    return this.changing;
  }

  // What is being typed stays.
  showLook({ shape, title }) {
    if (document.activeElement?.closest("#title-card, #shape")) return;
    $("shape").value = shape;
    LINES.forEach((id, place) => ($(id).value = title[place] ?? ""));
  }

  show(session) {
    const { finalize } = session;
    this.showLook(session.look);
    const running = finalize.status === "running";
    const approved = session.clips.filter((one) => one.status === "approved").length;
    const rest = session.clips.length - approved;
    $("finish-start").hidden = running;
    $("finish-start").disabled = approved === 0;
    $("finish-stop").hidden = !running;
    $("finish-note").textContent = finalize.error || note(finalize, approved, rest);
    $("finish-note").classList.toggle("bad", Boolean(finalize.error));
    $("finish-rows").replaceChildren(...finalize.clips.map(row));
    $("downloads").replaceChildren(...finalize.files.map(download));
    if (finalize.files.length) {
      const where = document.createElement("li");
      where.className = "faint";
      where.append(`They lie in ${finalize.folder} `, copier(finalize.folder));
      $("downloads").append(where);
    }
  }
}

function note({ status, files }, approved, rest) {
  const share = files.some((one) => one.kind === "film") ? ", or share the film" : "";
  if (status === "completed") return `Done. Open the timeline in your editor${share}.`;
  if (status === "cancelled") return "Stopped. Films that were whole are kept.";
  if (status === "running") return "The films are being made; the page may be closed.";
  if (!approved) return "No clip is approved yet.";
  const stay = rest ? ` ${rest} ${rest === 1 ? "stays as it is" : "stay as they are"}.` : "";
  return `${approved} ${approved === 1 ? "clip is" : "clips are"} approved and will be marked.${stay}`;
}

function row(clip) {
  const line = document.createElement("div");
  line.className = "finish-row";
  const name = document.createElement("span");
  name.textContent = clip.name;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", clip.name);
  bar.max = 1;
  bar.value = clip.status === "completed" ? 1 : clip.work?.total ? clip.work.done / clip.work.total : 0;
  const state = document.createElement("span");
  const left = clip.work?.seconds_left;
  state.textContent = clip.error || (clip.work ? `${clip.work.step.replace(clip.name, "").trim()}${left ? `, ${Math.ceil(left)} s left` : ""}` : WORDS[clip.status]);
  line.append(name, bar, state);
  return line;
}

// Browsers open no folders from a page; a path can be pasted where folders are opened.
function copier(path) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy the folder's path";
  button.addEventListener("click", tried(async () => {
    await navigator.clipboard.writeText(path);
    button.textContent = "Copied";
  }));
  return button;
}

function download(file) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = at("cv", "download", file.name);
  link.download = "";
  link.textContent = file.label;
  const size = document.createElement("span");
  size.className = "faint";
  size.textContent = file.size > 1e6 ? ` ${(file.size / 1e6).toFixed(1)} MB` : ` ${Math.ceil(file.size / 1e3)} kB`;
  line.append(link, size);
  return line;
}
