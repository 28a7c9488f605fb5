"""What every detector, tracker and indicator must keep to, as plain functions that assert."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np

from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.contracts import Detector, DrawJob, Indicator, Tracker, TrackJob
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import (
    Anchor,
    BoundingBox,
    ByteArray,
    CancelledError,
    ClipInfo,
    Detections,
    Frame,
    MediaInfo,
    Region,
    State,
    Track,
)

WIDTH, HEIGHT, COUNT = 320, 240, 12
RATE = Fraction(25)


class MemoryFrames:
    """A :class:`~highlight_cuts_cv.contracts.FrameSource` over pictures in memory, for tests."""

    def __init__(self, pictures: list[ByteArray]) -> None:
        self._frames = [Frame(i, i, 1 / RATE, picture) for i, picture in enumerate(pictures)]

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Frame:
        return self._frames[index]

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """Stream frames as a clip's source does."""
        chosen = self._frames[start:stop]
        return iter(chosen[::-1] if backward else chosen)


def moving_square(count: int = COUNT) -> tuple[list[ByteArray], list[BoundingBox]]:
    """Pictures of a textured square that moves 3 px a frame over noise, and where it is."""
    random = np.random.default_rng(1)
    ground = random.integers(90, 120, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    square = random.integers(0, 255, (64, 32, 3), dtype=np.uint8)
    pictures, boxes = [], []
    for i in range(count):
        x, y = 60 + 3 * i, 80
        picture = ground.copy()
        picture[y : y + 64, x : x + 32] = square
        pictures.append(picture)
        boxes.append(BoundingBox(x, y, x + 32, y + 64))
    return pictures, boxes


def memory_clip(count: int = COUNT) -> ClipInfo:
    """The description of a clip of *count* frames as :func:`moving_square` makes them."""
    media = MediaInfo(
        path=Path("memory.mp4"), width=WIDTH, height=HEIGHT, rate=RATE, time_base=1 / RATE, start_pts=0,
        frame_count=count, codec="rawvideo", pixel_format="yuv420p",
    )  # fmt: skip
    return ClipInfo(clip_id="memory", media=media, first_frame=0, frame_count=count, start_pts=0)


class KnownDetections:
    """A :class:`~highlight_cuts_cv.contracts.DetectionSource` with one known box per frame."""

    def __init__(self, boxes: list[BoundingBox]) -> None:
        self._boxes = boxes

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        return self[frame.index]

    def __getitem__(self, index: int) -> Detections:
        return Detections(np.array([self._boxes[index].as_xyxy()], np.float32), np.ones(1, np.float32))


def check_detector(detector: Detector) -> None:
    """Assert shapes, ranges and order of results, that regions are kept to and pictures left as they were.

    People are looked for in pictures of a real clip, too: what finds nobody is in nobody's wrong place.
    """
    assert detector.detect([]) == [], "no frames must give no results"
    assert detector.detect([], []) == [], "no frames and no regions must give no results"
    drawn = [Frame(i, i, 1 / RATE, picture) for i, picture in enumerate(moving_square(2)[0])]
    real = _real_frames()
    for frames in (drawn[:1], drawn, real):
        width, height = frames[0].width, frames[0].height
        left = Region(-20, 10.5, 0.6 * width, height)
        right = Region(0.6 * width, -5, width + 9.5, 0.9 * height)
        # Whoever ignores the regions, or takes one frame's for another, has a box in a wrong half.
        for regions in (None, [left, right], [right, left]):
            given = None if regions is None else regions[: len(frames)]
            parts: list[Region | None] = [*given] if given else [None] * len(frames)
            before = [frame.bgr.copy() for frame in frames]
            results = detector.detect(frames, given)
            assert isinstance(results, list) and len(results) == len(frames), (
                "one Detections per frame, in a list"
            )
            for frame, picture, found, region in zip(frames, before, results, parts, strict=True):
                assert np.array_equal(frame.bgr, picture), (
                    "the pictures belong to others: leave them as they are"
                )
                _check_detections(found, frame, region)


def _check_detections(found: Detections, frame: Frame, region: Region | None) -> None:
    assert isinstance(found, Detections)
    assert found.xyxy.dtype == np.float32 and found.scores.dtype == np.float32
    assert ((found.scores >= 0) & (found.scores <= 1)).all(), "scores lie in 0..1"
    assert (np.diff(found.scores) <= 0).all(), "best first"
    assert (found.xyxy[:, 2:] > found.xyxy[:, :2]).all(), "boxes have an area"
    limits = np.array([frame.width, frame.height, frame.width, frame.height])
    assert ((found.xyxy >= 0) & (found.xyxy <= limits)).all(), "boxes lie inside the picture"
    if region is not None:
        # A region cuts through pixels: the part that is searched may reach to their far sides.
        inside = (found.xyxy[:, :2] >= np.floor([region.x1, region.y1]) - 1) & (
            found.xyxy[:, 2:] <= np.ceil([region.x2, region.y2]) + 1
        )
        assert inside.all(), "with regions, only a frame's own region is searched"


def _real_frames() -> list[Frame]:
    """Two pictures of the embedded clip, with people on either side."""
    path = Path(str(files("highlight_cuts_cv") / "data" / "crossing.mp4"))
    with open_frames(clip_of(probe(path))) as frames:
        return [frames[0], frames[10]]


def check_tracker(tracker: Tracker) -> None:
    """Assert that a tracker follows an easy square, keeps anchors, clip ends and cancelling."""
    pictures, boxes = moving_square()
    for frame_index in (0, COUNT // 2, COUNT - 1):
        track = tracker.track(_track_job(pictures, boxes, (Anchor(frame_index, boxes[frame_index]),)))
        assert isinstance(track, Track) and len(track) == COUNT, "a track has as many frames as the clip"
        assert track.states[frame_index] == State.ANCHOR, "an anchor's frame says so"
        assert ((track.scores >= 0) & (track.scores <= 1)).all(), "scores lie in 0..1"
        for i in np.flatnonzero(track.visible):
            x, y = (track.xyxy[i, :2] + track.xyxy[i, 2:]) / 2
            assert boxes[i].x1 <= x <= boxes[i].x2 and boxes[i].y1 <= y <= boxes[i].y2, (
                f"off the square in frame {i}"
            )
    absent = (Anchor(0, boxes[0]), Anchor(COUNT - 1, None))
    assert tracker.track(_track_job(pictures, boxes, absent)).states[-1] == State.LOST, (
        "'not visible' means lost"
    )
    single = tracker.track(_track_job(pictures[:1], boxes, (Anchor(0, boxes[0]),)))
    assert len(single) == 1 and single.visible.all(), "a clip of one frame is a clip"
    try:
        tracker.track(_track_job(pictures, boxes, (Anchor(0, boxes[0]),), cancelled=True))
    except CancelledError:
        return
    raise AssertionError("a cancelled job must raise CancelledError")


def _track_job(
    pictures: list[ByteArray], boxes: list[BoundingBox], anchors: tuple[Anchor, ...], cancelled: bool = False
) -> TrackJob:
    frames, detections = MemoryFrames(pictures), KnownDetections(boxes)
    return TrackJob(
        clip=memory_clip(len(pictures)),
        frames=frames,
        anchors=anchors,
        detections=detections,
        scene=Scene(frames, detections, float(RATE)),
        cancelled=lambda: cancelled,
    )


def check_indicator(indicator: Indicator) -> None:
    """Assert that sprites appear exactly where the marker is visible, for any player size."""
    for height in (4.0, 60.0, 1500.0):
        opacity = np.array([1, 1, 0.5, 0, 0, 1, 1, 1, 1, 1, 1, 1], np.float32)
        xyxy = np.tile(np.array([100, 80, 100 + height / 2, 80 + height], np.float32), (COUNT, 1))
        xyxy += np.linspace(-150, 250, COUNT, dtype=np.float32)[:, None]  # leaves the picture on both sides
        track = Track(xyxy.copy(), np.ones(COUNT, np.float32), np.full(COUNT, State.OBSERVED, np.uint8))
        job = DrawJob(
            clip=memory_clip(),
            track=track,
            xyxy=xyxy,
            heights=np.full(COUNT, height, np.float32),
            opacity=opacity,
        )
        drawn = indicator.draw(job)
        placements, shades = drawn.placements, drawn.shades
        frames = [placement.frame_index for placement in placements]
        assert frames == sorted(frames), "placements are sorted by frame"
        shaded = [shade.frame_index for shade in shades]
        assert len(set(shaded)) == len(shaded), "a frame has at most one shade"
        frames += shaded
        assert set(frames) <= set(np.flatnonzero(opacity).tolist()), "nothing is drawn where opacity is 0"
        in_picture = (xyxy[:, 2] > 0) & (xyxy[:, 3] > 0) & (xyxy[:, 0] < WIDTH) & (xyxy[:, 1] < HEIGHT)
        assert set(np.flatnonzero((opacity > 0) & in_picture).tolist()) <= set(frames), (
            "every visible frame is marked"
        )
        for shade in shades:
            assert np.isfinite([shade.x, shade.y, shade.half_width, shade.half_height]).all()
            limit = 0.5 + 1e-6 if shade.frame_index == 2 else 1
            assert 0 < shade.strength <= limit, "the job's opacity fades the shade, too"
        for placement in placements:
            assert np.isfinite([placement.x, placement.y]).all()
            assert 0 < placement.opacity <= 1, "opacity lies in 0..1"
            if placement.frame_index == 2:
                assert placement.opacity <= 0.5 + 1e-6, "the job's opacity fades the marker"
