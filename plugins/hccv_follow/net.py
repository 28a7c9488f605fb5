"""The embedded detector run on a square crop, with two backbone maps exposed as features."""

from __future__ import annotations

import cv2
import numpy as np
from hccv_player_nano.network import load_network

from highlight_cuts_cv.api import Frame, pairwise_ious

CROP = 192  # side of the network's input, pixels
CELL = 4  # pixels of the crop per feature cell
GRID = CROP // CELL
FINE, COARSE = (
    "/net/Mul_8_output_0",
    "/net/Mul_22_output_0",
)  # ends of the stride-4 (32 channels) and stride-8 (64) stages


class CropNet:
    """Detections and feature maps of one square crop.

    The crop is `side` pixels of the picture, resized; one evaluation serves the target, its
    neighbours and the appearance model.
    """

    def __init__(self) -> None:
        # One thread: the scene's analysis keeps the other cores busy at the same time.
        network = load_network(threads=1, feature_tensors=(FINE, COARSE), size=(CROP, CROP))
        self._request = network.create_infer_request()

    def __call__(self, crop: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(CROP, CROP, 3) uint8 BGR -> players (N, 5), stride-4 map (32, GRID, GRID), stride-8 map (64, GRID / 2, GRID / 2)."""
        self._request.infer({0: crop[None]})
        players, fine, coarse = (self._request.get_output_tensor(i).data[0] for i in range(3))
        return players, fine.copy(), coarse.copy()


def cut(frame: Frame, centre: np.ndarray, side: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Square crop around `centre` (x, y), grey outside the picture.

    Returns the (CROP, CROP, 3) crop, its top-left corner in the picture and its scale (crop
    pixels per picture pixel).
    """
    side = max(8, round(side))
    width, height = frame.width, frame.height
    left, top = (round(c - side / 2) for c in centre)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, width), min(top + side, height)
    scale = CROP / side
    crop = np.full((CROP, CROP, 3), 114, np.uint8)
    if x1 > x0 and y1 > y0:
        part = frame.part(x0, y0, x1, y1)
        u0, v0 = round((x0 - left) * scale), round((y0 - top) * scale)
        u1, v1 = max(u0 + 1, round((x1 - left) * scale)), max(v0 + 1, round((y1 - top) * scale))
        how = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR
        crop[v0:v1, u0:u1] = cv2.resize(part, (u1 - u0, v1 - v0), interpolation=how)[: CROP - v0, : CROP - u0]
    return crop, np.array([left, top], np.float32), scale


def thin(players: np.ndarray, low: float, limit: float) -> np.ndarray:
    """Greedy non-maximum suppression of (N, 5) rows; keeps scores above `low`, drops IoU above `limit`."""
    players = players[players[:, 4] > low]
    players = players[np.argsort(-players[:, 4])][:60]
    iou = pairwise_ious(players, players)
    keep: list[int] = []
    for i in range(len(players)):
        if not keep or iou[i, keep].max() <= limit:
            keep.append(i)
    return players[keep].copy()
