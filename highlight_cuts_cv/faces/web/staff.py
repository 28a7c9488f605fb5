"""The two processes that work for a server."""

from __future__ import annotations

from highlight_cuts_cv.faces.web.worker import Worker

HEAVY, LIGHT, RENDER = "heavy", "light", "render"
_MOST_WAITING = 60


def studio() -> Worker:
    """Who analyses, follows and shows; light work does not wait for heavy work."""
    return Worker("highlight_cuts_cv.faces.web.studio:Studio", {HEAVY: 1, LIGHT: 2}, _MOST_WAITING)


def press() -> Worker:
    """Who renders films, beside the studio: a render takes long."""
    return Worker("highlight_cuts_cv.faces.web.press:Press", {RENDER: 1}, _MOST_WAITING)
