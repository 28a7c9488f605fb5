"""What is remembered of a session: its clips as the project knows them, and how players are marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import RLock
from typing import TYPE_CHECKING

from highlight_cuts_cv.faces.web.clips import Clip, proxy_path
from highlight_cuts_cv.faces.web.look import Look
from highlight_cuts_cv.faces.web.watched import Watched
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.project.state import ClipTrackingState, SessionState
from highlight_cuts_cv.project.store import ProjectStore, clip_sources

if TYPE_CHECKING:
    from highlight_cuts_cv.timeline import Timeline


class Remembered(Watched):
    """A timeline's session in a project; what is changed here is written there at once."""

    def __init__(self, timeline: Timeline, game: str, player: str, store: ProjectStore) -> None:
        super().__init__()
        self.timeline, self.store = timeline, store
        # Held from a change of the store to the note of it here: the last change is the last note, too.
        self._keeping = RLock()
        session = store.open_session(game, player, clip_sources(timeline))
        self.session_id, self.game, self.player = session.session_id, game, player
        self._settings = dict(session.settings)
        self.look = Look.of(session.settings.get("look"))
        self.left_out = {str(name) for name in _listed(session.settings.get("left_out"))}
        previews = store.folder / "previews"
        self.clips = [
            Clip(
                state.clip_id,
                placed,
                media_clip(placed),
                proxy_path(previews, placed, state),
                state,
            )
            for state, placed in zip(session.clips, timeline.clips, strict=True)
        ]
        self._by_id = {clip.clip_id: clip for clip in self.clips}

    def clip(self, clip_id: str) -> Clip:
        """Raises KeyError."""
        return self._by_id[clip_id]

    def refresh(self) -> None:
        """Read what other programs changed."""
        with self._keeping:
            session: SessionState = self.store.session(self.session_id)
            for state in session.clips:
                if state.clip_id in self._by_id:
                    self._by_id[state.clip_id].state = state
        self.changed()

    def setup(self, quality: str | None = None) -> Setup:
        """The plugins that do the work."""
        return self.look.setup(self._settings, quality)

    def _keep(self, clip: Clip, change: Callable[[], ClipTrackingState]) -> None:
        with self._keeping:
            clip.state = change()

    def _read(self, clip: Clip) -> None:
        self._keep(clip, lambda: self.store.clip(self.session_id, clip.clip_id))

    def _take_in(self, clip: Clip) -> None:
        with self._lock:
            if clip.clip_id in self.left_out:
                self.left_out.discard(clip.clip_id)
                self._remember()

    def _remember(self) -> None:
        settings = {"look": self.look.as_json(), "left_out": sorted(self.left_out)}
        self.store.set_settings(self.session_id, settings)


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
