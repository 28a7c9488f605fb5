"""What exporters are given to work with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import EncodeSettings, RawFrame, VideoWriter
from highlight_cuts_cv.media.raw import raw_frames
from highlight_cuts_cv.media.writer import open_writer
from highlight_cuts_cv.model import ClipInfo, SpriteTrack

if TYPE_CHECKING:
    from highlight_cuts_cv.rendering.compositor import Compositor


class PyAvKit:
    """A :class:`~highlight_cuts_cv.contracts.MediaKit` over PyAV and the YUV compositor."""

    def __init__(self) -> None:
        self._compositor: tuple[SpriteTrack, Compositor] | None = None

    def raw_frames(
        self, clip: ClipInfo, rate: Fraction | None = None, frame_count: int | None = None
    ) -> Iterator[RawFrame]:
        return raw_frames(clip, rate, frame_count)

    def composite(self, frame: RawFrame, sprites: SpriteTrack) -> None:
        # Sprites are prepared once per track; an exporter draws one track from start to end.
        if self._compositor is None or self._compositor[0] is not sprites:
            from highlight_cuts_cv.rendering.compositor import Compositor

            self._compositor = (sprites, Compositor(sprites))
        self._compositor[1].apply(frame)

    def open_writer(
        self,
        path: Path,
        clip: ClipInfo,
        settings: EncodeSettings,
        rate: Fraction | None = None,
        frame_count: int | None = None,
    ) -> AbstractContextManager[VideoWriter]:
        return open_writer(path, clip, settings, rate, frame_count)
