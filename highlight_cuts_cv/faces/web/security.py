"""Who may talk to the server, and what a browser may do with the answers.

The server listens on this machine alone unless told otherwise, but every page in the user's browser can send it
requests.  So a request must name a host that we are (a foreign name that points here is a rebinding attack),
nothing is changed without the token that only our own page was given, and answers may be used by our own page
alone.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

TOKEN_HEADER = "x-hccv-token"
COOKIE = "hccv_token"
READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)

MOST_BYTES = 64 << 10
"""Of a request, but for those that carry a timeline."""
MOST_TIMELINE_BYTES = 32 << 20
MOST_HEADER_BYTES = 32 << 10


class Guard:
    """ASGI middleware: refuses what does not come from our own page, and limits sizes and rates.

    *hosts* are the values of ``Host`` that are answered, lower case with the port; none means every one, which is
    safe only with *private*, where reading needs the token, too.  *rate* is how many changes a second are taken, *burst* how many at once.
    """

    def __init__(
        self,
        app: Any,
        hosts: Collection[str],
        token: str,
        private: bool,
        uploads: Collection[str] = (),
        rate: float = 40,
        burst: float = 120,
    ) -> None:
        if not hosts and not private:
            raise ValueError("a server without a token to read must know its names")
        self._app, self._hosts, self._token, self._private = app, frozenset(hosts), token, private
        self._uploads, self._bucket = frozenset(uploads), _Bucket(rate, burst)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in HEADERS if pair[0] not in given]
                if b"cache-control" not in given:
                    added.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(guarded, *refusal)
            return
        limit = MOST_TIMELINE_BYTES if scope["path"] in self._uploads else MOST_BYTES
        await self._app(scope, _limited(receive, limit), guarded)

    def _refusal(self, scope: Any) -> tuple[int, str, str] | None:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            text = name.decode("latin-1").lower()
            if text in ("host", "origin", TOKEN_HEADER) and text in headers:
                return 400, "bad_request", f"The header '{text}' was sent twice."
            headers[text] = value.decode("latin-1")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            return 431, "too_large", "The request's headers are too large."
        host = headers.get("host", "").lower()
        if not host or (self._hosts and host not in self._hosts):
            return (
                421,
                "wrong_host",
                "This server does not answer under that name; use the address it printed.",
            )
        # A link to the page may be clicked anywhere; nothing else may be asked from elsewhere.
        opened = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not opened:
            return 403, "cross_origin", "Other web sites may not use this server."
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{one}" for one in self._hosts or [host]}:
            return 403, "cross_origin", "Other web sites may not use this server."
        reading = scope["method"] in READ_METHODS
        if not reading and not self._knows(headers.get(TOKEN_HEADER)):
            return (
                403,
                "no_token",
                f"A change needs the header {TOKEN_HEADER}; open the page that was printed.",
            )
        if reading and self._private and not self._may_read(scope, headers):
            return 401, "no_token", "Open the address with the token that the server printed."
        length = headers.get("content-length", "0")
        limit = MOST_TIMELINE_BYTES if scope["path"] in self._uploads else MOST_BYTES
        if not length.isascii() or not length.isdigit() or int(length) > limit:
            return 413, "too_large", f"The request may have at most {limit} bytes."
        if not reading and not self._bucket.take():
            return 429, "too_many", "That were too many changes at once; try again in a second."
        return None

    def _may_read(self, scope: Any, headers: dict[str, str]) -> bool:
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return any(map(self._knows, (headers.get(TOKEN_HEADER), cookie_of(headers.get("cookie")), asked)))

    def _knows(self, token: str | None) -> bool:
        return token is not None and hmac.compare_digest(
            token.encode("latin-1", "replace"), self._token.encode()
        )


def cookie_of(header: str | None) -> str | None:
    """The token in a ``Cookie`` header."""
    try:
        cookies = SimpleCookie(header or "")
    except CookieError:
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


class _Bucket:
    """So many a second, and a few more at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _limited(receive: Any, most: int) -> Any:
    """*receive*, which lets no more than so many bytes through, whatever the client said before."""
    seen = 0

    async def limited() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        # Who sends more than announced, or does not announce it, is cut off.
        return {"type": "http.disconnect"} if seen > most else message

    return limited


async def _refuse(send: Any, status: int, code: str, sentence: str) -> None:
    body = json.dumps({"error": {"code": code, "message": sentence}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
