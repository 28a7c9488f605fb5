// The picture: the film's frame and its marker, drawn together, so that no frame is ever seen with the marker of
// another one.

import { placeAt, timeOf } from "./times.js";

export class Player {
  // onPlace(place) is called for every frame that is drawn; onState() when it starts or stops.
  constructor(video, canvas, onPlace, onState) {
    this.video = video;
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.onPlace = onPlace;
    this.onState = onState;
    this.place = 0;
    this.times = [0];
    this.marker = null;
    this.overlay = null;
    this.still = null;
    this.filmed = false;
    this.wanted = null;
    this.scale = 1;
    video.addEventListener("play", onState);
    video.addEventListener("pause", () => this.paused());
    video.addEventListener("ended", () => this.paused());
    video.addEventListener("seeked", () => this.seeked());
  }

  get playing() {
    return !this.video.paused && !this.video.ended;
  }

  // Another clip: `url` is its film or null while there is none.
  show({ width, height, times }) {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.width = width;
    this.height = height;
    this.times = times;
    this.marker = null;
    this.filmed = false;
    this.wanted = null;
    this.place = 0;
    this.still = null;
    this.fit();
  }

  film(url) {
    this.filmed = true;
    this.loading = true;
    this.video.src = url;
    this.watch();
    this.video.currentTime = timeOf(this.times, this.place);
  }

  setMarker(marker) {
    this.marker = marker;
    if (!this.playing) this.redraw();
  }

  // How many pixels the canvas has: those of the screen, but no more than are worth it.
  fit() {
    const box = this.canvas.parentElement.getBoundingClientRect();
    const width = Math.min(Math.round(box.width * devicePixelRatio * this.scale) || this.width, Math.max(this.width, 1280), 2560);
    const height = Math.max(1, Math.round((width * box.height) / Math.max(1, box.width)));
    if (this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.redraw();
  }

  async play() {
    if (!this.filmed) return;
    if (this.place >= this.times.length - 1) await this.seek(0);
    await this.video.play().catch(() => {});
  }

  pause() {
    this.video.pause();
  }

  // Go to a place; what is asked meanwhile replaces what was asked.
  seek(place) {
    const last = this.times.length - 1;
    this.wanted = Math.min(last, Math.max(0, place));
    if (!this.filmed) {
      this.place = this.wanted;
      this.wanted = null;
      this.onPlace(this.place);
      return Promise.resolve();
    }
    this.pause();
    this.still = null;
    if (!this.video.seeking) this.video.currentTime = timeOf(this.times, this.wanted);
    return new Promise((done) => this.video.addEventListener("seeked", done, { once: true }));
  }

  // Some browsers do not tell of the frame that a seek ends at, so it is drawn here, too.
  seeked() {
    if (!this.filmed) return;
    if (this.wanted !== null && placeAt(this.times, this.video.currentTime) !== this.wanted) {
      this.video.currentTime = timeOf(this.times, this.wanted);
      return;
    }
    this.wanted = null;
    if (this.tells !== undefined) this.present(this.video.currentTime);
    // A picture without a time could be the one before the seek: whether pictures tell is seen when that is over.
    else setTimeout(() => this.video.seeking || this.tells !== undefined || this.present(this.video.currentTime), 250);
  }

  paused() {
    this.onState();
  }

  // Anew for every film: loading one forgets who watched the last.
  watch() {
    const { video } = this;
    if (this.watching) video.cancelVideoFrameCallback(this.watching);
    const each = (_, metadata) => {
      this.present(metadata.mediaTime);
      this.watching = video.requestVideoFrameCallback(each);
    };
    this.watching = video.requestVideoFrameCallback(each);
  }

  // A new frame is on screen.
  present(mediaTime) {
    if (!this.filmed) return;
    this.still = null;
    this.loading = false;
    this.mediaTime = mediaTime;
    this.drawFilm();
  }

  // The picture that can be had may be an earlier or a later one than the browser told of, so where pictures know
  // their time, that counts.  (Firefox gives them none: next to nothing, whatever the frame.)
  drawFilm() {
    if (typeof VideoFrame === "undefined") this.tells = false;
    if (this.tells !== false) {
      const frame = new VideoFrame(this.video);
      const own = frame.timestamp / 1e6;
      if (own >= 0.001) this.tells = true;
      else if (this.tells === undefined && placeAt(this.times, this.mediaTime) > 0) this.tells = false;
      if (this.tells !== false) this.draw(frame, placeAt(this.times, own));
      frame.close();
    }
    if (this.tells === false) this.draw(this.video, placeAt(this.times, this.mediaTime));
  }

  // A picture of a place from the server, finer than the film or before there is one.
  showStill(bitmap, place) {
    if (place !== this.place || this.playing) return;
    this.still = bitmap;
    this.draw(bitmap, place);
  }

  redraw() {
    if (this.still) this.draw(this.still, this.place);
    else if (this.filmed && !this.loading && !this.video.seeking && this.video.readyState >= 2) this.drawFilm();
  }

  draw(picture, place) {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (this.marker) {
      context.setTransform(canvas.width / this.width, 0, 0, canvas.height / this.height, 0, 0);
      this.marker.draw(context, place);
    }
    this.place = place;
    this.onPlace(place);
  }
}
