"""The places where the player may be: the detections, and the filter's peaks that no detection explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hccv_follow.candidate import Candidate
from hccv_follow.filter import peak
from hccv_follow.net import CELL
from hccv_follow.shape import Shape
from hccv_follow.sight import Sight
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class SearchSettings:
    """Where the filter is asked, and when a peak of its own counts.  A cell is four pixels of the crop."""

    usual_shape: float = setting(0.5, "shape above which a detection says exactly where the player is")
    reach: int = setting(2, "cells; how far from such a detection its response is looked for")
    reach_odd: int = setting(4, "cells; the same from a box of another shape (two people, half a body)")
    exact: float = setting(0.3, "usual responses; a stronger one corrects the detection's place")
    doubt_from: float = setting(
        1.3, "usual responses; a response this strong leaves no doubt about the exact place"
    )
    doubt_least: float = setting(0.5, "share of the detection's place that always counts, given its shape")
    doubt_most: float = setting(0.9, "share of it that counts at most")
    detected: float = setting(0.1, "share of it that counts whatever its shape")
    peaks: int = setting(4, "the most peaks looked at")
    least_peak: float = setting(0.1, "response below which there is no peak")
    border: int = setting(4, "cells along the crop's edge where no peak counts")
    explained: float = setting(0.3, "box sides; a peak this near a detection's place is that detection's")
    peak_apart: int = setting(5, "cells around a peak where there is no other")
    rival_apart: float = setting(0.35, "sizes; a peak this far away is somebody else's")


def candidates_in(
    sight: Sight, response: np.ndarray, shape: Shape, reference: float, lost: int, settings: SearchSettings
) -> tuple[list[Candidate], np.ndarray]:
    """The candidates, and the response (N,) at every player of the sight."""
    found, likeness = _detected(sight, response, shape, reference, lost, settings)
    peaks = _peaks(sight, response, settings)
    for value, centre in peaks:
        near = [
            c for c in found if np.abs((c.centre - centre) / c.wh).max() < settings.explained and c.row >= 0
        ]
        if not near:
            found.append(Candidate(centre, shape.wh.copy(), -1, value, 0.0))
    for c in found:
        elsewhere = [
            v for v, at in peaks if np.linalg.norm(at - c.centre) > settings.rival_apart * shape.size
        ]
        c.rival = max(elsewhere, default=0.0)
    return found, likeness


def _detected(
    sight: Sight, response: np.ndarray, shape: Shape, reference: float, lost: int, s: SearchSettings
) -> tuple[list[Candidate], np.ndarray]:
    found = []
    likeness = np.zeros(len(sight.players))
    usual = shape.usual()
    for row, player in enumerate(sight.players):
        centre, wh = shape.mapped(player)
        at = sight.cells(centre)
        alike = shape.alike(wh, usual)
        value, top = peak(response, at, s.reach if alike > s.usual_shape else s.reach_odd)
        likeness[row] = value
        if value <= -1 or shape.odd(wh, lost):
            continue
        if value > s.exact * reference:
            exact = _place(sight, top)
            doubt = np.clip(s.doubt_from - value / reference, s.doubt_least, s.doubt_most)
            centre = exact + (s.detected + doubt * alike) * (centre - exact)
        found.append(Candidate(centre, wh, row, value, float(player[4]), shape=alike))
    return found, likeness


def _peaks(sight: Sight, response: np.ndarray, s: SearchSettings) -> list[tuple[float, np.ndarray]]:
    """The strongest responses, one after another, and their places in the picture."""
    masked = response.copy()
    edge = s.border
    masked[:edge], masked[-edge:], masked[:, :edge], masked[:, -edge:] = -1, -1, -1, -1
    peaks: list[tuple[float, np.ndarray]] = []
    for _ in range(s.peaks):
        y, x = np.unravel_index(int(np.argmax(masked)), masked.shape)
        value, at = peak(response, np.array([x, y], np.float64), 0)
        if value < s.least_peak:
            break
        peaks.append((value, _place(sight, at)))
        apart = s.peak_apart
        masked[max(y - apart, 0) : y + apart + 1, max(x - apart, 0) : x + apart + 1] = -1
    return peaks


def _place(sight: Sight, cells: np.ndarray) -> np.ndarray:
    """A point of the crop's grid in the picture."""
    return np.asarray((cells + 0.5) * CELL / sight.scale + sight.corner)
