"""Detections per frame of a clip, computed when asked for and remembered."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Detector, FrameSource
from highlight_cuts_cv.model import Detections, Frame, Region

_CLOSER = (3, 8)
"""How many times closer than the whole picture a part of it is looked at."""
_PART = 672
"""Pixels of the longer side at which a part is looked at, at most: what a small video is looked at with, too."""


class LazyDetections:
    """A :class:`~highlight_cuts_cv.contracts.DetectionSource` over a clip's frames.

    A tracker streams frames in order and asks about the frame it holds, so the last frame is
    kept: asking about it decodes nothing.  ``found`` is what was found so far, by frame, and ``near`` what
    :meth:`closer` found, by frame and point in whole pixels.
    """

    def __init__(self, frames: FrameSource, detector: Detector) -> None:
        self._frames = frames
        self._detector = detector
        self.found: dict[int, Detections] = {}
        self.near: dict[tuple[int, int, int], Detections] = {}
        self._last: tuple[int, Frame] | None = None
        self._lock = RLock()

    def saw(self, index: int, frame: Frame) -> None:
        """Tell which frame the consumer holds at the moment, and its index among those of the detections."""
        self._last = index, frame

    def lend(self, other: LazyDetections, first: int, count: int) -> None:
        """Let *other*, over *count* of these frames from *first* on, know what is known of them and the one at hand."""
        for (at, x, y), near in dict(self.near).items():
            if first <= at < first + count:
                other.near[at - first, x, y] = near
        for at, found in dict(self.found).items():
            if first <= at < first + count:
                other.found[at - first] = found
        held = self._last
        if held is not None and first <= held[0] < first + count:
            other.saw(held[0] - first, held[1])

    def learn(self, other: LazyDetections, first: int) -> None:
        """Know what *other*, over these frames from *first* on, knows."""
        self.found.update({at + first: found for at, found in dict(other.found).items()})
        self.near.update({(at + first, x, y): near for (at, x, y), near in dict(other.near).items()})

    def __getitem__(self, index: int) -> Detections:
        """Detections of frame *index*.  Raises IndexError outside the clip."""
        with self._lock:
            return self.found[index] if index in self.found else self.at(index, self.frame(index))

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        """See :class:`~highlight_cuts_cv.contracts.DetectionSource`."""
        return self.at(frame.index, frame, part)

    def at(self, index: int, frame: Frame, part: Region | None = None) -> Detections:
        """The same for a *frame* that counts its own index among others; *index* is that in the clip."""
        if part is not None:
            return self._alone(frame, (int(part.x1), int(part.y1), int(part.x2), int(part.y2)), _PART)
        with self._lock:
            if index not in self.found:
                (self.found[index],) = self._detector.detect([frame])
            return self.found[index]

    def frame(self, index: int) -> Frame:
        """The picture of frame *index*.  Raises IndexError outside the clip."""
        held = self._last
        if held is None or held[0] != index:
            held = self._last = index, self._frames[index]
        return held[1]

    def closer(self, index: int, x: float, y: float) -> Detections:
        """Who is found near a point when parts of the picture around it are alone, best first.

        The parts are given to the detector as pictures of their own: it enlarges small pictures,
        while a region keeps its pixels.
        """
        place = index, round(x), round(y)
        with self._lock:
            if place not in self.near:
                self.near[place] = self._closer(*place)
            return self.near[place]

    def _closer(self, index: int, x: int, y: int) -> Detections:
        frame = self.frame(index)
        boxes, scores = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)]
        for times in _CLOSER:
            wide = max(16, max(frame.width, frame.height) // times)
            left, top = (
                int(np.clip(middle - wide / 2, 0, max(0, side - wide)))
                for middle, side in ((x, frame.width), (y, frame.height))
            )
            found = self._alone(
                frame, (left, top, min(left + wide, frame.width), min(top + wide, frame.height))
            )
            boxes.append(found.xyxy)
            scores.append(found.scores)
        order = np.argsort(-np.concatenate(scores), kind="stable")
        return Detections(np.concatenate(boxes)[order], np.concatenate(scores)[order])

    def _alone(self, frame: Frame, part: tuple[int, int, int, int], most: int | None = None) -> Detections:
        """Who is found when a part of the picture, (left, top, right, bottom), is alone, no larger than *most*."""
        left, top, right, bottom = part
        scale = 1.0 if most is None else min(1.0, most / max(right - left, bottom - top))
        size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
        picture = frame.scaled(*part, *size)
        alone = Frame(frame.index, frame.pts, frame.time_base, np.ascontiguousarray(picture))
        with self._lock:
            (found,) = self._detector.detect([alone])
        # What touches an edge inside the picture may be cut off there.
        ends = np.array([picture.shape[1], picture.shape[0]]) - 1
        inner = (found.xyxy[:, :2] > 1) | (np.array([left, top]) == 0)
        inner &= (found.xyxy[:, 2:] < ends) | (np.array([right, bottom]) == [frame.width, frame.height])
        whole = inner.all(axis=1)
        times = np.array([right - left, bottom - top]) / (picture.shape[1], picture.shape[0])
        boxes = found.xyxy[whole] * np.tile(times, 2) + np.array([left, top, left, top])
        return Detections(boxes.astype(np.float32), found.scores[whole])


class KeptDetections:
    """The detections of some of a clip's frames, counted among those: *kept* are their indexes in the clip."""

    def __init__(self, detections: LazyDetections, kept: NDArray[np.int64]) -> None:
        self._detections, self._kept = detections, kept

    def __getitem__(self, index: int) -> Detections:
        """Detections of the kept frame *index*.  Raises IndexError outside them."""
        return self._detections[self._among_all(index)]

    def of(self, frame: Frame, part: Region | None = None) -> Detections:
        """See :class:`~highlight_cuts_cv.contracts.DetectionSource`; the frame's index is that among the kept ones."""
        return self._detections.at(self._among_all(frame.index), frame, part)

    def _among_all(self, index: int) -> int:
        if not 0 <= index < len(self._kept):
            raise IndexError(f"frame {index} of {len(self._kept)}")
        return int(self._kept[index])


class WatchedFrames:
    """A frame source that tells :class:`LazyDetections` which frame its consumer holds.

    *kept* are the frames' indexes among the detections'.  In the frames *due*, of those, people are
    looked for as they stream by.
    """

    def __init__(
        self,
        frames: FrameSource,
        detections: LazyDetections,
        kept: NDArray[np.int64],
        due: Container[int] = (),
    ) -> None:
        self._frames, self._detections = frames, detections
        self._kept, self._due = kept, due

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Frame:
        return self._frames[index]

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """See :class:`~highlight_cuts_cv.contracts.FrameSource`."""
        for frame in self._frames.frames(start, stop, backward=backward):
            index = int(self._kept[frame.index])
            self._detections.saw(index, frame)
            if index in self._due:
                _ = self._detections[index]
            yield frame


def packed(found: Mapping[int, Detections]) -> dict[str, NDArray[np.generic]]:
    """Detections by frame as arrays, for :func:`unpacked`."""
    order = sorted(found)
    return {
        "looked": np.array(order, np.int64),
        "counts": np.array([len(found[i]) for i in order], np.int64),
        "boxes": np.concatenate([np.zeros((0, 4), np.float32), *(found[i].xyxy for i in order)]),
        "scores": np.concatenate([np.zeros(0, np.float32), *(found[i].scores for i in order)]),
    }


def unpacked(arrays: Mapping[str, NDArray[np.generic]]) -> dict[int, Detections]:
    """Detections by frame, from what :func:`packed` made."""
    boxes, scores = np.array(arrays["boxes"], np.float32), np.array(arrays["scores"], np.float32)
    ends = np.cumsum(arrays["counts"])
    return {
        int(index): Detections(boxes[end - count : end].copy(), scores[end - count : end].copy())
        for index, count, end in zip(arrays["looked"], arrays["counts"], ends, strict=True)
    }


def packed_near(near: Mapping[tuple[int, int, int], Detections]) -> dict[str, NDArray[np.generic]]:
    """What closer looks found, as arrays, for :func:`unpacked_near`."""
    places = sorted(near)
    at = np.array(places, np.int64).reshape(-1, 3)
    return {"at": at, **packed({number: near[place] for number, place in enumerate(places)})}


def unpacked_near(
    arrays: Mapping[str, NDArray[np.generic]] | None,
) -> dict[tuple[int, int, int], Detections]:
    """What closer looks found, by frame and point, from what :func:`packed_near` made; nothing of nothing."""
    if arrays is None:
        return {}
    places = [(int(index), int(x), int(y)) for index, x, y in np.asarray(arrays["at"]).tolist()]
    return {places[number]: found for number, found in unpacked(arrays).items()}
