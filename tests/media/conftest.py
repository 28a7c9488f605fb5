"""Clips are made once per session; they are small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from highlight_cuts_cv.testing.synthetic import make_counting_clip


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a counting clip, or give the one already made with the same arguments."""
    made: dict[str, Path] = {}

    def make(suffix: str, frames: int = 60, **options: Any) -> Path:
        key = repr((suffix, frames, sorted(options.items(), key=str)))
        if key not in made:
            folder = tmp_path_factory.mktemp("clips")
            made[key] = make_counting_clip(folder / f"clip{suffix}", frames, **options)
        return made[key]

    return make
