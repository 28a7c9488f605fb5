"""The command in a process of its own, and what its films show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np


def hccv(
    *arguments: object, cwd: Path | None = None, first_on_path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``hccv`` does; Python looks for what it imports in *first_on_path* first."""
    command = [sys.executable, "-m", "highlight_cuts_cv", *map(str, arguments)]
    environment = dict(os.environ)
    if first_on_path is not None:
        usual = environment.get("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        environment["PYTHONPATH"] = os.pathsep.join([str(first_on_path), usual])
    return subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=cwd, env=environment)


def good(*arguments: object, cwd: Path | None = None) -> str:
    """What ``hccv`` prints, which must end well."""
    done = hccv(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def marks(marked: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """(H, W) bool: where *marked* has the marker's colour and *plain* something quite different."""
    hue, saturation, value = (p.astype(int) for p in cv2.split(cv2.cvtColor(marked, cv2.COLOR_BGR2HSV)))
    changed = cv2.absdiff(marked, plain).max(axis=2) > 60
    return (abs(hue - 24) < 8) & (saturation > 150) & (value > 180) & changed
