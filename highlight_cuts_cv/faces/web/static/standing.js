// What is asked for where the picture stands still: the people who can be picked, and the picture as a film has it.

import { page, peopleIn, pictureAt, stillAt } from "./page.js";
import { tried } from "./say.js";

export class Standing {
  constructor(player, people, candidates) {
    this.player = player;
    this.people = people;
    this.candidates = candidates;
    this.timer = 0;
    this.forget();
    this.showPeople = tried(() => this.askPeople());
  }

  // Another clip, or another place: what was asked for is not shown any more.
  forget() {
    this.picture = this.frame = null;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { player } = this;
      if (player.playing || !page.clipId) return;
      this.showPeople();
      if (player.scale > 1 || player.marker) this.showPicture();
    }, this.player.film ? 120 : 30);
  }

  // With a marker the picture is the film's own, drawn by what renders, else a finer one than the proxy has.
  // One request at a time, and none for what is shown already.
  async showPicture() {
    const { player } = this;
    const place = player.place;
    const marked = Boolean(player.marker);
    const address = `${(marked ? stillAt : pictureAt)(page.frames[place])}?width=${player.canvas.width}`;
    const what = `${address} ${page.marker}`;
    if (this.picture === what) return;
    this.loading?.abort();
    this.loading = new AbortController();
    this.picture = what;
    try {
      const response = await fetch(address, { signal: this.loading.signal });
      if (!response.ok) throw new Error("no picture");
      const bitmap = await createImageBitmap(await response.blob());
      if (this.picture === what) player.showStill(bitmap, place, marked);
    } catch {
      if (this.picture === what) this.picture = null; // to be asked for again
    }
  }

  async askPeople() {
    const { player, people, candidates } = this;
    const frame = page.frames[player.place];
    if (people.frame === frame || candidates.open || this.frame === frame) return;
    this.frame = frame;
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const found = await peopleIn(frame, asked.signal).finally(() => {
      if (this.asked === asked) this.frame = null;
    });
    if (asked.signal.aborted || player.playing || page.frames[player.place] !== frame || candidates.open) return;
    people.show(frame, found.people, found.width, found.height);
  }
}
