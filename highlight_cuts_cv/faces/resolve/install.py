"""The script in DaVinci Resolve's folder, where its Scripts menu finds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import writing_sentences

NAME = "Highlight Cuts CV.py"
_SIGN = '"""Highlight Cuts CV in DaVinci Resolve\'s menu'
"""How a script of ours begins, of this version or another."""
_COMMAND = 'COMMAND = ["hccv"]'


def script_folder(
    system: str = sys.platform, environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """The folder for scripts of all of Resolve's pages, for this user; it need not exist."""
    home = Path.home() if home is None else home
    if system == "win32":
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        base = roaming / "Blackmagic Design" / "DaVinci Resolve" / "Support"
    elif system == "darwin":
        base = home / "Library" / "Application Support" / "Blackmagic Design" / "DaVinci Resolve"
    else:
        base = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "DaVinciResolve"
    return base / "Fusion" / "Scripts" / "Utility"


def script_text(command: Sequence[str]) -> str:
    """The script, which starts this program by *command*."""
    text = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
    before, found, after = text.partition(_COMMAND)
    assert found, "the script has no line that says how the program is started"
    return f"{before}COMMAND = {[*command]!r}{after}"


def install_script(folder: Path, command: Sequence[str] | None = None) -> Path:
    """Write the script into *folder*; the file.  It starts this very Python unless *command* says otherwise.

    Raises BadInputError where somebody else's file has its name, JobFailedError when it cannot be written.
    """
    path = folder / NAME
    with writing_sentences(path):
        if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_SIGN):
            raise BadInputError(
                f"{path} is no script of this program; move it away, then install the script again."
            )
        with atomic_output(path) as temporary:
            text = script_text(command or [sys.executable, "-m", "highlight_cuts_cv"])
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return path
