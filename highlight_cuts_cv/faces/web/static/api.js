// Talking to the server: every answer is data or an error whose message a person reads.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const token = meta("hccv-token");

export const firstSession = meta("hccv-session");

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function answer(response) {
  if (response.ok) return response;
  let error = { code: "unknown", message: `The server answered ${response.status}.` };
  try {
    error = (await response.json()).error ?? error;
  } catch {
    // not JSON: the number has to do
  }
  throw new Refused(response.status, error.code, error.message);
}

async function request(path, options) {
  try {
    return await answer(await fetch(path, options));
  } catch (error) {
    if (error instanceof Refused || error.name === "AbortError") throw error;
    throw new Refused(0, "offline", "The server does not answer. Start it again with 'hccv review'.");
  }
}

export async function get(path, signal) {
  return (await request(path, { signal })).json();
}

export async function post(path, body = {}, signal) {
  const headers = { "content-type": "application/json", "x-hccv-token": token };
  return (await request(path, { method: "POST", headers, body: JSON.stringify(body), signal })).json();
}

export async function upload(path, file) {
  const headers = { "content-type": "application/octet-stream", "x-hccv-token": token };
  return (await request(path, { method: "POST", headers, body: file })).json();
}

// Parts of an address: names may hold anything.
export const at = (...parts) => "/" + parts.map(encodeURIComponent).join("/");
