// The indicator's own sprites at its own places, as the film will have them.

export class Marker {
  constructor(data, pictures) {
    this.width = data.width;
    this.height = data.height;
    this.frames = data.frames;
    this.shades = data.shades;
    // Where a picture stands still before it plays on, and for how many seconds; null where none does.
    this.hold = data.hold;
    // The places [first, stop] that are told of by now: the rest of the film has no markers yet; null when that is all.
    this.told = data.told_of;
    this.pictures = pictures;
  }

  static async load(path, signal) {
    const response = await fetch(path, { signal });
    return response.ok ? Marker.of(await response.json()) : null;
  }

  static async of(data) {
    const pictures = await Promise.all(data.sprites.map(decoded));
    return new Marker(data, pictures);
  }

  // Draw what is drawn in the frame at a place; the context's unit is a pixel of the clip.
  draw(context, place) {
    const shade = this.shades?.[place];
    if (shade) darken(context, shade, this.width, this.height);
    for (const [sprite, x, y, opacity] of this.frames[place] ?? []) {
      context.globalAlpha = opacity;
      context.drawImage(this.pictures[sprite], x, y);
    }
    context.globalAlpha = 1;
  }
}

function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

// Black over all but an ellipse with a soft edge: as dark outside as `strength` says.
function darken(context, [x, y, halfWidth, halfHeight, strength, softness], width, height) {
  context.save();
  context.translate(x, y);
  context.scale(Math.max(halfWidth, 0.001), Math.max(halfHeight, 0.001));
  const soft = Math.max(softness, 0.001);
  const inner = Math.max(0, 1 - soft);
  const outer = 1 + soft;
  const gradient = context.createRadialGradient(0, 0, inner, 0, 0, outer);
  const steps = 24;
  for (let step = 0; step <= steps; step++) {
    const radius = inner + ((outer - inner) * step) / steps;
    const inside = Math.min(1, Math.max(0, (outer - radius) / (2 * soft)));
    const light = inside * inside * (3 - 2 * inside);
    gradient.addColorStop(step / steps, `rgb(0 0 0 / ${strength * (1 - light)})`);
  }
  context.fillStyle = gradient;
  const left = -x / halfWidth;
  const top = -y / halfHeight;
  context.fillRect(left, top, width / halfWidth, height / halfHeight);
  context.restore();
}
