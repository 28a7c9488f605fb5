"""What requests name, looked up: the desk, a session, a clip."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request

from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.desk import Desk, Session


async def _desk(request: Request) -> Desk:  # not in a thread: that would be half of a poll's time
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(_desk)]
SessionId = Annotated[str, Path()]
ClipId = Annotated[str, Path()]
FrameNumber = Annotated[int, Path(ge=0, le=10_000_000)]


def session_of(desk: Desk, session_id: str) -> Session:
    try:
        return desk.session(session_id)
    except KeyError:
        raise HTTPException(404, "There is no such session; open the timeline again.") from None


def clip_of(session: Session, clip_id: str) -> Clip:
    try:
        return session.review.clip(clip_id)
    except KeyError:
        raise HTTPException(404, "There is no such clip in this session.") from None
