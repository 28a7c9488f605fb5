"""Camera motion between consecutive frames: sparse optical flow and a robust similarity.

Corners: Shi and Tomasi (CVPR 1994); flow: Lucas-Kanade in a pyramid (Bouguet, 2001); model:
RANSAC (Fischler and Bolles, 1981).  Where most corners disagree the picture may have jumped farther than flow
reaches (a crop that follows the ball and is spliced); then features are matched anywhere (ORB: Rublee et al.,
ICCV 2011), and flow confirms it.
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


JUMPED = 0.3
"""A map on which a smaller share of corners agrees may be another's: an overlay's, or nobody's."""
MOSTLY = 0.4
"""Share of the picture that changes although it seems to stand still: then an overlay does."""
AGREED = 0.4
"""Share of the corners in the changed part that has to agree on another map."""
VOTERS = 16
"""Corners or features on which a jump is built, at least."""
_FEATURES = 500
_STILL, _NEAR = 6, 9
"""Grey levels by which an overlay that stands still differs, on average over so many pixels square."""


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
        model, quality = _agreed(last, grey, corners, corners)
        other = _changed(last, grey)
        if (_stands(model) and other.mean() > MOSTLY) or quality < JUMPED:
            leapt, better = _jumped(last, grey, mask, other)
            if better > AGREED:
                model, quality = leapt, better
        if model is None:
            return still, 0.0
        model[:, 2] /= scale
        return model, quality


def _agreed(
    last: np.ndarray, grey: np.ndarray, corners: np.ndarray, guess: np.ndarray
) -> tuple[np.ndarray | None, float]:
    """The (2, 3) map on which most *corners* (N, 1, 2) agree, looked for around *guess*, and their share."""
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        last, grey, corners, guess.copy(), winSize=(17, 17), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    ok = found[:, 0] == 1
    if ok.sum() < 8:
        return None, 0.0
    model, inliers = cv2.estimateAffinePartial2D(
        corners[ok], moved[ok], method=cv2.RANSAC, ransacReprojThreshold=1.5, maxIters=300
    )
    return model, 0.0 if model is None else float(inliers.sum()) / len(corners)


def _changed(last: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """(H, W) bool: where the picture is not what it was."""
    return np.asarray(cv2.blur(cv2.absdiff(last, grey), (_NEAR, _NEAR)) > _STILL)


def _stands(model: np.ndarray | None) -> bool:
    return model is not None and bool(np.abs(model[:, 2]).max() < 1)


def _jumped(
    last: np.ndarray, grey: np.ndarray, mask: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray | None, float]:
    """The map on which corners agree where the picture changed, looked for near first and then anywhere.

    A caption that stands still has no vote, nor has what is not in the picture afterwards.  *other* (H, W) bool is
    where the picture changed, *mask* (H, W) uint8 where nobody plays.
    """
    # not at the rim of what stands still, either, for that has the strongest corners
    inner = cv2.erode(other.astype(np.uint8) * 255, np.ones((_NEAR, _NEAR), np.uint8))
    mask = cv2.bitwise_and(mask, inner)
    corners = cv2.goodFeaturesToTrack(last, 240, 0.01, 8, mask=mask)
    if corners is None or len(corners) < VOTERS:
        return None, 0.0
    near, agreed = _agreed(last, grey, corners, corners)
    if agreed > AGREED:
        return near, agreed
    orb = cv2.ORB_create(_FEATURES)  # type: ignore[attr-defined]
    points, described = orb.detectAndCompute(last, mask)
    others, known = orb.detectAndCompute(grey, inner)
    if described is None or known is None:
        return None, 0.0
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(described, known)
    if len(matches) < VOTERS:
        return None, 0.0
    ends = np.array([(points[m.queryIdx].pt, others[m.trainIdx].pt) for m in matches], np.float32)
    model, _ = cv2.estimateAffinePartial2D(
        ends[:, 0].copy(), ends[:, 1].copy(), method=cv2.RANSAC, ransacReprojThreshold=3, maxIters=1000
    )
    if model is None:
        return None, 0.0
    guess = cv2.transform(corners, model)
    inside = ((guess >= 0) & (guess < np.array(grey.shape[::-1]))).all(axis=(1, 2))
    if inside.sum() < VOTERS:
        return None, 0.0
    return _agreed(last, grey, corners[inside], guess[inside].astype(np.float32))
