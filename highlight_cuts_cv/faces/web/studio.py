"""What the page asks about a clip, in the process that does it: one workbench per clip, kept while it is used.

Every function that takes a :class:`Studio` first is a command of :mod:`.worker`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import Steps, Watch
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.errors import HighlightCutsError, JobFailedError
from highlight_cuts_cv.faces.web.marker import marker_data
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.jobs.analyse import analyse as analyse_clip
from highlight_cuts_cv.jobs.analyse import analysed, proxy_of, shown_frames
from highlight_cuts_cv.jobs.draw import draw_all
from highlight_cuts_cv.jobs.follow import follow, follow_on, glimpse_on, workbench
from highlight_cuts_cv.jobs.freeze import ClipFreeze
from highlight_cuts_cv.jobs.same_player import Candidate, people_on
from highlight_cuts_cv.jobs.same_player import propose as propose_in
from highlight_cuts_cv.jobs.setup import DEFAULT_DETECTOR, Setup
from highlight_cuts_cv.media.memory import give_back
from highlight_cuts_cv.model import BoundingBox, ByteArray, ClipInfo, SpriteTrack, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.recognition.everybody import Person
from highlight_cuts_cv.rendering.still import marked_picture
from highlight_cuts_cv.tracking.numbers import numbered_players
from highlight_cuts_cv.tracking.picks import Pick, resolve_picks, shows_player

Picks = Mapping[str, tuple[Pick, ...]]
"""By player, frames within the clip."""

Command = Callable[..., Any]
"""A function of this module, for :mod:`.worker`."""

if TYPE_CHECKING:
    from highlight_cuts_cv.media.writing.proxy import ProxyWriter

_OPEN = 4
"""Clips whose media stay open."""
_PATHS = 24
"""Followed paths that are remembered of an open clip, so that undoing is quick."""
_KNOWN = 24
"""Clips of which everybody is remembered, for proposals."""
_QUALITY, _FINEST = 88, 95
_REHEARSED = 3
"""Frames."""
_GLIMPSE = 0.5
"""Seconds from a pick on that are followed and shown before the rest."""


@dataclass(eq=False)
class _OpenClip:
    clip: ClipInfo
    bench: ClipWorkbench
    proxy: ProxyWriter
    tracks: OrderedDict[tuple[object, ...], Track] = field(default_factory=OrderedDict)
    drawn: tuple[str, SpriteTrack] | None = None
    users: int = 0


class Studio:
    """The clips that are open.  Several threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: OrderedDict[tuple[object, ...], _OpenClip] = OrderedDict()
        self._everybody: OrderedDict[tuple[object, ...], Sequence[Person]] = OrderedDict()
        self.rehearsed = False
        warm_up()

    def using(self, clip: ClipInfo, proxy: Path, setup: Setup) -> _Use:
        """The open clip, for as long as the context lasts."""
        return _Use(self, clip, proxy, setup)

    def _take(self, clip: ClipInfo, proxy: Path, setup: Setup) -> _OpenClip:
        key = _key(clip, setup)
        with self._lock:
            found = self._open.get(key)
            if found is None:
                bench = workbench(clip, setup, cache_folder("analysis"))
                found = self._open[key] = _OpenClip(clip, bench, proxy_of(clip, proxy))
            self._open.move_to_end(key)
            found.users += 1
            idle = [one for one, opened in self._open.items() if not opened.users]
            leaving = idle[: max(0, len(self._open) - _OPEN)]
            for one in leaving:
                _close(self._open.pop(one))
        if leaving:
            give_back()
        return found

    def everybody(self, clip: ClipInfo, setup: Setup) -> Sequence[Person] | None:
        """All people in a clip, if they are remembered."""
        with self._lock:
            return self._everybody.get(_key(clip, setup))

    def remember(self, clip: ClipInfo, setup: Setup, people: Sequence[Person]) -> None:
        """Remember all people in a clip, and forget those of the clip that was remembered first."""
        with self._lock:
            self._everybody[_key(clip, setup)] = people
            while len(self._everybody) > _KNOWN:
                self._everybody.popitem(last=False)

    def _leave(self, opened: _OpenClip) -> None:
        with self._lock:
            opened.users -= 1


def _key(clip: ClipInfo, setup: Setup) -> tuple[object, ...]:
    return clip.media.path, clip.first_frame, clip.frame_count, repr(setup.detector)


def _close(opened: _OpenClip) -> None:
    opened.proxy.close()
    opened.bench.close()


class _Use:
    def __init__(self, studio: Studio, clip: ClipInfo, proxy: Path, setup: Setup) -> None:
        self._studio, self._arguments = studio, (clip, proxy, setup)

    def __enter__(self) -> _OpenClip:
        self._opened = self._studio._take(*self._arguments)
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._studio._leave(self._opened)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clip's things are: what every command on a clip is given."""

    clip: ClipInfo
    proxy: Path
    setup: Setup


@dataclass(frozen=True, slots=True)
class Marked:
    """The paths of a clip's players, what the page draws of them, and the frames that begin a new shot."""

    tracks: Mapping[str, Track]
    marker: bytes
    cuts: Sequence[int]


def analyse(studio: Studio, steps: Steps, place: Place) -> None:
    """Find out about a clip what a pick will ask, and write its proxy."""
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        analyse_clip(opened.bench, place.setup, opened.proxy, steps("Analysing"))
        if not studio.rehearsed:
            studio.rehearsed = True
            rehearse(opened, place)


def rehearse(opened: _OpenClip, place: Place) -> None:
    """Follow somebody through the first frames and forget it: the first click then finds loaded what it needs."""
    first = numbered_players(opened.bench.people[0])
    part = replace(place.clip, frame_count=min(place.clip.frame_count, _REHEARSED))
    if first:
        with suppress(HighlightCutsError):  # told to whoever really follows
            follow(part, [Pick(0, box=first[0])], place.setup)


def picture(studio: Studio, steps: Steps, place: Place, frame: int, width: int | None) -> bytes:
    """A frame of a clip as JPEG, at most *width* pixels wide."""
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        return _jpeg(opened.bench.people.frame(frame).bgr, width)


def detect(studio: Studio, steps: Steps, place: Place, frame: int) -> list[BoundingBox]:
    """Who can be picked in a frame, in the order of their numbers."""
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        found = numbered_players(opened.bench.people[frame])
        opened.bench.keep()
        return found


def resolve(studio: Studio, steps: Steps, place: Place, pick: Pick) -> None:
    """Raise BadInputError where nobody is at a pick."""
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        resolve_picks([pick], place.clip, opened.bench.people)


def glimpse(studio: Studio, steps: Steps, place: Place, picks: Picks, before: Picks) -> bytes:
    """The markers as they can be told at once: as they were after the picks *before*, but for half a second from each new
    pick on.  To look at while :func:`mark` goes through all; empty where that would not be much sooner.
    """
    clip, setup, watch = place.clip, place.setup, steps("Following")
    count = max(2, round(clip.rate * _GLIMPSE))
    with studio.using(clip, place.proxy, setup) as opened:
        if 2 * count > clip.frame_count or not _drawn_at_once(opened, setup, picks):
            return b""
        tracks: dict[str, Track] = {}
        fresh: list[int] = []
        for player, told in picks.items():
            known = [opened.tracks.get((some, repr(setup.tracker))) for some in (told, before.get(player))]
            tracks[player] = next((one for one in known if one is not None), Track.lost(clip.frame_count))
            if known[0] is None:
                new = [pick for pick in told if shows_player(pick) and pick not in before.get(player, ())]
                # Of whom nothing is known yet, the first pick says from where on something is.
                for pick in new if known[1] is not None else new[:1]:
                    tracks[player] = _with_a_moment(opened, pick, count, tracks[player], setup, watch)
                    fresh.append(pick.frame_index)
        if not fresh:
            return b""
        told_of = None
        if not any((one, repr(setup.tracker)) in opened.tracks for one in before.values()):
            told_of = max(fresh), min(fresh) + count
            if told_of[0] >= told_of[1]:
                return b""
        sprites = draw_all(opened.bench, tracks, setup)
        return marker_data(sprites, clip, shown_frames(clip), told_of=told_of)


def _drawn_at_once(opened: _OpenClip, setup: Setup, players: Iterable[str]) -> bool:
    """Whether the markers can be drawn before all of the clip is known."""
    if setup.show.near:
        return False
    indicators = get_registry().indicators
    if not any(indicators.find(setup.indicator_of(player).name).needs_motion for player in players):
        return True
    return analysed(opened.bench, setup)


def _with_a_moment(
    opened: _OpenClip, pick: Pick, count: int, track: Track, setup: Setup, watch: Watch
) -> Track:
    """The *track*, but for *count* frames from a *pick* on, which are followed for themselves."""
    first = pick.frame_index
    count = min(count, len(track) - first)
    with opened.bench.stretch(first, count) as bench:
        return track.with_part(first, glimpse_on(bench, replace(pick, frame_index=0), setup, watch))


def mark(studio: Studio, steps: Steps, place: Place, picks: Picks, intro: ClipFreeze | None = None) -> Marked:
    """Follow who is not followed yet and draw the markers of all; *picks* by player, frames within the clip."""
    setup = place.setup
    with studio.using(place.clip, place.proxy, setup) as opened:
        tracks = {}
        analyse_clip(opened.bench, setup, opened.proxy, steps("Analysing"))
        for player, told in picks.items():
            key = (told, repr(setup.tracker))
            if key not in opened.tracks:
                opened.tracks[key] = follow_on(opened.bench, told, setup, steps("Following"), len(picks))
            opened.tracks.move_to_end(key)
            tracks[player] = opened.tracks[key]
        while len(opened.tracks) > max(_PATHS, len(picks)):
            opened.tracks.popitem(last=False)
        watch = steps("Drawing")
        with warnings_to(watch):
            freeze = None if intro is None else intro.freeze(place.clip, [*tracks.values()], watch)
            sprites = draw_all(opened.bench, tracks, setup, watch, freeze)
        opened.drawn = (repr((picks, setup)), sprites)
        data = marker_data(sprites, place.clip, shown_frames(place.clip), freeze)
        return Marked(tracks, data, opened.bench.cuts())


def gather(studio: Studio, steps: Steps, place: Place) -> None:
    """Look at everybody in a clip and remember how they look, for :func:`propose`."""
    if studio.everybody(place.clip, place.setup) is not None:
        return
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        people = people_on(opened.bench, steps("Looking at everybody"))
    for person in people:
        person.sightings.clear()  # nobody reads numbers here, and pictures are large
    studio.remember(place.clip, place.setup, people)


def propose(
    studio: Studio, steps: Steps, known: Sequence[tuple[Place, Track]], place: Place
) -> Sequence[Candidate]:
    """Who in a clip may be the player who was followed in the clips *known*; all of them were gathered."""

    def people_in(clip: ClipInfo) -> Sequence[Person]:
        people = studio.everybody(clip, place.setup)
        if people is None:
            raise JobFailedError("Too many clips are looked at at once.")
        return people

    (proposal,) = propose_in(
        {one.clip.clip_id: (one.clip, track) for one, track in known}, [place.clip], people_in, steps=steps
    )
    return proposal.candidates


def still(
    studio: Studio, steps: Steps, place: Place, picks: Picks, frame: int, width: int | None
) -> bytes | None:
    """A frame as JPEG with its markers, drawn as in a film; ``None`` unless these were the last ones of :func:`mark`."""
    with studio.using(place.clip, place.proxy, place.setup) as opened:
        if opened.drawn is None or opened.drawn[0] != repr((picks, place.setup)):
            return None
        bgr = marked_picture(place.clip, frame, opened.drawn[1])
        return None if bgr is None else _jpeg(bgr, width, _FINEST)


def _jpeg(bgr: ByteArray, width: int | None, quality: int = _QUALITY) -> bytes:
    if width is not None and width < bgr.shape[1]:
        height = max(1, round(bgr.shape[0] * width / bgr.shape[1]))
        bgr = np.asarray(cv2.resize(bgr, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if quality == _FINEST:  # the colours of thin lines are not to be halved once more
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    good, data = cv2.imencode(".jpg", bgr, options)
    if not good:
        raise JobFailedError(f"A picture of {bgr.shape[1]}x{bgr.shape[0]} pixels cannot be written as JPEG.")
    return data.tobytes()


def warm_up() -> None:
    """Import what the first command would wait for."""
    import highlight_cuts_cv.rendering.compositor

    _: Any = highlight_cuts_cv.rendering.compositor
    get_registry().detector(DEFAULT_DETECTOR, {}).close()
