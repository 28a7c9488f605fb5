"""Highlight Cuts CV in DaVinci Resolve's menu: Workspace, Scripts, Highlight Cuts CV.

Exports the current timeline, opens the page on which players are picked, waits until the films are made there, and
imports the tracked timeline beside the current one.  The page closes then; run the script again to go on.

Resolve runs this file with a Python of its own, so it needs nothing but the standard library.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fusionscript import Project, Resolve, Timeline, TimelineImportOptions

COMMAND = ["hccv"]
"""How the program is started; the installer writes where it is."""
FOLDER = Path.home() / "Highlight Cuts CV"
"""Where exported timelines and films go, in a folder for each project of Resolve."""
_LOOK_EVERY = 0.5
"""Seconds between two looks whether the films are made."""


class Trouble(Exception):
    """What went wrong, as a sentence."""


def run(
    resolve: Resolve,
    command: Sequence[str] = COMMAND,
    folder: Path = FOLDER,
    say: Callable[[str], object] = print,
    more: Sequence[str] = (),
) -> Timeline:
    """Do all of it for the current timeline of *resolve*; return the timeline imported, which is then the current one.

    *command* starts the program, *more* are options of its ``review``.  Raises Trouble.
    """
    project = resolve.GetProjectManager().GetCurrentProject()
    current = project.GetCurrentTimeline() if project else None
    if not current:
        raise Trouble("Open a timeline first; this script works on the current one.")
    exported = export(resolve, current, folder / _file_name(project.GetName()))
    say(f"Exported '{current.GetName()}' to {exported}.")
    tracked = exported.with_name(f"{exported.stem}.tracked.otio")
    say("Pick the player in each clip in the browser, then make the films there.")
    made_in_page([*command, "review", str(exported), *more], tracked)
    imported = import_timeline(project, tracked, f"{current.GetName()} (tracked)")
    for sentence in differences(current, imported):
        say(sentence)
    project.SetCurrentTimeline(imported)
    say(f"Imported as '{imported.GetName()}'.")
    return imported


def export(resolve: Resolve, timeline: Timeline, folder: Path) -> Path:
    """Write *timeline* into *folder* as OpenTimelineIO; the file."""
    path = folder / f"{_file_name(timeline.GetName())}.otio"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"The folder {folder} cannot be made ({error.strerror}).") from None
    if not timeline.Export(str(path), resolve.EXPORT_OTIO, resolve.EXPORT_NONE) or not path.is_file():
        raise Trouble(f"Resolve did not export the timeline to {path}. It can since version 18.5.")
    return path


def made_in_page(command: Sequence[str], tracked: Path) -> None:
    """Run *command*, the page, until it has written *tracked*; then end it."""
    before = _stamp(tracked)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        try:
            page = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told)
        except OSError as error:
            raise Trouble(
                f"'{command[0]}' cannot be started ({error.strerror}); run 'hccv install-resolve-script' again."
            ) from None
        try:
            while _stamp(tracked) == before:
                if page.poll() is not None:
                    told.seek(0)
                    raise Trouble(f"The page ended before any film was made. {told.read().strip()}".strip())
                time.sleep(_LOOK_EVERY)
        finally:
            page.terminate()
            page.wait()


def import_timeline(project: Project, path: Path, name: str) -> Timeline:
    """Import the timeline file *path* into *project* under *name*, or that with a number."""
    missing = [file for file in _files(path) if not Path(file).is_file()]
    if missing:  # Resolve says nothing but None then
        raise Trouble(f"Resolve imports no timeline while files are missing: {', '.join(sorted(missing))}.")
    taken = {project.GetTimelineByIndex(index + 1).GetName() for index in range(project.GetTimelineCount())}
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    # Not all of the keys have to be there, whatever the stubs say.
    options = cast("TimelineImportOptions", {"timelineName": free, "importSourceClips": True})
    imported = project.GetMediaPool().ImportTimelineFromFile(str(path), options)
    if not imported:
        raise Trouble(f"Resolve did not import {path}, and does not say why; try File, Import, Timeline.")
    return imported


def differences(before: Timeline, after: Timeline) -> Iterator[str]:
    """Where clips of *before* have no clip of the same place and length in *after*, as sentences."""
    there = {place for _, place in _places(after)}
    for name, (begin, end) in _places(before):
        if (begin, end) not in there:
            yield f"'{name}', {end - begin} frames from frame {begin} on, came in elsewhere or with another length."


def _places(timeline: Timeline) -> Iterator[tuple[str, tuple[int, int]]]:
    """Name, first frame and the frame behind the last one (Resolve's end) of each clip with a picture."""
    for track in range(1, timeline.GetTrackCount("video") + 1):
        for item in timeline.GetItemListInTrack("video", track) or ():
            yield item.GetName(), (int(item.GetStart(False)), int(item.GetEnd(False)))


def _files(path: Path) -> set[str]:
    """The files that clips of the timeline *path* show or play."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            references: Mapping[str, Any] = value.get("media_references") or {}
            active = references.get(value.get("active_media_reference_key", ""))
            if isinstance(active, dict) and active.get("target_url"):
                found.add(active["target_url"])
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(json.loads(path.read_text(encoding="utf-8")))
    return found


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _file_name(name: str) -> str:
    return re.sub(r"[^\w .-]+", "_", name).strip(" .") or "timeline"


def main() -> None:
    """What the menu entry does: Resolve gives its object to scripts under a name of its own."""
    resolve = globals().get("resolve")
    if not resolve:
        print("This script is started from DaVinci Resolve's menu: Workspace, Scripts.")
        sys.exit(2)
    try:
        run(cast("Resolve", resolve))
    except Trouble as error:
        print(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
