"""Where things are kept that can be made again."""

from __future__ import annotations

from pathlib import Path


def cache_folder(name: str = "") -> Path:
    """A folder of the user's cache, for what takes time to find out; anybody may delete it at any time.

    It need not exist yet, nor be writable.
    """
    from platformdirs import user_cache_path

    return user_cache_path("highlight-cuts-cv", appauthor=False) / name
