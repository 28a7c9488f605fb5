"""One suite over everything that is registered, whoever provides it."""

from __future__ import annotations

import pytest

from highlight_cuts_cv.registry import get_registry
from highlight_cuts_cv.testing import check_detector, check_indicator, check_tracker


@pytest.mark.parametrize("name", get_registry().detectors.names())
def test_detector(name):
    detector = get_registry().detector(name)
    check_detector(detector)
    detector.close()


@pytest.mark.parametrize("name", get_registry().trackers.names())
def test_tracker(name):
    check_tracker(get_registry().tracker(name))


@pytest.mark.parametrize("name", get_registry().indicators.names())
def test_indicator(name):
    check_indicator(get_registry().indicator(name))
