"""Where weights lie, and how to say that they are missing.  Nothing here downloads without being asked."""

from __future__ import annotations

import sys
from pathlib import Path

from highlight_cuts_cv.api import BadInputError, JobFailedError
from platformdirs import user_data_path

MEGABYTES = {
    "yolo11n": 5,
    "yolo11s": 19,
    "yolo11m": 40,
    "yolo11l": 51,
    "yolo11x": 114,
    "yolo26n": 5,
    "yolo26s": 20,
    "yolo26m": 44,
    "yolo26l": 53,
    "yolo26x": 118,
}
"""Size of each model's download, rounded."""

FILE_KINDS = (".pt", ".onnx", ".engine")
FOLDER_KIND = "_openvino_model"


def weights_folder() -> Path:
    """The folder in which downloaded weights are kept."""
    return Path(user_data_path("highlight-cuts-cv", appauthor=False)) / "weights"


def fetch_command(name: str) -> str:
    """What the user types to download the weights of a model."""
    python = Path(sys.executable).name or "python"
    return f"{python} -m hccv_ultralytics {name}"


def named_weights(name: str) -> Path:
    """The weights file of a model of :data:`MEGABYTES`.  Raises JobFailedError when it is not on disk."""
    path = weights_folder() / f"{name}.pt"
    if not path.is_file():
        raise JobFailedError(
            f"The weights of {name} are not on this machine (looked for {path}); "
            f"'{fetch_command(name)}' downloads them, about {MEGABYTES[name]} MB."
        )
    return path


def local_weights(given: str, option: str) -> Path:
    """Check a path that the user gave as *option*.

    Raises BadInputError when nothing is there or it is none of the formats that we know.
    """
    known = f"{', '.join(FILE_KINDS)} or an OpenVINO folder named *{FOLDER_KIND}"
    if not given:
        raise BadInputError(f"The option '{option}' needs the path of the weights: {known}.")
    path = Path(given).expanduser()
    if not path.exists():
        hint = ""
        if path.name.removesuffix(".pt") in MEGABYTES:
            name = path.name.removesuffix(".pt")
            hint = f" The detector '{name}' uses the weights that '{fetch_command(name)}' downloads."
        raise BadInputError(f"There are no weights at '{given}', and none are downloaded unasked.{hint}")
    if path.is_dir():
        if not path.name.endswith(FOLDER_KIND) or not any(path.glob("*.xml")):
            raise BadInputError(
                f"The folder '{given}' is no OpenVINO export; such a folder holds an .xml file "
                f"and its name ends in '{FOLDER_KIND}'."
            )
    elif path.suffix.lower() not in FILE_KINDS:
        raise BadInputError(f"'{path.name}' is none of the formats that can be used: {known}.")
    return path
