"""Starts the server and opens the page."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.staff import studio
from highlight_cuts_cv.faces.web.worker import Worker

if TYPE_CHECKING:
    from highlight_cuts_cv.faces.web.desk import Desk

EVERYWHERE = ("0.0.0.0", "::")


def serve(
    timeline: Path,
    player: str,
    reading: Reading,
    host: str,
    port: int,
    token: str | None,
    opened: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Serve until it is interrupted.  *opened* is told the page's address when it can be opened.

    Without a *port* a free one is taken.  Raises BadInputError for a timeline that cannot be read or an
    address that cannot be used.
    """
    private = not is_loopback(host)
    if private and not token:
        raise BadInputError(
            f"At {host} others can reach this server; give --token with a long word that only those know who may, "
            f"or leave --host out."
        )
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    working = studio()
    # First of all, and the server's own imports come last: they need a second each, and there are two cores.
    working.start()
    try:
        desk, first = _opened(timeline, player, reading, working, warn)
    except BaseException:
        working.close()
        raise
    secret = token or secrets.token_urlsafe(24)
    everywhere = host in EVERYWHERE
    shown = "localhost" if everywhere else f"[{host}]" if ":" in host else host
    names = {shown} if private else {shown, "127.0.0.1", "localhost", "[::1]"}
    # Who listens everywhere cannot know all the names that lead here; there, the token guards everything.
    hosts = set() if everywhere else {f"{name}:{port}" for name in names}
    address = f"http://{shown}:{port}/" + (f"?token={secret}" if private else "")
    if not first and not timeline.is_dir():  # a team's spreadsheet: the page asks whose reel
        address += f"#{quote(timeline.name, safe='')}"
    try:
        opened(address)  # a browser needs a moment, too; who connects before the server is there waits
        server = _server(desk, hosts, secret, private, first)
    except BaseException:
        desk.close()
        raise
    with suppress(KeyboardInterrupt):  # the usual way to end it
        server.run(sockets=[listening])
    if not server.started:
        raise JobFailedError(f"The server could not start at {shown}:{port}.")


def _server(desk: Desk, hosts: set[str], token: str, private: bool, first: str) -> Any:
    """The server; what it is made of is imported here."""
    import uvicorn

    from highlight_cuts_cv.faces.web.app import make_app

    class Server(uvicorn.Server):
        def handle_exit(self, *signal: Any) -> None:
            desk.stopping = True  # streams of events end, which else would keep the server waiting
            super().handle_exit(*signal)

    return Server(
        uvicorn.Config(
            make_app(desk, hosts, token, private, first),
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=64 << 10,
            limit_concurrency=200,
        )
    )


def _opened(
    timeline: Path, player: str, reading: Reading, working: Worker, warn: Callable[[str], None]
) -> tuple[Desk, str]:
    """The desk, and the session of *timeline*, "" where that is a folder, or has a reel for each of several players."""
    from highlight_cuts_cv.faces.web.desk import Desk
    from highlight_cuts_cv.timeline.csv_input import team_of

    if timeline.is_dir():
        return Desk(timeline, reading, working), ""
    desk = Desk(timeline.parent, reading, working)
    if not player and team_of(timeline):
        return desk, ""
    try:
        session = desk.open_file(timeline, player)
    except BaseException:
        desk.close()
        raise
    for sentence in session.warnings:
        warn(sentence)
    return desk, session.review.session_id


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named does asyncio send small answers at once, instead of 40 ms later.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)  # so that a browser that is told the address waits instead of being refused
    except OSError as error:
        listening.close()
        raise BadInputError(
            f"The server cannot listen at {host}, port {port} ({error.strerror or error}); give another --port."
        ) from error
    return listening
