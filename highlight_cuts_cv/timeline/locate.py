"""From what a timeline says about a medium to the file on this machine."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from highlight_cuts_cv.model import BadInputError

VIDEO_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        "3gp",
        "avi",
        "flv",
        "m2ts",
        "m4v",
        "mkv",
        "mov",
        "mp4",
        "mpeg",
        "mpg",
        "mts",
        "mxf",
        "ogv",
    )
) | {".ts", ".vob", ".webm", ".wmv"}
"""What files with films in them end in, where a name without its suffix is to be found."""
_DRIVE = re.compile(r"/?[A-Za-z]:[\\/]")


def plain_path(url: str) -> str:
    """*url* without ``file://``, still percent-encoded if it was; other schemes are left alone.

    Not parsed as a URL on purpose: OTIO writes ``file://`` URLs unquoted, and a parser would cut
    the path at ``#`` or ``?``.

    >>> plain_path("file:///game%20one.mp4"), plain_path("file:///C:/game.mp4")
    ('/game%20one.mp4', 'C:/game.mp4')
    >>> plain_path("file://server/share/game.mp4")
    '//server/share/game.mp4'
    """
    path = url.strip()
    if path[:7].lower() == "file://":
        path = path[7:]
        if path[:10].lower() == "localhost/":
            path = path[9:]
        elif not path.startswith("/") and not _DRIVE.match(path):
            path = f"//{path}"  # file://server/share is the UNC path //server/share
    elif path[:5].lower() == "file:":
        path = path[5:]
    if path.startswith("/") and _DRIVE.match(path):
        path = path[1:]
    return path


def parts_of(path: str) -> tuple[str, ...]:
    """The folders and the file name of a path written on any system."""
    windows = _DRIVE.match(path) or (path.startswith("\\\\")) or ("\\" in path and "/" not in path)
    pure = PureWindowsPath(path) if windows else PurePosixPath(path)
    return tuple(part for part in pure.parts if part not in (pure.anchor, "."))


class MediaFinder:
    """Finds media: where the timeline says, else by its folders and name beside the timeline, else by file
    name under *media_root*.  Upper and lower case, composed and decomposed letters and the slashes of another
    system make no difference where nothing fits exactly.

    *base* is the folder that relative paths count from.  Raises BadInputError when *media_root*
    is not a folder.
    """

    def __init__(self, base: Path, media_root: Path | None = None) -> None:
        self._base = base
        self._root = media_root
        self._index: dict[str, list[Path]] | None = None
        self._near: dict[str, list[Path]] | None = None
        if media_root is not None and not media_root.is_dir():
            raise BadInputError(f"The media root {media_root} is not a folder.")

    def find(self, url: str) -> Path | None:
        """The absolute path of the file that *url* names, or ``None``.

        Raises BadInputError when several files under the media root fit equally well.
        """
        if path := self._as_written(url):
            return path
        wanted = []
        for text in _spellings(url):
            wanted.append(parts_of(text))
            there = _below(Path(Path(text).anchor), wanted[-1]) if Path(text).is_absolute() else None
            if path := there or self._beside(wanted[-1]):
                return path
        if self._root is None:
            return None
        for parts in wanted:
            if path := self._find_by_name(parts):
                return path
        return None

    def find_stem(self, stem: str) -> Path | None:
        """The video called *stem* without its suffix, beside the timeline or else under the media root.

        Raises BadInputError when several are.
        """
        for index in (self._index_beside, self._index_of_root):
            fitting = [
                path
                for name, paths in index().items()
                if Path(name).stem == _alike(stem) and Path(name).suffix in VIDEO_SUFFIXES
                for path in paths
            ]
            exact = [path for path in fitting if path.stem == stem] or fitting
            if len(exact) > 1:
                raise BadInputError(
                    f"several videos are called '{stem}': {', '.join(map(str, exact[:4]))}. "
                    "Give a --media-root that holds only the right one"
                )
            if exact:
                return exact[0]
        return None

    def _beside(self, parts: tuple[str, ...]) -> Path | None:
        """The file beside the timeline, in as many of its old folders as there are."""
        for start in range(len(parts)):
            if path := _below(self._base, parts[start:]):
                return path
        return None

    def is_there(self, url: str) -> bool:
        """Whether the file is where *url* says."""
        return self._as_written(url) is not None

    def _as_written(self, url: str) -> Path | None:
        for text in _spellings(url):
            try:
                path = Path(os.path.abspath(self._base / text))
                if path.is_file():
                    return path
            except (OSError, ValueError):  # a name that this system cannot even look up
                continue
        return None

    def _find_by_name(self, parts: tuple[str, ...]) -> Path | None:
        if not parts:
            return None
        candidates = self._index_of_root().get(_alike(parts[-1]), [])
        exact = [path for path in candidates if path.name == parts[-1]] or candidates
        if not exact:
            return None
        # Of several with the name, the one whose folders agree best with the old path.
        scores = [_common_tail(path.parts, parts) for path in exact]
        best = [path for path, score in zip(exact, scores, strict=True) if score == max(scores)]
        if len(best) > 1:
            listed = ", ".join(map(str, best[:4]))
            raise BadInputError(
                f"Several files under {self._root} are called '{parts[-1]}': {listed}. "
                "Give a --media-root that holds only the right one."
            )
        return best[0]

    def _index_of_root(self) -> dict[str, list[Path]]:
        if self._index is None:
            self._index = _files_by_name(self._root) if self._root else {}
        return self._index

    def _index_beside(self) -> dict[str, list[Path]]:
        if self._near is None:
            self._near = _files_by_name(self._base, deep=False)
        return self._near


def _spellings(url: str) -> list[str]:
    """*url* as written first, since a name may really contain '%20'; Premiere encodes the drive's colon."""
    return [text for text in dict.fromkeys((plain_path(url), plain_path(unquote(url)))) if text]


def _alike(name: str) -> str:
    """The same for names that differ in case or in how their letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _below(folder: Path, parts: tuple[str, ...]) -> Path | None:
    """The one file that *parts* name below *folder*, in any spelling; ``None`` where there is none."""
    for index, part in enumerate(parts):
        try:
            if not (folder / part).exists():
                fitting = [name for name in os.listdir(folder) if _alike(name) == _alike(part)]
                if len(fitting) != 1:
                    return None
                part = fitting[0]
        except (OSError, ValueError):
            return None
        folder /= part
        if index < len(parts) - 1 and not folder.is_dir():
            return None
    return Path(os.path.abspath(folder)) if parts and folder.is_file() else None


def _files_by_name(root: Path, deep: bool = True) -> dict[str, list[Path]]:
    index: dict[str, list[Path]] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(folders) if deep else []
        for name in sorted(names):
            index.setdefault(_alike(name), []).append(Path(os.path.abspath(folder)) / name)
    return index


def _common_tail(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if _alike(a) != _alike(b):
            break
        count += 1
    return count
