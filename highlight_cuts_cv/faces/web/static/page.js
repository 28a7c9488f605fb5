// What the page shows: the session, the clip on screen and whom it is about.

import { at, post } from "./api.js";

export const page = {
  session: null,
  clipId: null,
  who: "",
  frames: [],
  times: [0],
  marker: 0,
  tracks: [],
  cuts: [],
  loading: null,
};

export const clip = () => page.session?.clips.find((one) => one.clip_id === page.clipId);
export const inClip = (action) => at("cv", "preview", page.session.session_id, page.clipId, action);
export const pictureAt = (frame) => at("cv", "picture", page.session.session_id, page.clipId, frame);
export const stillAt = (frame) => at("cv", "still", page.session.session_id, page.clipId, frame);

export function peopleIn(frame, signal) {
  const body = { session_id: page.session.session_id, clip_id: page.clipId, frame };
  return post("/cv/detect", body, signal);
}
