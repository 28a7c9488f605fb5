"""Pictures as arrays: views of planes, turning, cropping, copying."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

_PACKED_CHANNELS = {
    "rgb24": 3, "bgr24": 3, "rgba": 4, "bgra": 4, "argb": 4, "abgr": 4, "rgb48le": 3, "rgba64le": 4,
}  # fmt: skip
_TWO_PLANES = {"nv12", "nv21", "nv16", "nv24", "p010le", "p016le", "p210le", "p216le", "p410le"}
_REPACK = {
    "yuyv422": "yuv422p", "uyvy422": "yuv422p", "yvyu422": "yuv422p", "pal8": "rgba", "0rgb": "rgb24",
    "rgb0": "rgb24", "bgr0": "bgr24", "0bgr": "bgr24", "y210le": "yuv422p10le", "monow": "gray",
    "monob": "gray", "xv30le": "yuv444p10le", "vuyx": "yuv444p", "vuya": "yuva444p",
}  # fmt: skip


def plain_format(pixel_format: str) -> str:
    """The format itself when its planes can be shown as arrays, else one of the same content."""
    return _REPACK.get(pixel_format, pixel_format)


def views(picture: Any) -> tuple[NDArray[np.generic], ...]:
    """Arrays over the picture's memory, shaped as :class:`~highlight_cuts_cv.contracts.RawFrame` says."""
    name = picture.format.name
    arrays = []
    for number, plane in enumerate(picture.planes):
        deep = picture.format.components[0].bits > 8
        rows: NDArray[np.generic] = np.frombuffer(plane, np.uint16 if deep else np.uint8)
        channels = _PACKED_CHANNELS.get(name, 2 if number and name in _TWO_PLANES else 1)
        rows = rows.reshape(plane.height, -1)[:, : plane.width * channels]
        if plane.line_size < 0:
            rows = rows[::-1]
        arrays.append(rows if channels == 1 else rows.reshape(plane.height, plane.width, channels))
    return tuple(arrays)


def from_planes(planes: tuple[NDArray[np.generic], ...], width: int, height: int, pixel_format: str) -> Any:
    """A new picture with a copy of the planes.  Raises ValueError when a shape does not fit."""
    picture = av.VideoFrame(width, height, pixel_format)
    targets = views(picture)
    if [t.shape for t in targets] != [p.shape for p in planes]:
        raise ValueError(f"planes of a {width}x{height} {pixel_format} picture have other shapes")
    for target, plane in zip(targets, planes, strict=True):
        target[...] = plane
    return picture


def copy_of(picture: Any) -> Any:
    """A picture of the same content in memory of its own."""
    if picture.interlaced_frame:
        return _copy_with_fields(picture)
    return tagged_like(
        picture, from_planes(views(picture), picture.width, picture.height, picture.format.name)
    )


def _copy_with_fields(picture: Any) -> Any:
    """A copy that still says which field comes first, which PyAV by itself cannot write."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, 1000)
    )
    copy = graph.add("copy")
    source.link_to(copy)
    copy.link_to(graph.add("buffersink"))
    graph.configure()
    graph.push(picture)
    return graph.pull()


def turned(picture: Any, rotation: int) -> Any:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees, sample by sample."""
    if not rotation:
        return picture
    width, height = picture.width, picture.height
    if rotation != 180:
        width, height = height, width
    planes = tuple(turned_plane(plane, rotation) for plane in views(picture))
    return tagged_like(picture, from_planes(planes, width, height, picture.format.name))


def padded(picture: Any, width: int, height: int) -> Any:
    """The picture with its last column and row repeated up to an (even) size."""
    larger = av.VideoFrame(width, height, picture.format.name)
    for target, plane in zip(views(larger), views(picture), strict=True):
        extra = [(0, more - had) for more, had in zip(target.shape, plane.shape, strict=True)]
        target[...] = np.pad(plane, extra, mode="edge")
    return tagged_like(picture, larger)


def cropped(picture: Any, left: int, top: int, right: int, bottom: int) -> Any:
    """A copy of a part; *left* and *top* must be whole chroma samples, *right* and *bottom* that or the edge."""
    across, down = chroma_sample(picture.format.name)
    planes = []
    for number, plane in enumerate(views(picture)):
        wide, high = (across, down) if number in (1, 2) else (1, 1)
        planes.append(plane[top // high : -(-bottom // high), left // wide : -(-right // wide)])
    part = from_planes(tuple(planes), right - left, bottom - top, picture.format.name)
    return tagged_like(picture, part)


def shown_part(picture: Any, left: int, top: int, right: int, bottom: int) -> Any:
    """A part as :func:`cropped` has it, over the picture's own memory."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, 1000)
    )
    crop = graph.add("crop", f"{right - left}:{bottom - top}:{left}:{top}:exact=1")
    source.link_to(crop)
    crop.link_to(graph.add("buffersink"))
    graph.configure()
    graph.push(picture)
    return graph.pull()


def whole_pairs(width: int, height: int, pixel_format: str) -> tuple[int, int]:
    """The size with the column and row more that subsampled chroma needs, which is better than less."""
    across, down = chroma_sample(pixel_format)
    return -(-width // across) * across, -(-height // down) * down


def chroma_sample(pixel_format: str) -> tuple[int, int]:
    """How many pixels across and down share a chroma sample."""
    layout = av.VideoFormat(pixel_format, 64, 64)
    return 64 // layout.chroma_width(), 64 // layout.chroma_height()


def turned_plane(plane: NDArray[np.generic], rotation: int) -> NDArray[np.generic]:
    """A copy turned clockwise by 90, 180 or 270 degrees."""
    import cv2  # three times as fast as numpy's rot90 and copy

    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return np.asarray(cv2.rotate(np.ascontiguousarray(plane), codes[rotation]))


def tagged_like(source: Any, picture: Any) -> Any:
    """The picture, with the source's time and colour tags."""
    picture.pts, picture.time_base = source.pts, source.time_base
    for field in ("colorspace", "color_range", "color_trc", "color_primaries"):
        setattr(picture, field, getattr(source, field))
    return picture
