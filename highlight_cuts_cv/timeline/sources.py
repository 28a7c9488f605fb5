"""The file behind each clip, and where its first frame lies in the clip's source time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError, MediaInfo
from highlight_cuts_cv.timeline.document import unknown_schema
from highlight_cuts_cv.timeline.locate import MediaFinder, parts_of, plain_path
from highlight_cuts_cv.timeline.times import frame_range, nearest_frame, seconds, timecode_seconds

_STILLS = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".exr", ".psd"}
_SOURCE_FILE = re.compile(r"SOURCE FILE:\s*(\S.*)", re.IGNORECASE)
_TITLES = {".kdenlivetitle", ".mlt"}


@dataclass(frozen=True, slots=True)
class Source:
    """A clip's media file; ``origin`` is the source time of its first frame, in seconds."""

    path: Path
    info: MediaInfo
    origin: Fraction

    def check_range(self, start: Fraction, length: Fraction, slack: Fraction) -> None:
        """Raise BadInputError when the clip uses more than the file has (*slack* seconds are forgiven)."""
        end = self.info.duration
        # With a variable rate the nominal duration is a guess; reading finds out.
        over = not self.info.variable_rate and start + length > end + slack + 1 / self.info.rate
        if start < 0 or start >= end or over:
            raise BadInputError(
                f"it uses {float(start):.2f} s to {float(start + length):.2f} s of {self.path}, "
                f"which is {float(end):.2f} s long. Check that this is the right file, or trim the clip."
            )


class NoVideoError(BadInputError):
    """The clip shows no recording (a title, a still, a generator), so there is nobody to follow in it."""


class Sources:
    """Resolves and probes the media of clips, each file once, and remembers what had to be left out."""

    def __init__(self, finder: MediaFinder, probe: Callable[[Path], MediaInfo]) -> None:
        self.finder = finder
        self.warnings: list[str] = []
        self._probe = probe
        self._infos: dict[Path, MediaInfo | str] = {}
        self._refused: list[tuple[otio.schema.Clip, str]] = []

    def find(self, clip: otio.schema.Clip) -> Source | None:
        """The media of *clip*, or ``None`` (with a warning) when it cannot be followed."""
        try:
            return self.source(clip)
        except BadInputError as error:
            self.leave(clip, error)
            return None

    def peek(self, clip: otio.schema.Clip) -> Source | None:
        """Like :meth:`find`, without a warning."""
        try:
            return self.source(clip)
        except BadInputError:
            return None

    def refuse(self, clip: otio.schema.Clip, reason: str) -> None:
        """From now on *clip* cannot be followed, for *reason*, which ends a sentence."""
        self._refused.append((clip, reason))

    def leave(self, item: otio.core.Composable, error: BadInputError) -> None:
        """Note why *item* stays as it is."""
        kind = item.schema_name()
        self.warnings.append(f"{kind} '{item.name}' was left as it is: {str(error).rstrip('.')}.")

    def source(self, clip: otio.schema.Clip) -> Source:
        """The media of *clip*.  Gives a clip without any range that of its file.

        Raises BadInputError, whose text ends a sentence, when it cannot be followed.
        """
        for refused, reason in self._refused:
            if refused is clip:
                raise BadInputError(reason)
        check_known(clip)
        if clip.active_media_reference_key not in clip.media_references():
            raise BadInputError("its active medium is not among its media")
        reference = clip.media_reference
        path = self._locate(clip, reference)
        if path not in self._infos:
            try:
                self._infos[path] = self._probe(path)
            except BadInputError as error:
                self._infos[path] = f"its media cannot be used. {error}"
        info = self._infos[path]
        if isinstance(info, str):
            raise BadInputError(info)
        origin = media_origin(clip.source_range, reference.available_range, info)
        if reference.available_range is None and clip.source_range is None:
            first = nearest_frame(origin, info.rate)
            reference.available_range = frame_range(first, nearest_frame(info.duration, info.rate), info.rate)
        return Source(path, info, origin)

    def _locate(self, clip: otio.schema.Clip, reference: otio.core.MediaReference) -> Path:
        if isinstance(reference, otio.schema.ExternalReference):
            url = reference.target_url
            parts = parts_of(plain_path(url)) or ("",)
            suffix = Path(parts[-1]).suffix.lower()
            if suffix in _STILLS | _TITLES:
                raise NoVideoError(f"{parts[-1]} is a still or a title")
            path = self.finder.find(url) or (None if suffix else self.finder.find_stem(parts[-1]))
            if path is None:
                raise BadInputError(
                    f"its media is missing, there is no file {plain_path(url)}. "
                    "Give the folder that holds it with --media-root"
                )
            return path
        if isinstance(reference, otio.schema.MissingReference) and (path := self._by_name(clip)):
            return path
        raise NoVideoError(
            {
                "MissingReference": "it names no media file",
                "GeneratorReference": "it is generated by the editor",
                "ImageSequenceReference": "image sequences cannot be followed yet",
            }.get(reference.schema_name(), f"its media is a {reference.schema_name()}")
        )

    def _by_name(self, clip: otio.schema.Clip) -> Path | None:
        """The file that *clip*, which names no medium, is called after: by its name, or by its source file's or
        reel's (EDL)."""
        if clip.name and (path := self.finder.find(clip.name)):
            return path
        notes = [note for note in clip.metadata.values() if isinstance(note, Mapping)]
        for file in (file for note in notes for file in _source_files(note)):
            if path := self.finder.find(file):
                return path
        names = [
            name
            for name in (clip.name, *(note.get("reel") for note in notes))
            if isinstance(name, str) and name
        ]
        found = (self.finder.find_stem(name) for name in dict.fromkeys(names))
        return next(filter(None, found), None)


def _source_files(note: Mapping[str, object]) -> Iterator[str]:
    """What the comments below an event of an edit list say it was taken from."""
    comments = note.get("comments")
    for comment in comments if isinstance(comments, Sequence) and not isinstance(comments, str) else ():
        if isinstance(comment, str) and (said := _SOURCE_FILE.fullmatch(comment.strip())):
            yield said[1]


def check_known(clip: otio.schema.Clip) -> None:
    """Raise BadInputError when *clip* carries something of a schema that this OpenTimelineIO does not know."""
    for what, things in (
        ("an effect", clip.effects),
        ("a marker", clip.markers),
        ("a medium", clip.media_references().values()),
    ):
        if unknown := sorted({name for name in map(unknown_schema, things) if name is not None}):
            raise BadInputError(
                f"it has {what} of the schema {', '.join(unknown)}, which this OpenTimelineIO does not know"
            )


def media_timecode(info: MediaInfo) -> Fraction:
    """The media's start timecode in seconds; 0 without one, or with one that cannot be understood."""
    try:
        return timecode_seconds(info.timecode, info.rate) if info.timecode else Fraction(0)
    except ValueError:
        return Fraction(0)


def media_origin(
    source: otio.opentime.TimeRange | None, available: otio.opentime.TimeRange | None, info: MediaInfo
) -> Fraction:
    """The source time, in seconds, of the media's first frame: its start timecode, or 0.

    Timelines count source time from the file's timecode (Resolve, Kdenlive) or from 0, and
    ``available_range`` may be the whole file or a part of it; what fits the file decides.
    """
    frame = 1 / info.rate
    origin = _origin(source, available, info, frame)
    # A range that lies before the origin was counted from 0, whatever available_range says.
    if source is not None and seconds(source.start_time) < origin - frame:
        return Fraction(0)
    return origin


def _origin(
    source: otio.opentime.TimeRange | None,
    available: otio.opentime.TimeRange | None,
    info: MediaInfo,
    frame: Fraction,
) -> Fraction:
    timecode = media_timecode(info)
    if available is None:
        return (
            timecode if source is not None and seconds(source.start_time) >= timecode - frame else Fraction(0)
        )
    begin = seconds(available.start_time)
    end = begin + seconds(available.duration)
    # A timecode at another rate is rounded; 0 is 0 at any, and what begins at frame 1 begins there.
    is_second_frame = timecode == 0 and begin > frame / 2 and end <= info.duration + frame / 2
    if (abs(begin - timecode) <= frame and not is_second_frame) or begin < -frame:
        return begin  # nothing of a file lies before its first frame
    if begin > timecode and end - timecode <= info.duration + frame:
        return timecode  # a part of the file
    if end <= info.duration + frame:
        return Fraction(0)
    return begin
