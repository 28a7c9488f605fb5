"""A path from one more pick against the one that was known before, where they part.

A pick corrects where the user saw that somebody else, or nobody, was shown.  It does not say that all which came after
was wrong, and the path that begins there can leave with somebody else, too.  So the known path is a second opinion:
where it shows who leads back to the pick, and the new path somebody who does not, it is right again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hccv_follow.duel import DuelSettings, Return, leads_back
from hccv_follow.path import AGREE_IOU, Path, run_start


def outlived(
    path: Path,
    rival: Path,
    order: NDArray[np.int64],
    rate: float,
    back: Return,
    settings: DuelSettings | None = None,
) -> Path:
    """The *path*, but the *rival*'s way wherever they have parted and only the rival leads back to the pick.

    ``order`` lists the pass's frames in the order followed, the pick's first; ``back`` follows from a frame
    towards it.  Where neither leads back, the path is kept, and doubted.
    """
    s = settings or DuelSettings()
    result = path.copy()
    agree = path.overlap(rival)[order] >= AGREE_IOU
    apart = path.shown[order] & rival.shown[order] & ~agree
    pick, end = order[:1], 0
    while (start := run_start(apart, end, max(2, round(s.parted * rate)))) < len(order):
        end = run_start(agree, start, max(2, round(s.met * rate)))
        late = np.flatnonzero(apart[start : start + round(s.away * rate) + 1])[-1] + start
        if not leads_back(path, int(order[late]), path, pick, back, s):
            parted = order[start:end]
            if leads_back(rival, int(order[late]), path, pick, back, s):
                result.put(rival, parted)
            result.scores[parted] = np.minimum(result.scores[parted], s.doubted)
    return result
