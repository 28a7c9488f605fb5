"""The marker for Final Cut Pro: the clip with a title above it that has keyframes, as FCPXML."""

from __future__ import annotations

from pathlib import Path

from hccv_scripts._files import require_suffix
from highlight_cuts_cv.api import ExporterSpec, ExportJob, Options, write_final_cut


class FinalCut:
    def __init__(self, options: Options) -> None:
        pass

    def export(self, job: ExportJob) -> Path:
        require_suffix(job.output, ".fcpxml", "A project for Final Cut Pro")
        with job.media.new_file(job.output) as temporary:
            write_final_cut(job.clip, job.sprites, temporary)
        job.progress(job.clip.frame_count, job.clip.frame_count)
        return job.output


SPEC = ExporterSpec(
    name="fcpxml",
    create=FinalCut,
    summary="The clip for Final Cut Pro with the marker as a title that has keyframes (.fcpxml)",
    suffix=".fcpxml",
    film=False,
)
