"""All that is found out about one clip: found when somebody first asks, once, and kept for the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.camera import SMALL_SIDE
from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity
from highlight_cuts_cv.analysis.detections import (
    KeptDetections,
    LazyDetections,
    WatchedFrames,
    packed,
    packed_near,
    unpacked,
    unpacked_near,
)
from highlight_cuts_cv.analysis.rounds import SharedFrames
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.contracts import Detector, Watch, resolve_options
from highlight_cuts_cv.files.store import ArrayStore, content_identity
from highlight_cuts_cv.media import open_frames
from highlight_cuts_cv.media.reading.frames import ClipFrames
from highlight_cuts_cv.model import CancelledError, ClipInfo, Detections, Frame, Region
from highlight_cuts_cv.plugin.registry import get_registry

_PIECE = 1000
"""Frames of a recording whose people are kept together."""


@dataclass(frozen=True, slots=True)
class View:
    """The frames of a clip that somebody follows in, and what is known of them.

    ``kept`` are their (rising) indexes in the clip; everything else counts them from 0.  ``source`` decodes
    them, and shows each to its ``onlooker``; several at once have it decode but once through ``shared``.
    """

    kept: NDArray[np.int64]
    frames: WatchedFrames
    scene: Scene
    detections: KeptDetections
    shelf: ArrayStore | None
    source: ClipFrames
    shared: SharedFrames


class ClipWorkbench:
    """One clip's opened media, detector, detections and scenes; use it as a context.

    Whoever follows, draws or shows the clip asks it, and nothing is decoded or detected twice.  With
    *folder*, :meth:`keep` writes there what was found, and a later workbench finds it.  Nothing is
    opened before it is needed.  Several threads may ask at once.
    """

    def __init__(
        self,
        clip: ClipInfo,
        detector: str,
        options: Mapping[str, object] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.clip = clip
        self._choice, self._folder = (detector, options or {}), folder
        self._lock, self._streaming = RLock(), RLock()
        self._opened: list[ClipFrames] = []
        self._detector = _DetectorOnDemand(*self._choice)
        self._views: dict[tuple[bytes, bool], View] = {}
        self._latest: View | None = None
        self._people: LazyDetections | None = None
        self._recording = ""
        self._known = 0
        self._due: set[int] = set()

    def __enter__(self) -> ClipWorkbench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the media and the detector."""
        with self._lock:
            self._detector.close()
            self._close_media()

    def _close_media(self) -> None:
        for frames in self._opened:
            frames.close()

    @contextmanager
    def stretch(self, first: int, count: int) -> Iterator[ClipWorkbench]:
        """A workbench of *count* of the clip's frames from *first* on: who is known here is known there, as is the picture
        at hand, and who is found there is known here after it.
        """
        clip = replace(self.clip, first_frame=self.clip.first_frame + first, frame_count=count)
        part = ClipWorkbench(clip, *self._choice)
        part._detector = self._detector
        self.people.lend(part.people, first, count)
        try:
            yield part
            self.people.learn(part.people, first)
        finally:
            part._close_media()

    @property
    def people(self) -> LazyDetections:
        """Who is in the clip's frames, by their index in the clip."""
        with self._lock:
            if self._people is None:
                self._people = LazyDetections(self._all_frames(), self._detector)
                for number in self._pieces():
                    found, near = self._kept_people(number)
                    self._people.found.update(found)
                    self._people.near.update(near)
                self._known = len(self._people.found) + len(self._people.near)
            return self._people

    def look_at(self, indexes: Iterable[int]) -> None:
        """Say in which frames of the clip people will be asked for: they are looked for as those stream by."""
        self._due.update(indexes)

    def view(self, kept: NDArray[np.int64], rate: float, looks: bool) -> View:
        """The *kept* frames, *rate* of them a second; the scene *looks* for people or knows of none."""
        with self._lock:
            key = (kept.tobytes(), looks)
            if key not in self._views:
                frames = self._all_frames()
                if len(kept) < self.clip.frame_count:
                    frames = open_frames(self.clip, small_side=SMALL_SIDE, only=kept)
                    self._opened.append(frames)
                shared = SharedFrames(frames)
                watched = WatchedFrames(shared, self.people, kept, self._due)
                found = KeptDetections(self.people, kept)
                scene = Scene(watched, found if looks else None, rate)
                shelf = self.store("scene", len(kept), looks, code_identity(Scene))
                if shelf is not None:
                    scene.restore(shelf.load("scene"))
                self._views[key] = View(kept, watched, scene, found, shelf, frames, shared)
            self._latest = self._views[key]
            return self._latest

    def analyse(self, view: View, watch: Watch) -> None:
        """Find out all about the view's frames that nobody found out yet.  Raises CancelledError."""
        count = len(view.kept)
        with self._streaming:  # who comes second finds it done
            known = np.array([view.scene.analysed(place, place + 1) for place in range(count)])
            edges = np.flatnonzero(np.diff(known, prepend=True, append=True))
            for start, stop in zip(edges[::2], edges[1::2], strict=True):
                for place, _ in enumerate(view.scene.stream(int(start), int(stop)), start=int(start)):
                    if watch.cancelled():
                        raise CancelledError("The analysis was stopped.")
                    watch.progress(place + 1, count)

    def motions(
        self, kept: NDArray[np.int64], rate: float, cancelled: Callable[[], bool]
    ) -> NDArray[np.float64]:
        """(F, 2, 3) maps of each of the clip's frames' predecessor to it.

        Taken from the view that was last made, else from one of the *kept* frames; between two kept
        frames the picture is taken to move evenly.  Raises CancelledError.
        """
        view = self._latest or self.view(kept, rate, True)
        self.analyse(view, Watch(cancelled=cancelled))
        return _spread(
            [view.scene.motion(place) for place in range(len(view.kept))], view.kept, self.clip.frame_count
        )

    def cuts(self) -> list[int]:
        """The clip's frames that begin a new shot, as far as the view that was made last knows."""
        view = self._latest
        return [] if view is None else [int(view.kept[cut]) for cut in view.scene.cuts()]

    def store(self, *depends_on: object) -> ArrayStore | None:
        """Where to keep what depends on the clip, the detector and *depends_on*; ``None`` without a folder."""
        if self._folder is None:
            return None
        return ArrayStore(self._folder, clip_identity(self.clip), *self._detector_identity(), *depends_on)

    def _detector_identity(self) -> list[object]:
        spec = get_registry().detectors.find(self._choice[0])
        options = resolve_options(spec.options, self._choice[1])
        return [spec.name, options_identity(options), code_identity(spec.create)]

    def _pieces(self) -> range:
        """The pieces of the recording that the clip lies in."""
        first, count = self.clip.first_frame, self.clip.frame_count
        return range(first // _PIECE, (first + count - 1) // _PIECE + 1)

    def _people_store(self, piece: int) -> ArrayStore | None:
        """Who is in a piece of the recording, whatever clips it is in: who is in a picture depends on that alone."""
        if self._folder is None:
            return None
        if not self._recording:
            self._recording = content_identity(self.clip.media.path)
        return ArrayStore(self._folder, self._recording, *self._detector_identity(), "people", piece)

    def _kept_people(
        self, piece: int
    ) -> tuple[dict[int, Detections], dict[tuple[int, int, int], Detections]]:
        """Who is known to be in the clip's frames of a piece, by index in the clip, and what closer looks found."""
        shelf = self._people_store(piece)
        if shelf is None:
            return {}, {}
        first, stop = self.clip.first_frame, self.clip.first_frame + self.clip.frame_count
        found = unpacked(shelf.load("detections") or packed({}))
        near = unpacked_near(shelf.load("near"))
        return (
            {index - first: one for index, one in found.items() if first <= index < stop},
            {(index - first, x, y): one for (index, x, y), one in near.items() if first <= index < stop},
        )

    def _keep_people(
        self, found: Mapping[int, Detections], near: Mapping[tuple[int, int, int], Detections]
    ) -> None:
        first = self.clip.first_frame
        for piece in self._pieces():
            shelf = self._people_store(piece)
            if shelf is None:
                return
            here = {index + first: one for index, one in found.items() if (index + first) // _PIECE == piece}
            looks = {
                (index + first, x, y): one
                for (index, x, y), one in near.items()
                if (index + first) // _PIECE == piece
            }
            # Another clip of the recording, and another process, may have found others there.
            before, closer = (
                unpacked(shelf.load("detections") or packed({})),
                unpacked_near(shelf.load("near")),
            )
            if here.keys() - before.keys():
                shelf.save("detections", packed({**before, **here}))
            if looks.keys() - closer.keys():
                shelf.save("near", packed_near({**closer, **looks}))

    def keep(self) -> None:
        """Write what was found since the workbench was made."""
        with self._lock:
            for view in self._views.values():
                if view.shelf is not None and view.scene.grown:
                    view.shelf.save("scene", view.scene.state())
            if self._people is None:
                return
            found, near = dict(self._people.found), dict(self._people.near)
            if len(found) + len(near) > self._known:
                self._keep_people(found, near)
                self._known = len(found) + len(near)

    def _all_frames(self) -> ClipFrames:
        if not self._opened:
            self._opened.append(open_frames(self.clip, small_side=SMALL_SIDE))
        return self._opened[0]


def clip_identity(clip: ClipInfo) -> list[object]:
    """What a clip's analysis depends on: the recording's size and samples of its bytes, and the range."""
    return [content_identity(clip.media.path), clip.first_frame, clip.frame_count]


def _spread(
    motions: Sequence[NDArray[np.float64]], kept: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    every = np.tile(np.eye(2, 3), (count, 1, 1))
    for place in range(1, len(kept)):
        whole = np.vstack([motions[place], [0, 0, 1]])
        gap = int(kept[place] - kept[place - 1])
        part = [np.eye(3) + (whole - np.eye(3)) * step / gap for step in range(gap + 1)]
        for step in range(1, gap + 1):
            # one step between two kept frames is the whole motion, to the last bit
            move = whole if gap == 1 else part[step] @ np.linalg.inv(part[step - 1])
            every[kept[place - 1] + step] = move[:2]
    return every


class _DetectorOnDemand:
    """The chosen detector, made when somebody first asks for detections: a second run often needs none."""

    def __init__(self, name: str, options: Mapping[str, object]) -> None:
        self._name, self._options = name, options
        self._detector: Detector | None = None
        self._lock = RLock()

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        with self._lock:
            if self._detector is None:
                self._detector = get_registry().detector(self._name, self._options)
            return self._detector.detect(frames, regions)

    def close(self) -> None:
        with self._lock:
            if self._detector is not None:
                self._detector.close()
                self._detector = None
