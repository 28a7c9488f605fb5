"""What the distributions of their own provide, so that asking for it says what to install."""

from __future__ import annotations

_YOLO = tuple(f"detector yolo{version}{size}" for version in (11, 26) for size in "nsmlx")
PROVIDES = {
    "highlight-cuts-cv-csrt": ("tracker csrt",),
    "highlight-cuts-cv-mot": (
        "tracker mot-sort",
        "tracker mot-bytetrack",
        "tracker mot-ocsort",
        "tracker mot-botsort",
        "tracker mot-cbiou",
        "tracker arcsort",
    ),
    "highlight-cuts-cv-ultralytics": (
        *("tracker botsort", "tracker bytetrack"),
        *("detector ultralytics", *_YOLO),
    ),
}
"""Distribution -> what it provides, each as kind and name."""


def distribution_of(kind: str, name: str) -> str | None:
    """The distribution that provides *name*, where it is one of its own that does."""
    return next((one for one, names in PROVIDES.items() if f"{kind} {name}" in names), None)
