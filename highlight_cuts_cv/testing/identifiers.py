"""What every identifier must keep to, as a plain function that asserts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from highlight_cuts_cv.contracts import Identifier, IdentifyJob, Identity, Sighting
from highlight_cuts_cv.model import BoundingBox, CancelledError
from highlight_cuts_cv.testing.contracts import moving_square

_MARGIN = 6


def check_identifier(identifier: Identifier) -> None:
    """Assert that *identifier* answers in probabilities, the same twice, paints on nothing and can be stopped.

    Checked are several sightings, a single one, a person whom the picture's edge cuts off, and one of a few pixels.
    """
    sightings = _sightings()
    before = [sighting.picture.copy() for sighting in sightings]
    job = IdentifyJob(sightings=sightings)
    first = _checked(identifier, job)
    assert _checked(identifier, job) == first, "the same pictures give the same answer"
    for sighting, picture in zip(sightings, before, strict=True):
        assert np.array_equal(sighting.picture, picture), "pictures are looked at, not painted on"
    _checked(identifier, replace(job, sightings=sightings[:1]))
    whole = sightings[0]
    cut_off = Sighting(0, whole.picture, BoundingBox(-20, -30, whole.box.x2, whole.box.y2))
    tiny = Sighting(1, np.ascontiguousarray(whole.picture[:3, :2]), BoundingBox(0, 0, 2, 3))
    _checked(identifier, replace(job, sightings=[cut_off, tiny]))
    with suppress(CancelledError):  # who is quick may answer instead
        _checked(identifier, replace(job, cancelled=lambda: True))


def _checked(identifier: Identifier, job: IdentifyJob) -> list[Identity]:
    found = list(identifier.identify(job))
    assert all(isinstance(one, Identity) for one in found), "every answer is an Identity"
    assert sum(one.probability for one in found) <= 1 + 1e-6, "all probabilities together are at most 1"
    ordered = sorted(found, key=lambda one: -one.probability)
    assert [one.probability for one in found] == [one.probability for one in ordered], (
        "the most probable first"
    )
    assert len({one.label for one in found}) == len(found), "each label is told once"
    for one in found:
        assert all(0 <= place < len(job.sightings) for place in one.seen), "'seen' are places in the job"
    return found


def _sightings() -> list[Sighting]:
    sightings = []
    for index, (picture, box) in enumerate(zip(*moving_square(), strict=True)):
        left, top, right, bottom = (int(value) for value in box.as_xyxy())
        part = picture[top - _MARGIN : bottom + _MARGIN, left - _MARGIN : right + _MARGIN]
        inside = BoundingBox(_MARGIN, _MARGIN, _MARGIN + right - left, _MARGIN + bottom - top)
        sightings.append(Sighting(index, np.ascontiguousarray(part), inside))
    return sightings
