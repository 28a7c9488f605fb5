// Removing a player: said what goes with them, and asked, since it cannot be undone.

import { at, post } from "./api.js";
import { tried } from "./say.js";

const $ = (id) => document.getElementById(id);

export class Removing {
  // onGone(session) when somebody was removed.
  constructor(page, onGone) {
    this.page = page;
    $("remove-no").addEventListener("click", () => $("remove").close());
    $("remove-yes").addEventListener(
      "click",
      tried(async () => {
        $("remove").close();
        onGone(await post(at("cv", "session", page.session.session_id, "player", "remove"), { name: this.name }));
      }),
    );
  }

  ask(name) {
    this.name = name;
    const shown = name || "the player";
    const clips = this.page.session.clips.filter((one) => one.picks.some((pick) => pick.player === name)).length;
    const where = `${clips} ${clips === 1 ? "clip" : "clips"}`;
    $("remove-title").textContent = `Remove ${shown}?`;
    $("remove-text").textContent = clips
      ? `The picks in ${where} go, and films in which nobody else is marked are deleted. This cannot be undone.`
      : `Nobody was picked as ${shown}, so nothing else goes.`;
    $("remove").showModal();
  }
}
