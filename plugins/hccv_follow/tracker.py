"""Follows from every anchor in both directions and joins what the anchors say."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from numpy.typing import NDArray

from hccv_follow.beginning import begin
from hccv_follow.beside import Beside
from hccv_follow.crowd import Onlooker
from hccv_follow.duel import Return, settle
from hccv_follow.finish import bridge, drop_flashes, fill_skipped
from hccv_follow.follower import Follower
from hccv_follow.foresight import Foresight
from hccv_follow.join import join
from hccv_follow.net import CropNet
from hccv_follow.outline import outlined
from hccv_follow.pair import Pair
from hccv_follow.passes import Guide, Known, Pass, paired, planned
from hccv_follow.path import Path
from hccv_follow.record import Record
from hccv_follow.review import reviewed
from hccv_follow.rivals import outlived
from hccv_follow.seen import seen_in
from hccv_follow.settings import Settings
from hccv_follow.sight import Eye
from highlight_cuts_cv.api import CancelledError, Frame, SceneSource, State, Track, TrackJob

Affine = NDArray[np.float64]


class FollowTracker:
    """See :class:`highlight_cuts_cv.api.Tracker`.

    *record*, when given, is filled with the terms of every frame looked at; a pass that is known
    from an earlier run is then not taken from there, for nothing would be looked at.
    """

    def __init__(self, settings: Settings | None = None, record: Record | None = None) -> None:
        self._settings, self._record = settings or Settings(), record

    def track(self, job: TrackJob) -> Track:
        """Follow the anchors' player.  Raises ValueError without a scene, CancelledError when cancelled."""
        if job.scene is None:
            raise ValueError("the tracker 'follow' needs a job with a scene")
        count = job.clip.frame_count
        path = Path.lost(count)
        passes = planned(job.anchors, count)
        known = Known(count, job.store if self._record is None else None, self._settings)
        known.look_up(passes)
        frames = sum(len(one.order) for one in passes)
        run = _Run(job, job.scene, known, frames, self._settings, self._record)
        for pair in paired(passes):
            forward, backward = (None if one is None else run.followed(one) for one in pair)
            merged = forward if backward is None else backward
            if forward is not None and backward is not None:
                merged = join(forward, backward, job.scene.cuts(), self._settings.join)
            if merged is not None:
                path.put(merged, merged.shown)
        return _finished(path, job.scene, job, self._settings)


class _Run:
    """One job's passes."""

    def __init__(
        self,
        job: TrackJob,
        scene: SceneSource,
        known: Known,
        frames: int,
        settings: Settings,
        record: Record | None,
    ) -> None:
        self._s, self._record = settings, record
        self._job, self._scene, self._known = job, scene, known
        self._rate = float(job.clip.rate)
        # Every frame counts twice: following takes about as long as looking at everybody.
        self._done, self._limit, self._total = 0, 0, 2 * frames
        self._begun: tuple[tuple[float, ...], Follower] | None = None
        self._net: Future[CropNet] | None = None
        self._looking: Onlooker | None = None

    def followed(self, one: Pass) -> Path:
        """The pass's path, within its shot."""
        self._limit = self._done + 2 * len(one.order)
        path = self._known.get(one)
        if path is None:
            path = self._follow(one)
            self._known.add(one, path)
        self._tick(2 * len(one.order))
        _stop_at_cuts(path, self._scene.cuts(), one.start, one.stop)
        return path

    def _beginner(self, index: int, frame: Frame, box: NDArray[np.float64]) -> Follower:
        """A follower that has learnt the player in one frame; a pick's passes both ways begin with the same."""
        key = (index, *box)
        if self._begun is None or self._begun[0] != key:
            eye = Eye(self._loaded().result(), self._s.sight)
            beginning = begin(eye, frame, box, self._s)
            self._begun = key, Follower(eye, beginning, self._rate, self._s, self._record)
        return self._begun[1]

    def _loaded(self) -> Future[CropNet]:
        """The network, loaded while the first pictures are decoded."""
        if self._net is None:
            with_it = ThreadPoolExecutor(1)
            self._net = with_it.submit(CropNet)
            with_it.shutdown(wait=False)
        return self._net

    def _tick(self, frames: int) -> None:
        self._done = min(self._done + frames, self._limit)
        self._job.progress(self._done, self._total)
        if self._job.cancelled():
            raise CancelledError("Following was cancelled.")

    def _follow(self, one: Pass) -> Path:
        box = np.array(one.box, np.float64)
        guides = self._known.guides(one, self._rate)
        for guide in guides:
            if guide.agrees(one):
                return guide.path.part(one.order)
        path = self._reviewed(self._settled(one.start, box, one.stop, guides), one)
        for rival in self._known.rivals(one):
            path = outlived(path, rival, one.order, self._rate, self._back(one.way), self._s.duel)
        return path

    def _settled(self, start: int, box: NDArray[np.float64], stop: int, guides: Sequence[Guide] = ()) -> Path:
        """The path from *start* to *stop* (excluded), as two followers together say."""
        eager, patient = self._run(start, box, stop, guides=guides)
        way = 1 if stop > start else -1
        order = np.arange(start, stop, way)
        return settle(eager, patient, order, self._rate, self._back(way), self._s.duel)

    def _back(self, way: int) -> Return:
        """How a pass's path is followed back, against its *way*."""

        def back(index: int, at: NDArray[np.float64], until: int) -> Path:
            return self._run(index, at, until - way, eager=False)[1]

        return back

    def _reviewed(self, path: Path, one: Pass) -> Path:
        """The path, as everybody together say."""
        onlooker = self._onlooker()
        if onlooker is None:
            return path
        cuts = self._scene.cuts()
        path = reviewed(path, one.order, cuts, self._rate, onlooker.crowd, self._settled, self._s.review)
        onlooker.point_out(path, self._s.review.same)
        return path

    def _onlooker(self) -> Onlooker | None:
        """Who looks at everybody; nobody without a detector."""
        if self._looking is None and self._job.detections is not None:
            self._looking = Onlooker(
                self._scene,
                self._job.detections,
                (self._job.clip.width, self._job.clip.height),
                self._rate,
                lambda: self._tick(1),
                (self._s.tracklets, self._s.appearance, self._s.linking),
                seen_in(self._scene, self._s.appearance),
                self._job.company,
            )
        return self._looking

    def _beside(self, onlooker: Onlooker | None) -> AbstractContextManager[Beside | None]:
        """Who has the *onlooker* look at everybody while pictures stream by."""
        return nullcontext() if onlooker is None else Beside(onlooker.see, lambda: self._tick(1))

    def _run(
        self,
        start: int,
        box: NDArray[np.float64],
        stop: int,
        eager: bool | None = None,
        guides: Sequence[Guide] = (),
    ) -> tuple[Path, Path]:
        """Follow from *start* to *stop* (excluded): the eager and the patient follower's paths.

        With *eager* given it is that one's twice.
        """
        if self._record is not None:
            self._record.begin(start, stop, back=eager is not None)
        backward = stop < start
        low, high = (stop + 1, start + 1) if backward else (start, stop)
        last = low if backward else high - 1
        onward: Affine = np.eye(2, 3)
        pair: Pair | None = None
        onlooker = self._onlooker() if eager is None else None
        foresight = Foresight(self._rate, self._s.foresight)
        self._loaded()
        with self._beside(onlooker) as beside:
            for shown in self._scene.stream(low, high, backward):
                index = shown.frame.index
                if eager is None:
                    self._tick(1)
                everyone = None
                if shown.everyone is not None:
                    everyone = np.column_stack([shown.everyone.xyxy, shown.everyone.scores])
                motion = _inverse(onward) if backward else shown.motion
                onward = shown.motion
                if pair is None:
                    follower = self._beginner(index, shown.frame, box).clone(eager)
                    pair = Pair(follower, index, box, self._rate, self._job.clip.frame_count, self._s.duel)
                    continue
                boxes = pair.step(shown.frame, motion, everyone, index == last)
                if beside is not None and foresight.expects(boxes, everyone):
                    beside.see(shown.frame, foresight.box)
                guide = _guide(guides, index, boxes) if boxes else None
                if guide is not None:
                    rest = np.arange(index, stop, -1 if backward else 1)
                    for path in pair.paths:
                        path.put(guide.path, rest)
                    break
        assert pair is not None
        for path in pair.paths:
            fill_skipped(
                path.boxes[low:high], path.scores[low:high], lambda index: self._scene.motion(low + index)
            )
        return pair.paths


def _guide(guides: Sequence[Guide], index: int, boxes: list[NDArray[np.float64]]) -> Guide | None:
    """The known path that stands in from here on.  Every guide is told, for each counts for itself."""
    joined = [guide for guide in guides if guide.joined(index, boxes)]
    return joined[0] if joined else None


def _stop_at_cuts(path: Path, cuts: list[int], start: int, stop: int) -> None:
    """Beyond a cut nothing tells who is who until the user says so."""
    for cut in cuts:
        if stop < cut <= start:
            path.hide(slice(stop + 1, cut))
        elif start < cut < stop:
            path.hide(slice(cut, stop))


def _inverse(motion: Affine) -> Affine:
    """The (2, 3) map back; the follower runs backward with it."""
    linear = np.linalg.inv(motion[:, :2])
    return np.column_stack([linear, -linear @ motion[:, 2]])


def _finished(path: Path, scene: SceneSource, job: TrackJob, settings: Settings) -> Track:
    """Drop flashes, bridge gaps within a shot, and put the user's own boxes in their frames."""
    anchors, rate = job.anchors, float(job.clip.rate)
    extent = np.array([job.clip.width, job.clip.height])
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

        drop_flashes(part, sure, rate, settings.finish)
        observed[start:stop] = np.isfinite(part[:, 0])
        bridge(part, sure, motions, rate, extent, settings.finish)
        boxes[start:stop] = outlined(part, path.seen[start:stop], rate, settings.outline)
    states = np.where(np.isfinite(boxes[:, 0]), State.INTERPOLATED, State.LOST).astype(np.uint8)
    states[observed] = State.OBSERVED
    for anchor in anchors:
        if anchor.box is not None:
            boxes[anchor.frame_index], scores[anchor.frame_index] = anchor.box.as_xyxy(), 1.0
            states[anchor.frame_index] = State.ANCHOR
    scores[states == State.LOST] = 0
    return Track(boxes.astype(np.float32), np.clip(scores, 0, 1).astype(np.float32), states)
