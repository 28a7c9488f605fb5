"""One suite over everything that is registered, whoever provides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from highlight_cuts_cv.errors import HighlightCutsError
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_detector, check_exporter, check_indicator, check_tracker

T = TypeVar("T")
REGISTRY = get_registry()


def made(kind: str, name: str, make: Callable[[str], T]) -> T:
    """What the registry makes; skips what another distribution cannot start here (weights not on disk)."""
    ours = {
        provided
        for report in REGISTRY.reports
        if report.distribution == "highlight-cuts-cv"
        for provided in report.provides
    }
    try:
        return make(name)
    except HighlightCutsError as error:
        if f"{kind} {name}" in ours:
            raise
        pytest.skip(str(error))


@pytest.mark.parametrize("name", REGISTRY.detectors.names())
def test_detector(name):
    detector = made("detector", name, REGISTRY.detector)
    check_detector(detector)
    detector.close()


@pytest.mark.parametrize("name", REGISTRY.trackers.names())
def test_tracker(name):
    check_tracker(made("tracker", name, REGISTRY.tracker))


@pytest.mark.parametrize("name", REGISTRY.indicators.names())
def test_indicator(name):
    check_indicator(made("indicator", name, REGISTRY.indicator))


@pytest.mark.parametrize("name", REGISTRY.exporters.names())
def test_exporter(name, tmp_path):
    suffix = REGISTRY.exporters.find(name).suffix
    check_exporter(made("exporter", name, REGISTRY.exporter), tmp_path / f"an output{suffix}")
