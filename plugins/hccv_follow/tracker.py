"""Follows from every anchor in both directions and joins what the anchors say."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from hccv_follow.duel import settle
from hccv_follow.finish import SKIPPED, bridge, drop_flashes, fill_skipped, smooth
from hccv_follow.follower import Follower
from hccv_follow.join import join
from hccv_follow.net import CropNet
from hccv_follow.path import Path
from highlight_cuts_cv.api import Anchor, CancelledError, SceneSource, State, Track, TrackJob

Affine = NDArray[np.float64]


class FollowTracker:
    """See :class:`highlight_cuts_cv.api.Tracker`."""

    def __init__(self) -> None:
        self._net = CropNet()

    def track(self, job: TrackJob) -> Track:
        """Follow the anchors' player.  Raises ValueError without a scene, CancelledError when cancelled."""
        if job.scene is None:
            raise ValueError("the tracker 'follow' needs a job with a scene")
        count = job.clip.frame_count
        path = Path.lost(count)
        passes = _passes(job.anchors, count)
        total = sum(abs(stop - start) for _, start, stop in passes)
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            job.progress(min(done, total), total)
            if job.cancelled():
                raise CancelledError("Following was cancelled.")

        for pair in _pairs(passes):
            forward, backward = (
                None if one is None else self._pass(job, job.scene, *one, tick) for one in pair
            )
            merged = forward if backward is None else backward
            if forward is not None and backward is not None:
                merged = join(forward, backward, job.scene.cuts())
            if merged is not None:
                known = merged.shown
                path.boxes[known], path.scores[known] = merged.boxes[known], merged.scores[known]
        return _finished(path, job.scene, job.anchors, float(job.clip.rate))

    def _pass(
        self,
        job: TrackJob,
        scene: SceneSource,
        anchor: Anchor,
        start: int,
        stop: int,
        tick: Callable[[], None],
    ) -> Path:
        """From *anchor* in frame *start* on to *stop* (excluded; below *start* when backward), within its shot."""
        assert anchor.box is not None
        box = np.array(anchor.box.as_xyxy(), np.float64)
        eager, patient = self._run(job, scene, start, box, stop, None, tick)
        way = 1 if stop > start else -1
        order = np.arange(start, stop, way)

        def back(index: int, at: NDArray[np.float64], until: int) -> Path:
            return self._run(job, scene, index, at, until - way, False, lambda: None)[1]

        path = settle(eager, patient, order, float(job.clip.rate), back)
        _stop_at_cuts(path, scene.cuts(), start, stop)
        return path

    def _run(
        self,
        job: TrackJob,
        scene: SceneSource,
        start: int,
        box: NDArray[np.float64],
        stop: int,
        eager: bool | None,
        tick: Callable[[], None],
    ) -> tuple[Path, Path]:
        """Follow from *start* to *stop* (excluded): the eager and the patient follower's paths.

        They are one as long as both would do the same, and to the end when *eager* is given.
        """
        rate = float(job.clip.rate)
        paths = [Path.lost(job.clip.frame_count)]
        followers: list[Follower] = []
        backward = stop < start
        low, high = (stop + 1, start + 1) if backward else (start, stop)
        onward: Affine = np.eye(2, 3)
        for shown in scene.stream(low, high, backward):
            index, picture = shown.frame.index, shown.frame.bgr
            tick()
            everyone = None
            if shown.everyone is not None:
                everyone = np.column_stack([shown.everyone.xyxy, shown.everyone.scores])
            motion = _inverse(onward) if backward else shown.motion
            if not followers:
                followers.append(Follower(self._net, picture, box, rate, eager))
                paths[0].boxes[index], paths[0].scores[index] = box, 1.0
            else:
                for follower, path in zip(followers, paths, strict=True):
                    if follower.skip(motion):
                        path.scores[index] = SKIPPED
                    else:
                        path.boxes[index], path.scores[index] = follower.step(picture, motion, everyone)
            if len(followers) == 1 and followers[0].patient is not None:
                followers.append(followers[0].patient)
                paths.append(Path(paths[0].boxes.copy(), paths[0].scores.copy()))
            onward = shown.motion
        for path in paths:
            fill_skipped(path.boxes[low:high], path.scores[low:high], lambda index: scene.motion(low + index))
        return paths[0], paths[-1]


def _stop_at_cuts(path: Path, cuts: list[int], start: int, stop: int) -> None:
    """Beyond a cut nothing tells who is who until the user says so."""
    for cut in cuts:
        if stop < cut <= start:
            path.hide(slice(stop + 1, cut))
        elif start < cut < stop:
            path.hide(slice(cut, stop))


def _passes(anchors: tuple[Anchor, ...], count: int) -> list[tuple[Anchor, int, int]]:
    """(anchor, first frame, end frame) of every pass, backward ones with an end below the first frame.

    A pass ends at the next anchor, for what lies beyond is that one's to tell.
    """
    passes = []
    for place, anchor in enumerate(anchors):
        if anchor.box is None:
            continue
        before = anchors[place - 1].frame_index if place else -1
        after = anchors[place + 1].frame_index if place + 1 < len(anchors) else count
        if anchor.frame_index > before + 1:
            passes.append((anchor, anchor.frame_index, before))
        passes.append((anchor, anchor.frame_index, after))
    return passes


Pass = tuple[Anchor, int, int]


def _pairs(passes: list[Pass]) -> Iterator[tuple[Pass | None, Pass | None]]:
    """Passes that run towards each other over the same frames, as (forward, backward)."""
    forward: Pass | None = None
    for one in passes:
        _, start, stop = one
        if stop > start:
            if forward is not None:
                yield forward, None
            forward = one
        elif forward is not None and forward[2] == start:
            yield forward, one
            forward = None
        else:
            if forward is not None:
                yield forward, None
                forward = None
            yield None, one
    if forward is not None:
        yield forward, None


def _inverse(motion: Affine) -> Affine:
    """The (2, 3) map back; the follower runs backward with it."""
    linear = np.linalg.inv(motion[:, :2])
    return np.column_stack([linear, -linear @ motion[:, 2]])


def _finished(path: Path, scene: SceneSource, anchors: tuple[Anchor, ...], rate: float) -> Track:
    """Drop flashes, bridge gaps within a shot, smooth, and put the user's own boxes in their frames."""
    boxes, scores = path.boxes, path.scores
    count = len(boxes)
    absent = [anchor.frame_index for anchor in anchors if anchor.box is None]
    boxes[absent], scores[absent] = np.nan, 0
    limits = sorted({0, count, *scene.cuts(), *absent, *(index + 1 for index in absent)})
    observed = np.zeros(count, bool)
    for start, stop in itertools.pairwise(limits):
        part, sure = boxes[start:stop], scores[start:stop]

        def motions(index: int, start: int = start) -> Affine:
            return scene.motion(start + index)

        drop_flashes(part, sure, rate)
        observed[start:stop] = np.isfinite(part[:, 0])
        bridge(part, sure, motions, rate)
        boxes[start:stop] = smooth(part, motions)
    states = np.where(np.isfinite(boxes[:, 0]), State.INTERPOLATED, State.LOST).astype(np.uint8)
    states[observed] = State.OBSERVED
    for anchor in anchors:
        if anchor.box is not None:
            boxes[anchor.frame_index], scores[anchor.frame_index] = anchor.box.as_xyxy(), 1.0
            states[anchor.frame_index] = State.ANCHOR
    scores[states == State.LOST] = 0
    return Track(boxes.astype(np.float32), np.clip(scores, 0, 1).astype(np.float32), states)
