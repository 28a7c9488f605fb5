"""Timelines and media for these tests; media are empty files that a fake probe describes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from highlight_cuts_cv.model import AudioInfo, BadInputError, MediaInfo

DATA = Path(__file__).parents[1] / "data"


class FakeMedia:
    """Makes empty files and answers as the probe would for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, MediaInfo] = {}

    def add(
        self,
        name: str,
        frame_count: int = 900,
        rate: Fraction = Fraction(30),
        timecode: str | None = None,
        audio: bool = True,
        variable_rate: bool = False,
    ) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._known[path] = MediaInfo(
            path=path,
            width=64,
            height=36,
            rate=rate,
            time_base=1 / rate,
            start_pts=0,
            frame_count=frame_count,
            codec="h264",
            pixel_format="yuv420p",
            timecode=timecode,
            variable_rate=variable_rate,
            audio=(AudioInfo(1, "aac", 48000, 2),) if audio else (),
        )
        return path

    def probe(self, path: Path) -> MediaInfo:
        try:
            return self._known[path]
        except KeyError:
            raise BadInputError(f"{path} is not a video.") from None


@pytest.fixture
def media(tmp_path: Path) -> FakeMedia:
    return FakeMedia(tmp_path)


@pytest.fixture
def edit(media: FakeMedia) -> Callable[[str], Path]:
    """Copies a timeline of tests/data beside its (fake) media, and returns its path."""
    for name in ("game.mp4", "second half.mp4"):
        media.add(f"media/{name}")
    media.add("media/camera.mp4", rate=Fraction(30000, 1001), timecode="01:00:00:00")

    def copy(name: str) -> Path:
        path = media.folder / f"{name}.otio"
        shutil.copy(DATA / path.name, path)
        return path

    return copy
