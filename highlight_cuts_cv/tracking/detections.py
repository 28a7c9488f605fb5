"""Detections per frame of a clip, computed when asked for and remembered."""

from __future__ import annotations

from collections.abc import Iterator

from highlight_cuts_cv.contracts import Detector, FrameSource
from highlight_cuts_cv.model import Detections, Frame


class LazyDetections:
    """A :class:`~highlight_cuts_cv.contracts.DetectionSource` over a clip's frames.

    A tracker streams frames in order and asks about the frame it holds, so the last frame is
    kept: asking about it decodes nothing.
    """

    def __init__(self, frames: FrameSource, detector: Detector) -> None:
        self._frames = frames
        self._detector = detector
        self._found: dict[int, Detections] = {}
        self._last: Frame | None = None

    def saw(self, frame: Frame) -> None:
        """Tell which frame the consumer holds at the moment."""
        self._last = frame

    def __getitem__(self, index: int) -> Detections:
        """Detections of frame *index*.  Raises IndexError outside the clip."""
        if index not in self._found:
            held = self._last
            frame = held if held is not None and held.index == index else self._frames[index]
            (self._found[index],) = self._detector.detect([frame])
        return self._found[index]


class WatchedFrames:
    """A frame source that tells :class:`LazyDetections` which frame its consumer holds."""

    def __init__(self, frames: FrameSource, detections: LazyDetections) -> None:
        self._frames = frames
        self._detections = detections

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Frame:
        return self._frames[index]

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """See :class:`~highlight_cuts_cv.contracts.FrameSource`."""
        for frame in self._frames.frames(start, stop, backward=backward):
            self._detections.saw(frame)
            yield frame
