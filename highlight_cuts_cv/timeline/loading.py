"""A file through its OTIO adapter, down to the one timeline that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.document import read_document

_OURS = (".otio", ".otiod", ".otioz", ".csv", ".tsv")


def load(path: Path, player: str | None, adapter_args: Mapping[str, object]) -> otio.schema.Timeline:
    """Read *path*; of several timelines take the one called *player*.

    Raises BadInputError when the file cannot be read or the choice is open.
    """
    if path.suffix.lower() == ".otioz":
        raise BadInputError(
            f"{path} is a bundle whose media is still packed. Unpack it (it is a zip file) "
            "and give the .otio file inside."
        )
    return choose(path, read_file(path, adapter_args), player)


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
    try:
        return otio.adapters.read_from_file(str(path), **adapter_args)
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


def choose(path: Path, result: otio.core.SerializableObject, player: str | None) -> otio.schema.Timeline:
    """The one timeline in *result*, or of several the one called *player*."""
    timelines = list(_timelines(result))
    if not timelines:
        raise BadInputError(f"{path} holds no timeline.")
    if len(timelines) == 1:
        return timelines[0]
    named = [timeline for timeline in timelines if player is not None and timeline.name == player]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(timeline.name or "(unnamed)" for timeline in timelines)
    problem = "Choose one of its players with --player" if player is None else f"It has no player '{player}'"
    raise BadInputError(f"{path} holds several timelines. {problem}: {listed}.")


def _timelines(item: otio.core.SerializableObject) -> Iterator[otio.schema.Timeline]:
    if isinstance(item, otio.schema.Timeline):
        yield item
    elif isinstance(item, otio.schema.SerializableCollection):
        for child in item:
            yield from _timelines(child)
    elif isinstance(item, otio.schema.Stack):
        timeline = otio.schema.Timeline(item.name)
        timeline.tracks = item
        yield timeline
