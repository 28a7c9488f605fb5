"""Draw the indicator and write it in the chosen form."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import AS_STORED, UNWATCHED, Cadence, ExportJob, Watch
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.outputs import checked_output
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.manifest import manifest_of, manifest_path, may_be_written, write_manifest
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.shape import crop_of
from highlight_cuts_cv.media.reading.digests import sound_digests
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.model import (
    BadInputError,
    ClipInfo,
    Crop,
    SpriteTrack,
    Track,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.kit import PyAvKit


def export(
    clip: ClipInfo,
    track: Track,
    output: Path,
    setup: Setup,
    cadence: Cadence = AS_STORED,
    watch: Watch = UNWATCHED,
    bench: ClipWorkbench | None = None,
) -> Path:
    """Draw the indicator and write *output* with the chosen exporter; return the file written.

    What the indicator needs to know of the clip is asked of *bench*, else found out anew.
    """
    checked_output(output, [clip.media.path])
    with warnings_to(watch), workbench(clip, setup) if bench is None else nullcontext(bench) as known:
        sprites = draw(known, track, setup, watch, cadence.freeze)
        crop = crop_of(known, track, setup, watch)
    return write(clip, track, sprites, output, setup, cadence, watch, crop)


def write(
    clip: ClipInfo,
    track: Track,
    sprites: SpriteTrack,
    output: Path,
    setup: Setup,
    cadence: Cadence = AS_STORED,
    watch: Watch = UNWATCHED,
    crop: Crop | None = None,
) -> Path:
    """Write *output* with the chosen exporter, from what is drawn already, and of which *crop* is shown; return the file
    written."""
    kit = PyAvKit()
    job = ExportJob(
        clip=clip,
        track=track,
        sprites=sprites,
        output=output,
        media=kit,
        rate=cadence.rate,
        frame_count=cadence.frame_count,
        progress=watch.progress,
        cancelled=watch.cancelled,
        warn=watch.warn,
        freeze=cadence.freeze,
        crop=crop,
    )
    with warnings_to(watch):
        written = get_registry().exporter(setup.exporter.name, setup.exporter.options).export(job)
        _leave_manifest(written, clip, kit, sprites, watch)
    return written


def _leave_manifest(film: Path, clip: ClipInfo, kit: PyAvKit, sprites: SpriteTrack, watch: Watch) -> None:
    """Say beside a film of the recording's pictures what it was made from; the film stands without it, too."""
    if kit.cadence is None:
        return
    try:
        if not may_be_written(film):
            watch.warn(f"{manifest_path(film)} is no manifest and was left alone; {film.name} has none.")
            return
        sound = sound_digests(clip.media, *clip_span(clip, kit.cadence.rate, kit.cadence.frame_count))
        write_manifest(film, manifest_of(clip, kit.cadence, sprites, kit.pictures, sound, kit.crop))
    except (OSError, BadInputError) as error:
        watch.warn(f"The manifest of {film.name} could not be written: {str(error).rstrip('.')}.")
