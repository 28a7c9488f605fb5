"""Draw the indicator and write it in the chosen form."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import (
    ExportJob,
    Freeze,
    Progress,
    never_cancelled,
    no_progress,
)
from highlight_cuts_cv.files.outputs import checked_output
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import (
    ClipInfo,
    Track,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.rendering.kit import PyAvKit

if TYPE_CHECKING:
    pass


def export(
    clip: ClipInfo,
    track: Track,
    output: Path,
    setup: Setup,
    rate: Fraction | None = None,
    frame_count: int | None = None,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = never_cancelled,
    warn: Callable[[str], None] = lambda sentence: None,
    freeze: Freeze | None = None,
    bench: ClipWorkbench | None = None,
) -> Path:
    """Draw the indicator and write *output* with the chosen exporter; return the file written.

    What the indicator needs to know of the clip is asked of *bench*, else found out anew.
    """
    checked_output(output, [clip.media.path])
    with workbench(clip, setup) if bench is None else nullcontext(bench) as known:
        sprites = draw(known, track, setup, cancelled, freeze)
    job = ExportJob(
        clip=clip,
        track=track,
        sprites=sprites,
        output=output,
        media=PyAvKit(),
        rate=rate,
        frame_count=frame_count,
        progress=progress,
        cancelled=cancelled,
        warn=warn,
        freeze=freeze,
    )
    return get_registry().exporter(setup.exporter.name, setup.exporter.options).export(job)
