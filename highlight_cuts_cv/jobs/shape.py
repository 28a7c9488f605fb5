"""The part of a clip's pictures that a film of another shape shows."""

from __future__ import annotations

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.model import Crop, Track
from highlight_cuts_cv.rendering.camera_path import follow_upright, upright_size
from highlight_cuts_cv.tracking.thinning import kept_frames


def crop_of(bench: ClipWorkbench, track: Track, setup: Setup, watch: Watch) -> Crop | None:
    """What a film in the shape of *setup* shows of the clip; ``None`` where that is all, with a note where it is upright
    already.  Raises CancelledError."""
    if not setup.shape:
        return None
    clip = bench.clip
    part = upright_size(clip.width, clip.height, clip.media.sample_aspect_ratio)
    if part is None:
        watch.warn(
            f"The pictures of {clip.media.path.name} are as upright as a vertical film, and are shown whole."
        )
        return None
    kept, rate = kept_frames(clip, [])
    bench.motions(kept, float(rate), watch.cancelled)  # the cuts are known with the camera's motion
    return follow_upright(track, (clip.width, clip.height), part, clip.rate, bench.cuts())
