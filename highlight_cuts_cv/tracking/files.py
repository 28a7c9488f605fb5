"""``track.csv``: one player's boxes as text, and ``track.doubts.json``: where they are in doubt.

Header ``frame,left,top,width,height,score``; frames are those of the *video file* counted from 1
as in MOTChallenge; a frame in which the player is lost has no row.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.model import BadInputError, ClipInfo, State, Track, doubts_within, lost_rows
from highlight_cuts_cv.tracking.doubt_files import read_doubts, write_doubts

HEADER = ["frame", "left", "top", "width", "height", "score"]

MAX_FRAME = 10_000_000
"""46 hours at 60 frames a second: a greater number is a mistake, and memory for every frame up to it no use."""

MAX_PIXELS = 1_000_000
"""No picture is as wide."""


def write_track(path: Path, track: Track, first_frame: int = 0) -> None:
    """Write *track*, whose frame 0 is the video's frame *first_frame* (from 0), and its doubts beside it."""
    with (
        writing_sentences(path),
        atomic_output(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for index in np.flatnonzero(track.visible):
            x1, y1, x2, y2 = (float(v) for v in track.xyxy[index])
            row = [f"{v:.2f}" for v in (x1, y1, x2 - x1, y2 - y1)]
            writer.writerow([first_frame + int(index) + 1, *row, f"{float(track.scores[index]):.3f}"])
    write_doubts(path, track, first_frame)


def read_track(path: Path) -> tuple[Track, int]:
    """Read a track file; return the track and the video's frame (from 0) that its frame 0 is.

    The track begins at the first row and ends at the last, and has the doubts that were written with it.  Raises BadInputError, naming the line, for
    what is no row of numbers, a frame that is not a whole number from 1 to :data:`MAX_FRAME` or is there
    twice, a box without a size or far outside any picture, and a score outside 0 to 1; and when the file
    is missing or has no rows.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        table = list(enumerate(csv.reader(lines), start=1))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"The track file {path} cannot be read ({error}).") from error
    rows: dict[int, list[float]] = {}
    for number, row in table:
        if not row or (number == 1 and row[0].strip() == HEADER[0]):
            continue
        try:
            frame, box = _read_row(row)
        except BadInputError as error:
            raise BadInputError(f"Line {number} of {path} {error}") from None
        if frame in rows:
            raise BadInputError(f"Line {number} of {path} gives frame {frame} a second time.")
        rows[frame] = box
    if not rows:
        raise BadInputError(f"The track file {path} has no rows; follow a player first with 'hccv track'.")
    first, last = min(rows), max(rows)
    xyxy, scores, states = lost_rows(last - first + 1)
    for frame, (*box, score) in rows.items():
        xyxy[frame - first], scores[frame - first], states[frame - first] = box, score, State.OBSERVED
    doubts = doubts_within(read_doubts(path), first - 1, len(scores))
    return Track(xyxy, scores, states, doubts), first - 1


def _read_row(row: list[str]) -> tuple[int, list[float]]:
    """A line's frame and its x1, y1, x2, y2, score.  Raises BadInputError, a sentence without its subject."""
    try:
        frame, left, top, width, height, score = (float(value) for value in [*row[:5], *(row[5:6] or ["1"])])
    except ValueError:
        raise BadInputError("is not 'frame,left,top,width,height,score'.") from None
    if not (frame.is_integer() and 1 <= frame <= MAX_FRAME):
        raise BadInputError(
            f"needs a frame that is a whole number from 1 to {MAX_FRAME}, but has {row[0].strip()}."
        )
    if not all(abs(value) <= MAX_PIXELS for value in (left, top, width, height)):
        raise BadInputError(f"needs a box in pixels, finite numbers of at most {MAX_PIXELS}.")
    # As a track stores them: what is too small for 32 bits has no size there.
    x1, y1, x2, y2 = np.array([left, top, left + width, top + height], np.float32)
    if not (x2 > x1 and y2 > y1):
        raise BadInputError("needs a width and height above 0.")
    if not 0 <= score <= 1:
        raise BadInputError(f"needs a score from 0 to 1, but has {row[5].strip()}.")
    return int(frame), [left, top, left + width, top + height, score]


def track_over_clip(path: Path, clip: ClipInfo) -> Track:
    """Read a track file and lay it over *clip*: frames that it says nothing about are lost.

    Raises BadInputError when the file cannot be read or none of its frames lies in the clip.
    """
    stored, first = read_track(path)
    offset = first - clip.first_frame
    start, stop = max(0, offset), min(clip.frame_count, offset + len(stored))
    if start >= stop:
        raise BadInputError(
            f"{path} follows the frames {first} to {first + len(stored) - 1}, none of which is rendered; "
            "check --range and that the track belongs to this video."
        )
    xyxy, scores, states = lost_rows(clip.frame_count)
    part = slice(start - offset, stop - offset)
    xyxy[start:stop], scores[start:stop], states[start:stop] = (
        stored.xyxy[part],
        stored.scores[part],
        stored.states[part],
    )
    doubts = doubts_within(stored.doubts, part.start, stop - start, shift=start)
    return Track(xyxy, scores, states, doubts)
