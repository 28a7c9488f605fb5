"""CSRT follows, starts from every pick, and says what is wrong where OpenCV's contrib modules are missing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import cv2
import pytest
from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.testing import check_tracker


def test_follows_and_takes_corrections() -> None:
    check_tracker(get_registry().tracker("csrt"))


def test_an_opencv_without_contrib_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    get_registry().tracker("csrt")
    monkeypatch.delattr(cv2, "TrackerCSRT_create")
    with pytest.raises(JobFailedError, match="--no-deps opencv-contrib-python-headless"):
        get_registry().tracker("csrt")


def test_listed_without_problems() -> None:
    (report,) = [r for r in get_registry().reports if r.distribution == "highlight-cuts-cv-csrt"]
    assert report.problems == [] and report.provides == ["tracker csrt"]


def test_the_entry_point_is_ours() -> None:
    (point,) = entry_points(group="highlight_cuts_cv", name="csrt")
    assert point.value == "hccv_csrt"


def test_listing_loads_no_opencv() -> None:
    code = "import sys, hccv_csrt; list(hccv_csrt.hccv_trackers()); assert 'cv2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
