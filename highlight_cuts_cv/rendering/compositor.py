"""Blends sprites into decoded frames, in the frame's own pixel format, only where they lie.

A marker is a few thousand pixels of millions, so the frame is never converted.  Instead each
sprite is converted once to the frame's Y, Cb, Cr (or R, G, B), premultiplied by its alpha, moved to
its sub-pixel position and filtered down to the chroma samples' positions; blending is then one
multiplication and one addition per sample.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import RawFrame
from highlight_cuts_cv.media.pixel_formats import PIXEL_FORMATS, PixelFormat
from highlight_cuts_cv.model import ColorTags, FloatArray, JobFailedError, Placement, Sprite, SpriteTrack
from highlight_cuts_cv.rendering.code_values import code_values
from highlight_cuts_cv.rendering.shading import shade_frame

_STEPS = 8
"""Sub-pixel positions per pixel.  An eighth is finer than an eye sees on a moving marker, and
coarse enough for tiles to be found again in the cache."""

_CACHE_BYTES = 48 << 20
_MARGIN = 2
"""Empty luma samples around a tile of a subsampled format, for the chroma filters to reach into."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What a sprite is converted for; frames that agree in all of it share converted sprites."""

    pixel_format: PixelFormat
    color: ColorTags
    width: int
    height: int
    fields: bool

    @property
    def repeat_y(self) -> int:
        """log2 of the luma rows after which chroma rows repeat: two rows in each of two fields."""
        return 2 if self.fields else self.pixel_format.sub_y


@dataclass(frozen=True, slots=True)
class _Layer:
    """A sprite's share of one plane: the result is ``below * keep + add``, truncated.

    ``x`` and ``y`` are its first sample, counted in the plane's samples from the tile's origin; the
    arrays are (h, w), or (h, w, n) where a plane holds n components.  ``add`` includes the half that makes truncation round; where ``keep`` is 1 it is exactly a half,
    so those samples come out unchanged.
    """

    x: int
    y: int
    add: FloatArray
    keep: FloatArray


_Tile = list[_Layer]


class Compositor:
    """Blends the sprites of one clip into its frames.

    Positions are honoured to an eighth of a pixel.  An instance remembers converted sprites and is
    to be used by one thread at a time.
    """

    def __init__(self, sprites: SpriteTrack) -> None:
        self._placements = sprites.by_frame()
        self._shades = {shade.frame_index: shade for shade in sprites.shades}
        self._converted = _Cache[tuple[int, _Target], tuple[int, int, FloatArray] | None]()
        self._tiles = _Cache[tuple[int, _Target, int, int], _Tile]()

    def apply(self, frame: RawFrame) -> None:
        """Blend the sprites placed at ``frame.index`` into the frame's planes, in place.

        Without a shade, samples that no sprite touches keep their value bit by bit.  Raises JobFailedError for a
        pixel format that is not in :data:`~highlight_cuts_cv.rendering.PIXEL_FORMATS`.
        """
        placements, shade = self._placements.get(frame.index, ()), self._shades.get(frame.index)
        if not placements and shade is None:
            return
        pixel_format = PIXEL_FORMATS.get(frame.pixel_format)
        if pixel_format is None:
            raise JobFailedError(
                f"Markers cannot be drawn into pictures of the format '{frame.pixel_format}'. "
                "Convert the video to yuv420p or yuv420p10le first."
            )
        if shade is not None:
            shade_frame(frame, shade, pixel_format)
        fields = frame.interlaced and pixel_format.sub_y > 0
        target = _Target(pixel_format, frame.color, frame.width, frame.height, fields)
        for placement in placements:
            if placement.opacity > 0:
                self._draw(placement, target, frame.planes)

    def _draw(self, placement: Placement, target: _Target, planes: tuple[NDArray[np.generic], ...]) -> None:
        converted = self._convert(placement.sprite, target)
        if converted is None:
            return
        left, top, pixels = converted
        pixel_format = target.pixel_format
        # Whole chroma samples go into the origin and the rest into the phase, so that a tile can
        # be used again wherever the sprite sits alike on the chroma grid.
        phase_x, origin_x = _split(placement.x + left, pixel_format.sub_x)
        phase_y, origin_y = _split(placement.y + top, target.repeat_y)
        key = (id(placement.sprite), target, phase_x, phase_y)
        tile = self._tiles.get(key)
        if tile is None:
            tile = _make_tile(pixels, target, phase_x, phase_y)
            self._tiles.put(key, tile, sum(layer.add.nbytes + layer.keep.nbytes for layer in tile))
        for plane, layer, held in zip(planes, tile, pixel_format.planes, strict=True):
            subsampled = held[0] > 0
            x = (origin_x >> pixel_format.sub_x if subsampled else origin_x) + layer.x
            y = (origin_y >> pixel_format.sub_y if subsampled else origin_y) + layer.y
            _blend(plane, layer, x, y, min(placement.opacity, 1.0), pixel_format.shift)

    def _convert(self, sprite: Sprite, target: _Target) -> tuple[int, int, FloatArray] | None:
        """The sprite without its empty borders (their width left and above, then (h, w, 4) float32
        of premultiplied code values and alpha), or ``None`` when nothing of it shows."""
        key = (id(sprite), target)
        if key not in self._converted:
            result = _premultiplied(sprite, target)
            self._converted.put(key, result, 0 if result is None else result[2].nbytes)
            return result
        return self._converted.get(key)


def _split(position: float, subsampling: int) -> tuple[int, int]:
    """A position as (phase in steps, origin in whole pixels, a multiple of the subsampling)."""
    steps = round(position * _STEPS)
    phase = steps % (_STEPS << subsampling)
    return phase, (steps - phase) // _STEPS


def _premultiplied(sprite: Sprite, target: _Target) -> tuple[int, int, FloatArray] | None:
    shown = sprite.rgba[..., 3] > 0
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    rgba = sprite.rgba[top : rows[-1] + 1, left : columns[-1] + 1]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    values = code_values(rgba[..., :3], target.pixel_format, target.color, target.width, target.height)
    # The purest full-range colours would round to one code more than there is, which is 0 again.
    values = np.minimum(values, np.float32((1 << target.pixel_format.bits) - 1))
    return left, top, np.concatenate((values * alpha, alpha), axis=2)


def _make_tile(pixels: FloatArray, target: _Target, phase_x: int, phase_y: int) -> _Tile:
    """Move premultiplied pixels to their phase and filter them down to the chroma samples."""
    import cv2  # takes a while to load, and the presets beside this module are part of the API

    pixel_format = target.pixel_format
    height, width = pixels.shape[:2]
    margin_x, margin_y = _MARGIN * pixel_format.sub_x, _MARGIN * target.repeat_y
    # Room for the phase (below two pixels, or four) and the filters, whole where samples come in groups.
    canvas_width = _whole(width + 2 * margin_x + 2, pixel_format.sub_x)
    canvas_height = _whole(height + 2 * margin_y + 4, target.repeat_y)
    shift = np.array([[1, 0, phase_x / _STEPS + margin_x], [0, 1, phase_y / _STEPS + margin_y]], np.float32)
    canvas = cv2.warpAffine(pixels, shift, (canvas_width, canvas_height), flags=cv2.INTER_LINEAR)
    first, second, third, alpha = cv2.split(canvas)

    x, y = phase_x // _STEPS, phase_y // _STEPS
    used = np.s_[y + margin_y : y + margin_y + height + 1, x + margin_x : x + margin_x + width + 1]
    if not pixel_format.sub_x and not pixel_format.sub_y:
        every = (first[used], second[used], third[used])
        return [_layer((x, y), alpha[used], [every[i] for i in held]) for held in pixel_format.planes]

    horizontal, vertical = _siting(target.color.chroma_location)

    def to_chroma(plane: NDArray[Any]) -> NDArray[Any]:
        if target.fields:
            plane = _halve_fields(plane)
        elif pixel_format.sub_y:
            plane = _halve(plane, vertical)
        if pixel_format.sub_x:
            plane = _halve(plane.T, horizontal).T
        return plane

    place = -(margin_x >> pixel_format.sub_x), -(margin_y >> pixel_format.sub_y)
    chroma_alpha, chroma = to_chroma(alpha), (to_chroma(second), to_chroma(third))
    return [
        _layer((x, y), alpha[used], [first[used]])
        if held == (0,)
        else _layer(place, chroma_alpha, [chroma[i - 1] for i in held])
        for held in pixel_format.planes
    ]


def _whole(size: int, repeat: int) -> int:
    return -(-size >> repeat) << repeat


def _layer(place: tuple[int, int], alpha: NDArray[Any], premultiplied: list[NDArray[Any]]) -> _Layer:
    def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
        return np.ascontiguousarray(parts[0] if len(parts) == 1 else np.dstack(parts))

    return _Layer(*place, joined(premultiplied) + np.float32(0.5), joined([1 - alpha] * len(premultiplied)))


def _siting(location: str | None) -> tuple[float, float]:
    """Where chroma samples sit across and down, in luma samples from the first of their pair."""
    location = location or "left"  # what MPEG-2, H.264 and HEVC mean when they say nothing
    horizontal = 0.0 if location.endswith("left") else 0.5
    vertical = {"top": 0.0, "bottom": 1.0}.get(location.removesuffix("left"), 0.5)
    return horizontal, vertical


def _halve(plane: NDArray[Any], siting: float) -> NDArray[Any]:
    """Filter rows down to half as many: a pair's mean between them, or 1-2-1 around one of them."""
    even, odd = plane[0::2], plane[1::2]
    if siting == 0.5:
        return np.asarray((even + odd) * np.float32(0.5))
    result: NDArray[Any] = (even if siting == 0 else odd) * np.float32(0.5)
    other = (odd if siting == 0 else even) * np.float32(0.25)
    result += other
    if siting == 0:
        result[1:] += other[:-1]
    else:
        result[:-1] += other[1:]
    return result


def _halve_fields(plane: NDArray[Any]) -> NDArray[Any]:
    """Filter rows of two woven fields down to half as many, each field by itself.

    Chroma of the top field sits a quarter of a field's row below its upper luma row, that of the
    bottom field a quarter above its lower one (H.262, figure 6-2; H.264 likewise), so that woven
    chroma rows are evenly spaced.
    """
    result = np.empty((len(plane) // 2, *plane.shape[1:]), plane.dtype)
    result[0::2] = plane[0::4] * np.float32(0.75) + plane[2::4] * np.float32(0.25)
    result[1::2] = plane[1::4] * np.float32(0.25) + plane[3::4] * np.float32(0.75)
    return result


def _blend(plane: NDArray[Any], layer: _Layer, x: int, y: int, opacity: float, shift: int) -> None:
    """Blend a layer whose first sample goes to (x, y), cut off at the plane's edges."""
    rows, columns = plane.shape[:2]
    height, width = layer.add.shape[:2]
    top, bottom, left, right = max(-y, 0), min(rows - y, height), max(-x, 0), min(columns - x, width)
    if top >= bottom or left >= right:
        return
    part = np.s_[top:bottom, left:right]
    add, keep = layer.add[part], layer.keep[part]
    if opacity < 1:
        weight = np.float32(opacity)
        keep = 1 - weight * (1 - keep)
        add = weight * (add - np.float32(0.5)) + np.float32(0.5)
    below = plane[y + top : y + bottom, x + left : x + right]
    mixed = np.multiply(below >> shift if shift else below, keep, dtype=np.float32)
    mixed += add
    if shift:
        below[...] = mixed.astype(np.uint16) << shift
    else:
        np.copyto(below, mixed, casting="unsafe")


Key = TypeVar("Key")
Value = TypeVar("Value")


class _Cache(Generic[Key, Value]):
    """Remembers values up to a number of bytes, forgetting the least recently used first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def get(self, key: Key) -> Value | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        self._entries[key] = (value, size)
        self._bytes += size
        while self._bytes > _CACHE_BYTES and len(self._entries) > 1:
            self._bytes -= self._entries.popitem(last=False)[1][1]
