"""What every exporter must keep to, as a plain function that asserts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from highlight_cuts_cv.contracts import Exporter, ExportJob
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import (
    HighlightCutsError,
    Placement,
    Sprite,
    SpriteTrack,
    State,
    Track,
)
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.testing.outputs import check_cancelled, check_written, content_hash
from highlight_cuts_cv.testing.synthetic import make_counting_clip

COUNT = 12
RATE = Fraction(25)


def check_exporter(exporter: Exporter, output: Path) -> None:
    """Assert that *exporter* writes *output* and nothing else of the user's, again and for hard tracks.

    *output* is a file name with the exporter's suffix in an empty folder: a recording is made beside it.
    Checked are a usual track, one that is lost for a while, one that nothing is drawn for, one of a
    single frame, a file that is there already, and that a cancelled job leaves nothing behind.
    """
    folder = output.parent
    assert not any(folder.iterdir()), "check_exporter needs an empty folder"
    recording = make_counting_clip(folder / "a recording.mp4", COUNT, RATE)
    hashed = content_hash(recording)
    job = _job(recording, output)

    check_cancelled(lambda: exporter.export(replace(job, cancelled=lambda: True)), folder)
    seen = np.arange(COUNT) % 6 < 3
    for changed in (
        job,
        replace(job, track=_track(seen), sprites=_sprites(seen)),
        replace(job, track=_track(np.zeros(COUNT, bool)), sprites=SpriteTrack()),
        _first_frame_of(job),
    ):
        try:
            path = exporter.export(changed)
        except HighlightCutsError:
            # An overlay of nothing is none; a sentence may say so.
            assert not changed.sprites.placements, "what can be drawn can be written"
            continue
        check_written(path, folder, recording, hashed)


def _job(recording: Path, output: Path) -> ExportJob:
    everywhere = np.ones(COUNT, bool)
    return ExportJob(
        clip=clip_of(probe(recording)),
        track=_track(everywhere),
        sprites=_sprites(everywhere),
        output=output,
        media=PyAvKit(),
    )


def _first_frame_of(job: ExportJob) -> ExportJob:
    one = np.ones(1, bool)
    return replace(job, clip=replace(job.clip, frame_count=1), track=_track(one), sprites=_sprites(one))


def _track(seen: np.ndarray) -> Track:
    """A player who walks to the right, lost where *seen*, (F,) bool, is False."""
    xyxy = np.array([20, 20, 40, 70], np.float32) + np.arange(len(seen), dtype=np.float32)[:, None] * (
        1,
        0,
        1,
        0,
    )
    xyxy[~seen] = np.nan
    states = np.where(seen, State.OBSERVED, State.LOST).astype(np.uint8)
    return Track(xyxy.astype(np.float32), seen.astype(np.float32), states)


def _sprites(seen: np.ndarray) -> SpriteTrack:
    sprite = Sprite(np.full((6, 6, 4), 255, np.uint8))
    return SpriteTrack([Placement(int(i), sprite, 27.5 + float(i), 8.25) for i in np.flatnonzero(seen)])
