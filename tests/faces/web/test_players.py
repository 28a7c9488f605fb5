"""Players of a session: renamed and removed, with what was made for them; and whose reel of a team is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.jobs.manifest import manifest_path
from highlight_cuts_cv.project.store import ProjectStore

from .browser import chromium_page
from .browser import until as until_page
from .conftest import WHOM, Api, client_of, start_server, until, write_game


def look_of(api: Api) -> dict[str, Any]:
    return api.get("/cv/session/SESSION/clips").json()["look"]


def pick(api: Api, number: int, player: str, point: tuple[float, float]) -> None:
    assert api.on_clip(number, "pick", {"frame": 0, "point": point, "player": player}).status_code == 200
    assert api.marked(number)["status"] == "completed"


def names(api: Api) -> list[str]:
    return [player["name"] for player in look_of(api)["players"]]


def made(api: Api) -> dict[str, Any]:
    api.post("/cv/finalize-all", {"session_id": api.session, "quality": "preview"})
    return until(
        lambda: (one := api.get("/cv/finalize/SESSION/status").json())["status"] != "running" and one, 180
    )


def rename(api: Api, name: str, new: str):
    return api.post("/cv/session/SESSION/player/rename", {"name": name, "new_name": new})


def remove(api: Api, name: str):
    return api.post("/cv/session/SESSION/player/remove", {"name": name})


def somebody_else(api: Api, number: int) -> tuple[float, float]:
    """The middle of a person in the clip's first frame who is not the player."""
    asked = {"session_id": api.session, "clip_id": api.clips[number]["clip_id"]}
    people = api.post("/cv/detect", asked).json()["people"]
    one = min(people, key=lambda person: person["x2"])
    assert one["x2"] < WHOM[number][0]
    return (one["x1"] + one["x2"]) / 2, (one["y1"] + one["y2"]) / 2


@pytest.fixture(scope="module")
def two(api: Api) -> Api:
    """Sam in both clips, Ann in the first only."""
    look = look_of(api)
    look["players"] = [{"name": "Sam"}, {"name": "Ann", "indicator": {"name": "ring", "options": {}}}]
    assert api.post("/cv/session/SESSION/look", look).status_code == 200
    pick(api, 0, "Sam", WHOM[0])
    pick(api, 0, "Ann", somebody_else(api, 0))
    pick(api, 1, "Sam", WHOM[1])
    return api


def test_a_player_gets_another_name_in_every_clip(two):
    for number in (0, 1):
        assert two.on_clip(number, "approve").json()["status"] == "approved"
    assert rename(two, "Sam", "  Samuel  Miller ").status_code == 200
    assert names(two) == ["Samuel Miller", "Ann"]
    for number in (0, 1):
        clip = two.clips[number]
        assert clip["status"] == "approved", "nothing has to be looked at again"
        assert {one["player"] for one in clip["picks"]} <= {"Samuel Miller", "Ann"}
        tracks = two.of_clip(number, "track").json()["tracks"]
        assert "Samuel Miller" in [one["player"] for one in tracks]
    with ProjectStore(next(iter(desk_folder(two).glob("*.hccv")))) as store:
        (session,) = store.sessions()
        assert {player for clip in session.clips for player in clip.picks} == {"Samuel Miller", "Ann"}
        assert all(clip.tracks and "Samuel Miller" in clip.tracks.players for clip in session.clips)
    assert rename(two, "Samuel Miller", "Sam").status_code == 200


def desk_folder(api: Api) -> Path:
    return Path(api.get("/cv/finalize/SESSION/status").json()["folder"])


@pytest.mark.parametrize(
    ("name", "new", "sentence"),
    [
        ("Sam", "Ann", "a player called 'Ann' already"),
        ("Sam", "   ", "A name has letters"),
        ("Tom", "Tim", "There is no player 'Tom'"),
    ],
)
def test_names_that_cannot_be_given(two, name, new, sentence):
    refused = rename(two, name, new)
    assert refused.status_code == 400 and sentence in refused.json()["error"]["message"]
    assert names(two) == ["Sam", "Ann"]


def test_undo_knows_the_new_name(two):
    two.on_clip(1, "pick", {"frame": 59, "absent": True, "player": "Sam"})
    two.marked(1)
    assert rename(two, "Sam", "Tim").status_code == 200
    two.on_clip(1, "undo")
    assert [one["player"] for one in two.marked(1)["picks"]] == ["Tim"]
    assert rename(two, "Tim", "Sam").status_code == 200


def test_who_is_removed_takes_picks_and_films_of_nobody_else_along(two):
    for number in (0, 1):
        assert two.on_clip(number, "approve").json()["status"] == "approved"
    ended = made(two)
    assert ended["status"] == "completed", ended
    both, alone = sorted(desk_folder(two).glob("game.media/*.tracked.mp4"))
    assert manifest_path(alone).exists()
    assert remove(two, "Sam").status_code == 200
    assert names(two) == ["Ann"]
    assert both.exists() and not alone.exists() and not manifest_path(alone).exists()
    first, second = two.clips
    assert [one["player"] for one in first["picks"]] == ["Ann"] and second["picks"] == []
    assert two.marked(1)["status"] == "pending"
    two.of_clip(0, "frames")  # looked at: followed without Sam
    until(lambda: [one["player"] for one in two.of_clip(0, "track").json()["tracks"]] == ["Ann"])
    two.marked(0)
    assert two.on_clip(0, "approve").status_code == 200
    assert made(two)["status"] == "completed"


def test_the_only_player_stays(two):
    refused = remove(two, "Ann")
    assert refused.status_code == 400 and "Somebody has to be marked" in refused.json()["error"]["message"]
    assert "no player 'Sam'" in remove(two, "Sam").json()["error"]["message"]


HEAD = "videoName,startTime,stopTime,playerName,notes\n"


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("team")
    path = folder / "team.csv"
    path.write_text(HEAD + f"{demo_clip()},2,4,Sam B.,goal\n{demo_clip()},3,5,Ann/2,assist\n")
    write_game(folder)
    return path


def test_the_players_of_a_team_are_told_and_each_is_a_session(team):
    with client_of(Desk(team.parent, Reading())) as client:
        assert client.get("/cv/players", params={"timeline": "team.csv"}).json() == {
            "players": ["Sam B.", "Ann/2"]
        }
        assert client.get("/cv/players", params={"timeline": "game.otio"}).json() == {"players": []}
        assert client.get("/cv/players", params={"timeline": "../game.otio"}).status_code == 404
        sessions = {
            player: client.post("/cv/session", json={"timeline": "team.csv", "player": player}).json()
            for player in ("Sam B.", "Ann/2")
        }
        assert [len(one["clips"]) for one in sessions.values()] == [1, 1]
        assert [one["player"] for one in sessions.values()] == ["Sam B.", "Ann/2"]
        assert len({one["session_id"] for one in sessions.values()}) == 2


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with chromium_page() as page:
        yield page


def test_the_page_asks_whose_reel_and_how_it_is_called(page, team):
    server = start_server(team)
    try:
        assert server.address.endswith("#team.csv")
        page.goto(server.address)
        page.get_by_role("button", name="Ann/2").click()
        page.wait_for_selector(".person", timeout=60_000)
        assert page.text_content("#game") == "team.csv, Ann/2"
        assert page.url.endswith("#team.csv/" + quote("Ann/2", safe=""))
        page.reload()
        page.wait_for_selector(".person", timeout=60_000)
        assert page.text_content("#game") == "team.csv, Ann/2"
        page.click("#game")
        page.get_by_role("button", name="Another timeline").click()
        page.get_by_role("button", name="game.otio").click()
        page.wait_for_selector("#game:text-is('game.otio')")
        # A player is renamed where the name stands, and another one removed after being asked.
        page.get_by_role("button", name="Rename the player").click()
        page.keyboard.type("Sam")
        page.keyboard.press("Enter")
        until_page(page, "document.querySelector('.player')?.textContent === 'Sam'")
        assert page.get_by_role("button", name="Remove Sam").count() == 0
        page.get_by_role("button", name="+ another player").click()
        page.keyboard.type("Tom")
        page.keyboard.press("Enter")
        until_page(page, "document.querySelectorAll('.player').length === 2")
        for answer, left in (("Keep", 2), ("Remove", 1)):
            page.get_by_role("button", name="Remove Tom").click()
            until_page(page, "document.querySelector('#remove').open")
            page.get_by_role("dialog").get_by_role("button", name=answer).click()
            until_page(page, "!document.querySelector('#remove').open")
            until_page(page, f"document.querySelectorAll('.player').length === {left}")
        assert page.text_content(".player") == "Sam"
        # What the films are like is remembered.
        page.click("#finish-open")
        page.select_option("#shape", "vertical")
        page.fill("#title-name", "Sam Miller")
        with page.expect_response("**/look"):
            page.keyboard.press("Tab")
        page.reload()
        page.wait_for_selector(".person", timeout=60_000)
        page.click("#finish-open")
        assert (page.input_value("#shape"), page.input_value("#title-name")) == ("vertical", "Sam Miller")
        page.select_option("#deliver", "overlay")
        assert page.is_disabled("#shape") and page.is_disabled("#title-name")
    finally:
        assert "Traceback" not in server.stop()
