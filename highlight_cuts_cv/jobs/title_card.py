"""A title card at the front of a film: who is seen in it, as a still of two seconds without sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from highlight_cuts_cv.contracts import Cadence, Freeze, Watch
from highlight_cuts_cv.media.joining.concat import writing_folder
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.raw import raw_frames
from highlight_cuts_cv.media.reading.spans import clip_of
from highlight_cuts_cv.media.writing.presets import encode_settings
from highlight_cuts_cv.media.writing.writer import open_writer
from highlight_cuts_cv.model import BadInputError, ByteArray, Placement, Sprite, SpriteTrack
from highlight_cuts_cv.rendering.lettering import Font

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

SECONDS = Fraction(2)
MOST_LINES = 3
_DARK, _WHITE, _GREY, _RULE = (18, 20, 25), (245, 246, 248), (158, 164, 174), (74, 80, 92)
_NAME, _REST = 0.1, 0.042
"""Sizes of the first line and of those below, as shares of the picture's height, or of as much of its width."""
_MOST_REST = 0.6
"""Of the name's size: what the lines below have at most."""
_SMALLER = 1.3
"""Times the room: a longer name is broken in two."""
_ROOM = 0.8
"""Of the picture's width: what a line may take, or it is set smaller."""


def title_lines(texts: Sequence[str]) -> list[str]:
    """The lines of a title card, the name first.  Raises BadInputError for too many, an empty one or signs without a font."""
    lines = [" ".join(text.split()) for text in texts]
    if len(lines) > MOST_LINES:
        raise BadInputError(
            f"A title card has at most {MOST_LINES} lines, and {len(lines)} are given; join some of them."
        )
    font = Font()
    for line in lines:
        font.check(line, "The title card")
    return lines


@contextmanager
def titled(
    films: Sequence[Path], lines: Sequence[str], output: Path, watch: Watch
) -> Iterator[tuple[list[Path], Watch]]:
    """*films* with a card that shows *lines* before them, while *output* is made of them, and who looks on at that.

    Without lines they come as they are.  Raises BadInputError, JobFailedError and CancelledError.
    """
    if not lines or not films:
        yield list(films), watch
        return
    with writing_folder(output) as folder:
        card = write_card(films[0], lines, folder)
        told = replace(watch, warn=lambda sentence: None if str(card) in sentence else watch.warn(sentence))
        yield [card, *films], told


def write_card(model: Path, lines: Sequence[str], folder: Path) -> Path:
    """Write a film of the card in the size, rate, kind and colours of the film *model* into *folder*; its path.

    Raises BadInputError when the model cannot be read, JobFailedError when something cannot be written.
    """
    from highlight_cuts_cv.rendering.compositor import Compositor

    info = load(model).info
    clip = clip_of(replace(info, audio=()), 0, 1)
    card = Sprite(card_picture(lines, clip.width, clip.height, info.sample_aspect_ratio))
    compositor = Compositor(SpriteTrack((Placement(0, card, 0.0, 0.0),)))
    settings = encode_settings("match", clip)
    cadence = Cadence(info.rate, 1, Freeze(0, SECONDS - 1 / info.rate))
    path = folder / ("title.mp4" if settings.encoder.startswith("libx26") else "title.mov")
    with open_writer(path, clip, settings, cadence) as writer:
        for frame in raw_frames(clip, cadence):
            compositor.apply(frame)
            writer.write(frame)
    return path


def card_picture(lines: Sequence[str], width: int, height: int, aspect: Fraction = Fraction(1)) -> ByteArray:
    """The card, (height, width, 4) uint8 RGBA and opaque, for pixels that are *aspect* times as wide as high."""
    from PIL import Image, ImageDraw

    wide = max(1, round(width * aspect))
    image = Image.new("RGB", (wide, height), _DARK)
    draw = ImageDraw.Draw(image)
    side, room, font = min(1.6 * wide, height), _ROOM * wide, Font()
    name = _broken(font, lines[0], side * _NAME, room)
    large = _fitting(font, name, side * _NAME, room)
    small = _fitting(font, lines[1:], min(side * _REST, _MOST_REST * large.size), room)
    # Capitals are 0.73 of the size high; what hangs below the last line does not move the block.
    steps = [(line, large, _WHITE, 1.2 * large.size) for line in name]
    steps += [(line, small, _GREY, 1.6 * small.size) for line in lines[1:]]
    gap = 0.045 * side
    total = sum(step for *_, step in steps) - steps[0][3] + 0.73 * large.size + (2 * gap if lines[1:] else 0)
    at, middle = (height - total) / 2 + 0.73 * large.size - steps[0][3], wide / 2
    for number, (line, each, color, step) in enumerate(steps):
        if number == len(name):
            thick, half = max(1.0, 0.003 * side), 0.07 * side
            top = at + gap + 0.1 * small.size
            draw.rectangle((middle - half, top, middle + half, top + thick), fill=_RULE)
            at += 2 * gap
        at += step
        draw.text((middle, at), line, fill=color, font=each, anchor="ms")
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., :3] = np.asarray(image.resize((width, height)))
    return rgba


def _broken(font: Font, name: str, size: float, room: float) -> list[str]:
    """The name in two lines where one would have to be much smaller."""
    words = name.split()
    if font.sized(size).getlength(name) <= _SMALLER * room or len(words) < 2:
        return [name]
    each = font.sized(size)
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return [*min(halves, key=lambda pair: max(map(each.getlength, pair)))]


def _fitting(font: Font, lines: Sequence[str], size: float, room: float) -> FreeTypeFont:
    """The font at *size*, or smaller where a line would be longer than *room* pixels."""
    longest = max((font.sized(size).getlength(line) for line in lines), default=0.0)
    return font.sized(max(1.0, size * min(1.0, room / max(longest, 1.0))))
