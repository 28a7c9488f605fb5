"""The updated timeline: tracked renders in the place of the clips' media, all else as it was."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.contracts import UNWATCHED, Watch, no_warning
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.model import BadInputError, JobFailedError, LiveMarker, Mark, MediaInfo
from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
from highlight_cuts_cv.timeline.bundles import read_bundle, write_bundle
from highlight_cuts_cv.timeline.cleaning import describe_file, external_references, plain_paths, spell_ntsc
from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.dialects import DIALECTS
from highlight_cuts_cv.timeline.document import read_document, reveal
from highlight_cuts_cv.timeline.formats import SUFFIXES, is_exchange, write_format, written_as
from highlight_cuts_cv.timeline.freezing import (
    content_lengths,
    grow_ranges,
    make_room,
    spread_markers,
    why_no_freeze,
)
from highlight_cuts_cv.timeline.loading import timelines_in
from highlight_cuts_cv.timeline.locate import MediaFinder, plain_path
from highlight_cuts_cv.timeline.marking import put_marks
from highlight_cuts_cv.timeline.names import is_safe_name
from highlight_cuts_cv.timeline.originals import FREEZE, replace_media
from highlight_cuts_cv.timeline.overlays import drop_overlays, lay_over, why_no_overlay
from highlight_cuts_cv.timeline.sources import media_timecode
from highlight_cuts_cv.timeline.times import float_rate, frame_range, nearest_frame, seconds
from highlight_cuts_cv.timeline.titles import MovingMarker

TARGETS = tuple(DIALECTS)
SCHEMAS = ("OTIO_CORE", "0.18.1")
"""OTIO 0.19 raises Marker to 3, and 0.18 then fails on the whole file."""
_ROUNDING = 1e-14
"""Relative error of a double that went through OTIO's JSON reader: a few units in the last place."""


@dataclass(frozen=True, slots=True)
class TrackedRender:
    """A finished render of a clip: its file, and what to note about it under ``highlight_cuts_cv``.

    The file covers exactly the clip's ``frame_count`` frames, and ``freeze_frames`` more while its frame
    ``freeze_at`` stands still (both at the timeline's rate).  ``metadata`` holds plain JSON values.
    ``over`` says that it is the marker alone, of the picture's size, to lie above the clip; nothing
    stands still in it.  ``marks`` become markers of the clip that plays it.  With ``live`` there is no film, but
    pictures of markers that lie above the clip and move; the file is the first one's.
    """

    path: Path
    metadata: Mapping[str, object] = field(default_factory=dict)
    freeze_at: int = 0
    freeze_frames: int = 0
    over: bool = False
    marks: Sequence[Mark] = ()
    live: Sequence[LiveMarker] = ()


def write_tracked(
    timeline: Timeline,
    renders: Mapping[str, TrackedRender],
    output: Path,
    target: str = "any",
    probe: Callable[[Path], MediaInfo] | None = None,
    warn: Callable[[str], None] = no_warning,
    watch: Watch = UNWATCHED,
) -> Path:
    """Write *timeline* with *renders* (by clip id) to *output* and return the path written.

    Each render becomes its clip's active media, and the original stays as the reference ``original``; or it
    is laid above its clip, which stays as it is (see :mod:`~highlight_cuts_cv.timeline.overlays`).
    Clips without a render keep the one of an earlier run, if they came with one.  Where a render's
    picture stands still, the clip grows and the other tracks make room (see
    :mod:`~highlight_cuts_cv.timeline.freezing`).
    *target* is the editor it is for (see :mod:`~highlight_cuts_cv.timeline.dialects`), of which *warn* hears what
    will not come out right; for ``resolve`` a missing medium is refused, which would fail the whole import.
    *output* ends in ``.otio`` (``.csv`` is replaced by it), in ``.otioz`` or ``.otiod`` for a bundle with the media
    that are shown (see :mod:`~highlight_cuts_cv.timeline.bundles`; *watch* looks on), or in ``.kdenlive``: a timeline
    that came from such a project is that project, changed in these clips only, any other a new one.  ``.xml`` and
    ``.edl`` are written as far as they hold it; *warn* hears what they do not.  Other timelines
    of the file that was read are written along as they were, in ``.otio`` and bundles.

    Raises BadInputError for an unknown clip id or target, an unsuitable *output* or a picture that
    cannot stand still, JobFailedError when a render is missing, not as long as its clip, or of a variable rate, or the file written does not read back the same.
    """
    if probe is None:
        from highlight_cuts_cv.media import probe as probe_media

        probe = probe_media
    output = _checked_output(timeline, output)
    if target not in TARGETS:
        raise BadInputError(f"There is no target '{target}'; choose one of: {', '.join(TARGETS)}.")
    chosen = [(timeline.clip(clip_id), render) for clip_id, render in renders.items()]
    for clip, render in chosen:
        if render.freeze_frames and (obstacle := why_no_freeze(timeline, clip, render.freeze_at)):
            raise BadInputError(f"The clip '{clip.clip_id}' can have no intro, since {obstacle}.")
        if render.over and (obstacle := why_no_overlay(timeline, clip)):
            raise BadInputError(f"Nothing can be laid above the clip '{clip.clip_id}', since {obstacle}.")
    document = timeline.document.deepcopy()
    result = [*timelines_in(document)][timeline.place]
    _keep_earlier_renders(result, timeline, {clip.otio_index for clip, _ in chosen})
    spell_ntsc(result)
    clips = list(result.find_clips())
    freezes = any(render.freeze_frames for _, render in chosen)
    for clip, _ in chosen:
        drop_overlays(clips[clip.otio_index], clip.rate)
    lengths = content_lengths(result) if freezes else []
    playing: dict[str, otio.schema.Clip] = {}
    others = [clips[clip.otio_index] for clip in timeline.clips]
    others += [clip for track in result.audio_tracks() for clip in track.find_clips()]
    # The last first: so what is still to be done lies where it lay.
    for clip, render in sorted(chosen, key=lambda pair: -pair[0].position):
        if render.freeze_frames:
            make_room(result, clips[clip.otio_index], clip, render.freeze_at, render.freeze_frames)
        playing[clip.clip_id] = _put(clips[clip.otio_index], clip, render, probe, others)
    if freezes:
        grow_ranges(result, lengths, timeline.rate)
    plain_paths(document, MediaFinder(timeline.base))
    if target == "resolve":
        _require_all_media(result)
    if not is_exchange(output):
        for sentence in DIALECTS[target](result, timeline.rate):
            warn(sentence)
    if is_exchange(output):
        info = timeline.clips[0].info
        with writing_sentences(output), atomic_output(output) as temporary:
            lacking = write_format(
                result, temporary, (info.width, info.height), timeline.rate, output, _silent(timeline, chosen)
            )
        if output.suffix.lower() == ".fcpxml" and any(render.live for _, render in chosen):
            warn("In Final Cut Pro the markers are titles: a disc of the marker's size and colour.")
        if lacking:
            warn(lacking)
        return output
    if output.suffix.lower() in BUNDLES:
        text = write_bundle(document, output, serialized, timeline.base, watch)
        if not _alike(json.loads(serialized(read_bundle(output))), json.loads(text)):
            raise JobFailedError(f"The timeline {output} did not read back as it was written.")
        return output
    places = list(result.find_clips())
    written = {places.index(playing[clip.clip_id]): render for clip, render in chosen}
    text = serialized(document)
    with writing_sentences(output), atomic_output(output) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
        _check_written(temporary, text, timeline.place, written, output)
    return output


def _checked_output(timeline: Timeline, output: Path) -> Path:
    output = written_as(Path(output).absolute())
    if output.suffix.lower() not in SUFFIXES:
        raise BadInputError(
            f"The tracked timeline is written as {' or '.join(SUFFIXES)}, but the output is {output}."
        )
    if output in (timeline.path, timeline.base):
        raise BadInputError(f"{output} is the timeline that was read; give the tracked one another name.")
    return output


def _keep_earlier_renders(result: otio.schema.Timeline, timeline: Timeline, replaced: set[int]) -> None:
    clips = list(result.find_clips())
    finder = MediaFinder(timeline.base)
    for index, earlier in timeline.tracked_before.items():
        if index not in replaced and finder.is_there(earlier.media_reference.target_url):
            parent = clips[index].parent()
            parent[parent.index(clips[index])] = earlier.clone()


def _silent(timeline: Timeline, chosen: Iterable[tuple[TimelineClip, TrackedRender]]) -> set[str]:
    """The files, as timelines spell them, that have no sound: recordings, and films of such."""
    recordings = [clip.media_path for clip in timeline.clips if not clip.info.audio]
    films = [Path(render.path).absolute() for clip, render in chosen if not clip.info.audio]
    return {path.as_posix() for path in (*recordings, *films)}


def _put(
    otio_clip: otio.schema.Clip,
    clip: TimelineClip,
    render: TrackedRender,
    probe: Callable[[Path], MediaInfo],
    others: Iterable[otio.schema.Clip],
) -> otio.schema.Clip:
    """Put *render* in the place of what *otio_clip* shows, or above it; return the clip that plays it.

    *others* may show or play the same recording.
    """
    path = Path(render.path).absolute()
    if not is_safe_name(path.name):
        raise ValueError(f"{path.name!r} must be made of letters, digits, '.', '_' and '-'; use safe_name()")
    if not path.is_file():
        raise JobFailedError(f"The render of clip '{clip.clip_id}' is missing: there is no file {path}.")
    if render.live:
        over = [_put_live(otio_clip, clip, render, marker) for marker in render.live]
        put_marks(over[0], render.marks, 0, clip.rate)
        return over[0]
    info = probe(path)
    if info.variable_rate:
        raise JobFailedError(f"The render {path} has a variable frame rate, which editors show out of step.")
    rate = clip.rate
    # At a fraction of the timeline's rate, the last frame may reach past the clip's end.
    needed = clip.duration + render.freeze_frames / rate
    if not 0 <= info.duration - needed < 1 / info.rate:
        raise JobFailedError(
            f"The render {path} is {float(info.duration):.3f} s long, "
            f"but clip '{clip.clip_id}' needs {float(needed):.3f} s."
        )
    begin = nearest_frame(media_timecode(info), rate)
    reference = otio.schema.ExternalReference(
        target_url=path.as_posix(),
        available_range=frame_range(begin, int(info.duration * rate), rate),
    )
    reference.name = path.name
    if render.over:
        playing = lay_over(otio_clip, clip, reference, render.metadata)
        put_marks(playing, render.marks, begin, rate)
        return playing
    body = clip.frame_count - clip.head - clip.tail + render.freeze_frames
    used = otio_clip.trimmed_range()
    first = seconds(used.start_time) - clip.head / rate
    # Exactly as long as before, even where that is no whole number of frames: nothing behind it moves.
    length = min(seconds(used.duration) * rate + render.freeze_frames, Fraction(body))
    shown = otio.opentime.TimeRange(
        otio.opentime.RationalTime(begin + clip.head, float_rate(rate)),
        otio.opentime.RationalTime(float(length), float_rate(rate)),
    )
    describe_file(others, _complete_original(otio_clip, clip, first))
    note = dict(render.metadata)
    if render.freeze_frames:
        note[FREEZE] = {"frame": render.freeze_at, "frames": render.freeze_frames}
    replace_media(otio_clip, reference, shown, first, rate, note)
    put_marks(otio_clip, render.marks, begin, rate)
    if render.freeze_frames:
        spread_markers(otio_clip, (begin + render.freeze_at) / rate, render.freeze_frames, rate)
    return otio_clip


def _put_live(
    otio_clip: otio.schema.Clip, clip: TimelineClip, render: TrackedRender, marker: LiveMarker
) -> otio.schema.Clip:
    """Lay a picture of the marker above *otio_clip*, with an effect that moves it."""
    picture = marker.picture.absolute()
    reference = otio.schema.ExternalReference(picture.as_posix(), frame_range(0, clip.frame_count, clip.rate))
    reference.name = picture.name
    over = lay_over(otio_clip, clip, reference, render.metadata)
    size = (clip.info.width, clip.info.height)
    over.effects.insert(0, MovingMarker(marker.keys, size, marker.color, marker.player).effect())
    return over


def _complete_original(
    otio_clip: otio.schema.Clip, clip: TimelineClip, first: Fraction
) -> otio.schema.ExternalReference:
    """Let the clip's own reference, which is returned, name the file that was followed, and what of it there is.

    *first* is the source time of the render's first frame, in seconds.
    """
    reference = otio_clip.media_reference
    if not isinstance(reference, otio.schema.ExternalReference):
        found = otio.schema.ExternalReference(clip.media_path.as_posix(), reference.available_range)
        found.name = reference.name
        found.metadata.update(reference.metadata)
        otio_clip.media_reference = reference = found
    if reference.available_range is None:
        info = clip.info
        begin = nearest_frame(first - clip.start, info.rate)
        reference.available_range = frame_range(begin, info.frame_count, info.rate)
    return reference


def _require_all_media(timeline: otio.schema.Timeline) -> None:
    for clip, reference in external_references(timeline):
        path = plain_path(reference.target_url)
        if reference is clip.media_reference and not Path(path).is_file():
            raise BadInputError(
                f"Resolve would refuse this timeline, because the media of clip '{clip.name}' is missing: "
                f"there is no file {path}. Put it there, or write for another target."
            )


def serialized(document: otio.core.SerializableObject) -> str:
    """The text of a timeline file with *document*, in the schemas that editors read."""
    versions = otio.versioning.fetch_map(*SCHEMAS)
    return reveal(otio.core.serialize_json_to_string(document, versions, 4))


def _alike(back: object, written: object) -> bool:
    """Whether two JSON values are equal but for the last bits of numbers, which OTIO's reader rounds."""
    if isinstance(written, dict) and isinstance(back, dict):
        return back.keys() == written.keys() and all(_alike(back[key], written[key]) for key in written)
    if isinstance(written, list) and isinstance(back, list):
        return len(back) == len(written) and all(map(_alike, back, written))
    if isinstance(written, float) and isinstance(back, float):
        return math.isclose(back, written, rel_tol=_ROUNDING) or (math.isnan(back) and math.isnan(written))
    return back == written


def _check_written(
    path: Path, expected: str, place: int, renders: Mapping[int, TrackedRender], output: Path
) -> None:
    """Read *path* back and hold it against the rules.  Raises JobFailedError naming *output*."""
    back = read_document(path)
    if not _alike(json.loads(serialized(back)), json.loads(expected)):
        raise JobFailedError(f"The timeline {output} did not read back as it was written.")
    clips = list([*timelines_in(back)][place].find_clips())
    for index, render in renders.items():
        clip = clips[index]
        url, available = clip.media_reference.target_url, clip.media_reference.available_range
        if not (Path(url).is_absolute() and Path(url).samefile(render.path)):
            raise JobFailedError(
                f"In {output}, clip '{clip.name}' does not point at its render {render.path}."
            )
        used = clip.source_range
        # TimeRange.contains() wants room at both ends, so it is no use here.
        inside = (
            available.start_time <= used.start_time
            and used.end_time_exclusive() <= available.end_time_exclusive()
        )
        if not inside:
            raise JobFailedError(f"In {output}, clip '{clip.name}' uses more than its render {url} has.")
