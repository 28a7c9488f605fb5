"""Names that are safe in file names, on command lines and in editors' project files."""

from __future__ import annotations

import re
import unicodedata

_MAX_LENGTH = 60
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
# Windows opens a device instead of a file for these, whatever the suffix.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(text: str) -> str:
    """Return *text* as a short ASCII name of letters, digits, ``.``, ``_`` and ``-``.

    Editors cut paths at ``#`` and ``?``, decode ``%`` and trip over spaces, so none is left.
    Different texts can become the same name; whoever needs unique names adds a number.

    >>> safe_name("Zoë #7: 2nd half?")
    'Zoe-7-2nd-half'
    >>> safe_name("決勝")
    'clip'
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^A-Za-z0-9._]+", "-", ascii_text).strip("-.")[:_MAX_LENGTH].rstrip("-.")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return name or "clip"


def is_safe_name(name: str) -> bool:
    """Whether *name* has only what :func:`safe_name` leaves, at any length."""
    return _SAFE.fullmatch(name) is not None
