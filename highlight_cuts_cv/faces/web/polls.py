"""How things stand, for those who ask again and again: answered from memory, in the event loop itself.

The server asks these routes first: to find one costs as much as to answer it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from highlight_cuts_cv.faces.web import models, views
from highlight_cuts_cv.faces.web.lookup import ClipId, SessionId, TheDesk, clip_of, session_of

router = APIRouter()
_TICK = 0.5
"""Seconds after which an event stream without events looks whether the server is stopping."""
_PAUSE = 0.04
_LONGEST_SILENCE = 15.0


@router.get("/cv/preview/{session_id}/{clip_id}/status", response_model=models.ClipStatusOut)
async def preview_status(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> Response:
    """How far following is in a clip."""
    session = session_of(desk, session_id)
    return _json(views.clip_status_json(session, clip_of(session, clip_id)))


@router.get("/cv/finalize/{session_id}/status", response_model=models.FinalizeOut)
async def finalize_status(desk: TheDesk, session_id: SessionId) -> Response:
    """How far the films are."""
    return _json(views.finalize_json(session_of(desk, session_id)))


@router.get("/cv/session/{session_id}/clips", response_model=models.SessionOut)
async def clips(desk: TheDesk, session_id: SessionId) -> Response:
    """A session with its clips, as it is now."""
    return _json(views.session_json(session_of(desk, session_id)))


@router.get("/cv/events/{session_id}", response_class=StreamingResponse)
async def events(desk: TheDesk, session_id: SessionId) -> StreamingResponse:
    """The session as server-sent events: now, and whenever something changed."""
    session = session_of(desk, session_id)

    async def stream() -> AsyncIterator[bytes]:
        changed, loop = asyncio.Event(), asyncio.get_running_loop()
        end = session.review.watch(lambda: _soon(loop, changed.set))
        silent = 0.0
        try:
            yield b"data: " + await asyncio.to_thread(views.session_json, session) + b"\n\n"
            while not desk.stopping:
                try:
                    await asyncio.wait_for(changed.wait(), _TICK)
                except TimeoutError:
                    silent += _TICK
                    if silent >= _LONGEST_SILENCE:
                        silent = 0.0
                        yield b": still here\n\n"
                    continue
                changed.clear()
                yield b"data: " + await asyncio.to_thread(views.session_json, session) + b"\n\n"
                silent = 0.0
                await asyncio.sleep(_PAUSE)  # a run of changes is told as few
        finally:
            end()

    return StreamingResponse(stream(), media_type="text/event-stream")


def _json(data: bytes) -> Response:
    return Response(data, media_type="application/json")


def _soon(loop: asyncio.AbstractEventLoop, do: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(do)
