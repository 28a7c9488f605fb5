"""Where the real YOLO11n lies, and a stand-in where torchvision is not installed."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[3] / "shared"
MODEL = SHARED / "models" / "yolo11n_int8_openvino_model"
STANDIN = str(HERE / "standin")

if find_spec("torchvision") is None:
    sys.path.append(STANDIN)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), STANDIN]))


@pytest.fixture(scope="session", autouse=True)
def _settings_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ultralytics writes its settings file on import; not into the home of whoever runs the tests."""
    os.environ["YOLO_CONFIG_DIR"] = str(tmp_path_factory.mktemp("ultralytics"))


@pytest.fixture(scope="session")
def model() -> Path:
    if not MODEL.is_dir():
        pytest.skip("needs the YOLO11n beside the checkout")
    return MODEL
