"""Frames of a clip as BGR pictures, in any order."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.media.background import ReadAhead
from highlight_cuts_cv.media.reading.bgr import BgrConverter, UndrawnPicture
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.reader import Reader
from highlight_cuts_cv.model import BadInputError, ByteArray, ClipInfo, Frame

_log = logging.getLogger(__name__)

_HELD_BYTES = 200_000_000  # pictures held while going backward
_AHEAD = 4
_REMEMBERED = 6


def open_frames(
    clip: ClipInfo,
    max_side: int | None = None,
    small_side: int | None = None,
    only: NDArray[np.int64] | None = None,
) -> ClipFrames:
    """The frames of *clip*, decoded when asked for; close it, or use it as a context manager.

    With *max_side*, pictures whose longer side is larger come scaled down to it (their pixels are
    then not the clip's).  With *small_side*, frames streamed in order also carry a picture of at
    most that size as ``Frame.small``.  With *only*, rising indexes of the clip's frames, those are all
    that there is, counted from 0 anew.  Raises BadInputError when the file cannot be read.
    """
    return ClipFrames(clip, max_side, small_side, only)


class ClipFrames:
    """A :class:`~highlight_cuts_cv.contracts.FrameSource` over a file.

    Streaming holds a few pictures; going backward holds those of a piece between keyframes, at
    most about 200 MB.  A frame too damaged to decode shows the one before it.
    """

    def __init__(
        self,
        clip: ClipInfo,
        max_side: int | None = None,
        small_side: int | None = None,
        only: NDArray[np.int64] | None = None,
    ) -> None:
        self.clip = clip
        self._kept = np.arange(clip.frame_count) if only is None else only
        self._media = load(clip.media.path)
        if clip.first_frame + clip.frame_count > len(self._media.index):
            raise BadInputError(
                f"'{clip.media.path}' has changed: clip '{clip.clip_id}' needs frames up to "
                f"{clip.first_frame + clip.frame_count}, and the file has {len(self._media.index)} now."
            )
        self._max_side, self._small_side = max_side, small_side
        self._convert = self._converter(max_side)
        self._idle: list[Reader] = []
        self._lock = Lock()
        self._recent: OrderedDict[int, Frame] = OrderedDict()
        self._warned = False
        self._closed = False
        self.onlooker: Callable[[int, Any], None] | None = None
        """Is shown every (index, av.VideoFrame) that streams by in order, in the thread that decodes."""

    def __enter__(self) -> ClipFrames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; streams that are still being consumed end first."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()
        self._recent.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int) -> Frame:
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of a clip of {len(self)}")
        with self._lock:
            known = self._recent.get(index)
            if known is not None:
                return known
            with self._reader_locked() as reader:
                for number, picture in self._filled(reader, index, index + 1):
                    frame = self._frame(number, picture)
                    self._remember(frame)
        return frame

    def frames(self, start: int = 0, stop: int | None = None, *, backward: bool = False) -> Iterator[Frame]:
        """Stream frames ``start <= i < stop`` in order, or from ``stop - 1`` down to ``start``."""
        stop = len(self) if stop is None else min(stop, len(self))
        start = max(0, start)
        if start >= stop:
            return
        ahead = ReadAhead(self._backward(start, stop) if backward else self._forward(start, stop), _AHEAD)
        try:
            yield from ahead
        finally:
            ahead.close()

    def _forward(self, start: int, stop: int) -> Generator[Frame, None, None]:
        shrink = None if self._small_side is None else self._converter(self._small_side)
        with self._reader() as reader:
            for index, picture in self._filled(reader, start, stop):
                if self.onlooker is not None:
                    self.onlooker(index, picture)
                yield self._frame(index, picture, None if shrink is None else shrink(picture))

    def _backward(self, start: int, stop: int) -> Generator[Frame, None, None]:
        info = self.clip.media
        width, height = self._convert.size(info.width, info.height)
        # Decoded pictures are smaller than BGR ones of the same size (1.5 bytes a pixel in 4:2:0).
        keep_decoded = 2 * width * height > info.width * info.height
        per_frame = 2 * info.width * info.height if keep_decoded else 3 * width * height
        most = max(4, _HELD_BYTES // per_frame)
        with self._reader() as reader:
            while start < stop:
                first = max(start, self._key_at(stop - 1), stop - most)
                piece = []
                for index, picture in self._filled(reader, first, stop):
                    piece.append(self._frame(index, picture))
                    if not keep_decoded:
                        _ = piece[-1].bgr
                while piece:
                    yield piece.pop()
                stop = first

    def _filled(self, reader: Reader, start: int, stop: int) -> Iterator[tuple[int, Any]]:
        """Exactly the frames from *start* to *stop*; holes show the picture before them."""
        offset = self.clip.first_frame
        wanted = self._kept[start:stop]
        place, last = 0, None
        for number, picture in reader.read(offset + int(wanted[0])):
            index = number - offset
            while place < len(wanted) and wanted[place] < index:
                self._warn_hole(int(wanted[place]))
                yield start + place, last if last is not None else picture
                place += 1
            if place < len(wanted) and wanted[place] == index:
                yield start + place, picture
                place += 1
            last = picture
            if place == len(wanted):
                return
        if last is None:
            raise BadInputError(
                f"'{self.clip.media.path}' cannot be decoded from frame {offset + int(wanted[0])} on; it is "
                "damaged there. End the clip before it."
            )
        for index in range(start + place, stop):
            self._warn_hole(int(self._kept[index]))
            yield index, last

    def _warn_hole(self, index: int) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "'%s' is damaged at frame %d; such frames show the one before them.",
                self.clip.media.path,
                self.clip.first_frame + index,
            )

    def _key_at(self, index: int) -> int:
        """The first of our frames that the keyframe before frame *index* begins."""
        media = self._media.index
        frame = self.clip.first_frame + int(self._kept[index])
        number = media.number_at(int(media.key_pts[media.key_before(frame)])) or 0
        return int(np.searchsorted(self._kept, number - self.clip.first_frame))

    def _frame(self, index: int, picture: Any, small: ByteArray | None = None) -> Frame:
        pts = int(self._media.index.pts[self.clip.first_frame + self._kept[index]])
        return Frame(index, pts, self.clip.time_base, UndrawnPicture(picture, self._convert), small)

    def _remember(self, frame: Frame) -> None:
        self._recent[frame.index] = frame
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    def _converter(self, max_side: int | None) -> BgrConverter:
        return BgrConverter(max_side, self._media.info.rotation)

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        """A reader that nobody else uses; kept open for the next one."""
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        reader = reader or Reader(self._media)
        try:
            yield reader
        finally:
            with self._lock:
                if not self._closed:
                    self._idle.append(reader)
                    reader = None
            if reader is not None:
                reader.close()

    @contextmanager
    def _reader_locked(self) -> Iterator[Reader]:
        """As :meth:`_reader`, for who holds the lock already."""
        reader = self._idle.pop() if self._idle else Reader(self._media)
        try:
            yield reader
        finally:
            self._idle.append(reader)
