"""Follows every target of a footage folder once and keeps what came out, for whoever wants to measure it.

Following takes most of the time of any measurement, so it is done once: a file for each run, and runs
that are there already are not made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scoring import Box, Target, picks, read_truth

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.model import BoundingBox, Doubt, Track, Why
from highlight_cuts_cv.tracking.picks import Pick


@dataclass(frozen=True, slots=True)
class Recording:
    """One run: whom it was to follow, the frame of its pick (from 1), and the track from the target's start."""

    target: Target
    picked: int
    track: Track
    truth: dict[int, Box]


def recorded(
    footage: Path, targets: Sequence[Target], kept: Path, offsets: Sequence[float], jitter: int, tracker: str
) -> Iterator[Recording]:
    """Every target followed from the true box in the labelled frames nearest to *offsets* (seconds after its
    start), and *jitter* times more from the first of them, the box a little moved.

    Tracks lie in the folder *kept*.
    """
    kept.mkdir(parents=True, exist_ok=True)
    for target in targets:
        truth = read_truth(footage / target.sequence / "gt.txt", target.player)
        seen = sorted(frame for frame in truth if target.start <= frame <= target.end)
        frames = [min(seen, key=lambda f: abs(f - seen[0] - offset * target.fps)) for offset in offsets]
        for frame in dict.fromkeys(frames):
            for attempt, box in enumerate(picks(target, truth[frame], jitter if frame == frames[0] else 0)):
                name = f"{target.sequence}-{target.player}-{target.start}-{frame}-{attempt}.npz"
                track = _followed(footage, target, frame, box, kept / name, kept / "analysis", tracker)
                yield Recording(target, frame, track, truth)


def _followed(
    footage: Path, target: Target, frame: int, box: Box, file: Path, analysis: Path, tracker: str
) -> Track:
    if file.exists():
        with np.load(file) as stored:
            doubts = [
                Doubt(int(a), int(b), Why(why))
                for (a, b), why in zip(stored["spans"], stored["why"], strict=True)
            ]
            return Track(stored["xyxy"], stored["scores"], stored["states"], tuple(doubts))
    clip = video_clip(footage / target.sequence / "video.mp4", f"{target.start - 1}:{target.end}")
    left, top, width, height = box
    pick = Pick(frame - target.start, box=BoundingBox(left, top, left + width, top + height))
    setup = Setup(tracker=parse_choice(tracker))
    with workbench(clip, setup, analysis) as bench:
        track = follow_on(bench, [pick], setup)
    arrays: dict[str, NDArray[np.generic]] = {
        "xyxy": track.xyxy,
        "scores": track.scores,
        "states": track.states,
        "spans": np.array([(doubt.start, doubt.stop) for doubt in track.doubts], np.int64).reshape(-1, 2),
        "why": np.array([str(doubt.why) for doubt in track.doubts], "U32"),
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return track
