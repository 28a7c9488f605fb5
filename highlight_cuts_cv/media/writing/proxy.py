"""A light film of a clip, written from pictures that are decoded for something else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Any

import av

from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media.color_tags import SWS_BT709, conversion_matrix
from highlight_cuts_cv.media.failures import writing
from highlight_cuts_cv.media.planes import turned
from highlight_cuts_cv.model import ClipInfo

WITHIN = (1280, 720)
"""The largest size, in square pixels; portrait pictures are as high as landscape ones are."""
_CLOCK = Fraction(1, 90_000)
_KEYFRAME_SECONDS = Fraction(1, 2)
_OPTIONS = {"preset": "ultrafast", "crf": "25", "tune": "fastdecode"}
_FRAGMENTS = {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}


def proxy_size(clip: ClipInfo) -> tuple[int, int]:
    """Width and height of a clip's proxy: square pixels, even, within :data:`WITHIN`, not enlarged.

    The longer side of a square or portrait picture counts as the height.
    """
    width, height = clip.width * clip.media.sample_aspect_ratio, Fraction(clip.height)
    scale = min(Fraction(1), WITHIN[0] / width, WITHIN[1] / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def growing_path(path: Path) -> Path:
    """Where the proxy *path* lies while it is made."""
    return path.with_name(f"{path.stem}.growing.mp4")


class ProxyWriter:
    """Writes a clip's proxy: H.264 with keyframes half a second apart and no frame out of order.

    ``take`` gets pictures as they stream by; those that do not come next are left alone, so that whoever
    streams the clip, from wherever, helps.  Frame k is shown at ``times[k]`` seconds, the first at 0.  While it
    is made, ``growing`` is a film of all that is there (one fragment from each keyframe to the next);
    :meth:`finish` makes *path* of it, in which everything lies where it lay.
    """

    def __init__(self, path: Path, clip: ClipInfo, times: Sequence[float]) -> None:
        self.path, self.growing = path, growing_path(path)
        self.next = 0
        self._clip, self._times = clip, times
        self._lock = Lock()
        self._output: Any = None
        self._stream: Any = None
        self._scaler = av.video.reformatter.VideoReformatter()
        self._error: BaseException | None = None
        self._done = path.is_file()

    @property
    def complete(self) -> bool:
        """Whether *path* is there."""
        return self._done

    def take(self, index: int, picture: Any) -> None:
        """Add the (av.VideoFrame) picture of frame *index*, if it comes next.

        An error is kept for :meth:`finish`: who decodes for another purpose is not to be stopped by it.
        """
        if self._done or index != self.next or self._error is not None:
            return
        with self._lock:
            if index != self.next or index >= len(self._times):
                return
            try:
                self._add(index, picture)
            except (av.error.FFmpegError, OSError) as error:
                self._error = error
            self.next += 1

    def finish(self) -> None:
        """Make the film; all frames must have come.  Raises JobFailedError when it could not be written."""
        if self._done:
            return
        with self._lock, writing(self.path):
            if self._error is not None:
                raise self._error
            self._mux(self._stream.encode(None))
            self._output.close()
            self._output = None
            with atomic_output(self.path) as temporary:
                shutil.copyfile(self.growing, temporary)
            self._done = True
            with suppress(OSError):  # Windows, while somebody looks at it
                self.growing.unlink()

    def close(self) -> None:
        """Give up what is not finished."""
        with self._lock, suppress(av.error.FFmpegError, OSError):
            if self._output is not None:
                output, self._output = self._output, None
                output.close()
                self.growing.unlink()

    def _add(self, index: int, picture: Any) -> None:
        if self._output is None:
            self._open()
        width, height = proxy_size(self._clip)
        turn = self._clip.media.rotation
        size = (height, width) if turn in (90, 270) else (width, height)
        small = self._scaler.reformat(
            picture,
            *size,
            "yuv420p",
            src_colorspace=conversion_matrix(picture),
            dst_colorspace=SWS_BT709,
            dst_color_range="MPEG",
            interpolation="BILINEAR",
        )
        small = turned(small, turn)
        small.pts, small.dts, small.time_base = round(self._times[index] / _CLOCK), None, _CLOCK
        small.pict_type = 0
        self._mux(self._stream.encode(small))

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        output: Any = av.open(str(self.growing), "w", container_options=_FRAGMENTS)
        count, last = len(self._times), self._times[-1]
        rate = Fraction(count - 1) / Fraction(last) if count > 1 and last > 0 else Fraction(25)
        rate = rate.limit_denominator(1001)
        stream: Any = output.add_stream("libx264", rate=rate, options=_OPTIONS, time_base=_CLOCK)
        stream.width, stream.height = proxy_size(self._clip)
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.gop_size, context.max_b_frames = max(1, round(rate * _KEYFRAME_SECONDS)), 0
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 1, 1, 1, 1
        self._output, self._stream = output, stream

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._output.mux_one(packet)
