"""Pictures for people: frames with numbered players, contact sheets with captions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from highlight_cuts_cv.model import BadInputError, BoundingBox, ByteArray

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

_MARK = (255, 220, 0)  # RGB; yellow reads on grass, ice and parquet
_DARK = (0, 0, 0)
_SHEET_COLUMNS = 4
_CELL_WIDTH = 480
_LARGE = 960
"""Pixels: the longer side of a picture of a sheet in which somebody is to be picked."""
_TALL = 64
"""Pixels: how tall people are there at least, if that takes no more than twice the size."""
_CAPTION = 14
_AROUND = 0.15
"""Of its size: what is shown around the part of a picture in which people are."""
_CLOSEST = 3.0
"""How many times a part of a picture is enlarged at most."""


def numbered_picture(bgr: ByteArray, boxes: Sequence[BoundingBox]) -> ByteArray:
    """A copy of the picture (H, W, 3) with each box drawn and numbered from 1; no number covers another."""
    from PIL import Image, ImageDraw

    picture = Image.fromarray(np.ascontiguousarray(bgr[..., ::-1]))
    draw = ImageDraw.Draw(picture)
    unit = max(1.0, max(picture.size) / 1000)
    tall = float(np.median([box.height for box in boxes])) if boxes else 0.0
    thick, font = max(2, round(1.6 * unit)), _font(round(max(16, min(25 * unit, 0.45 * tall))))
    for box in boxes:
        draw.rectangle(box.as_xyxy(), outline=_MARK, width=thick)
    taken: list[tuple[float, float, float, float]] = []
    for number, box in enumerate(boxes, start=1):
        left, top, right, bottom = draw.textbbox((0, 0), str(number), font=font)
        size = (right - left + 4 * thick, bottom - top + 4 * thick)
        place = _place(size, box, boxes, taken, picture.size)
        taken.append(place)
        draw.rectangle(place, fill=_MARK)
        draw.text(
            (place[0] + 2 * thick - left, place[1] + 2 * thick - top), str(number), fill=_DARK, font=font
        )
    return np.ascontiguousarray(np.asarray(picture)[..., ::-1])


def close_picture(bgr: ByteArray, boxes: Sequence[BoundingBox]) -> ByteArray:
    """As :func:`numbered_picture`, of the part of the picture in which people are, in the whole one's shape.

    It is 960 pixels wide (high, where it is upright), up to twice that where people would be too small to be known.
    """
    height, width = bgr.shape[:2]
    x1, y1, x2, y2 = part_with(width, height, boxes)
    tall = float(np.median([box.height for box in boxes])) if boxes else 0.0
    times = _LARGE / max(x2 - x1, y2 - y1)
    if tall:
        times *= min(max(1.0, _TALL / (tall * times)), 2.0)
    part = np.ascontiguousarray(bgr[y1:y2, x1:x2])
    size = (round((x2 - x1) * times), round((y2 - y1) * times))
    scaled = cv2.resize(part, size, interpolation=cv2.INTER_AREA if times < 1 else cv2.INTER_CUBIC)
    moved = [
        BoundingBox(
            *((value - origin) * times for value, origin in zip(box.as_xyxy(), (x1, y1) * 2, strict=True))
        )
        for box in boxes
    ]
    return numbered_picture(np.asarray(scaled, np.uint8), moved)


def contact_sheet(pictures: Sequence[ByteArray], captions: Sequence[str] = ()) -> ByteArray:
    """Pictures (H, W, 3) BGR in rows of four, each 480 pixels wide, with *captions* above them if given."""
    scaled = [
        np.asarray(
            cv2.resize(
                picture,
                (_CELL_WIDTH, round(_CELL_WIDTH * picture.shape[0] / picture.shape[1])),
                interpolation=cv2.INTER_AREA,
            ),
            np.uint8,
        )
        for picture in pictures
    ]
    return flowing_sheet(scaled, captions, _SHEET_COLUMNS * _CELL_WIDTH)


def flowing_sheet(
    pictures: Sequence[ByteArray], captions: Sequence[str] = (), width: int = 2 * _LARGE
) -> ByteArray:
    """Pictures (H, W, 3) BGR as large as they are, in rows of at most *width* pixels, with *captions* above them.

    The sheet is black where there is no picture.
    """
    rows: list[list[ByteArray]] = [[]]
    for number, picture in enumerate(pictures):
        cell = np.vstack([_caption(captions[number], picture.shape[1]), picture]) if captions else picture
        if rows[-1] and sum(one.shape[1] for one in rows[-1]) + cell.shape[1] > width:
            rows.append([])
        rows[-1].append(cell)
    wide = max(sum(cell.shape[1] for cell in row) for row in rows)
    sheet = np.zeros((sum(max(cell.shape[0] for cell in row) for row in rows), wide, 3), np.uint8)
    top = 0
    for row in rows:
        left = 0
        for cell in row:
            sheet[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
            left += cell.shape[1]
        top += max(cell.shape[0] for cell in row)
    return sheet


def check_picture(path: Path, inputs: Iterable[Path], makes_folder: bool = False) -> None:
    """Raise BadInputError, before any work, for a picture that must not or cannot be written.

    With *makes_folder* its folder may still be missing, and is made when it is written.
    """
    from highlight_cuts_cv.files.outputs import checked_output

    checked_output(path.parent if makes_folder and not path.parent.exists() else path, inputs)
    # By the suffix alone: OpenCV crashes for names with bytes that are no letters.
    if not cv2.haveImageWriter(f"picture{path.suffix}"):
        raise BadInputError(f"A picture cannot be written as '{path.name}'; use .jpg or .png.")


def write_picture(path: Path, bgr: ByteArray) -> None:
    """Write a picture as the suffix says.  Raises BadInputError for a suffix nobody writes."""
    from highlight_cuts_cv.files.atomic import atomic_output
    from highlight_cuts_cv.files.outputs import writing_sentences

    try:
        good, data = cv2.imencode(path.suffix or ".", bgr)
    except cv2.error:
        good = False
    if not good:
        raise BadInputError(f"A picture cannot be written as '{path.name}'; use .jpg or .png.")
    with writing_sentences(path), atomic_output(path) as temporary:
        temporary.write_bytes(data.tobytes())


@cache
def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _caption(text: str, width: int) -> ByteArray:
    from PIL import Image, ImageDraw

    size = _CAPTION if width <= _LARGE / 2 else 2 * _CAPTION
    strip = Image.new("RGB", (width, 2 * size))
    draw = ImageDraw.Draw(strip)
    while size > 8 and draw.textlength(text, font=_font(size)) > width - 12:
        size -= 1
    draw.text((6, strip.height // 2), text, fill=(255, 255, 255), font=_font(size), anchor="lm")
    return np.asarray(strip)[..., ::-1]


def _place(
    size: tuple[float, float],
    box: BoundingBox,
    boxes: Sequence[BoundingBox],
    taken: Sequence[tuple[float, float, float, float]],
    picture: tuple[int, int],
) -> tuple[float, float, float, float]:
    """Where a number of *size* goes: at the box, on no other number, over as little of anybody as can be."""
    width, height = size
    middle = box.center[0] - width / 2
    corners = [
        (middle, box.y1 - height),
        (middle, box.y2),
        *((x, y) for y in (box.y1, box.y2 - height) for x in (box.x1 - width, box.x2)),
        (middle, box.y1 - 2 * height),
        (middle, box.y2 + height),
        (middle, box.y1),
    ]

    def cost(corner: tuple[float, float]) -> float:
        x, y = corner
        here = (x, y, x + width, y + height)
        outside = width * height - _common(here, (0, 0, *picture))
        others = sum(_common(here, one.as_xyxy()) for one in boxes)
        numbers = sum(_common(here, one) for one in taken)
        return round(outside * 100 + numbers * 20 + others)  # what touches only by rounding is free

    x, y = min(corners, key=cost)  # the first of equals
    x, y = min(max(0.0, x), picture[0] - width), min(max(0.0, y), picture[1] - height)
    return (x, y, x + width, y + height)


def _common(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def part_with(width: int, height: int, boxes: Sequence[BoundingBox]) -> tuple[int, int, int, int]:
    """x1, y1, x2, y2 of the part of a picture that shows all *boxes* and what is around, in the picture's shape.

    At least a third of its width; all of it without boxes.
    """
    if not boxes:
        return 0, 0, width, height
    x1, x2 = min(box.x1 for box in boxes), max(box.x2 for box in boxes)
    y1, y2 = min(box.y1 for box in boxes), max(box.y2 for box in boxes)
    share = max((x2 - x1) / width, (y2 - y1) / height) * (1 + 2 * _AROUND)
    share = min(1.0, max(share, _LARGE / (_CLOSEST * max(width, height)), 1 / _CLOSEST))
    wide, high = round(share * width), round(share * height)
    left = round(min(max(0.0, (x1 + x2 - wide) / 2), width - wide))
    top = round(min(max(0.0, (y1 + y2 - high) / 2), height - high))
    return left, top, left + wide, top + high
