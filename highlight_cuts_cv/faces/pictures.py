"""Pictures for people: numbered boxes to pick from, and contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from highlight_cuts_cv.model import BadInputError, BoundingBox, ByteArray

_MARK = (0, 220, 255)  # BGR; yellow reads on grass, ice and parquet
_SHEET_COLUMNS = 4
_CELL_WIDTH = 480


def numbered_picture(bgr: ByteArray, boxes: Sequence[BoundingBox]) -> ByteArray:
    """A copy of the picture (H, W, 3) with each box drawn and numbered from 1."""
    picture = np.ascontiguousarray(bgr).copy()
    unit = max(1.0, max(picture.shape[:2]) / 1000)
    thick, scale = max(1, round(1.5 * unit)), 0.5 * unit
    for number, box in enumerate(boxes, start=1):
        corner, opposite = (round(box.x1), round(box.y1)), (round(box.x2), round(box.y2))
        cv2.rectangle(picture, corner, opposite, _MARK, thick, cv2.LINE_AA)
        (width, height), base = cv2.getTextSize(str(number), cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        top = max(0, corner[1] - height - base - thick)
        cv2.rectangle(
            picture, (corner[0], top), (corner[0] + width + thick, top + height + base + thick), _MARK, -1
        )
        cv2.putText(
            picture,
            str(number),
            (corner[0], top + height + thick),
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            (0, 0, 0),
            thick,
            cv2.LINE_AA,
        )
    return picture


def contact_sheet(pictures: Sequence[ByteArray]) -> ByteArray:
    """Pictures (H, W, 3) BGR of one size in rows of four, each 480 pixels wide."""
    height = round(_CELL_WIDTH * pictures[0].shape[0] / pictures[0].shape[1])
    cells = [cv2.resize(p, (_CELL_WIDTH, height), interpolation=cv2.INTER_AREA) for p in pictures]
    while len(cells) % _SHEET_COLUMNS:
        cells.append(np.zeros_like(cells[0]))
    rows = [np.hstack(cells[i : i + _SHEET_COLUMNS]) for i in range(0, len(cells), _SHEET_COLUMNS)]
    return np.vstack(rows)


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
