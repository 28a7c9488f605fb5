"""Find out about a clip before anybody is picked, and write the film to look at from the same decoding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.jobs.follow import view_of
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import frame_times
from highlight_cuts_cv.model import CancelledError, ClipInfo
from highlight_cuts_cv.tracking.thinning import kept_frames

if TYPE_CHECKING:
    from highlight_cuts_cv.media.writing.proxy import ProxyWriter


def shown_frames(clip: ClipInfo) -> NDArray[np.int64]:
    """The clip's frames that are followed in and that a proxy shows, rising: all, or some thirty a second."""
    return kept_frames(clip, [])[0]


def shown_times(clip: ClipInfo) -> NDArray[np.float64]:
    """When the proxy shows each of :func:`shown_frames`, in seconds from its first."""
    times = frame_times(clip)[shown_frames(clip)]
    return np.asarray(times - times[0])


def proxy_of(clip: ClipInfo, path: Path) -> ProxyWriter:
    """Who writes the clip's proxy to *path*."""
    from highlight_cuts_cv.media.writing.proxy import ProxyWriter

    return ProxyWriter(path, clip, shown_times(clip).tolist())


def analyse(bench: ClipWorkbench, setup: Setup, proxy: ProxyWriter, watch: Watch) -> None:
    """Find out all that a tracker asks about the workbench's clip, and write its proxy.

    What is known already is not found out again.  Raises CancelledError: what was found by then stays in the
    workbench, and the next call goes on from there.
    """
    view = view_of(bench, [], setup)
    view.source.onlooker = proxy.take
    with warnings_to(watch):
        bench.analyse(view, watch)
        if not proxy.complete:
            # What was known already streamed by before the proxy was there, or not at all.
            for frame in view.frames.frames(proxy.next):
                if watch.cancelled():
                    raise CancelledError("The analysis was stopped.")
                watch.progress(frame.index + 1, len(view.kept))
            proxy.finish()
    bench.keep()


def analysed(bench: ClipWorkbench, setup: Setup) -> bool:
    """Whether all is found out about the workbench's clip that :func:`analyse` would find out."""
    view = view_of(bench, [], setup)
    return view.scene.analysed(0, len(view.kept))
