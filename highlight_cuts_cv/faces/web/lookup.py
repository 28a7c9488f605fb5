"""What requests name, looked up: the desk, a session, a clip."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Path, Query, Request

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.desk import Desk, Session


async def _desk(request: Request) -> Desk:  # not in a thread: that would be half of a poll's time
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(_desk)]
SessionId = Annotated[str, Path()]
ClipId = Annotated[str, Path()]
FrameNumber = Annotated[int, Path(ge=0, le=10_000_000)]
PictureWidth = Annotated[int | None, Query(ge=16, le=8192)]


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


def clip_with(session: Session, clip_id: str, frame: int) -> Clip:
    """The clip, if it has such a frame; raises BadInputError where it has not."""
    clip = clip_of(session, clip_id)
    if frame >= clip.info.frame_count:
        raise BadInputError(
            f"There is no frame {frame} in '{clip.placed.name}', which has the frames 0 to {clip.info.frame_count - 1}."
        )
    return clip
