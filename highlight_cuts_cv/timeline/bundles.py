"""Bundles: a timeline with its media in one file (.otioz, a zip) or folder (.otiod), as OpenTimelineIO defines them."""

from __future__ import annotations

import itertools
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import opentimelineio as otio

from highlight_cuts_cv.contracts import UNWATCHED, Steps, Watch, unwatched
from highlight_cuts_cv.errors import BadInputError, CancelledError
from highlight_cuts_cv.files.atomic import atomic_folder, atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.timeline.cleaning import external_references
from highlight_cuts_cv.timeline.document import parse_document, read_document
from highlight_cuts_cv.timeline.locate import plain_path

SUFFIXES = (".otioz", ".otiod")
_CONTENT, _VERSION, _MEDIA = "content.otio", "version.txt", "media"
_ORIGIN = "unpacked.json"
"""The file in an unpacked bundle that says from what it was unpacked."""
_BLOCK = 1 << 20


def read_bundle(path: Path) -> otio.core.SerializableObject:
    """The timeline in the bundle *path*; its media are not looked at.  Raises BadInputError."""
    if path.is_dir():
        return read_document(path / _CONTENT)
    with _opened(path) as bundle:
        return parse_document(path, bundle.read(_CONTENT))


def media_base(path: Path, steps: Steps = unwatched) -> tuple[Path, str]:
    """The folder from which the relative paths in the timeline file *path* count, and what to say of it.

    The media of an .otioz are unpacked for it, once, into the folder of its name and ``.otiod`` beside it.
    Raises BadInputError, JobFailedError and CancelledError.
    """
    if path.is_dir():
        return path, ""
    if path.suffix.lower() != ".otioz" or not path.exists():
        return path.parent, ""
    with _opened(path) as bundle:
        members = [member for member in bundle.infolist() if not member.is_dir()]
        if {member.filename for member in members} <= {_CONTENT, _VERSION}:
            return path.parent, ""
        places = {member: _place(path, member.filename) for member in members}
        folder = _folder_for(path)
        if folder.exists():
            return folder, ""
        with writing_sentences(folder), atomic_folder(folder) as temporary:
            copies: dict[Path, Callable[[], BinaryIO]] = {
                temporary / place: lambda member=member: bundle.open(member)  # type: ignore[misc]
                for member, place in places.items()
            }
            _copy(copies, sum(member.file_size for member in members), steps(f"Unpacking {path.name}"))
            (temporary / _ORIGIN).write_text(json.dumps(_sign(path)), encoding="utf-8", newline="\n")
    return folder, f"The media of {path.name} were unpacked to {folder}."


def write_bundle(
    document: otio.core.SerializableObjectWithMetadata,
    output: Path,
    serialize: Callable[[otio.core.SerializableObject], str],
    inside: Path,
    watch: Watch = UNWATCHED,
) -> str:
    """Write *document*, whose media have absolute paths, with its media to the bundle *output*; the text in it.

    In it go the media that clips show, and what lay in *inside*, the folder of the bundle that was read.
    Other media, such as the originals of tracked clips, keep the paths at which they are.  Raises
    JobFailedError and CancelledError; the bundle appears whole or not at all.
    """
    media = _take_in(document, inside)
    text = serialize(document)
    total = sum(path.stat().st_size for path in media)
    with writing_sentences(output):
        if output.suffix.lower() == ".otiod":
            with atomic_folder(output, replaces=lambda folder: (folder / _CONTENT).is_file()) as folder:
                _copy({folder / name: _reader(path) for path, name in media.items()}, total, watch)
                (folder / _VERSION).write_text("1.0.0", encoding="utf-8", newline="\n")
                (folder / _CONTENT).write_text(text, encoding="utf-8", newline="\n")
            return text
        with atomic_output(output) as temporary, zipfile.ZipFile(temporary, "w") as bundle:
            bundle.writestr(_VERSION, "1.0.0", zipfile.ZIP_DEFLATED)
            bundle.writestr(_CONTENT, text, zipfile.ZIP_DEFLATED)
            _pack(bundle, media, total, watch)
    return text


def _take_in(document: otio.core.SerializableObjectWithMetadata, inside: Path) -> dict[Path, str]:
    """Let what goes into the bundle be named as it will lie there; the names, by the files."""
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for clip, reference in external_references(document):
        path = Path(plain_path(reference.target_url))
        if not path.is_absolute() or not path.is_file():
            continue
        if reference is not clip.media_reference and not path.is_relative_to(inside):
            continue
        if path not in names:
            numbered = (f"{path.stem}-{number}{path.suffix}" for number in itertools.count(2))
            free = (name for name in itertools.chain([path.name], numbered) if name.casefold() not in taken)
            name = next(free)
            taken.add(name.casefold())
            names[path] = f"{_MEDIA}/{name}"
        reference.target_url = otio.url_utils.url_from_filepath(names[path])
    return names


def _copy(copies: Mapping[Path, Callable[[], BinaryIO]], total: int, watch: Watch) -> None:
    done = 0
    for target, source in copies.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        with source() as reading, target.open("xb") as writing:
            for block in _blocks(reading, watch):
                writing.write(block)
                done += len(block)
                watch.progress(-(-done >> 20), -(-total >> 20))


def _pack(bundle: zipfile.ZipFile, media: Mapping[Path, str], total: int, watch: Watch) -> None:
    done = 0
    for path, name in media.items():
        # Films are compressed already; the time is one that zip can hold.
        member = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        with path.open("rb") as reading, bundle.open(member, "w", force_zip64=True) as writing:
            for block in _blocks(reading, watch):
                writing.write(block)
                done += len(block)
                watch.progress(-(-done >> 20), -(-total >> 20))


def _blocks(reading: BinaryIO, watch: Watch) -> Iterator[bytes]:
    while block := reading.read(_BLOCK):
        if watch.cancelled():
            raise CancelledError("Cancelled; nothing half-written remains.")
        yield block


def _reader(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as bundle:
            if _CONTENT not in bundle.namelist():
                raise BadInputError(f"{path} is no bundle of OpenTimelineIO: there is no {_CONTENT} in it.")
            yield bundle
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise BadInputError(
            f"The bundle {path} cannot be read: {reason}. Copy it again if needed."
        ) from error


def _place(path: Path, name: str) -> PurePosixPath:
    """Where the member *name* of the bundle *path* goes, below the folder that it is unpacked to."""
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in name or not place.parts:
        raise BadInputError(f"The bundle {path} is not safe to unpack: it names a file '{name}'.")
    return place


def _folder_for(path: Path) -> Path:
    """The folder to which *path* was unpacked, or the first free name for it."""
    for number in itertools.count(1):
        folder = path.with_name(f"{path.stem}{'' if number == 1 else f'-{number}'}.otiod")
        try:
            known = json.loads((folder / _ORIGIN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = None
        if known == _sign(path) or not folder.exists():
            return folder
    raise AssertionError("unreachable")


def _sign(path: Path) -> dict[str, object]:
    stat = path.stat()
    return {"bundle": path.name, "size": stat.st_size, "modified": stat.st_mtime_ns}
