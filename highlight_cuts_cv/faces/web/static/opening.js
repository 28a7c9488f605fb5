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
    const [named, player] = location.hash.slice(1).split("/").map(decodeURIComponent);
    if (named) this.open(named, player).catch(this.choose);
    else if (firstSession) this.onOpen(firstSession);
    else this.choose();
  }

  // The address says which timeline is open, and whose reel of it, so that it is open again after a reload.
  async open(name, player = "") {
    if (!player) {
      const { players } = await get(`/cv/players?timeline=${encodeURIComponent(name)}`);
      if (players.length) return this.showPlayers(name, players);
    }
    const session = await post("/cv/session", { timeline: name, player });
    $("open").close();
    const address = [name, player].filter(Boolean).map(encodeURIComponent).join("/");
    history.replaceState(null, "", `#${address}`);
    if (this.page.session) location.reload();
    else this.onOpen(session.session_id);
  }

  // Of a team's spreadsheet first whose reel; the way to the other timelines is there, too.
  async show() {
    const { session } = this.page;
    if (session?.player && !$("open").open) {
      const { players } = await get(`/cv/players?timeline=${encodeURIComponent(session.game)}`);
      if (players.length) return this.showPlayers(session.game, players);
    }
    return this.showTimelines();
  }

  async showTimelines() {
    const { timelines } = await get("/cv/timelines");
    this.offer(
      "Open a timeline",
      "A timeline of your editor (.otio, .kdenlive, .edl …) or a spreadsheet of times (.csv).",
      timelines.map((name) => [name, () => this.open(name)]),
    );
  }

  showPlayers(timeline, players) {
    this.offer("Whose reel?", `${timeline} has highlights of several players. Each has a reel of their own.`, [
      ...players.map((player) => [player, () => this.open(timeline, player)]),
      ["Another timeline …", () => this.showTimelines()],
    ]);
  }

  // choices: [text, action] each.
  offer(title, text, choices) {
    $("open-title").textContent = title;
    $("open-text").textContent = text;
    $("timelines").replaceChildren(
      ...choices.map(([name, action]) => {
        const row = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", tried(action));
        row.append(button);
        return row;
      }),
    );
    if (!$("open").open) $("open").showModal();
  }
}
