"""Small clips whose pictures say which frame they are, for tests that must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from highlight_cuts_cv.model import ByteArray, FloatArray

_COLUMNS, _ROWS = 6, 3
_BITS = _COLUMNS * _ROWS - 2

BEEP_EVERY = Fraction(1, 2)
"""Seconds between the onsets of the beeps in a clip's sound; the first is at the first picture."""
_BEEP_SECONDS, _BEEP_HERTZ = 0.02, 1000


_CAMERA_CRF = 23
"""A phone's or an action camera's bit rate, roughly."""


def write_clip(path: Path, pictures: Iterable[ByteArray], rate: Fraction) -> Path:
    """Write (H, W, 3) BGR *pictures*, all of one even size, as H.264 as a camera would; return *path*."""
    import av

    with av.open(str(path), "w") as output:
        stream: Any = None
        for index, picture in enumerate(pictures):
            if stream is None:
                options = {"crf": str(_CAMERA_CRF), "preset": "fast"}
                stream = output.add_stream("libx264", rate=rate, options=options)
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts, frame.time_base = index, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def counting_picture(index: int, size: tuple[int, int]) -> ByteArray:
    """A (H, W, 3) uint8 picture of *size* (width, height) that holds *index* as black and white blocks.

    The first block is white and the last black, so that a turned picture is found out.

    >>> read_index(counting_picture(12345, (192, 96)))
    12345
    """
    if not 0 <= index < 1 << _BITS:
        raise ValueError(f"the index must lie between 0 and {(1 << _BITS) - 1}")
    bits = [1, *((index >> bit) & 1 for bit in range(_BITS)), 0]
    width, height = size
    rows = np.arange(height) * _ROWS // height
    columns = np.arange(width) * _COLUMNS // width
    levels = np.array([40, 215], np.uint8)[np.array(bits).reshape(_ROWS, _COLUMNS)]
    return np.ascontiguousarray(np.repeat(levels[np.ix_(rows, columns)][..., None], 3, axis=2))


def read_index(picture: ByteArray) -> int:
    """The index that a (H, W, 3) picture of :func:`counting_picture` holds, at any size.

    Raises ValueError when the picture is turned, mirrored or not such a picture.
    """
    height, width = picture.shape[:2]
    levels = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            y, x = (2 * row + 1) * height // (2 * _ROWS), (2 * column + 1) * width // (2 * _COLUMNS)
            levels.append(float(picture[y - 1 : y + 2, x - 1 : x + 2].mean()))
    bits = [level > 127 for level in levels]
    if not bits[0] or bits[-1] or any(90 < level < 165 for level in levels):
        raise ValueError("this is no upright counting picture")
    return sum(1 << position for position, bit in enumerate(bits[1:-1]) if bit)


def beeps(seconds: float, sample_rate: int = 48000, channels: int = 2) -> FloatArray:
    """(channels, N) float32 sound with a beep every :data:`BEEP_EVERY` seconds from 0 on."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    since = time % float(BEEP_EVERY)
    sound = np.where(since < _BEEP_SECONDS, 0.5 * np.sin(2 * np.pi * _BEEP_HERTZ * since), 0.0)
    return np.ascontiguousarray(np.tile(sound.astype(np.float32), (channels, 1)))


def make_counting_clip(
    path: Path,
    frames: int,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (192, 96),
    *,
    times: Sequence[Fraction] | None = None,
    start: Fraction = Fraction(0),
    rotation: int = 0,
    encoder: str = "libx264",
    options: Mapping[str, str] | None = None,
    pixel_format: str = "yuv420p",
    gop: int = 12,
    b_frames: int = 2,
    audio: str | None = None,
    sample_rate: int = 48000,
    container_options: Mapping[str, str] | None = None,
) -> Path:
    """Write a clip whose frame i shows :func:`counting_picture` (i) and return its path.

    ``size`` is (width, height) as shown; with ``rotation`` (clockwise degrees) the pictures are
    stored turned the other way and tagged so.  ``times`` gives each frame's time in seconds
    (variable rate), ``start`` delays picture and sound alike.  ``audio`` names an encoder; its
    sound is :func:`beeps`, one at the first picture.
    """
    import av

    times = times if times is not None else [i / rate for i in range(frames)]
    time_base = {".mkv": Fraction(1, 1000), ".avi": 1 / rate}.get(path.suffix, Fraction(1, 90000))
    with av.open(str(path), "w", container_options=dict(container_options or {})) as output:
        quality = {"crf": "18"} if encoder.startswith("libx26") else {}
        stream: Any = output.add_stream(encoder, rate=rate, options={**quality, **(options or {})})
        stored = size if rotation in (0, 180) else (size[1], size[0])
        stream.width, stream.height, stream.pix_fmt = *stored, pixel_format
        stream.codec_context.time_base = time_base
        if encoder.startswith("libx26"):
            stream.codec_context.gop_size = gop
            stream.codec_context.max_b_frames = b_frames
        if rotation:
            stream.set_display_rotation(-rotation)
        sound: Any = output.add_stream(audio, rate=sample_rate) if audio else None
        if sound is not None:
            sound.codec_context.layout = "stereo"
        for index, time in zip(range(frames), times, strict=True):
            stored_picture = np.ascontiguousarray(np.rot90(counting_picture(index, size), rotation // 90))
            picture = av.VideoFrame.from_ndarray(stored_picture, "rgb24")
            picture.pts, picture.time_base = round((start + time) / time_base), time_base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
        if sound is not None:
            samples = beeps(float(times[-1] + 1 / rate), sample_rate)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = sample_rate, round(start * sample_rate)
            frame.time_base = Fraction(1, sample_rate)
            resampler = av.AudioResampler(
                format=sound.codec_context.format, layout="stereo", rate=sample_rate, frame_size=1024
            )
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                output.mux(sound.encode(part))
            output.mux(sound.encode(None))
    return path
