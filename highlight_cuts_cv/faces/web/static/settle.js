// What the user is asked: who it is where following is in doubt, and whether it is the player of the approved clips.

import { post } from "./api.js";
import { clip, inClip, page, peopleIn, pictureAt } from "./page.js";
import { say, tried } from "./say.js";
import { placeOfFrame } from "./times.js";

export class Settling {
  constructor(player, people, candidates, standing) {
    this.player = player;
    this.people = people;
    this.candidates = candidates;
    this.standing = standing;
    this.forget();
    this.next = tried(() => this.nextDoubt());
    this.offer = tried(() => this.offerProposal());
  }

  // Another clip or player is looked at: what is proposed there is shown again.
  forget() {
    this.offered = null;
    this.candidates.hide();
  }

  // Who is proposed in the clip on screen, as a question; null where nobody is.
  get proposed() {
    const now = clip();
    const { who } = page;
    const found = now?.proposals.find((one) => one.player === who);
    if (!found || now.status === "processing") return null;
    return {
      title: who ? `Is this ${who}?` : "Is this the player?",
      why: "Looks like in the clips that you approved. Enter takes the first.",
      none: "None of them",
      first: true,
      choices: found.candidates.map(({ frame, box, probability }) => ({ frame, box, note: percent(probability) })),
      onChoose: tried(async (choice) => {
        if (!choice) {
          this.people.clear();
          return this.standing.showPeople();
        }
        page.playWhenMarked = true;
        await post(inClip("pick"), { frame: choice.frame, box: choice.box, player: who });
      }),
    };
  }

  // Show what is proposed, once; nobody is picked before the user says so.
  async offerProposal() {
    const { candidates, player } = this;
    if (page.loading || !page.frames.length || player.playing || (candidates.open && !candidates.question.first)) return;
    const question = this.proposed;
    if (!question) return candidates.open && candidates.hide(); // picked meanwhile, as in another tab
    const what = JSON.stringify(question.choices);
    if (this.offered === what) return;
    this.offered = what;
    // Whoever has gone elsewhere already is left there.
    if (player.place === 0) await player.seek(placeOfFrame(page.frames, question.choices[0].frame));
    if (this.offered === what && this.proposed) this.ask(question);
  }

  async nextDoubt() {
    const { player } = this;
    const { doubts } = clip();
    page.playWhenMarked = false;
    player.pause();
    if (!doubts.length && !this.proposed) return say("There is no doubt in this clip.");
    if (!doubts.length) {
      const question = this.proposed;
      await player.seek(placeOfFrame(page.frames, question.choices[0].frame));
      return this.ask(question);
    }
    const here = page.frames[player.place];
    const { ask: frame, player: name, why, candidates } = doubts.find((one) => one.ask > here) ?? doubts[0];
    await player.seek(placeOfFrame(page.frames, frame));
    const boxes = candidates.length ? candidates : (await peopleIn(frame)).people.map((one) => [one.x1, one.y1, one.x2, one.y2]);
    this.ask({
      title: name ? `Where is ${name}?` : "Where is the player?",
      why: `${why[0].toUpperCase()}${why.slice(1)}. Choose by a key or a click.`,
      none: "Not there",
      first: false,
      choices: boxes.slice(0, 9).map((box) => ({ frame, box })),
      onChoose: tried((choice) => post(inClip("pick"), { frame, player: name, ...(choice ? { box: choice.box } : { absent: true }) })),
    });
  }

  // In the picture the candidates have the numbers that their keys have.
  ask(question) {
    const { width, height } = clip();
    this.candidates.show(question, pictureAt);
    const frame = page.frames[this.player.place];
    const here = question.choices
      .map(({ box: [x1, y1, x2, y2], frame: at }, index) => ({ number: index + 1, x1, y1, x2, y2, at }))
      .filter((one) => one.at === frame);
    this.people.show(frame, here, width, height);
  }
}

const percent = (probability) => (probability > 0.99 ? "> 99 %" : `${Math.max(1, Math.round(100 * probability))} %`);
