"""CSRT says what is wrong where OpenCV's contrib modules are gone."""

import cv2
import pytest

from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.plugin.registry import get_registry


def test_an_opencv_without_contrib_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    get_registry().tracker("csrt")
    monkeypatch.delattr(cv2, "TrackerCSRT_create")
    with pytest.raises(JobFailedError, match="--no-deps opencv-contrib-python-headless"):
        get_registry().tracker("csrt")
