"""Values as JSON, whatever names of files are in them."""

from __future__ import annotations

import json
from typing import Any


def as_json(value: Any, indent: int | None = None) -> str:
    """*value*, plain JSON values, as text for a file in UTF-8: letters as they are.

    Names of files may have bytes that are no letters in the system's encoding; those are written as escapes, which read
    back as they were.

    >>> print(as_json({"name": "Zoë"}), as_json("Zo\\udceb"))
    {"name": "Zoë"} "Zo\\udceb"
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text
