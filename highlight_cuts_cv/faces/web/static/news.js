// The session as it is now, whenever the server has something new, also after it was started again.

import { at, get, Refused } from "./api.js";

let events = null;

// onNews(session) is called at once and then after every change.
export function listen(sessionId, onNews) {
  events?.close();
  const source = (events = new EventSource(at("cv", "events", sessionId)));
  source.onmessage = (event) => {
    document.body.classList.remove("offline");
    onNews(JSON.parse(event.data));
  };
  source.onerror = () => {
    document.body.classList.add("offline");
    // A server that was started again has the same session, but has to open it first.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => again(sessionId, onNews), 1500);
  };
}

async function again(sessionId, onNews) {
  try {
    await get(at("cv", "session", sessionId, "clips"));
    listen(sessionId, onNews);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) location.reload();
    else setTimeout(() => again(sessionId, onNews), 1500);
  }
}
