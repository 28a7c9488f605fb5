"""``track.doubts.json``, the companion of ``track.csv``: where the track is in doubt, and what to ask.

It holds a digest of its track file, so that it is not taken for another track's.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.files.texts import as_json
from highlight_cuts_cv.model import BadInputError, Doubt, Track, Why
from highlight_cuts_cv.tracking.doubts import settling_picks
from highlight_cuts_cv.tracking.picks import parse_pick


def doubts_path(track_file: Path) -> Path:
    """Where the doubts of a track file lie."""
    return track_file.with_name(f"{track_file.stem}.doubts.json")


def write_doubts(track_file: Path, track: Track, first_frame: int) -> None:
    """Write the doubts of *track*, as they belong to the file *track_file* that is there already.

    The track's frame 0 is the video's frame *first_frame* (from 0).
    """
    path = doubts_path(track_file)
    text = as_json(
        {
            "track": track_file.name,
            "sha256": _digest(track_file),
            "doubts": [_as_json(doubt, track, first_frame) for doubt in track.doubts],
        },
        indent=1,
    )
    with writing_sentences(path), atomic_output(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_doubts(track_file: Path) -> tuple[Doubt, ...]:
    """The doubts written with a track file, frames of the video from 0.

    None where there is no such file, or one of another track: of one that was changed since, or that is no
    doubts' file at all.
    """
    try:
        stored = json.loads(doubts_path(track_file).read_text(encoding="utf-8"))
        if stored["sha256"] != _digest(track_file):
            return ()
        return tuple(_from_json(one) for one in stored["doubts"])
    except (OSError, ValueError, TypeError, LookupError, BadInputError):
        return ()


def _as_json(doubt: Doubt, track: Track, first_frame: int) -> dict[str, Any]:
    return {
        "first_frame": first_frame + doubt.start + 1,
        "last_frame": first_frame + doubt.stop,
        "lost": not track.shows(doubt),
        "why": str(doubt.why),
        "picks": [str(pick) for pick in settling_picks(doubt, first_frame)],
    }


def _from_json(stored: dict[str, Any]) -> Doubt:
    picks = [parse_pick(text) for text in stored["picks"]]
    return Doubt(
        start=int(stored["first_frame"]) - 1,
        stop=int(stored["last_frame"]),
        why=Why(stored["why"]),
        ask=picks[0].frame_index if picks else None,
        candidates=tuple(pick.box for pick in picks if pick.box is not None),
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
