// The film's pictures, decoded here: each knows its place, so nobody has to guess which one is on screen.  They come in
// groups that begin with a whole picture; a group is fetched and decoded when one of its pictures is wanted.

import { get } from "./api.js";

const TICK = 10_000; // microseconds: a picture's time is its place times this
const KEPT = 4; // groups

export class Film {
  // `address` is where the server has what belongs to the clip.  Gives null where films cannot be decoded.
  static async open(address) {
    if (typeof VideoDecoder === "undefined") return null; // an old browser, or another machine's page without https
    const film = new Film(address);
    await film.grow();
    const { codec, description } = film.index;
    film.config = { codec, description: bytes(description), optimizeForLatency: true, hardwareAcceleration: "prefer-software" };
    const { supported } = await VideoDecoder.isConfigSupported(film.config);
    return supported ? film : null;
  }

  constructor(address) {
    this.address = address;
    this.groups = new Map(); // number to pictures, the one used last at the end
    this.loading = new Map(); // number to promise
    this.turn = Promise.resolve();
    this.wish = null;
  }

  get whole() {
    return this.index.whole;
  }

  // Ask how much there is: a film can be looked at while it is written.
  async grow() {
    this.index = await get(`${this.address}index`);
    let place = 0;
    this.starts = this.index.groups.map(({ sizes }) => {
      const start = place;
      place += sizes.length;
      return start;
    });
    this.count = place;
  }

  has(place) {
    return place < this.count && !this.broken;
  }

  // The picture of a place if it is decoded already.  It is the film's: to be drawn at once.
  peek(place) {
    const number = this.group(place);
    const pictures = this.groups.get(number);
    if (!pictures) return null;
    this.groups.delete(number);
    this.groups.set(number, pictures);
    return pictures.get(place) ?? null;
  }

  async picture(place) {
    await this.load(this.group(place));
    return this.peek(place);
  }

  // Decode what follows a place, too, if nothing else is being done.
  ahead(place) {
    const next = this.group(place) + 1;
    if (next < this.starts.length && this.loading.size === 0) this.load(next).catch(() => {});
  }

  close() {
    this.broken = true;
    for (const pictures of this.groups.values()) closeAll(pictures);
    this.groups.clear();
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
  }

  group(place) {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  load(number) {
    if (this.groups.has(number)) return Promise.resolve();
    const running = this.loading.get(number);
    if (running) return running;
    const loaded = this.fetched(number)
      .then((data) => this.next(() => this.decode(number, data)))
      .finally(() => this.loading.delete(number));
    this.loading.set(number, loaded);
    return loaded;
  }

  // One after the other: there is one decoder.
  next(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  async fetched(number) {
    const { at, sizes } = this.index.groups[number];
    const last = at + sizes.reduce((sum, size) => sum + size, 0) - 1;
    const response = await fetch(`${this.address}film`, { headers: { range: `bytes=${at}-${last}` } });
    if (response.status !== 206) throw new Error(`no film: ${response.status}`);
    return response.arrayBuffer();
  }

  async decode(number, data) {
    if (this.broken || this.groups.has(number)) return;
    const pictures = new Map();
    this.output = (picture) => pictures.set(Math.round(picture.timestamp / TICK), picture);
    try {
      if (!this.decoder || this.decoder.state === "closed") {
        this.decoder = new VideoDecoder({ output: (picture) => this.output(picture), error: () => {} });
        this.decoder.configure(this.config);
      }
      let from = 0;
      this.index.groups[number].sizes.forEach((size, step) => {
        const type = step ? "delta" : "key";
        const timestamp = (this.starts[number] + step) * TICK;
        this.decoder.decode(new EncodedVideoChunk({ type, timestamp, data: new Uint8Array(data, from, size) }));
        from += size;
      });
      await this.decoder.flush();
    } catch (error) {
      this.broken = true; // the server's pictures have to do
      this.output = (late) => late.close();
      closeAll(pictures);
      throw error;
    }
    // Closed meanwhile: another clip is shown.
    if (this.broken) return closeAll(pictures);
    this.groups.set(number, pictures);
    for (const [oldest, old] of this.groups) {
      if (this.groups.size <= KEPT) break;
      this.groups.delete(oldest);
      closeAll(old);
    }
  }
}

// Decoded pictures are let go by hand: few may be held at once.
function closeAll(pictures) {
  for (const picture of pictures.values()) picture.close();
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// The server's pictures, where there is no film yet or none that can be decoded: exact, but each is fetched.
export class Pictures {
  // `address(place)` is where a picture is.
  constructor(address) {
    this.address = address;
    this.found = new Map();
    this.asked = new Map();
  }

  peek(place) {
    return this.found.get(place) ?? null;
  }

  picture(place) {
    const known = this.found.get(place);
    if (known) return Promise.resolve(known);
    if (!this.asked.has(place)) this.asked.set(place, this.fetched(place).finally(() => this.asked.delete(place)));
    return this.asked.get(place);
  }

  ahead(place) {
    for (const next of [place + 1, place + 2]) if (this.asked.size < 2) this.picture(next).catch(() => {});
  }

  async fetched(place) {
    const response = await fetch(this.address(place));
    if (!response.ok) throw new Error(`no picture: ${response.status}`);
    const picture = await createImageBitmap(await response.blob());
    this.found.set(place, picture);
    if (this.found.size > 30) this.found.delete(this.found.keys().next().value);
    return picture;
  }
}
