// The page: what is on it follows from the session's state, which the server sends whenever it changes.

import { at, firstSession, get, post } from "./api.js";
import { Candidates } from "./candidates.js";
import { clipList } from "./clips.js";
import { Film, Pictures } from "./film.js";
import { Finish } from "./finish.js";
import { bindKeys } from "./keys.js";
import { LookPanel } from "./look.js";
import { Marker } from "./marker.js";
import { listen } from "./news.js";
import { Opening } from "./opening.js";
import { clip, inClip, page, pictureAt } from "./page.js";
import { People } from "./people.js";
import { pickList } from "./picks.js";
import { Player } from "./player.js";
import { Removing } from "./removing.js";
import { say, tried } from "./say.js";
import { Settling } from "./settle.js";
import { Standing } from "./standing.js";
import { Strip } from "./strip.js";
import { clock, placeOfFrame } from "./times.js";
import { progress, sentence } from "./words.js";

const $ = (id) => document.getElementById(id);

// --- The pieces

const strip = new Strip($("strip"), $("strip-canvas"), go);
const player = new Player($("canvas"), onPlace, onState);
const people = new People($("people"), tried(picked));
const candidates = new Candidates($("settle"));
const standing = new Standing(player, people, candidates);
const settling = new Settling(player, people, candidates, standing);
const look = new LookPanel($("look"), $("players"), {
  onSet: tried(setLook),
  onWho: chosen,
  onRename: tried(renamed),
  onRemove: (name) => removing.ask(name),
});
const removing = new Removing(page, take);
const finish = new Finish(page, tried(setLook));
const opening = new Opening(page, (sessionId) => listen(sessionId, take));

// --- State from the server

function take(session) {
  const first = page.session === null;
  page.session = session;
  if (first) {
    const shown = session.player ? `${session.game}, ${session.player}` : session.game;
    document.title = `${shown} – Highlight Cuts CV`;
    $("game").textContent = shown;
    for (const warning of session.warnings) say(warning);
    page.who = session.look.players[0].name;
  }
  if (!session.look.players.some((one) => one.name === page.who)) page.who = session.look.players[0].name;
  if (!clip()) {
    const open = session.clips.find((one) => !["approved", "rejected"].includes(one.status)) ?? session.clips[0];
    showClip(open.clip_id);
  } else {
    follow();
  }
  render();
  settling.offer();
}

// What of the clip on screen is new.
const follow = tried(async () => {
  const now = clip();
  if (!now || page.loading) return;
  if (now.film) watchFilm();
  if (now.marker !== page.marker) {
    const id = page.clipId;
    const number = (page.marker = now.marker);
    if (!number) {
      page.tracks = page.cuts = [];
      player.setMarker(null);
      updateStrip();
      return;
    }
    const first = page.tracks.length === 0;
    const [marker, tracks] = await Promise.all([Marker.load(inClip("marker")), get(inClip("track"))]);
    if (page.clipId !== id || page.marker !== number || !marker) return;
    page.tracks = tracks.tracks;
    page.cuts = tracks.cuts;
    player.setMarker(marker);
    updateStrip();
    if (page.playWhenMarked) {
      page.playWhenMarked = false;
      if (first) player.play();
      else standing.showPeople();
    }
  }
});

// The film, as far as there is one yet.  Where it cannot be decoded, the server's pictures are shown throughout.
const watchFilm = tried(async () => {
  if (page.opening || page.undecodable || player.film?.whole) return;
  const id = page.clipId;
  page.opening = true;
  try {
    if (player.film) {
      await player.film.grow();
      return;
    }
    const film = await Film.open(inClip(""));
    page.undecodable = film === null;
    if (page.clipId === id) player.film = film;
    else film?.close();
  } finally {
    page.opening = false;
    if (page.clipId !== id) follow();
  }
});

const showClip = tried(async (clipId) => {
  standing.forget();
  page.loading?.abort();
  const loading = (page.loading = new AbortController());
  page.clipId = clipId;
  page.marker = 0;
  page.tracks = page.cuts = [];
  page.playWhenMarked = false;
  people.clear();
  settling.forget();
  const now = clip();
  $("picture").style.setProperty("--aspect", now.aspect);
  render();
  const { frames, times, start } = await get(inClip("frames"), loading.signal);
  if (page.clipId !== clipId) return;
  page.frames = frames;
  page.times = times;
  const pictures = new Pictures((place) => `${pictureAt(frames[place])}?width=1280`);
  player.show({ width: now.width, height: now.height, times, pictures });
  page.loading = null;
  await player.seek(placeOfFrame(frames, start));
  updateStrip();
  follow();
  render();
  settling.offer();
});

// --- What is on screen

function onPlace(place) {
  const text = clock(page.times[place] ?? 0);
  $("clock").textContent = `${text}  ·  ${page.frames[place] ?? 0}`;
  strip.at(place, `${text}, frame ${page.frames[place] ?? 0}`);
  if (people.frame !== null && people.frame !== page.frames[place]) people.clear();
  if (player.playing) standing.forget();
  else standing.soon();
}

function onState() {
  const playing = player.playing;
  $("play").setAttribute("aria-label", playing ? "Stop" : "Play");
  document.body.classList.toggle("playing", playing);
  if (playing) {
    people.clear();
    candidates.hide();
  }
  if (!playing) standing.soon();
}

function updateStrip() {
  const now = clip();
  const place = (frame) => placeOfFrame(page.frames, frame);
  const tracks = page.tracks;
  const sure = page.frames.map((_, index) => {
    const scores = tracks.filter((track) => track.boxes[index]).map((track) => track.scores[index]);
    return scores.length ? Math.min(...scores) : null;
  });
  strip.set(
    {
      sure,
      doubts: now.doubts.map((doubt) => ({ from: place(doubt.start), to: place(doubt.stop - 1) + 1, lost: doubt.lost })),
      cuts: page.cuts.map(place),
      picks: now.picks.filter((pick) => pick.player === page.who).map((pick) => place(pick.frame)),
    },
    page.frames.length,
  );
}

function render() {
  const { session } = page;
  if (!session) return;
  const now = clip();
  clipList($("clips"), session, page.clipId, (clipId) => clipId !== page.clipId && showClip(clipId));
  look.show(session.look, page.who);
  finish.show(session);
  const approved = session.clips.filter((one) => one.status === "approved").length;
  $("progress-note").textContent = `${approved} of ${session.clips.length} approved`;
  if (!now) return;
  pickList(
    $("picks"),
    now.picks,
    (frame) => page.times[placeOfFrame(page.frames, frame)] ?? 0,
    (frame) => go(placeOfFrame(page.frames, frame)),
    tried(({ frame, player: name }) => post(inClip("unpick"), { frame, player: name })),
  );
  const work = now.work ?? (now.status === "processing" ? { step: "Waiting", done: 0, total: 0 } : null);
  $("busy").hidden = !work && (now.film || !now.analysis);
  $("busy").textContent = work ? progress(work) : now.analysis ? progress(now.analysis) : "";
  $("ask").textContent = sentence(now, page.who, Boolean(settling.proposed));
  $("ask").classList.toggle("bad", Boolean(now.error));
  $("approve").disabled = !now.picks.length;
  $("approve").textContent = now.status === "approved" ? "Approved ✓" : "Approve";
  $("reject").setAttribute("aria-pressed", String(now.status === "rejected"));
  const proposed = !now.doubts.length && settling.proposed;
  $("next-doubt").disabled = !now.doubts.length && !proposed;
  $("next-doubt").textContent = now.doubts.length ? `Next doubt (${now.doubts.length})` : proposed ? "Who it may be" : "No doubts";
  if (page.frames.length) updateStrip();
}

// --- What the user does

async function picked({ frame, box, share }) {
  if (player.playing) {
    player.pause();
    return;
  }
  const now = clip();
  const body = { frame: frame ?? page.frames[player.place], player: page.who };
  if (box) body.box = box;
  else body.point = [share[0] * now.width, share[1] * now.height];
  page.playWhenMarked = !now.picks.length;
  candidates.hide();
  await post(inClip("pick"), body);
}

const absent = tried(async () => {
  const now = clip();
  if (!now.picks.some((pick) => pick.player === page.who)) {
    player.seek(player.place + Math.max(1, Math.round(page.frames.length / 12)));
    return;
  }
  await post(inClip("pick"), { frame: page.frames[player.place], player: page.who, absent: true });
});

const back = (redo) =>
  tried(async () => {
    const answer = await post(at("cv", "session", page.session.session_id, redo ? "redo" : "undo"));
    if (answer.clip_id === null) say(redo ? "There is nothing to do again." : "There is nothing to take back.");
    else if (answer.clip_id !== page.clipId) showClip(answer.clip_id);
  });

const decide = (action) =>
  tried(async () => {
    await post(inClip(action));
    if (action === "approve" || action === "reject") next(true);
  });

function next(onlyOpen = false) {
  const { clips } = page.session;
  const from = clips.findIndex((one) => one.clip_id === page.clipId);
  const order = [...clips.slice(from + 1), ...clips.slice(0, from)];
  const wanted = onlyOpen ? order.find((one) => !["approved", "rejected"].includes(one.status)) : order[0];
  if (wanted) showClip(wanted.clip_id);
  else if (onlyOpen) say("That was the last clip. Make the films now.");
}

function chosen(name) {
  page.who = name;
  settling.forget();
  render();
  settling.offer();
}

async function renamed(name, newName) {
  const body = { name, new_name: newName };
  const was = page.who === name; // the news may come before the answer
  const session = await post(at("cv", "session", page.session.session_id, "player", "rename"), body);
  if (was) page.who = newName;
  take(session);
}

async function setLook(model) {
  const session = await post(at("cv", "session", page.session.session_id, "look"), model);
  take(session);
}

function go(place) {
  standing.forget();
  page.playWhenMarked = false;
  candidates.hide();
  player.seek(place);
}

const step = (places) => go((player.wanted ?? player.place) + places);
const second = () => Math.max(1, page.times.findLastIndex((time) => time <= 1) || 1);
const toggle = () => (player.playing ? player.pause() : player.play());

function zoom(on = player.scale === 1) {
  player.scale = on ? 2.5 : 1;
  $("picture").classList.toggle("closer", on);
  $("zoom").setAttribute("aria-pressed", String(on));
  $("picture").style.setProperty("--zoom", player.scale);
  player.fit();
  standing.forget();
  player.seek(player.place);
}

$("stage").addEventListener("pointermove", (event) => {
  if (player.scale === 1) return;
  const area = $("stage").getBoundingClientRect();
  $("picture").style.setProperty("--x", `${(100 * (event.clientX - area.left)) / area.width}%`);
  $("picture").style.setProperty("--y", `${(100 * (event.clientY - area.top)) / area.height}%`);
});

$("play").addEventListener("click", toggle);
$("back").addEventListener("click", () => step(-1));
$("forward").addEventListener("click", () => step(1));
$("absent").addEventListener("click", absent);
$("undo").addEventListener("click", back(false));
$("redo").addEventListener("click", back(true));
$("zoom").addEventListener("click", () => zoom());
$("approve").addEventListener("click", decide("approve"));
$("reject").addEventListener("click", decide("reject"));
$("next").addEventListener("click", () => next());
$("next-doubt").addEventListener("click", settling.next);
$("help-open").addEventListener("click", () => $("help").showModal());
$("theme").addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  strip.draw();
});
new ResizeObserver(() => player.fit()).observe($("picture"));

bindKeys($("keys"), {
  play: toggle,
  back: () => step(-1),
  forward: () => step(1),
  first: () => go(0),
  last: () => go(page.times.length - 1),
  backSecond: () => step(-second()),
  forwardSecond: () => step(second()),
  approve: decide("approve"),
  reject: decide("reject"),
  next: () => next(),
  doubt: settling.next,
  accept: () => candidates.accept(),
  candidate: (number) => (candidates.open ? candidates.choose(number) : people.choose(number)),
  absent: () => (candidates.open ? candidates.choose(0) : absent()),
  undo: back(false),
  redo: back(true),
  zoom: () => zoom(),
  help: () => $("help").showModal(),
});

opening.begin(firstSession);
