// Which timeline is open: chosen from those on the server, or one that is sent there.

import { get, post, upload } from "./api.js";
import { tried } from "./say.js";

const $ = (id) => document.getElementById(id);

export class Opening {
  // onOpen(sessionId) is called once a timeline is open.
  constructor(page, onOpen) {
    this.page = page;
    this.onOpen = onOpen;
    this.choose = tried(() => this.show());
    $("upload").addEventListener(
      "change",
      tried(async (event) => {
        const [file] = event.target.files;
        const { timelines } = await upload(`/cv/upload?name=${encodeURIComponent(file.name)}`, file);
        await this.open(timelines[0]);
      }),
    );
    $("game").addEventListener("click", this.choose);
    $("open").addEventListener("cancel", (event) => page.session || event.preventDefault());
  }

  // What the address names, else what the server was started for, else what the user chooses.
  begin(firstSession) {
    const named = decodeURIComponent(location.hash.slice(1));
    if (named) this.open(named).catch(this.choose);
    else if (firstSession) this.onOpen(firstSession);
    else this.choose();
  }

  // The address says which timeline is open, so that it is open again after a reload.
  async open(name) {
    const session = await post("/cv/session", { timeline: name });
    $("open").close();
    history.replaceState(null, "", `#${encodeURIComponent(name)}`);
    if (this.page.session) location.reload();
    else this.onOpen(session.session_id);
  }

  async show() {
    const { timelines } = await get("/cv/timelines");
    $("timelines").replaceChildren(
      ...timelines.map((name) => {
        const row = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", tried(() => this.open(name)));
        row.append(button);
        return row;
      }),
    );
    if (!$("open").open) $("open").showModal();
  }
}
