"""player-nano: letterbox, infer, suppress doubles."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hccv_player_nano.network import PADDING_GREY, STRIDE, load_network
from highlight_cuts_cv.api import BadInputError, Detections, Frame, Region

NMS_IOU = 0.5  # the model's card: double boxes on close-ups
SMALLEST_INPUT, LARGEST_INPUT = 672, 1280


def automatic_size(width: int, height: int) -> int:
    """The input's long side for a picture: never below 672 (small players of small videos are
    enlarged), half of the picture above that, never above 1280 (cost grows with the area)."""
    return min(LARGEST_INPUT, max(SMALLEST_INPUT, max(width, height) // 2))


class PlayerNano:
    """The embedded detector.  See :class:`highlight_cuts_cv.api.Detector`."""

    def __init__(self, size: int = 0, threads: int = 0, min_score: float = 0.3) -> None:
        self._size = size
        self._min_score = min_score
        self._request = load_network(threads).create_infer_request()

    def detect(self, frames: Sequence[Frame], regions: Sequence[Region] | None = None) -> list[Detections]:
        """Find players; pictures whose inputs have one size are inferred as one batch.

        Raises BadInputError when ``regions`` is not one per frame or lies outside its frame.
        """
        if regions is not None and len(regions) != len(frames):
            raise BadInputError(f"{len(frames)} frames need as many regions, not {len(regions)}.")
        inputs = [self._letterbox(frame, regions[i] if regions else None) for i, frame in enumerate(frames)]
        found: list[Detections] = [Detections.none()] * len(frames)
        by_shape: dict[tuple[int, ...], list[int]] = {}
        for i, (picture, _, _) in enumerate(inputs):
            by_shape.setdefault(picture.shape, []).append(i)
        for indexes in by_shape.values():
            batch = np.stack([inputs[i][0] for i in indexes])
            self._request.infer({0: batch})
            output = self._request.get_output_tensor(0).data
            for row, i in enumerate(indexes):
                _, scale, offset = inputs[i]
                found[i] = self._decode(output[row], scale, offset, frames[i])
        return found

    def close(self) -> None:
        """Free the inference request; the network itself stays for the next detector."""
        del self._request

    def _letterbox(
        self, frame: Frame, region: Region | None
    ) -> tuple[NDArray[np.uint8], tuple[float, float], tuple[int, int]]:
        """The network's input, its (x, y) scale against the picture and the region's (x, y) origin."""
        width, height = frame.width, frame.height
        left, top, right, bottom = 0, 0, width, height
        if region is not None:
            left, top = max(0, int(np.floor(region.x1))), max(0, int(np.floor(region.y1)))
            right, bottom = min(width, int(np.ceil(region.x2))), min(height, int(np.ceil(region.y2)))
            if right <= left or bottom <= top:
                raise BadInputError(f"The region {region} lies outside the {width}x{height} picture.")
        long_side = max(right - left, bottom - top)
        if region is not None:
            target = min(long_side, LARGEST_INPUT)  # native resolution
        else:
            target = self._size or automatic_size(width, height)
        factor = target / long_side
        new_width, new_height = max(1, round((right - left) * factor)), max(1, round((bottom - top) * factor))
        part = frame.scaled(left, top, right, bottom, new_width, new_height)
        padded = np.full(
            (-(-new_height // STRIDE) * STRIDE, -(-new_width // STRIDE) * STRIDE, 3), PADDING_GREY, np.uint8
        )
        padded[:new_height, :new_width] = part
        scale = (new_width / (right - left), new_height / (bottom - top))
        return padded, scale, (left, top)

    def _decode(
        self, rows: NDArray[np.float32], scale: tuple[float, float], offset: tuple[int, int], frame: Frame
    ) -> Detections:
        """Rows (N, 5) in input pixels -> detections in the frame's pixels, doubles suppressed."""
        rows = rows[rows[:, 4] >= self._min_score]
        if not len(rows):
            return Detections.none()
        width, height = frame.width, frame.height
        xyxy = rows[:, :4] / np.array([*scale, *scale], np.float32) + np.array([*offset, *offset], np.float32)
        xyxy = np.clip(xyxy, 0, np.array([width, height, width, height], np.float32))
        sizes = xyxy[:, 2:] - xyxy[:, :2]
        kept = np.array(
            cv2.dnn.NMSBoxes(
                np.hstack([xyxy[:, :2], sizes]).tolist(), rows[:, 4].tolist(), self._min_score, NMS_IOU
            ),
            int,
        ).reshape(-1)
        kept = kept[(sizes[kept] > 0).all(axis=1)]
        return Detections(np.ascontiguousarray(xyxy[kept], np.float32), np.ascontiguousarray(rows[kept, 4]))
