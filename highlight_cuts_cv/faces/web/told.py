"""Answers that are made once and given to everybody who asks before something changes."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel


class Told:
    """The answers of one session, by what was asked.  Several threads may ask at once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, bytes]] = {}

    def of(self, version: int, what: str, make: Callable[[], BaseModel]) -> bytes:
        """The JSON of what *make* makes; made anew when *version*, read before, is another than the last."""
        known = self._known.get(what)
        if known is None or known[0] != version:
            known = self._known[what] = (version, make().model_dump_json().encode())
        return known[1]
