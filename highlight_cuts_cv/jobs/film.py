"""A timeline's marked clips as one film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.files.outputs import checked_output
from highlight_cuts_cv.jobs.joined_manifest import leave_joined_manifest
from highlight_cuts_cv.jobs.title_card import titled
from highlight_cuts_cv.media import concat_files

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline

SUFFIXES = (".mp4", ".mov", ".mkv")


def check_film(timeline: Timeline, film: Path, tracked: Path) -> None:
    """Raise BadInputError, before any work, for a *film* that must not be written.

    *tracked* is the timeline file that will be.
    """
    checked_output(film, [timeline.path, tracked, *(clip.media_path for clip in timeline.clips)], SUFFIXES)


def join_film(
    timeline: Timeline,
    renders: Mapping[str, Path],
    film: Path,
    watch: Watch = UNWATCHED,
    title: Sequence[str] = (),
) -> Path:
    """Join *renders* (by clip id) in the order in which the timeline shows their clips.

    Clips without a render are not in it.  A card with the lines of *title* comes first.  Raises BadInputError, also for a film that is one of the
    renders, JobFailedError and CancelledError.
    """
    shown = [renders[clip.clip_id] for clip in timeline.clips if clip.clip_id in renders]
    return join_titled(shown, film, title, watch)


def join_titled(films: Sequence[Path], output: Path, title: Sequence[str], watch: Watch) -> Path:
    """Join *films* behind a card with the lines of *title*, if there are any, and leave a manifest beside the joined one.

    Raises as :func:`join_film`.
    """
    checked_output(output, films)
    with titled(films, title, output, watch) as (all_films, told):
        concat_files(all_films, output, reencode=True, watch=told)
        leave_joined_manifest(all_films, title, output, watch)
    return output
