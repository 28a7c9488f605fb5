"""``track.csv``: one player's boxes as text.

Header ``frame,left,top,width,height,score``; frames are those of the *video file* counted from 1
as in MOTChallenge; a frame in which the player is lost has no row.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.model import BadInputError, ClipInfo, State, Track, lost_rows

HEADER = ["frame", "left", "top", "width", "height", "score"]


def write_track(path: Path, track: Track, first_frame: int = 0) -> None:
    """Write *track*, whose frame 0 is the video's frame *first_frame* (from 0)."""
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


def read_track(path: Path) -> tuple[Track, int]:
    """Read a track file; return the track and the video's frame (from 0) that its frame 0 is.

    The track begins at the first row and ends at the last.  Raises BadInputError when the file is
    missing, has no rows or a row that is not numbers.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"The track file {path} cannot be read ({error}).") from error
    rows: dict[int, tuple[float, ...]] = {}
    for number, row in enumerate(csv.reader(lines), start=1):
        if not row or (number == 1 and row[0].strip() == HEADER[0]):
            continue
        try:
            values = tuple(float(value) for value in row[:6])
            frame = int(values[0])
            left, top, width, height = values[1:5]
        except ValueError:
            raise BadInputError(
                f"Line {number} of {path} is not 'frame,left,top,width,height,score'."
            ) from None
        if frame < 1 or width <= 0 or height <= 0 or not np.isfinite(values).all():
            raise BadInputError(
                f"Line {number} of {path} needs a frame from 1 and a width and height above 0."
            )
        if frame in rows:
            raise BadInputError(f"Line {number} of {path} gives frame {frame} a second time.")
        rows[frame] = (left, top, left + width, top + height, values[5] if len(values) > 5 else 1.0)
    if not rows:
        raise BadInputError(f"The track file {path} has no rows; follow a player first with 'hccv track'.")
    first, last = min(rows), max(rows)
    xyxy, scores, states = lost_rows(last - first + 1)
    for frame, (*box, score) in rows.items():
        xyxy[frame - first], scores[frame - first], states[frame - first] = box, score, State.OBSERVED
    return Track(xyxy, scores, states), first - 1


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
    return Track(xyxy, scores, states)
