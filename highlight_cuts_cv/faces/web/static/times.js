// Which frame is on screen.  Places count the frames that the proxy shows, from 0.

// A film's clock rounds, but by less than this; frames are further apart.
const ROUNDED = 0.002;

// The place shown at a time of the film: the last one that has begun.  Some browsers tell a frame's own time, others
// the time within it that was asked for.
export function placeAt(times, seconds) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= seconds + ROUNDED) low = middle;
    else high = middle - 1;
  }
  return low;
}

// A time at which that place is on screen, whatever way it is rounded: the middle of its frame.
export function timeOf(times, place) {
  const last = times.length - 1;
  const length = place < last ? times[place + 1] - times[place] : last > 0 ? times[last] - times[last - 1] : 0.04;
  return times[place] + length / 2;
}

export function placeOfFrame(frames, frame) {
  let low = 0;
  let high = frames.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle] < frame) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && frame - frames[low - 1] < frames[low] - frame) return low - 1;
  return low;
}

export function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - 60 * minutes).toFixed(1).padStart(4, "0");
  return `${minutes}:${rest}`;
}
