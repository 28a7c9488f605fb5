"""What every deliverer must keep to, as a plain function that asserts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from highlight_cuts_cv.contracts import DeliveredClip, Deliverer, DeliverJob
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import Mark, State, Track
from highlight_cuts_cv.testing.outputs import check_cancelled, check_written, content_hash
from highlight_cuts_cv.testing.synthetic import make_counting_clip

_TIMELINE = (
    '{"OTIO_SCHEMA": "Timeline.1", "name": "edit", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}}'
)


def check_deliverer(deliverer: Deliverer, output: Path) -> None:
    """Assert that *deliverer* writes *output* and nothing else of the user's, again and for clips without a player.

    *output* is a file name with the deliverer's suffix in an empty folder: a recording is made beside it.
    Checked are a timeline with clips of all kinds, one in which nobody was followed, a file that is there
    already, and that a cancelled job leaves nothing behind.
    """
    folder = output.parent
    assert not any(folder.iterdir()), "check_deliverer needs an empty folder"
    recording = make_counting_clip(folder / "a recording.mp4", 24)
    hashed = content_hash(recording)
    job = _job(recording, output)
    check_cancelled(lambda: deliverer.deliver(replace(job, cancelled=lambda: True)), folder)
    bare = [replace(each, tracks={}, render=None, marks=()) for each in job.clips]
    for changed in (job, job, replace(job, clips=bare)):
        check_written(deliverer.deliver(changed), folder, recording, hashed)


def _job(recording: Path, output: Path) -> DeliverJob:
    info = probe(recording)
    boxes = np.tile(np.array([20, 20, 40, 70], np.float32), (12, 1))
    seen = np.arange(12) < 6
    boxes[~seen] = np.nan
    states = np.where(seen, State.OBSERVED, State.LOST).astype(np.uint8)
    track = Track(boxes, seen.astype(np.float32), states)
    followed = DeliveredClip(
        clip=clip_of(info, 0, 12, clip_id="01-goal", name='Goal; the "first"'),
        name='Goal; the "first"',
        track_name="V1",
        position=5,
        frame_count=12,
        tail=2,
        tracks={"Zoë": track, "Bo": track},
        render=recording,
        marks=(Mark(0, 1, "Zoë: 90% sure"), Mark(6, 6, "Zoë is lost: left the picture", doubtful=True)),
    )
    other = DeliveredClip(
        clip=clip_of(info, 12, 24, clip_id="02-rest", name=""),
        name="",
        track_name="V2",
        position=20,
        frame_count=12,
    )
    return DeliverJob(
        name="An edit", rate=info.rate, clips=(followed, other), timeline=_TIMELINE, output=output
    )
