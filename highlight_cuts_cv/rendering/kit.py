"""What exporters are given to work with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highlight_cuts_cv.contracts import (
    AS_STORED,
    Cadence,
    EncodeSettings,
    ExportJob,
    Freeze,
    OverlayWriter,
    RawFrame,
    VideoWriter,
)
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.media.crops import cropped_frame
from highlight_cuts_cv.media.failures import writing
from highlight_cuts_cv.media.reading.digests import picture_digest
from highlight_cuts_cv.media.reading.probing import load, start_time
from highlight_cuts_cv.media.reading.raw import raw_frames, source_frames
from highlight_cuts_cv.media.writing.overlay import open_overlay
from highlight_cuts_cv.media.writing.writer import open_writer
from highlight_cuts_cv.model import CancelledError, ClipInfo, Crop, SpriteTrack

if TYPE_CHECKING:
    from highlight_cuts_cv.rendering.compositor import Compositor


class PyAvKit:
    """A :class:`~highlight_cuts_cv.contracts.MediaKit` over PyAV and the YUV compositor."""

    def __init__(self) -> None:
        self._compositor: tuple[SpriteTrack, Compositor] | None = None
        self.pictures: dict[int, str] = {}
        """Digests of the recording's own pictures that were decoded, by index within the clip."""
        self.crop: Crop | None = None
        """Of the film that was written, where it shows a part of the pictures."""
        self.cadence: Cadence | None = None
        """Of the film of the recording's pictures that was written, if one was."""

    def raw_frames(
        self,
        clip: ClipInfo,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> Iterator[RawFrame]:
        return raw_frames(clip, Cadence(rate, frame_count, freeze), self._see)

    def _see(self, index: int, picture: Any) -> None:
        if index not in self.pictures:
            self.pictures[index] = picture_digest(picture, index)

    def composite(self, frame: RawFrame, sprites: SpriteTrack) -> None:
        # Sprites are prepared once per track; an exporter draws one track from start to end.
        if self._compositor is None or self._compositor[0] is not sprites:
            from highlight_cuts_cv.rendering.compositor import Compositor

            self._compositor = (sprites, Compositor(sprites))
        self._compositor[1].apply(frame)

    def cropped(self, frame: RawFrame, crop: Crop) -> RawFrame:
        self.crop = crop
        return cropped_frame(frame, crop)

    def on_engine(
        self, settings: EncodeSettings, engine: str, clip: ClipInfo
    ) -> tuple[EncodeSettings, str | None]:
        from highlight_cuts_cv.media.writing.hardware import on_engine

        return on_engine(settings, engine, clip)

    def render_smart(self, job: ExportJob, output: Path, settings: EncodeSettings) -> str | None:
        from highlight_cuts_cv.media.bitstreams.smart import pieces, render_smart, why_not

        clip = job.clip
        if job.crop is not None:
            return "a part of the pictures is cut out"
        if job.freeze is not None:
            return "a picture stands still in it"
        if job.frame_count not in (None, clip.frame_count):
            return "the timeline shows more frames than there are"
        if reason := why_not(clip, settings, job.rate, output):
            return reason
        drawn = {p.frame_index for p in job.sprites.placements if p.opacity > 0}
        drawn |= {s.frame_index for s in job.sprites.shades if s.strength > 0}
        plan = pieces(clip, drawn)
        if not any(piece.copied for piece in plan):
            return "the marker shows in every stretch between two keyframes"

        def done(count: int) -> None:
            if job.cancelled():
                raise CancelledError("The render was stopped; no file was written.")
            job.progress(count, clip.frame_count)

        render_smart(output, clip, settings, plan, lambda frame: self.composite(frame, job.sprites), done)
        self.cadence = AS_STORED
        return None

    def open_writer(
        self,
        path: Path,
        clip: ClipInfo,
        settings: EncodeSettings,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> AbstractContextManager[VideoWriter]:
        self.cadence = Cadence(rate, frame_count, freeze)
        return open_writer(path, clip, settings, self.cadence)

    def open_overlay(
        self,
        path: Path,
        clip: ClipInfo,
        codec: str,
        width: int,
        height: int,
        rate: Fraction | None = None,
    ) -> AbstractContextManager[OverlayWriter]:
        return open_overlay(path, clip, codec, width, height, rate)

    def frame_times(
        self, clip: ClipInfo, rate: Fraction | None = None, frame_count: int | None = None
    ) -> list[tuple[int, int]]:
        if rate is not None:
            return [(index, pts) for pts, index in enumerate(source_frames(clip, rate, frame_count))]
        pts = load(clip.media.path).index.pts[clip.first_frame : clip.first_frame + clip.frame_count]
        return [(index, int(value)) for index, value in enumerate(pts)]

    def start_time(self, clip: ClipInfo) -> Fraction:
        return start_time(clip.media)

    def new_file(self, path: Path) -> AbstractContextManager[Path]:
        return _new_file(path)


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    with writing(path), atomic_output(path) as temporary:
        yield temporary
