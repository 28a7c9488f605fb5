"""A file through its OTIO adapter, down to the one timeline that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
from highlight_cuts_cv.timeline.bundles import read_bundle
from highlight_cuts_cv.timeline.document import read_document
from highlight_cuts_cv.timeline.texts import as_adapters_read

_OURS = (".otio", ".otiod", ".otioz", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's contents, and the one timeline in it that was asked for.

    ``document`` is that timeline itself or a collection that holds it, as the ``place``-th of its timelines.
    """

    timeline: otio.schema.Timeline
    document: otio.core.SerializableObject
    place: int = 0


def load(path: Path, name: str | None, adapter_args: Mapping[str, object]) -> Loaded:
    """Read *path*; of several timelines take the one called *name*, or with that number.

    Raises BadInputError when the file cannot be read or the choice is open.
    """
    return choose(path, read_file(path, adapter_args), name)


def is_timeline(path: Path) -> bool:
    """Whether a file of such a name is read as a timeline, and not as a video."""
    suffix = path.suffix.lower()
    return suffix in _OURS or suffix.lstrip(".") in otio.adapters.suffixes_with_defined_adapters(read=True)


def read_file(path: Path, adapter_args: Mapping[str, object]) -> otio.core.SerializableObject:
    """What the OTIO adapter for *path* makes of it.  Raises BadInputError when it cannot."""
    if not path.exists():
        raise BadInputError(f"There is no timeline file {path}.")
    if path.suffix.lower() == ".otio":
        return read_document(path)
    if path.suffix.lower() in BUNDLES:
        return read_bundle(path)
    try:
        with as_adapters_read(path) as file:
            return otio.adapters.read_from_file(str(file), **adapter_args)
    except otio.exceptions.NoKnownAdapterForExtensionError:
        known = ", ".join(sorted(otio.adapters.suffixes_with_defined_adapters(read=True)))
        raise BadInputError(
            f"No installed OpenTimelineIO adapter reads '{path.suffix}' files such as {path}; "
            f"these can be read: {known}."
        ) from None
    except Exception as error:  # adapters raise whatever their parsers raise
        reason = str(error).strip().rstrip(".") or type(error).__name__
        adapter = adapter_args.get("adapter_name") or otio.adapters.from_filepath(str(path)).name
        raise BadInputError(f"The timeline {path} cannot be read: {reason} (adapter {adapter}).") from error


def choose(path: Path, document: otio.core.SerializableObject, wanted: str | None) -> Loaded:
    """The only timeline in *document*, or of several the one called *wanted* or of that number, from 1.

    Raises BadInputError that lists them.
    """
    if isinstance(document, otio.schema.Stack):
        document = _of_stack(document)
    timelines = list(timelines_in(document))
    if not timelines:
        raise BadInputError(f"{path} holds no timeline.")
    fitting = [place for place, timeline in enumerate(timelines) if timeline.name == wanted]
    if wanted is not None and not fitting and wanted.isdecimal() and 0 < int(wanted) <= len(timelines):
        fitting = [int(wanted) - 1]
    if wanted is None and len(timelines) == 1:
        fitting = [0]
    if len(fitting) != 1:
        listed = ", ".join(
            f"{n} {timeline.name or '(unnamed)'}" for n, timeline in enumerate(timelines, start=1)
        )
        several = "several timelines" if len(timelines) > 1 else "one timeline"
        problem = f"It has none called '{wanted}'; choose"
        if wanted is None:
            problem = "Choose one"
        elif fitting:
            problem = f"More than one is called '{wanted}'; choose"
        raise BadInputError(
            f"{path} holds {several}. {problem} with --timeline, by its name or number: {listed}."
        )
    place = fitting[0]
    return Loaded([*timelines_in(document, place)][place], document, place)


def timelines_in(
    document: otio.core.SerializableObject, taken: int | None = None
) -> Iterator[otio.schema.Timeline]:
    """The timelines in *document*, in their order; stacks that are nothing but tracks come as copies, but the
    one at the place *taken* becomes a timeline."""
    for number, (holder, index, item) in enumerate(_in_order(document, None, 0)):
        if isinstance(item, otio.schema.Stack):
            item = _of_stack(item)
            if number == taken and holder is not None:
                holder[index] = item
        yield item


def _in_order(
    item: otio.core.SerializableObject, holder: otio.schema.SerializableCollection | None, index: int
) -> Iterator[tuple[otio.schema.SerializableCollection | None, int, otio.core.SerializableObject]]:
    """Timelines and stacks, each with the collection that holds it and where."""
    if isinstance(item, otio.schema.Timeline | otio.schema.Stack):
        yield holder, index, item
    elif isinstance(item, otio.schema.SerializableCollection):
        for place, child in enumerate(item):
            yield from _in_order(child, item, place)


def _of_stack(stack: otio.schema.Stack) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(stack.name)
    timeline.tracks = stack.clone()
    return timeline
