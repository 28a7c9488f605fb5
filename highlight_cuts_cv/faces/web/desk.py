"""All that is open: sessions, the folder that timelines come from, and the two processes that work for them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock

from highlight_cuts_cv.errors import BadInputError, HighlightCutsError
from highlight_cuts_cv.faces.shared import Reading, load_remembered, tracked_path
from highlight_cuts_cv.faces.web.films import Films
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.faces.web.staff import press, studio
from highlight_cuts_cv.faces.web.told import Told
from highlight_cuts_cv.faces.web.worker import Worker
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences
from highlight_cuts_cv.jobs.remembered import project_of
from highlight_cuts_cv.project.folder import game_of
from highlight_cuts_cv.project.store import ProjectStore
from highlight_cuts_cv.timeline.csv_input import team_of
from highlight_cuts_cv.timeline.formats import is_table
from highlight_cuts_cv.timeline.names import safe_name

TIMELINES = (".otio", ".csv", ".tsv", ".edl", ".xml", ".fcpxml", ".kdenlive", ".aaf")
_MOST_SESSIONS = 20


@dataclass(eq=False)
class Session:
    """One timeline that is worked on."""

    review: Review
    films: Films
    warnings: list[str]
    told: Told = field(default_factory=Told)


class Desk:
    """Opens sessions on the timelines in *root* and keeps them.  Several threads may ask at once.

    *working* is a studio that somebody started before; it is the desk's from now on.
    """

    def __init__(self, root: Path, reading: Reading, working: Worker | None = None) -> None:
        self.root, self._reading = root, reading
        self.stopping = False
        self._lock = RLock()
        self._sessions: dict[str, Session] = {}
        self._stores: dict[Path, ProjectStore] = {}
        self.studio = working or studio()
        self.press = press()
        self._waiting = ThreadPoolExecutor(32, thread_name_prefix="waiting")
        self.studio.start()

    def timelines(self) -> list[str]:
        """What can be opened: names of files in the folder, but for those that were written here."""
        return sorted(
            path.name
            for path in self.root.iterdir()
            if path.suffix.lower() in TIMELINES
            and not path.name.startswith(".")
            and not path.stem.endswith(".tracked")
            and path.is_file()
            and path.resolve().parent == self.root.resolve()
        )

    def players(self, name: str) -> list[str]:
        """Of whom one of :meth:`timelines` has a reel each; nobody where it is one reel.  Raises KeyError for another name."""
        if name not in self.timelines():
            raise KeyError(name)
        return team_of(self.root / name)

    def session(self, session_id: str) -> Session:
        """Raises KeyError."""
        return self._sessions[session_id]

    def sessions(self) -> Sequence[Session]:
        """Those that are open."""
        return list(self._sessions.values())

    def open(self, name: str, player: str = "") -> Session:
        """Open one of :meth:`timelines`, or find it open.  Raises KeyError for another name, BadInputError."""
        if name not in self.timelines():
            raise KeyError(name)
        return self.open_file(self.root / name, player)

    def open_file(self, path: Path, player: str = "") -> Session:
        """Open a timeline file.  Raises BadInputError for one that cannot be read."""
        reading = self._reading
        warnings: list[str] = []
        with self._lock:
            how = replace(reading, player=player or None, padding=reading.padding if is_table(path) else None)
            target, player = tracked_path(path, how.chosen), how.chosen or ""
            timeline, read_so = load_remembered(path, target, how, warnings.append)
            if not timeline.clips:
                raise BadInputError(f"{path} shows no clip that could be marked.")
            folder = project_of(path, target)
            if folder not in self._stores:
                self._stores[folder] = ProjectStore(folder)
            for session in self._sessions.values():
                review = session.review
                if (review.timeline.path, review.player) == (path, player):
                    return session
            if len(self._sessions) >= _MOST_SESSIONS:
                raise BadInputError("Too many timelines are open; start the server again.")
            review = Review(timeline, game_of(path), player, self._stores[folder], self.studio, self._waiting)
            self._stores[folder].set_settings(review.session_id, {"reading": read_so})
            session = Session(review, Films(review, self.press, self._waiting), warnings)
            self._sessions[review.session_id] = session
            return session

    def upload(self, name: str, data: bytes) -> str:
        """Keep a timeline that was sent, under a name of its own in the folder; return that.

        Raises BadInputError for what is none.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in TIMELINES:
            raise BadInputError(f"'{name}' is no timeline; these are: {', '.join(TIMELINES)}.")
        if not data or (suffix != ".aaf" and b"\0" in data[:4096] and not _is_utf16(data)):
            raise BadInputError(f"'{name}' holds no text, so it is no timeline.")
        stem = safe_name(Path(name).stem)
        with self._lock:
            for number in range(1, 1000):
                path = self.root / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
                if path.is_file() and path.read_bytes() == data:
                    return path.name
                if not path.exists() and not path.is_symlink():
                    with writing_sentences(path), atomic_output(path) as temporary:
                        temporary.write_bytes(data)
                    return path.name
        raise BadInputError(f"There are too many timelines called '{stem}'; give it another name.")

    def refresh(self) -> None:
        """Notice what other programs changed in the projects that are open."""
        for store in list(self._stores.values()):
            with suppress(HighlightCutsError):  # blocked or gone for a moment: at the next look
                if store.changed_elsewhere():
                    for session in self.sessions():
                        if session.review.store is store:
                            session.review.refresh()

    def close(self) -> None:
        """Stop everything; nothing half-written remains."""
        with self._lock:
            sessions = list(self._sessions.values())
        for session in sessions:
            session.review.close()
            session.films.cancel()
        self.studio.close()
        self.press.close()
        self._waiting.shutdown(wait=True, cancel_futures=True)
        for store in self._stores.values():
            store.close()


def _is_utf16(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff")
