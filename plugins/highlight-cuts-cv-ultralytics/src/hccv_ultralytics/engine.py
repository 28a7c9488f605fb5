"""Ultralytics imported so that it neither downloads, installs nor reports anything."""

from __future__ import annotations

import os
from typing import Any

from highlight_cuts_cv.api import BadInputError, JobFailedError


def load_ultralytics() -> Any:
    """The module ``ultralytics``, kept off the network.  Raises JobFailedError when it cannot be imported."""
    # Read when ultralytics is imported: no online check, no 'pip install' of what is missing, no chatter.
    os.environ["YOLO_OFFLINE"] = "true"
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ.setdefault("YOLO_VERBOSE", "false")
    try:
        import ultralytics
        from ultralytics.utils import SETTINGS, checks, events
    except ImportError as error:
        raise JobFailedError(
            f"Ultralytics cannot be imported ({error}); install it with 'pip install highlight-cuts-cv-ultralytics'."
        ) from error
    # Again for a process that had imported it before us.  The settings change in memory only: the
    # file belongs to the user, and setting an item the usual way would write it.
    dict.__setitem__(SETTINGS, "sync", False)
    events.events.enabled = False
    checks.AUTOINSTALL = False
    return ultralytics


def choose_device(wanted: str, half: bool) -> str:
    """The torch device for *wanted* ('auto', 'cpu', 'cuda', 'mps').

    Raises BadInputError when this machine's torch has no such device, or for half precision on a CPU.
    """
    import torch

    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    device = next(name for name, there in present.items() if there) if wanted == "auto" else wanted
    if not present[device]:
        usable = ", ".join(name for name, there in present.items() if there)
        raise BadInputError(f"This machine's torch cannot use the device '{device}'; it has: {usable}.")
    if half and device == "cpu":
        raise BadInputError("Half precision needs a GPU; leave 'half' out on the device 'cpu'.")
    return device
