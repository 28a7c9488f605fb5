"""Camera motion between consecutive frames: sparse optical flow and a robust similarity.

Corners: Shi and Tomasi (CVPR 1994); flow: Lucas-Kanade in a pyramid (Bouguet, 2001); model:
RANSAC (Fischler and Bolles, 1981).
"""

from __future__ import annotations

import cv2
import numpy as np

SMALL_SIDE = 480
"""Long side of the picture in which motion is estimated."""


def shrunk(picture: np.ndarray) -> np.ndarray:
    """The picture (H, W, 3), at most :data:`SMALL_SIDE` on its long side."""
    scale = SMALL_SIDE / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


class Camera:
    """Feed frames in order; each call gives the map from the previous frame to this one."""

    def __init__(self) -> None:
        self._grey: np.ndarray | None = None

    def __call__(
        self, small: np.ndarray, scale: float = 1.0, people: np.ndarray | None = None
    ) -> tuple[np.ndarray, float]:
        """(2, 3) map in picture pixels and its quality, the share of corners that agree (0..1).

        `small` (h, w, 3) is the picture scaled by `scale`; :data:`SMALL_SIDE` pixels suffice.
        `people` (N, 4) boxes of the previous frame, in picture pixels, are left out, so that the
        crowd of players in front cannot pass for the ground.
        """
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        last, self._grey = self._grey, grey
        still = np.eye(2, 3, dtype=np.float64)
        if last is None:
            return still, 1.0
        mask = np.full(last.shape, 255, np.uint8)
        for x0, y0, x1, y1 in ((people[:, :4] if people is not None else np.zeros((0, 4))) * scale).astype(
            int
        ):
            mask[max(y0 - 2, 0) : y1 + 2, max(x0 - 2, 0) : x1 + 2] = 0
        corners = cv2.goodFeaturesToTrack(last, 240, 0.01, 8, mask=mask)
        if corners is None or len(corners) < 8:
            return still, 0.0
        moved, found, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]
            last, grey, corners, None, winSize=(17, 17), maxLevel=4
        )
        ok = found[:, 0] == 1
        if ok.sum() < 8:
            return still, 0.0
        model, inliers = cv2.estimateAffinePartial2D(
            corners[ok], moved[ok], method=cv2.RANSAC, ransacReprojThreshold=1.5, maxIters=300
        )
        if model is None:
            return still, 0.0
        model[:, 2] /= scale
        return model, float(inliers.sum()) / len(corners)
