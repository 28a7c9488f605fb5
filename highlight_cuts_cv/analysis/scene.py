"""What a clip shows apart from the chosen player: camera motion, shot changes, everybody's boxes.

It is found while frames stream by, once, and remembered, so that a second pass (backward, another
pick, another player) pays for decoding only.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.camera import Camera, shrunk
from highlight_cuts_cv.analysis.cuts import colour_change, colour_signature, find_cuts
from highlight_cuts_cv.analysis.detections import packed, unpacked
from highlight_cuts_cv.analysis.transitions import Gradual, Transition, glance, in_glances, shot_changes
from highlight_cuts_cv.contracts import DetectionSource, FrameSource, SceneFrame
from highlight_cuts_cv.media.background import ReadAhead
from highlight_cuts_cv.model import Detections, Frame

Affine = NDArray[np.float64]

MOST_LOOKS = 6
"""Times a second that the whole picture is searched for players while the camera pans."""
LEAST_LOOKS = 2
"""The same while it stands still."""
PANNED = 0.04
"""Share of the picture's long side that the camera covers between two looks of a pan."""
_AHEAD = 8
"""Frames analysed ahead of the consumer; each holds a picture.  A search of the whole picture takes as long as
following for that many frames."""


class Scene:
    """A clip's analysis, filled while it is streamed.  See :class:`highlight_cuts_cv.api.SceneSource`."""

    def __init__(self, frames: FrameSource, detections: DetectionSource | None, rate: float) -> None:
        self._frames = frames
        self._detections = detections
        count = len(frames)
        self._soonest, self._latest = (max(1, round(rate / looks)) for looks in (MOST_LOOKS, LEAST_LOOKS))
        self._motions = np.tile(np.eye(2, 3), (count, 1, 1))
        self._qualities = np.full(count, np.nan)
        self._changes = np.full(count, np.nan)
        self._found: dict[int, Detections] = {}
        # the same motions in the units in which dissolves are looked for
        self._rate = rate
        self._small = np.tile(np.eye(2, 3), (count, 1, 1))
        self._gradual = Gradual(rate, self._small, self._qualities)
        self._restored = 0

    def __len__(self) -> int:
        return len(self._frames)

    def analysed(self, start: int, stop: int) -> bool:
        """Whether the camera's motion is known of every frame ``start <= i < stop``."""
        return bool(np.isfinite(self._qualities[start:stop]).all())

    def motion(self, index: int) -> Affine:
        """The (2, 3) map of pixels of frame ``index - 1`` to those of frame *index*; identity where unknown."""
        motion: Affine = self._motions[index]
        return motion

    def everyone(self, index: int) -> Detections | None:
        """Who was found in a frame, or ``None`` where nobody looked."""
        return self._found.get(index)

    def cuts(self) -> list[int]:
        """Frames that begin a new shot, as far as the clip has been analysed."""
        cuts = find_cuts(self._changes, self._qualities)
        return sorted(cuts + shot_changes(self._gradual.found, cuts))

    def stream(self, start: int, stop: int, backward: bool = False) -> Iterator[SceneFrame]:
        """Stream frames with their analysis; what is missing is found on the way.

        Backward, all of ``start .. stop`` is analysed first: motion is estimated in time's direction.
        """
        if backward:
            if not self.analysed(start, stop):
                for _ in self.stream(start, stop):
                    pass
            for frame in self._frames.frames(start, stop, backward=True):
                yield self._at(frame)
        elif self.analysed(start, stop):
            for frame in self._frames.frames(start, stop):
                yield self._at(frame)
        else:
            ahead = ReadAhead(self._analysed(start, stop), _AHEAD)
            try:
                yield from ahead
            finally:
                ahead.close()

    def _at(self, frame: Frame) -> SceneFrame:
        return SceneFrame(frame, self._motions[frame.index], self._found.get(frame.index))

    def _analysed(self, start: int, stop: int) -> Generator[SceneFrame, None, None]:
        # One frame earlier, so that the first frame's own motion is known.
        begins = last = max(0, start - 1)
        try:
            for shown in self._looked(begins, stop):
                last = shown.frame.index
                if last >= start:
                    yield shown
        finally:
            self._gradual.close(last)

    def _looked(self, begins: int, stop: int) -> Generator[SceneFrame, None, None]:
        camera = Camera()
        signature = None
        people: NDArray[np.float32] | None = None
        since, panned = self._latest, 0.0
        for frame in self._frames.frames(begins, stop):
            index = frame.index
            small = shrunk(frame.bgr) if frame.small is None else frame.small
            motion, quality = camera(small, small.shape[1] / frame.width, people)
            before, signature = signature, colour_signature(small)
            if before is not None or index == 0:
                self._motions[index], self._qualities[index] = motion, quality
                self._changes[index] = 0.0 if before is None else colour_change(before, signature)
                self._small[index] = in_glances(motion, frame.width, frame.height)
            self._gradual.see(index, glance(small), begins)
            since, panned = since + 1, panned + _shift(motion, frame)
            due = since >= self._latest or (since >= self._soonest and panned >= PANNED)
            if self._detections is not None and (due or index in self._found):
                if index not in self._found:
                    self._found[index] = self._detections[index]
                people = self._found[index].xyxy
                since, panned = 0, 0.0
            yield self._at(frame)

    @property
    def grown(self) -> bool:
        """Whether anything was found that :meth:`restore` did not bring."""
        return self._known() > self._restored

    def _known(self) -> int:
        return int(np.isfinite(self._qualities).sum()) + len(self._found)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """The analysis so far as arrays, for :meth:`restore`."""
        return {
            "motions": self._motions,
            "qualities": self._qualities,
            "changes": self._changes,
            "transitions": np.array([astuple(one) for one in self._gradual.found], np.int64).reshape(-1, 3),
            **packed(self._found),
        }

    def restore(self, state: Mapping[str, NDArray[np.generic]] | None) -> None:
        """Take over an earlier analysis of the same clip, if there is one."""
        if state is None or len(state["motions"]) != len(self):
            return
        self._motions = np.array(state["motions"], np.float64)
        self._qualities = np.array(state["qualities"], np.float64)
        self._changes = np.array(state["changes"], np.float64)
        self._gradual = Gradual(self._rate, self._small, self._qualities)
        self._gradual.found = [Transition(*one) for one in np.asarray(state["transitions"]).tolist()]
        self._found = unpacked(state)
        self._restored = self._known()


def _shift(motion: Affine, frame: Frame) -> float:
    """How far the picture's middle moves, as a share of the long side."""
    middle = np.array([frame.width, frame.height]) / 2
    return float(np.linalg.norm(motion[:, :2] @ middle + motion[:, 2] - middle)) / max(
        frame.width, frame.height
    )
