"""The ten rules for a timeline that opens in Kdenlive and DaVinci Resolve, as a checker for anybody's file.

A finding that is ``wrong`` makes an editor refuse the file, drop a clip or show other pictures than meant;
the others say what one editor or another does not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError, MediaInfo
from highlight_cuts_cv.timeline.bundles import SUFFIXES as BUNDLES
from highlight_cuts_cv.timeline.bundles import media_base
from highlight_cuts_cv.timeline.cleaning import external_references
from highlight_cuts_cv.timeline.dialects import LINK, file_name, link_of, lost_in_points
from highlight_cuts_cv.timeline.loading import load
from highlight_cuts_cv.timeline.locate import MediaFinder, plain_path
from highlight_cuts_cv.timeline.notes import note_of
from highlight_cuts_cv.timeline.originals import FREEZE, HANDLES
from highlight_cuts_cv.timeline.overlays import is_overlay
from highlight_cuts_cv.timeline.places import starts_at_0
from highlight_cuts_cv.timeline.rates import is_shown_video, timeline_rate
from highlight_cuts_cv.timeline.shown import file_of
from highlight_cuts_cv.timeline.sources import NoVideoError, Sources, media_timecode
from highlight_cuts_cv.timeline.times import exact_rate, float_rate, ntsc_rate, seconds
from highlight_cuts_cv.timeline.writing import SCHEMAS

RULES = {
    1: "media are plain absolute paths",
    2: "tracked renders and last clips play from their file's first frame",
    3: "media have a constant rate, and ranges start at the file's timecode",
    4: "every time is in whole frames at the timeline's rate, NTSC exactly",
    5: "every clip says what its file has, and uses no more",
    6: "sound lies on audio tracks, linked to its picture",
    7: "markers have their text in name and comment",
    8: "no transitions, speed changes, nesting or disabled clips",
    9: "schemas are those that today's editors read",
    10: "the files are there",
}
_TRIPPING = re.compile(r"[#?%]")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one of :data:`RULES` says about ``where``, a clip, track or the file, as a sentence."""

    rule: int
    where: str
    what: str
    wrong: bool = False


_BY_URL = (".xml", ".fcpxml")
"""Formats in which files are named by URLs."""


def check_rules(path: Path, probe: Callable[[Path], MediaInfo] | None = None) -> list[Finding]:
    """Hold the timeline file *path* against the rules; the findings, by rule and in the timeline's order.

    Raises BadInputError when it cannot be read.
    """
    if probe is None:
        from highlight_cuts_cv.media import probe as probe_media

        probe = probe_media
    path = Path(path).absolute()
    findings = list(_of_file(path)) if path.is_file() else []
    if findings:  # nobody reads more of it
        return findings
    timeline = load(path, None, {}).timeline
    if path.suffix.lower() in _BY_URL:
        for _, reference in external_references(timeline):
            reference.target_url = file_of(reference.target_url)
    base = media_base(path)[0]
    if path.suffix.lower() in BUNDLES:  # what lies in it is named by its place in it
        for _, reference in external_references(timeline):
            if (base / plain_path(reference.target_url)).is_file():
                reference.target_url = str(base / plain_path(reference.target_url))
    sources = Sources(MediaFinder(base), probe)
    rate = timeline_rate(timeline, sources)
    try:
        for clip in timeline.find_clips():
            findings += _of_clip(clip, rate, sources)
        findings += _of_tracks(timeline, rate, sources)
    except (BadInputError, otio.exceptions.OTIOError) as error:
        findings.append(Finding(4, path.name, f"has a time that cannot be: {error}", wrong=True))
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.rule)


def _of_file(path: Path) -> Iterator[Finding]:
    """Schemas that are newer than what editors read fail the whole file."""
    if path.suffix.lower() != ".otio":
        return
    pinned = otio.versioning.fetch_map(*SCHEMAS)
    try:
        schemas = _schemas(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, RecursionError):
        return  # reading it says why
    for name in sorted(schemas):
        kind, _, version = name.rpartition(".")
        if version.isdecimal() and int(version) > pinned.get(kind, int(version)):
            yield Finding(
                9, path.name, f"holds {name}; editors read {kind}.{pinned[kind]} and refuse all of it", True
            )


def _schemas(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_schemas, value))
    if not isinstance(value, dict):
        return set()
    named = value.get("OTIO_SCHEMA")
    return set().union({named} if isinstance(named, str) else (), *map(_schemas, value.values()))


def _of_clip(clip: otio.schema.Clip, rate: Fraction, sources: Sources) -> Iterator[Finding]:
    where = clip.name or "a clip without a name"
    for marker in clip.markers:
        if bool(marker.name) != bool(marker.comment):
            only = (
                "name, and Kdenlive shows the comment"
                if marker.name
                else "comment, and Resolve shows the name"
            )
            yield Finding(
                7, where, f"has the marker '{marker.name or marker.comment}' with its text only in the {only}"
            )
    if not clip.enabled:
        yield Finding(8, where, "is switched off, which Kdenlive does not read: it will show")
    if clip.effects:
        names = ", ".join(
            dict.fromkeys(effect.name or effect.effect_name or "unnamed" for effect in clip.effects)
        )
        speed = any(isinstance(effect, otio.schema.TimeEffect) for effect in clip.effects)
        more = ", and Resolve shows a speed change some frames off" if speed else ""
        yield Finding(8, where, f"has effects ({names}) that Kdenlive does not read{more}")
    reference = clip.media_reference
    if isinstance(reference, otio.schema.ExternalReference):
        yield from _of_path(where, reference)
        yield from _of_ranges(where, clip, reference, rate, sources)
    if _is_ours(clip):
        if clip.active_media_reference_key != otio.schema.Clip.DEFAULT_MEDIA_KEY:
            yield Finding(
                9, where, "has its tracked render not under DEFAULT_MEDIA, where editors look", True
            )
        elif not starts_at_0(clip) and HANDLES not in note_of(clip):
            yield Finding(2, where, "has a tracked render that does not play from its first frame", True)


def _of_path(where: str, reference: otio.schema.ExternalReference) -> Iterator[Finding]:
    url = reference.target_url
    plain = plain_path(url)
    if plain != url:
        yield Finding(
            1,
            where,
            f"names its medium as a URL ({url}): Resolve drops it, Kdenlive takes other frames",
            True,
        )
    elif not Path(plain).is_absolute() and not re.match(r"[A-Za-z]:[\\/]", plain):
        yield Finding(
            1, where, f"names its medium without its folder ({url}): Kdenlive takes other frames", True
        )
    if _TRIPPING.search(plain):
        yield Finding(
            1, where, f"has '#', '?' or '%' in its medium's name ({plain}), where some editors cut it"
        )


def _of_ranges(
    where: str,
    clip: otio.schema.Clip,
    reference: otio.schema.ExternalReference,
    rate: Fraction,
    sources: Sources,
) -> Iterator[Finding]:
    available, used = reference.available_range, clip.source_range
    if available is None:
        yield Finding(5, where, "does not say what its file has (available_range)")
    elif used is not None:
        frame = 1 / rate
        first, begin = seconds(used.start_time), seconds(available.start_time)
        last, end = first + seconds(used.duration), begin + seconds(available.duration)
        if first < begin - frame / 2 or last > end + frame / 2:
            yield Finding(5, where, "uses more than its file has: Resolve refuses the timeline", True)
    for span in filter(None, (used, available)):
        for time in (span.start_time, span.duration):
            yield from _of_time(where, time, rate, span is used)
    if not sources.finder.is_there(reference.target_url):
        yield Finding(
            10,
            where,
            f"has no file at {plain_path(reference.target_url)}: Kdenlive leaves it out silently",
            True,
        )
        return
    try:
        source = sources.source(clip)
    except NoVideoError:
        return
    except BadInputError as error:
        if is_shown_video(clip):
            yield Finding(10, where, f"plays a file that cannot be read: {str(error).rstrip('.')}")
        return
    if source.info.variable_rate:
        yield Finding(3, where, f"plays {source.path.name}, whose rate varies: editors show it out of step")
    timecode = media_timecode(source.info)
    if available is not None and timecode and seconds(available.start_time) < timecode - 1 / rate:
        yield Finding(
            3,
            where,
            f"counts from 0, but {source.path.name} starts at {source.info.timecode}, from which editors count",
        )
    if used is not None:
        try:
            source.check_range(seconds(used.start_time) - source.origin, seconds(used.duration), 1 / rate)
        except BadInputError as error:
            yield Finding(10, where, f"shows what is not there: {error}", True)


def _of_time(
    where: str, time: otio.opentime.RationalTime, rate: Fraction, of_edit: bool
) -> Iterator[Finding]:
    ntsc = ntsc_rate(time.rate)
    if ntsc is not None and time.rate != float_rate(ntsc):
        yield Finding(
            4,
            where,
            f"is at {time.rate:g} instead of {ntsc} frames a second, which Kdenlive holds for another rate",
            True,
        )
    elif of_edit and exact_rate(time.rate) != rate:
        yield Finding(4, where, f"is at {exact_rate(time.rate)} frames a second in a timeline of {rate}")
    elif of_edit and time.value != round(time.value):
        yield Finding(4, where, "starts or ends within a frame")


def _of_tracks(timeline: otio.schema.Timeline, rate: Fraction, sources: Sources) -> Iterator[Finding]:
    for _, clip, why in lost_in_points(timeline):
        yield Finding(2, clip.name, f"is {why}: Kdenlive's import plays it from its file's first frame")
    links = [(clip, link_of(clip)) for track in timeline.audio_tracks() for clip in track.find_clips()]
    for track in timeline.tracks:
        if not isinstance(track, otio.schema.Track):
            yield Finding(
                8,
                track.name or "the timeline",
                f"has a {track.schema_name()} among its tracks, which Kdenlive leaves out",
            )
            continue
        yield from _of_track(track, rate)
        if track.kind != otio.schema.TrackKind.Video or is_overlay(track):
            continue
        for clip in track.find_clips():
            source = sources.peek(clip)
            if source is None or not source.info.audio:
                continue
            own = [link for sound, link in links if _plays_along(sound, clip)]
            if not own:
                yield Finding(
                    6, clip.name, "has sound in its file and none on an audio track: it will be silent"
                )
            elif link_of(clip) is None or link_of(clip) not in own:
                yield Finding(6, clip.name, f"is not linked to its sound (Resolve's {LINK})")


def _of_track(track: otio.schema.Track, rate: Fraction) -> Iterator[Finding]:
    where = f"track '{track.name or track.kind}'"
    if not track.enabled:
        yield Finding(8, where, "is switched off, which Kdenlive does not read: it will show")
    for item in track:
        if isinstance(item, otio.schema.Transition):
            name = item.name or item.transition_type
            yield Finding(8, where, f"has the transition '{name}', which Kdenlive leaves out")
        elif isinstance(item, otio.schema.Stack | otio.schema.Track):
            yield Finding(
                8, where, f"has the nested '{item.name or item.schema_name()}', which Kdenlive leaves out"
            )


def _is_ours(clip: otio.schema.Clip) -> bool:
    """Whether a tracked render stands in the clip's place (one with an intro may have been cut since)."""
    note = note_of(clip)
    return "original" in note and FREEZE not in note


def _plays_along(sound: otio.schema.Clip, picture: otio.schema.Clip) -> bool:
    """Whether *sound* plays when *picture* does, at least in part, and from a file of that clip."""
    ours = {file_name(reference) for reference in picture.media_references().values()}
    if file_name(sound.media_reference) not in ours - {None}:
        return False
    try:
        mine, other = (clip.range_in_parent() for clip in (picture, sound))
    except (otio.exceptions.OTIOError, NotImplementedError):
        return False
    return bool(mine.start_time < other.end_time_exclusive() and other.start_time < mine.end_time_exclusive())
