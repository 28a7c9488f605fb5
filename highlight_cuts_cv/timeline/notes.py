"""What this tool writes into a timeline's metadata: all under one name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import opentimelineio as otio

NAMESPACE = "highlight_cuts_cv"


def note_of(item: otio.core.SerializableObjectWithMetadata) -> Mapping[str, Any]:
    """What this tool noted about *item*; empty where it did not, or somebody else wrote under its name."""
    ours = item.metadata.get(NAMESPACE)
    return ours if isinstance(ours, Mapping) else {}
