"""The server's application: its routes under the guard, and errors as sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from highlight_cuts_cv import __version__
from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError
from highlight_cuts_cv.faces.web import models, polls, routes, security
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.worker import BusyError

_LOOKS = 0.5
"""Seconds between two looks at what other programs changed."""
STATIC = Path(__file__).parent / "static"

_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": models.Refusal, "description": text}
    for status, text in (
        (400, "What was asked makes no sense"),
        (401, "A token is needed to read"),
        (403, "A token is needed to change something, or the request came from elsewhere"),
        (404, "There is no such thing"),
        (409, "The work was stopped"),
        (413, "Too much was sent"),
        (422, "What was sent is not what the schema says"),
        (429, "Too much at once"),
        (500, "It could not be done"),
    )
}


def make_app(desk: Desk, hosts: Collection[str], token: str, private: bool, first: str = "") -> FastAPI:
    """The application.  *hosts* are the names (with port) that it answers to, *private* has reading need the
    *token*, too; *first* is the session that the page opens with.

    The desk is closed when the application ends.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        looking = asyncio.create_task(_look(desk))
        yield
        looking.cancel()
        await asyncio.to_thread(desk.close)

    app = FastAPI(
        title="Highlight Cuts CV",
        version=__version__,
        summary="Review of a timeline: pick a player, see the marker, approve, make the films.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses=_RESPONSES,
    )
    app.state.desk = desk
    app.include_router(polls.router)
    app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    page = (STATIC / "index.html").read_text(encoding="utf-8")

    @app.get("/", include_in_schema=False)
    def index(request: Request) -> Response:
        if private and "token" in request.query_params:
            # Out of the address, where it would stay in the browser's history.
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(security.COOKIE, token, httponly=True, samesite="strict", path="/")
            return answer
        return HTMLResponse(page.replace("{{token}}", token).replace("{{session}}", first))

    @app.exception_handler(HighlightCutsError)
    async def _sentence(request: Request, error: HighlightCutsError) -> JSONResponse:
        return refusal(*_STATUS.get(type(error), (500, "failed")), str(error))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return refusal(422, "invalid", f"'{where}' is not right: {first['msg']}.")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "refused")
        answer = refusal(error.status_code, code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        from highlight_cuts_cv.faces.crashes import unexpected

        return refusal(500, "unexpected", unexpected(error))

    app.add_middleware(security.Guard, hosts=hosts, token=token, private=private, uploads=[routes.UPLOAD])
    return app


async def _look(desk: Desk) -> None:
    while True:
        await asyncio.sleep(_LOOKS)
        try:
            await asyncio.to_thread(desk.refresh)
        except Exception as error:  # a fault of ours, but it is not to end the looking
            from highlight_cuts_cv.faces.crashes import unexpected

            unexpected(error)


_STATUS: dict[type[HighlightCutsError], tuple[int, str]] = {
    BadInputError: (400, "bad_input"),
    CancelledError: (409, "cancelled"),
    BusyError: (429, "busy"),
}


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """An error's answer."""
    problem = models.Refusal(error=models.Problem(code=code, message=message))
    return JSONResponse(problem.model_dump(), status_code=status)
