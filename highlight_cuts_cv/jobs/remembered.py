"""A timeline's job with a project that remembers: what was picked before counts, and what is done is not done again."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import Steps, Watch, no_warning, unwatched
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.delivery import REPLACING, Delivery
from highlight_cuts_cv.jobs.doing import HERE, Doer
from highlight_cuts_cv.jobs.rerun import Came, Wanted, rerun_all, told_apart
from highlight_cuts_cv.jobs.settle import settled
from highlight_cuts_cv.jobs.setup import Setup, check_owners, parse_indicators
from highlight_cuts_cv.jobs.task import ClipResult
from highlight_cuts_cv.jobs.timeline import Players, by_clip, check_setup, deliver, plan
from highlight_cuts_cv.jobs.wishes import Given, delivery_of, setup_of, title_of, told, with_given
from highlight_cuts_cv.media import clip_frame_number
from highlight_cuts_cv.media.moments import Moment
from highlight_cuts_cv.model import ClipInfo
from highlight_cuts_cv.project.folder import DATABASE, game_of, project_folder
from highlight_cuts_cv.project.state import ClipTrackingState, in_recording, within
from highlight_cuts_cv.project.store import ProjectStore, clip_sources
from highlight_cuts_cv.tracking.picks import Pick, check_places, shows_player

if TYPE_CHECKING:
    from highlight_cuts_cv.jobs.showing import Shown
    from highlight_cuts_cv.timeline import Timeline

Forgotten = tuple[str, str, Moment | None]
"""Player ('' is every one), clip, and a frame or time in it, ``None`` for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to.

    ``results`` has every marked clip that has a film, in the timeline's order; those in ``made`` (ids) were
    rendered now, the others were there.  ``failed`` says of each marked clip that was left as it is, why.
    """

    path: Path
    results: tuple[ClipResult, ...]
    made: frozenset[str]
    failed: Mapping[str, str]


def project_of(timeline: Path, output: Path) -> Path:
    """The project folder of a timeline: beside it, or beside *output* where nothing may be written there."""
    home = project_folder(timeline.absolute())
    if (home / DATABASE).exists() or os.access(home.parent, os.W_OK):
        return home
    return output.absolute().with_name(home.name)


def remembered_settings(timeline: Path, player: str | None, output: Path) -> Mapping[str, object]:
    """What the project of a timeline file, if there is one, remembers of options; the timeline is not read."""
    folder = project_of(timeline, output)
    if not (folder / DATABASE).exists():
        return {}
    with ProjectStore(folder) as store:
        session = store.find_session(game_of(timeline), player)
        return {} if session is None else session.settings


class Project:
    """A timeline, what is remembered of it, and what the user adds now.

    Nothing is written, and no project begun, before :meth:`take` remembers.  Use it as a context.
    """

    def __init__(self, timeline: Timeline, player: str | None, output: Path) -> None:
        self._timeline, self._player, self._output = timeline, player, output
        self._game = game_of(timeline.path)
        self._folder = project_of(timeline.path, output)
        self._sources = clip_sources(timeline)
        self._store: ProjectStore | None = None
        self._session_id = ""
        self._ids: dict[str, str] = {}
        if (self._folder / DATABASE).exists():
            self._begin()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    @property
    def settings(self) -> Mapping[str, object]:
        """What is remembered of options."""
        return {} if self._store is None else self._store.session(self._session_id).settings

    def picks(
        self, lost: Mapping[tuple[str, str], Collection[int]] = MappingProxyType({})
    ) -> dict[str, dict[str, tuple[Pick, ...]]]:
        """What is remembered, by the clip's id in the timeline and by player, frames within the clip.

        Without those in the frames of the recording that are *lost* for a clip's player.  A clip in which no
        remembered pick shows anybody now is not in it.
        """
        found: dict[str, dict[str, tuple[Pick, ...]]] = {}
        for placed in self._timeline.clips if self._store is not None else ():
            here = {}
            for player, picks in self._state(placed.clip_id).picks.items():
                gone = lost.get((placed.clip_id, player), ())
                left = within([pick for pick in picks if pick.frame_index not in gone], media_clip(placed))
                if any(map(shows_player, left)):
                    here[player] = left
            if here:
                found[placed.clip_id] = here
        return found

    def remembers(self, given: Given) -> str:
        """What counts only because it is remembered, as options of the command line."""
        return told(with_given(self.settings, given, []), given)

    def setup(self, given: Given) -> Setup:
        """The plugins that count with what is *given*, checked; nothing is remembered.  Raises BadInputError."""
        players = [*by_player(self.picks())]
        setup = setup_of(with_given(self.settings, given, players), players)
        check_setup(setup)
        return setup

    def delivery(self, given: Given) -> Delivery:
        """How the timeline is handed over with what is *given*.  Raises BadInputError."""
        return delivery_of(with_given(self.settings, given, []))

    def title(self, given: Given) -> list[str]:
        """The lines of the title card with what is *given*, none for no card.  Raises BadInputError."""
        return title_of(with_given(self.settings, given, []))

    def show(self, shown: Shown, given: Given, settings: Mapping[str, object]) -> None:
        """Remember that the user was shown this picture: ``CLIP=#N`` is somebody in it from now on.

        *given* and *settings* are remembered as :meth:`take` does.
        """
        store = self._begin()
        pictures = dict(_shown_frames(self.settings))
        pictures[self._ids[shown.placed.clip_id]] = shown.clip.first_frame + shown.frame_index
        wanted = with_given(self.settings, given, [*by_player(self.picks())])
        store.set_settings(self._session_id, {**wanted, **settings, "shown": pictures})

    def take(
        self,
        picks: Players,
        given: Given,
        settings: Mapping[str, object],
        steps: Steps = unwatched,
        forgotten: Iterable[Forgotten] = (),
        *,
        may_be_none: bool = False,
    ) -> tuple[Setup, Delivery]:
        """Check everything that can be checked, remember what the user says, and return what counts now for :meth:`run`.

        *settings* is what else is to be remembered, *forgotten* which earlier picks are not.  A pick without
        a name in a clip of one named player is that player's; named ones take the place of those without.
        For picks of numbers and points the pictures are looked at, and a number is kept with the box
        of whom it means.  Raises BadInputError, for all picks that nobody fits at once, and where no pick is left, unless
        there *may_be_none*; nothing is remembered then.
        """
        lost = self._lost(forgotten)
        known = self.picks(lost)
        new = {
            clip: self._in_frames(clip, _owned(clip, here, known.get(clip, {})))
            for clip, here in by_clip(self._timeline, picks).items()
        }
        merged = known | {clip: _merged(known.get(clip, {}), here) for clip, here in new.items()}
        players = by_player(merged)
        check_owners(parse_indicators(given.indicators or [])[1], players)
        wanted = with_given(self.settings, given, [*players])
        setup, delivery = setup_of(wanted, [*players]), delivery_of(wanted)
        if players or not may_be_none:
            plan(self._timeline, players, self._output, setup, delivery)
        watch = steps("Looking at the picks") if new else Watch()
        looked = settled(self._timeline, new, setup, watch)
        store = self._begin()
        for (clip_id, player), frames in lost.items():
            store.unpick(self._session_id, self._ids[clip_id], [*frames], player)
        store.set_settings(self._session_id, {**wanted, **settings})
        self._add(store, looked, watch)
        return setup, delivery

    def run(
        self,
        setup: Setup,
        delivery: Delivery = REPLACING,
        steps: Steps = unwatched,
        warn: Callable[[str], None] = no_warning,
        doer: Doer = HERE,
    ) -> Outcome:
        """Follow, draw and render what has changed of all marked clips, then write the timeline with all of them.

        *doer* says where that is done.
        A clip that cannot be followed or rendered is left as it is, and the others are done.  Where another
        run is at work in the project, this one waits until that is over, and says so.  *warn* hears what the
        editor that the timeline is for will not read.  Raises
        BadInputError for what can be known to fail, JobFailedError where no clip has a film, and
        CancelledError; what is done by then is remembered, and the timeline not written.
        """
        with self.alone(steps):
            wanted = self.wanted(setup, delivery)
            came = rerun_all(self._begin(), wanted, steps, doer)
            return self.delivered(wanted, came, delivery, steps, warn)

    @contextmanager
    def alone(self, steps: Steps) -> Iterator[ProjectStore]:
        """While it lasts, no other run is at work in the project; where one is, it is waited for, and *steps* are told."""
        store = self._begin()
        waiting: list[Watch] = []

        def waits() -> None:
            waiting.append(steps("Waiting"))
            waiting[0].warn("Another run is at work in this project; this one waits until that is done.")

        with store.alone(waits, lambda: any(watch.cancelled() for watch in waiting)):
            yield store

    def wanted(self, setup: Setup, delivery: Delivery) -> list[Wanted]:
        """What is to be done, and what is remembered of it.  Raises BadInputError for what can be known to fail."""
        planned = plan(self._timeline, by_player(self.picks()), self._output, setup, delivery)
        return [Wanted(self._session_id, self._state(task.clip.clip_id), task) for task in planned]

    def delivered(
        self,
        wanted: Sequence[Wanted],
        came: Sequence[Came],
        delivery: Delivery,
        steps: Steps = unwatched,
        warn: Callable[[str], None] = no_warning,
    ) -> Outcome:
        """Write the timeline with what *came* of the *wanted*.  Raises as :meth:`run`."""
        results, made, failed = told_apart(wanted, came)
        if not results:
            raise JobFailedError("No clip could be marked. " + " ".join(failed.values()))
        path = deliver(self._timeline, results, self._output, delivery, warn, steps)
        return Outcome(path=path, results=tuple(results), made=frozenset(made), failed=failed)

    def _lost(self, forgotten: Iterable[Forgotten]) -> dict[tuple[str, str], set[int]]:
        """By the clip's id and the player, the recording's frames whose picks are to be forgotten."""
        lost: dict[tuple[str, str], set[int]] = {}
        for player, name, moment in forgotten:
            placed = self._timeline.clip(name)
            clip = media_clip(placed)
            frame = None if moment is None else clip.first_frame + clip_frame_number(clip, moment)
            picks = {} if self._store is None else self._state(placed.clip_id).picks
            here = {
                (placed.clip_id, of): {
                    pick.frame_index for pick in of_player if frame in (None, pick.frame_index)
                }
                for of, of_player in picks.items()
                if player in ("", of)
            }
            if not any(here.values()):
                who = f"'{player}'" if player else "anybody"
                when = "" if frame is None else f" in frame {frame - clip.first_frame}"
                raise BadInputError(f"There is no pick of {who}{when} in '{placed.clip_id}' to forget.")
            for key, frames in here.items():
                lost.setdefault(key, set()).update(frames)
        return lost

    def _add(
        self, store: ProjectStore, new: Mapping[str, Mapping[str, Sequence[Pick]]], watch: Watch
    ) -> None:
        for clip_id, here in new.items():
            state, clip = self._state(clip_id), media_clip(self._timeline.clip(clip_id))
            if "" in state.picks and "" not in here:
                names = " and ".join(repr(player) for player in here)
                watch.warn(f"In '{clip_id}' the picks of {names} take the place of those without a name.")
                store.unpick(self._session_id, state.clip_id)
            for player, picks in here.items():
                store.pick(self._session_id, state.clip_id, in_recording(picks, clip), player)

    def _begin(self) -> ProjectStore:
        if self._store is None:
            self._store = ProjectStore(self._folder)
        if not self._session_id:
            session = self._store.open_session(self._game, self._player, self._sources)
            self._session_id = session.session_id
            ids = [state.clip_id for state in session.clips]
            self._ids = dict(zip((clip.clip_id for clip in self._timeline.clips), ids, strict=True))
        return self._store

    def _state(self, clip_id: str) -> ClipTrackingState:
        return self._begin().clip(self._session_id, self._ids[clip_id])

    def _in_frames(self, clip_id: str, here: Mapping[str, Sequence[Pick]]) -> dict[str, tuple[Pick, ...]]:
        clip = media_clip(self._timeline.clip(clip_id))
        seen = _shown_frames(self.settings).get(self._ids.get(clip_id, ""))
        counted = {
            player: tuple(_in_shown(pick, seen, clip).in_frames(clip) for pick in picks)
            for player, picks in here.items()
        }
        for picks in counted.values():
            check_places(picks, clip)
        return counted


def by_player(picks: Mapping[str, Mapping[str, Sequence[Pick]]]) -> dict[str, dict[str, Sequence[Pick]]]:
    """Picks by clip and player as picks by player and clip."""
    players: dict[str, dict[str, Sequence[Pick]]] = {}
    for clip, here in picks.items():
        for player, of_player in here.items():
            players.setdefault(player, {})[clip] = of_player
    return players


def _owned(
    clip_id: str, given: Mapping[str, tuple[Pick, ...]], remembered: Mapping[str, object]
) -> dict[str, tuple[Pick, ...]]:
    """Whose the given picks are, where those without a name meet remembered ones with."""
    names = [player for player in remembered if player]
    if "" not in given or not names or "" in remembered:
        return dict(given)
    if len(names) > 1 or names[0] in given:
        raise BadInputError(
            f"{' and '.join(names)} are picked in '{clip_id}'; say whose the pick without a name is: "
            f"'{names[0]}@{clip_id}=FRAME:...'."
        )
    return {(player or names[0]): picks for player, picks in given.items()}


def _merged(
    remembered: Mapping[str, Sequence[Pick]], given: Mapping[str, Sequence[Pick]]
) -> dict[str, tuple[Pick, ...]]:
    """Both together: a given pick takes the place of the one in its frame, named ones that of those without a name."""
    kept = remembered if "" in given else {player: picks for player, picks in remembered.items() if player}
    merged: dict[str, tuple[Pick, ...]] = {player: tuple(picks) for player, picks in kept.items()}
    for player, picks in given.items():
        frames = {pick.frame_index for pick in picks}
        others = [pick for pick in merged.get(player, ()) if pick.frame_index not in frames]
        merged[player] = tuple(sorted([*others, *picks], key=lambda pick: pick.frame_index))
    return merged


def _shown_frames(settings: Mapping[str, object]) -> Mapping[str, int]:
    """By the project's clip id, the recording's frame that the user was shown last."""
    frames = settings.get("shown")
    return {} if not isinstance(frames, dict) else {k: v for k, v in frames.items() if isinstance(v, int)}


def _in_shown(pick: Pick, seen: int | None, clip: ClipInfo) -> Pick:
    if not pick.shown or seen is None or not 0 <= seen - clip.first_frame < clip.frame_count:
        return pick
    return replace(pick, frame_index=seen - clip.first_frame, shown=False)
