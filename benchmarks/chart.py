"""Draws how each run went: a strip of time, green where the marker was right, red where it was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scoring import Box, is_on

CERTAINLY_ON, ON, WRONG, MISSING = "Oox."
COLOURS = {CERTAINLY_ON: "#2e7d32", ON: "#a5d6a7", WRONG: "#c62828", MISSING: "#bdbdbd"}
MEANINGS = {
    CERTAINLY_ON: "right, confidence 0.9 and more",
    ON: "right",
    WRONG: "wrong",
    MISSING: "no marker, player visible",
}
_WIDTH, _ROW, _LABEL, _TEXT = 560, 13, 190, 10


@dataclass(frozen=True, slots=True)
class Strip:
    """One run: its name and its course, a character for each frame in which the player is visible."""

    name: str
    course: str


def course(
    truth: Mapping[int, Box], shown: Mapping[int, Box], certain: Sequence[int], start: int, end: int
) -> str:
    """What was shown in the frames from *start* to *end* that have a truth, as in :data:`MEANINGS`.

    *certain* are the frames whose confidence is high.
    """
    letters = []
    for frame in sorted(frame for frame in truth if start <= frame <= end):
        if frame not in shown:
            letters.append(MISSING)
        elif is_on(shown[frame], truth[frame]):
            letters.append(CERTAINLY_ON if frame in certain else ON)
        else:
            letters.append(WRONG)
    return "".join(letters)


def draw(strips: Sequence[Strip]) -> str:
    """An SVG picture with one strip below another, each as wide as the others."""
    height = _ROW * (len(strips) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="{_TEXT}">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, strip in enumerate(strips):
        top = number * _ROW
        lines.append(f'<text x="2" y="{top + _TEXT}">{strip.name}</text>')
        at, share = 0, _WIDTH / max(1, len(strip.course))
        for letter, group in groupby(strip.course):
            count = len(list(group))
            lines.append(
                f'<rect x="{_LABEL + at * share:.1f}" y="{top + 1}" width="{count * share:.1f}" '
                f'height="{_ROW - 2}" fill="{COLOURS[letter]}"/>'
            )
            at += count
    for place, (letter, meaning) in enumerate(MEANINGS.items()):
        left, top = 2 + place * (_LABEL + _WIDTH) / len(MEANINGS), height - _ROW
        lines.append(
            f'<rect x="{left}" y="{top}" width="{_TEXT}" height="{_TEXT}" fill="{COLOURS[letter]}"/>'
        )
        lines.append(f'<text x="{left + 1.4 * _TEXT}" y="{top + _TEXT - 1}">{meaning}</text>')
    return "\n".join([*lines, "</svg>", ""])
