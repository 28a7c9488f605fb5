"""Nobody but our own page gets anything done, and no request reaches the file system."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.security import MOST_BYTES, Guard
from highlight_cuts_cv.faces.web.server import is_loopback, serve

from .conftest import HOST, TOKEN, client_of, write_game


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("around") / "root"  # what other tests leave unfinished is not beside it
    folder.mkdir()
    write_game(folder)
    outside = folder.parent / "outside.otio"
    outside.write_text("{}")
    (folder / "link.otio").symlink_to(outside)
    (folder / "sub").mkdir()
    (folder / "sub" / "inner.otio").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def desk(folder) -> Desk:
    return Desk(folder, Reading())


@pytest.fixture(scope="module")
def client(desk) -> Iterator[TestClient]:
    with client_of(desk) as client:
        yield client


def code(response) -> str:
    return response.json()["error"]["code"]


@pytest.mark.parametrize(
    "host", ["evil.example:4711", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4711.evil.example", ""]
)
def test_another_host_is_not_answered(client, host):
    answer = client.get("/cv/timelines", headers={"host": host})
    assert answer.status_code == 421
    assert code(answer) == "wrong_host"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_may_neither_read_nor_write(client, headers):
    for answer in (
        client.get("/cv/timelines", headers=headers),
        client.post("/cv/session", json={"timeline": "game.otio"}, headers=headers),
    ):
        assert answer.status_code == 403
        assert code(answer) == "cross_origin"


def test_a_link_to_the_page_may_be_followed_from_anywhere(client):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=headers).status_code == 200
    assert client.get("/cv/timelines", headers=headers).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "\xff"])
def test_a_change_needs_the_token(client, token):
    answer = client.post(
        "/cv/session", json={"timeline": "game.otio"}, headers={"x-hccv-token": token.encode("latin-1")}
    )
    assert answer.status_code == 403
    assert code(answer) == "no_token"


def test_our_own_page_may_do_both(client):
    headers = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
    assert client.get("/cv/timelines", headers=headers).json() == {"timelines": ["game.otio"]}
    assert client.post("/cv/session", json={"timeline": "game.otio"}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../outside.otio",
        "link.otio",
        "sub/inner.otio",
        "/etc/passwd",
        "game.otio/../game.otio",
        "..\\outside.otio",
        "%2e%2e/outside.otio",
        "game.mp4",
        "game.otio\x00",
        ".",
        "",
    ],
)
def test_only_the_listed_timelines_are_opened(client, name):
    assert client.post("/cv/session", json={"timeline": name}).status_code in (404, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/cv/download/..%2f..%2fetc%2fpasswd",
        "/cv/download/%2fetc%2fpasswd",
        "/cv/download/game.mp4",
        "/cv/download/%00",
        "/cv/download/..",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/%00",
        "/cv/preview/..%2f..%2fx/y/film",
        "/cv/picture/a/..%2f..%2fgame.mp4/0",
    ],
)
def test_no_path_leads_anywhere(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404, 422)
    assert b"root:" not in answer.content
    assert b"make_app" not in answer.content


@pytest.mark.parametrize(
    "name", ["evil.py", "a.html", "a", ".otio", "../a.otio", "a/b.otio", "a\\b.csv", "a\x00.otio"]
)
def test_only_timelines_are_taken_in(client, folder, name):
    before = sorted(path.name for path in folder.parent.rglob("*"))
    answer = client.post("/cv/upload", params={"name": name}, content=b"x")
    if answer.status_code == 200:
        (kept,) = answer.json()["timelines"]
        assert (folder / kept).parent == folder and kept.endswith((".otio", ".csv"))
        (folder / kept).unlink()
    else:
        assert answer.status_code in (400, 422)
    assert sorted(path.name for path in folder.parent.rglob("*")) == before


def test_an_upload_never_falls_on_what_is_there(client, folder):
    kept = (folder / "game.otio").read_bytes()
    assert client.post("/cv/upload", params={"name": "game.otio"}, content=b"{}").json() == {
        "timelines": ["game-2.otio"]
    }
    assert (folder / "game.otio").read_bytes() == kept
    same = client.post("/cv/upload", params={"name": "game.otio"}, content=kept)
    assert same.json() == {"timelines": ["game.otio"]}
    (folder / "game-2.otio").unlink()


def test_films_are_no_timelines(client):
    answer = client.post("/cv/upload", params={"name": "film.otio"}, content=b"\0\0\0\x18ftypmp42")
    assert answer.status_code == 400


def test_too_much_is_refused_before_it_is_read(client):
    answer = client.post("/cv/session", content=b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 413
    assert client.post("/cv/session", headers={"content-length": "1e3"}).status_code == 413


def test_what_is_longer_than_announced_is_cut_off(client):
    def endless():
        for _ in range(100):
            yield b"x" * 4096

    assert client.post("/cv/session", content=endless()).status_code >= 400


def test_too_many_changes_at_once_are_refused_and_reading_goes_on():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guarded = Guard(app, {HOST}, TOKEN, private=False, rate=0.001, burst=5)
    client = TestClient(guarded, base_url=f"http://{HOST}", headers={"x-hccv-token": TOKEN})
    assert [client.post("/").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert client.get("/").status_code == 200


def test_every_answer_tells_browsers_what_may_be_done_with_it(client):
    for path in ("/", "/cv/timelines", "/static/main.js", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_the_page_has_no_script_and_no_style_of_its_own(client):
    page = client.get("/").text
    assert "<style" not in page and " style=" not in page and " on" + "click=" not in page
    assert page.count("<script") == 1 and 'src="/static/main.js"' in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "") and "https://" not in page


def test_for_other_machines_reading_needs_the_token_too(desk):
    client = client_of(desk, private=True)
    del client.headers["x-hccv-token"]
    assert client.get("/cv/timelines").status_code == 401
    assert client.get("/").status_code == 401
    assert client.get("/", params={"token": "wrong"}).status_code == 401
    opened = client.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert opened.status_code == 303 and opened.headers["location"] == "/"
    cookie = opened.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/cv/timelines").status_code == 200  # the client has the cookie now
    assert client.post("/cv/session", json={"timeline": "game.otio"}).status_code == 403


def test_who_listens_everywhere_answers_to_every_name_with_the_token_only():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(Guard(app, (), TOKEN, private=True), base_url="http://any.example:8000")
    assert client.get("/").status_code == 401
    known = {"x-hccv-token": TOKEN}
    assert client.get("/", headers=known).status_code == 200
    assert client.post("/", headers={**known, "origin": "http://any.example:8000"}).status_code == 200
    assert client.post("/", headers={**known, "origin": "http://evil.example"}).status_code == 403
    with pytest.raises(ValueError, match="must know its names"):
        Guard(app, (), TOKEN, private=False)


def test_another_address_needs_a_token(tmp_path):
    with pytest.raises(BadInputError, match="--token"):
        serve(tmp_path, "", Reading(), "0.0.0.0", 0, None, print, print)


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_which_addresses_are_this_machine_alone(host, own):
    assert is_loopback(host) is own
