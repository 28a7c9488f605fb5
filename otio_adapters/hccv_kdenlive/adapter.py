"""Kdenlive projects <-> the timeline that was open in them.

Reading gives the pictures' tracks from bottom to top, then those of the sound; titles, colours and clips whose
speed changes are there as generators, timelines in the timeline as stacks.  Writing a timeline that was read from a
project edits a copy of that project and changes nothing but what was asked: a film in a clip's place, a new track
above another.  Any other timeline becomes a new project of ``size`` (width, height).
"""

# OTIO loads this file by its path, outside the package, so imports must be absolute.

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from hccv_kdenlive.project import KdenliveError, Project
from hccv_kdenlive.reading import read
from hccv_kdenlive.writing import create, edit, source_of


def read_from_file(filepath: str) -> otio.schema.Timeline:
    """The timeline of the project *filepath*.  Raises KdenliveError."""
    path = Path(filepath).absolute()
    return read(Project(path.read_bytes(), path.parent), path)


def read_from_string(input_str: str) -> otio.schema.Timeline:
    """As :func:`read_from_file`; relative paths count from the working folder."""
    return read(Project(input_str, Path.cwd()), None)


def write_to_file(
    input_otio: otio.schema.Timeline, filepath: str, size: tuple[int, int] = (1920, 1080)
) -> None:
    """Write *input_otio* as a project.  Raises KdenliveError for what cannot be written."""
    if not isinstance(input_otio, otio.schema.Timeline):
        raise KdenliveError("only a timeline can be written as a project")
    source = source_of(input_otio)
    if source is None:
        project = create(input_otio, size)
    else:
        project = Project(source.read_bytes(), source.parent)
        edit(project, input_otio)
        # Relative names go on counting from where the project was.
        if Path(filepath).absolute().parent != source.parent or project.root.get("root"):
            project.root.set("root", project.base.as_posix())
    Path(filepath).write_text(project.to_string(), encoding="utf-8", newline="\n")
