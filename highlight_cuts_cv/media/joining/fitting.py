"""Pictures of one film in the size and colours of another, by FFmpeg's filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.color_tags import MATRICES, apply_tags, assumed_matrix, is_hdr, with_range
from highlight_cuts_cv.media.filters import pulled
from highlight_cuts_cv.media.planes import whole_pairs
from highlight_cuts_cv.media.reading.raw import DecodedFrame
from highlight_cuts_cv.model import BadInputError, ColorTags, MediaInfo

_SCALED_MATRICES = {
    "bt709": "bt709", "fcc": "fcc", "bt470bg": "bt601", "smpte170m": "bt601", "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
}  # fmt: skip
"""The matrices that the filter ``scale`` converts to, in its names."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What pictures of one film have in common; sizes are upright and in stored samples."""

    width: int
    height: int
    sample_aspect_ratio: Fraction
    rate: Fraction
    pixel_format: str
    color: ColorTags
    interlaced: bool

    @property
    def rgb(self) -> bool:
        return bool(av.VideoFormat(self.pixel_format, 2, 2).is_rgb)


def format_of(info: MediaInfo) -> PictureFormat:
    """The format of a file turned upright; subsampled chroma needs whole pairs of samples."""
    width, height = whole_pairs(info.width, info.height, info.pixel_format)
    return PictureFormat(
        width,
        height,
        info.sample_aspect_ratio,
        info.rate,
        info.pixel_format,
        with_range(info.color),
        info.interlaced,
    )


def fitted(frames: Iterable[RawFrame], info: MediaInfo, target: PictureFormat) -> Iterator[RawFrame]:
    """Upright *frames* of a file in the size, pixel format and colours of *target*.

    The whole picture is kept, with its aspect ratio, black around it where the shapes differ.
    Interlaced pictures become progressive unless the target is interlaced.  The rate stays.
    Raises BadInputError where the colours cannot be converted.
    """
    own = format_of(info)
    if replace(own, rate=target.rate) == target:
        yield from frames
        return
    graph: Any = None
    for frame in frames:
        assert isinstance(frame, DecodedFrame)
        picture, time_base = frame.picture, frame.time_base
        tags = _complete(own.color, picture)
        if graph is None:
            graph = _graph(frame, tags, info, target)
        apply_tags(picture, tags)
        picture.pts, picture.time_base = frame.pts, time_base
        graph.push(picture)
        yield from _pulled(graph, time_base, target)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph, time_base, target)


def _pulled(graph: Any, time_base: Fraction, target: PictureFormat) -> Iterator[DecodedFrame]:
    for picture in pulled(graph):
        # Taking the lines apart doubles the ticks of the filters' clock.
        pts = round(picture.pts * picture.time_base / time_base)
        yield DecodedFrame(pts, pts, time_base, target.color, picture, False)


def _complete(tags: ColorTags, picture: Any) -> ColorTags:
    """The tags with the matrix that players take an untagged picture to have."""
    if picture.format.is_rgb:
        return ColorTags(tags.primaries, tags.transfer)
    return replace(tags, matrix=assumed_matrix(tags, picture.width, picture.height))


def _graph(frame: DecodedFrame, tags: ColorTags, info: MediaInfo, target: PictureFormat) -> Any:
    graph = av.filter.Graph()
    rgb = frame.picture.format.is_rgb
    matrix = "gbr" if rgb else tags.matrix
    source = (
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.pixel_format}:"
        f"time_base={frame.time_base.numerator}/{frame.time_base.denominator}:"
        f"colorspace={next(code for code, name in MATRICES.items() if name == matrix)}:"
        f"range={2 if rgb or tags.full_range else 1}"
    )
    filters = [("buffer", source)]
    if info.interlaced and not target.interlaced:
        filters.append(("bwdif", "mode=send_frame:deint=all"))
    x, y, width, height = place_in(frame.width, frame.height, info.sample_aspect_ratio, target)
    scale = [f"w={width}:h={height}:flags=bicubic", *_color_options(tags, info, target)]
    filters.append(("scale", ":".join(scale)))
    filters.append(("format", f"pix_fmts={target.pixel_format}"))
    if (width, height) != (target.width, target.height):
        filters.append(("pad", f"w={target.width}:h={target.height}:x={x}:y={y}:color=black"))
    filters.append(("buffersink", ""))
    graph.link_nodes(*(graph.add(name, options) for name, options in filters)).configure()
    return graph


def place_in(width: int, height: int, aspect: Fraction, target: PictureFormat) -> tuple[int, int, int, int]:
    """Where such a picture lies in one of the *target*: left, top, and the largest even size that shows it undistorted."""
    wide = width * aspect / target.sample_aspect_ratio
    scale = min(target.width / wide, Fraction(target.height, height))

    def even(length: Fraction, most: int) -> int:
        # An odd size that is filled stays filled; all else is even, as chroma is.
        return most if round(length) >= most - 1 else max(2, round(length / 2) * 2)

    across, down = even(wide * scale, target.width), even(height * scale, target.height)
    return (target.width - across) // 4 * 2, (target.height - down) // 4 * 2, across, down


def _color_options(tags: ColorTags, info: MediaInfo, target: PictureFormat) -> list[str]:
    options = []
    if not target.rgb:
        matrix = assumed_matrix(target.color, target.width, target.height)
        if matrix not in _SCALED_MATRICES:
            raise BadInputError(
                f"'{info.path}' cannot be given the colours of the first file, which are of a rare kind "
                f"({matrix}). Export that one anew in BT.709."
            )
        options.append(f"out_color_matrix={_SCALED_MATRICES[matrix]}")
        options.append(f"out_range={'full' if target.color.full_range else 'limited'}")
    had, wanted = tags.primaries, target.color.primaries
    if had is not None and wanted is not None and had != wanted:
        # One curve on both sides, since films of standard range are all shown by the same.
        curve = target.color.transfer if is_hdr(target.color) else "bt709"
        options.append(f"in_primaries={had}:out_primaries={wanted}:in_transfer={curve}:out_transfer={curve}")
    return options
