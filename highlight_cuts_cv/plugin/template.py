"""A plug-in's project to begin with: it works, and its tests pass, before its author has written a line."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.files.atomic import atomic_folder
from highlight_cuts_cv.files.outputs import writing_sentences

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILES = {
    "pyproject.toml.in": "pyproject.toml",
    "README.md.in": "README.md",
    "module.py.in": "{module}.py",
    "test_module.py.in": "test_{key}.py",
}


def new_plugin(name: str, folder: Path | None = None) -> Path:
    """Make the project of a plug-in called *name* in the new *folder* (``hccv-NAME`` here), and return that.

    Raises BadInputError for a name that is none and for a folder that is there already, JobFailedError where it cannot
    be written.
    """
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"'{name}' is no name for a plug-in; take small letters, digits and single hyphens, as in 'white-shirts'."
        )
    key = name.replace("-", "_")
    names = {"name": name, "key": key, "module": f"hccv_{key}", "distribution": f"hccv-{name}"}
    folder = Path(names["distribution"]) if folder is None else folder
    if folder.exists() or folder.is_symlink():
        raise BadInputError(f"{folder} is there already; name another folder with --output.")
    template = files("highlight_cuts_cv") / "data" / "plugin"
    with writing_sentences(folder), atomic_folder(folder) as made:
        for source, target in _FILES.items():
            text = (template / source).read_text(encoding="utf-8")
            path = made / _filled(target, names)
            path.write_text(_filled(text, names), encoding="utf-8", newline="\n")
    return folder


def _filled(text: str, names: dict[str, str]) -> str:
    """*text* with the names in the place of ``{name}`` and the like; other braces are the program's own."""
    return re.sub(r"\{(name|key|module|distribution)\}", lambda found: names[found[1]], text)
