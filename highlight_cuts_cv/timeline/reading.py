"""Any timeline that an installed OTIO adapter reads, as clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from highlight_cuts_cv.contracts import Steps, unwatched
from highlight_cuts_cv.model import BadInputError, MediaInfo
from highlight_cuts_cv.timeline import csv_input
from highlight_cuts_cv.timeline.bundles import media_base
from highlight_cuts_cv.timeline.cleaning import relink
from highlight_cuts_cv.timeline.clips import Timeline, TimelineClip
from highlight_cuts_cv.timeline.dialects import undo_kdenlive
from highlight_cuts_cv.timeline.formats import is_table
from highlight_cuts_cv.timeline.freezing import is_beside
from highlight_cuts_cv.timeline.loading import load
from highlight_cuts_cv.timeline.locate import MediaFinder
from highlight_cuts_cv.timeline.names import safe_name
from highlight_cuts_cv.timeline.notes import note_of
from highlight_cuts_cv.timeline.originals import FREEZE, restore_originals
from highlight_cuts_cv.timeline.overlays import is_overlay
from highlight_cuts_cv.timeline.rates import is_shown_video, timeline_rate
from highlight_cuts_cv.timeline.sources import NoVideoError, Source, Sources
from highlight_cuts_cv.timeline.times import nearest_frame, seconds, whole_frames
from highlight_cuts_cv.timeline.unrated import load_unrated, rate_argument

_Window = tuple[Fraction, Fraction | None]


def read_timeline(
    path: Path,
    media_root: Path | None = None,
    player: str | None = None,
    probe: Callable[[Path], MediaInfo] | None = None,
    rate: Fraction | None = None,
    name: str | None = None,
    steps: Steps = unwatched,
    **adapter_args: object,
) -> Timeline:
    """Read the timeline file *path* into clips, in order of appearance.

    Media that is not where the timeline says is looked for by name under *media_root*.  Where the
    file holds several timelines, *name* (or a number, from 1) chooses one, and in a CSV *player*.  *probe* is :func:`highlight_cuts_cv.media.probe` unless a test gives another.  *rate* is for formats that
    carry none, as EDL and CSV (else that of the first medium).  *steps* look on while a bundle is
    unpacked.  *adapter_args* go to the OTIO adapter (for example ``padding`` for a CSV).

    Clips that cannot be followed (titles, stills, missing or unreadable media, times that cannot be)
    are left out with a warning; disabled clips and tracks and audio are left alone.  A timeline that
    this tool wrote is read as it was before tracking.  Raises BadInputError when the file cannot be
    read, holds several timelines and none was chosen, or has no clip that can be followed.
    """
    if probe is None:
        from highlight_cuts_cv.media import probe as probe_media

        probe = probe_media
    path = Path(path).absolute()
    is_csv = is_table(path)
    _check_choice(path, is_csv, player, name, rate)
    base, note = media_base(path, steps)
    sources = Sources(MediaFinder(base, media_root), probe)
    sources.warnings += [note] if note else []
    if is_csv:
        args = adapter_args if rate is None else {**adapter_args, "rate": rate}
        loaded = csv_input.load_csv(path, player, sources, args)
    elif path.exists() and rate_argument(path) is not None:
        loaded = load_unrated(path, name, sources, adapter_args, rate)
    else:
        loaded = load(path, name, adapter_args)
    timeline = loaded.timeline
    if media_root is not None:
        relink(loaded.document, sources.finder)
    undo_kdenlive(timeline)
    tracked_before = restore_originals(timeline)
    pace = timeline_rate(timeline, sources)
    walker = _Walker(timeline, pace, sources)
    clips = walker.clips()
    if not clips:
        reasons = " ".join(dict.fromkeys(sources.warnings)) or "It has no video clips that are enabled."
        raise BadInputError(f"There is nothing to follow in {path}. {reasons}")
    return Timeline(
        path=path,
        name=timeline.name or path.stem,
        rate=pace,
        clips=clips,
        otio=timeline,
        document=loaded.document,
        base=base,
        place=loaded.place,
        warnings=tuple(dict.fromkeys(sources.warnings)),
        left_out=walker.left_out,
        tracked_before=tracked_before,
    )


def _check_choice(
    path: Path, is_csv: bool, player: str | None, name: str | None, rate: Fraction | None
) -> None:
    """Raise BadInputError for what can only be asked of files of another kind."""
    if name is not None and is_csv:
        raise BadInputError(
            f"{path} has a timeline for each player; choose with --player, not with --timeline."
        )
    if player is not None and not is_csv:
        raise BadInputError(
            f"Players are chosen in a CSV, but {path} is none; of several timelines choose with --timeline."
        )
    if rate is not None and not is_csv and path.exists() and rate_argument(path) is None:
        raise BadInputError(
            f"{path} says its rate itself; a rate is only for formats that do not, as EDL and CSV."
        )


class _Walker:
    """Finds the clips that are shown, and when."""

    def __init__(self, timeline: otio.schema.Timeline, rate: Fraction, sources: Sources) -> None:
        self._timeline = timeline
        self._rate = rate
        self._sources = sources
        self._all = list(timeline.find_clips())
        self.left_out: dict[str, str] = {}

    def clips(self) -> tuple[TimelineClip, ...]:
        found: list[tuple[TimelineClip | BadInputError, int, otio.schema.Clip]] = []
        for number, child in enumerate(self._timeline.tracks, start=1):
            name = child.name or f"V{number}"
            for clip, position in self._walk(child, Fraction(0), (Fraction(0), None)):
                try:
                    followed = self._timeline_clip(clip, self._sources.source(clip), position, name)
                    found.append((followed, followed.position, clip))
                except NoVideoError as error:
                    self._sources.leave(clip, error)
                except (BadInputError, otio.exceptions.OTIOError) as error:
                    reason = error if isinstance(error, BadInputError) else BadInputError(str(error))
                    self._sources.leave(clip, reason)
                    found.append((reason, nearest_frame(position, self._rate), clip))
        found.sort(key=lambda each: each[1])  # stable: the lower track first
        clips = []
        for number, (outcome, _, clip) in enumerate(found, start=1):
            # What is left out keeps its number, so that the others' do not change when it is mended.
            if isinstance(outcome, BadInputError):
                clip_id = f"{number:02d}-{safe_name(_name(clip, Path(clip.name)))}"
                self.left_out[clip_id] = f"Clip '{clip_id}' cannot be followed: {str(outcome).rstrip('.')}."
                continue
            named = replace(outcome, clip_id=f"{number:02d}-{safe_name(outcome.name)}")
            if not self._has_freeze(named):
                clips.append(named)
        return tuple(clips)

    def _has_freeze(self, clip: TimelineClip) -> bool:
        if FREEZE not in note_of(self._all[clip.otio_index]):
            return False
        self._sources.warnings.append(
            f"Clip '{clip.clip_id}' has an intro from an earlier run and was left as it is; to follow the player "
            "again, start from the timeline without intros."
        )
        return True

    def _walk(
        self, item: otio.core.Composable, begin: Fraction, window: _Window
    ) -> Iterator[tuple[otio.schema.Clip, Fraction]]:
        """The clips in *item*, which begins at *begin* seconds, seen through *window*, with their begins."""
        end = begin + self._duration(item)
        first, last = window
        # Clips that a nested sequence's trim hides are not shown.
        if not item.enabled or begin < end <= first or end < first or (last is not None and begin >= last):
            return
        if isinstance(item, otio.schema.Clip):
            if not is_overlay(item):
                yield item, begin
            return
        if not isinstance(item, otio.core.Composition):
            return
        if isinstance(item, otio.schema.Track) and item.kind != otio.schema.TrackKind.Video:
            return
        if item.source_range is not None and not self._beside_its_children(item):
            first, last = max(first, begin), end if last is None else min(last, end)
            try:
                begin -= seconds(item.source_range.start_time)
            except BadInputError as error:
                self._sources.leave(item, error)
                return
        for child in item:
            if isinstance(child, otio.schema.Transition):
                continue
            yield from self._walk(child, begin, (first, last))
            if isinstance(item, otio.schema.Track):
                begin += self._duration(child)

    def _duration(self, item: otio.core.Composable) -> Fraction:
        try:
            return max(self._stated_duration(item), Fraction(0))
        except BadInputError as error:
            self._sources.leave(item, error)
            return Fraction(0)

    def _stated_duration(self, item: otio.core.Composable) -> Fraction:
        if isinstance(item, otio.schema.Transition):
            return Fraction(0)
        if item.source_range is not None and not self._beside_its_children(item):
            return seconds(item.source_range.duration)
        if isinstance(item, otio.schema.Clip):
            if is_shown_video(item):
                with suppress(BadInputError):
                    self._sources.source(item)  # fills in the available range
            reference = item.media_references().get(item.active_media_reference_key)
            available = reference.available_range if reference is not None else None
            return seconds(available.duration) if available else Fraction(0)
        lengths = [self._duration(child) for child in item] if isinstance(item, otio.core.Composition) else []
        return (
            sum(lengths, Fraction(0))
            if isinstance(item, otio.schema.Track)
            else max(lengths, default=Fraction(0))
        )

    def _beside_its_children(self, item: otio.core.Composable) -> bool:
        """Whether *item* is a track whose own range shows none of what is in it."""
        if not isinstance(item, otio.schema.Track) or item.source_range is None:
            return False
        try:
            begin, length = seconds(item.source_range.start_time), seconds(item.source_range.duration)
        except BadInputError:
            return False
        return is_beside(begin, length, sum(map(self._duration, item), Fraction(0)))

    def _timeline_clip(
        self, clip: otio.schema.Clip, source: Source, position: Fraction, track: str
    ) -> TimelineClip:
        rate, info = self._rate, source.info
        trimmed = clip.trimmed_range()
        start = seconds(trimmed.start_time) - source.origin
        length = seconds(trimmed.duration)
        if length <= 0:
            raise BadInputError("it is of no length")
        first_frame = nearest_frame(position, rate)
        # The part of a frame at the end is shown, too: what follows keeps its place in mixed rates.
        body = whole_frames(length, rate)
        source.check_range(start, body / rate, 1 / rate)
        head, tail = self._handles(clip, trimmed, body)
        head = min(head, int(start * rate))
        tail = max(min(tail, int((info.duration - start) * rate) - body), 0)
        return TimelineClip(
            clip_id="",
            name=_name(clip, source.path),
            track_name=track,
            media_path=source.path,
            start=start - head / rate,
            frame_count=head + body + tail,
            rate=rate,
            info=info,
            position=first_frame,
            otio_index=self._all.index(clip),
            head=head,
            tail=tail,
        )

    def _handles(
        self, clip: otio.schema.Clip, trimmed: otio.opentime.TimeRange, body: int
    ) -> tuple[int, int]:
        """Frames before and after the trimmed range that transitions and speed changes show."""
        visible = clip.visible_range()
        lead = seconds(trimmed.start_time) - seconds(visible.start_time)
        trail = seconds(visible.duration) - seconds(trimmed.duration) - lead
        head, tail = (-int(-time * self._rate // 1) for time in (lead, trail))
        for effect in clip.effects:
            if isinstance(effect, otio.schema.LinearTimeWarp) and abs(effect.time_scalar) > 1:
                # Hosts disagree on whether a range counts media or timeline frames: cover both.
                tail += -int(-body * (abs(Fraction(effect.time_scalar)) - 1) // 1)
        return head, tail


def _name(clip: otio.schema.Clip, media: Path) -> str:
    """What the clip is called; a file's suffix says nothing, and would end up in our file names."""
    name = clip.name.strip() or media.stem
    return name[: -len(media.suffix)] if media.suffix and name.endswith(media.suffix) else name
