"""Whether a film is still what would be rendered: what it depends on, as a short text."""

from __future__ import annotations

import hashlib
import json

from highlight_cuts_cv import __version__
from highlight_cuts_cv.analysis.code_identity import code_identity, options_identity
from highlight_cuts_cv.contracts import resolve_options
from highlight_cuts_cv.files.store import content_identity
from highlight_cuts_cv.jobs.setup import Choice
from highlight_cuts_cv.jobs.task import ClipTask
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.project.rows import place_to_text


def task_key(task: ClipTask) -> str:
    """Changes with everything that the film of *task* depends on, but not with where it lies.

    That is the recording's content, the part of it and its rate, the picks, the plugins with their
    options and their code, when the marker shows, what stands still, and this program's version.
    Raises BadInputError for options that do not exist, OSError for a recording that cannot be read.
    """
    clip, setup, registry = task.clip, task.setup, get_registry()

    def plugin(shelf: str, choice: Choice) -> object:
        spec = getattr(registry, shelf).find(choice.name)
        return [
            spec.name,
            options_identity(resolve_options(spec.options, choice.options)),
            code_identity(spec.create),
        ]

    depends_on = [
        __version__,
        content_identity(clip.media.path),
        [clip.first_frame, clip.frame_count, str(clip.start_offset), str(task.rate), task.frame_count],
        [
            [player, [[pick.frame_index, place_to_text(pick)] for pick in picks], indicator]
            for player, picks in task.picks.items()
            for indicator in [plugin("indicators", setup.indicator_of(player))]
        ],
        plugin("detectors", setup.detector),
        plugin("trackers", setup.tracker),
        plugin("exporters", setup.exporter),
        repr(setup.show),
        repr(task.freeze),
        *([setup.shape] if setup.shape else []),
        [task.live, *task.fades],
    ]
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True, default=str).encode()).hexdigest()[:24]
