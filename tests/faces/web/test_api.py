"""The whole story over HTTP, on the demo: pick, correct, undo, approve, make the films, download."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import opentimelineio as otio
import pytest

from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.look import Look
from highlight_cuts_cv.jobs.verify import verify
from highlight_cuts_cv.media import probe

from .conftest import WHOM, Api, client_of, until, write_game


def decoded(data: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return picture


def test_the_session_shows_the_timelines_clips(api):
    first, second = api.clips
    assert (first["name"], first["frame_count"]) == ("The red jacket arrives", 40)
    assert (second["name"], second["frame_count"]) == ("The man in jeans walks away", 60)
    assert first["status"] == "pending"


def test_opening_again_is_the_same_session(api):
    again = api.post("/cv/session", {"timeline": "game.otio"}).json()
    assert again["session_id"] == api.session


def test_who_can_be_picked_is_numbered_and_the_picture_is_there(api):
    clip_id = api.clips[0]["clip_id"]
    body = {"session_id": api.session, "clip_id": clip_id, "frame": 0}
    found = api.post("/cv/detect", body).json()
    assert [one["number"] for one in found["people"]] == [1, 2, 3, 4]
    assert [one["x1"] for one in found["people"]] == sorted(one["x1"] for one in found["people"])
    picture = api.get(found["picture"])
    assert decoded(picture.content).shape == (found["height"], found["width"], 3)
    small = api.get(found["picture"], params={"width": 192}).content
    assert decoded(small).shape[1] == 192


def test_a_click_beside_everybody_is_told_and_forgotten(api):
    answer = api.on_clip(0, "pick", {"frame": 0, "point": [5, 5]})
    assert answer.status_code == 400
    assert "no player at 5,5" in answer.json()["error"]["message"]
    assert api.clips[0]["picks"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"frame": 40, "point": [5, 5]}, 400),
        ({"frame": 0}, 400),
        ({"frame": 0, "point": [5, 5], "absent": True}, 400),
        ({"frame": 0, "box": [10, 10, 5, 5]}, 400),
        ({"frame": 0, "box": [5000, 10, 5100, 50]}, 400),
        ({"frame": -1, "point": [5, 5]}, 422),
        ({"frame": 0, "point": [5]}, 422),
        ({"frame": 0, "point": [1e300, 5]}, 422),
        ({"frame": 0, "point": [5, 5], "player": "Nobody"}, 400),
        ({"frame": 0, "point": [5, 5], "other": 1}, 422),
    ],
)
def test_picks_that_make_no_sense_are_refused(api, body, status):
    answer = api.on_clip(0, "pick", body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"].endswith(".")


def still_of(api, **options):
    return api.get(f"/cv/still/SESSION/{api.clips[0]['clip_id']}/3", **options)


def test_without_a_marker_there_is_no_still(api):
    assert still_of(api).status_code == 404


def test_the_index_of_the_film_says_where_its_pictures_are(api):
    until(lambda: api.clips[0]["analysed"])
    index = api.of_clip(0, "index").json()
    count = len(api.of_clip(0, "frames").json()["frames"])
    assert index["whole"] and index["codec"].startswith("avc1.")
    assert sum(len(group["sizes"]) for group in index["groups"]) == count
    second = index["groups"][1]
    last = second["at"] + sum(second["sizes"]) - 1
    part = api.of_clip(0, "film", headers={"range": f"bytes={second['at']}-{last}"})
    assert part.status_code == 206 and len(part.content) == sum(second["sizes"])
    description = base64.b64decode(index["description"])
    assert index["codec"] == f"avc1.{description[1:4].hex()}"


def test_a_pick_is_followed_and_the_marker_is_the_indicators_own(api):
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    clip = api.marked(0)
    assert clip["status"] == "completed" and clip["shown"] == 1.0 and clip["marker"] > 0
    marker = api.of_clip(0, "marker").json()
    frames = api.of_clip(0, "frames").json()
    assert len(marker["frames"]) == len(frames["frames"]) == len(frames["times"]) == 40
    track = api.of_clip(0, "track").json()["tracks"][0]
    for place, (box, placed) in enumerate(zip(track["boxes"], marker["frames"], strict=True)):
        ((sprite, x, y, opacity),) = placed
        picture = decoded(base64.b64decode(marker["sprites"][sprite]))
        middle = x + picture.shape[1] / 2
        assert box[0] < middle < box[2], f"place {place}"
        assert y < box[1] and opacity == 1


def test_the_film_to_look_at_comes_in_ranges(api):
    until(lambda: api.clips[0]["film"])
    whole = api.of_clip(0, "film")
    assert whole.headers["content-type"] == "video/mp4"
    part = api.of_clip(0, "film", headers={"range": "bytes=10-19"})
    assert part.status_code == 206 and part.content == whole.content[10:20]


def test_a_still_has_the_marker_as_a_film_will(api):
    plain = decoded(api.get(f"/cv/picture/SESSION/{api.clips[0]['clip_id']}/3").content).astype(int)
    marked = decoded(still_of(api).content).astype(int)
    assert marked.shape == plain.shape
    assert 20 < (np.abs(marked - plain).max(axis=2) > 90).sum() < 2000
    assert decoded(still_of(api, params={"width": 320}).content).shape[1] == 320
    assert api.get(f"/cv/still/SESSION/{api.clips[0]['clip_id']}/40").status_code == 400


def test_undo_takes_the_pick_back_and_redo_does_it_again(api):
    kept = api.clips[0]["picks"]
    assert api.post("/cv/session/SESSION/undo").json() == {"clip_id": api.clips[0]["clip_id"]}
    assert api.marked(0)["picks"] == [] and api.clips[0]["marker"] == 0
    assert api.of_clip(0, "marker").status_code == still_of(api).status_code == 404
    assert api.post("/cv/session/SESSION/undo").json() == {"clip_id": None}
    api.post("/cv/session/SESSION/redo")
    assert api.marked(0)["picks"] == kept and api.clips[0]["marker"] > 0


def test_not_there_is_a_correction_and_no_doubt(api):
    api.on_clip(0, "pick", {"frame": 30, "absent": True})
    clip = api.marked(0)
    assert clip["shown"] < 1 and clip["doubts"] == []
    api.on_clip(0, "undo")
    assert api.marked(0)["shown"] == 1


def test_a_doubt_comes_with_the_question_that_settles_it(api):
    api.on_clip(0, "pick", {"frame": 0, "number": 2})  # somebody who is crossed soon
    doubt, *_ = api.marked(0)["doubts"]
    assert doubt["why"] == "crossing" and not doubt["lost"]
    assert doubt["start"] <= doubt["ask"] < doubt["stop"] and len(doubt["candidates"]) > 1
    api.on_clip(0, "pick", {"frame": doubt["ask"], "box": doubt["candidates"][0]})
    left = api.marked(0)["doubts"]
    assert not any(one["start"] <= doubt["ask"] < one["stop"] for one in left)
    for _ in range(2):
        api.on_clip(0, "undo")
    assert api.marked(0)["picks"][0]["point"] == list(WHOM[0])


def test_another_marker_is_drawn_without_following_again(api):
    before = api.of_clip(0, "marker").json()
    look = api.get("/cv/session/SESSION/clips").json()["look"]
    look["indicator"] = {"name": "spotlight", "options": {}}
    assert api.post("/cv/session/SESSION/look", look).status_code == 200
    api.of_clip(0, "frames")  # looked at
    api.marked(0)
    dimmed = until(
        lambda: (m := api.of_clip(0, "marker")).status_code == 200 and m.json()["shades"] and m.json()
    )
    assert before["shades"] is None and len(dimmed["shades"]) == 40
    look["indicator"] = {"name": "dot", "options": {"color": "no colour"}}
    refused = api.post("/cv/session/SESSION/look", look)
    assert refused.status_code == 400 and "no colour" in refused.json()["error"]["message"]
    look["indicator"] = {"name": "dot", "options": {}}
    assert api.post("/cv/session/SESSION/look", look).status_code == 200


def test_an_intro_is_told_with_the_marker(api):
    assert api.of_clip(0, "marker").json()["hold"] is None
    look = api.get("/cv/session/SESSION/clips").json()["look"]
    assert api.post("/cv/session/SESSION/look", {**look, "intro": "1.5@7"}).status_code == 200
    api.of_clip(0, "frames")
    api.marked(0)
    assert until(lambda: api.of_clip(0, "marker").json()["hold"]) == [7, 1.5]
    assert api.post("/cv/session/SESSION/look", look).status_code == 200
    api.marked(0)


def test_nothing_can_be_approved_before_a_pick_and_nothing_made_before_that(api):
    assert api.on_clip(1, "approve").status_code == 400
    answer = api.post("/cv/finalize-all", {"session_id": api.session})
    assert answer.status_code == 400 and "approve" in answer.json()["error"]["message"]


def test_rejecting_leaves_a_clip_out_until_somebody_is_picked(api):
    assert api.on_clip(1, "reject").json()["status"] == "rejected"
    api.on_clip(1, "pick", {"frame": 0, "point": WHOM[1]})
    assert api.marked(1)["status"] == "completed"


def test_the_films_are_made_and_downloaded(api, tmp_path):
    for number in (0, 1):
        api.marked(number)
        assert api.on_clip(number, "approve").json()["status"] == "approved"
    assert api.post("/cv/finalize-all", {"session_id": api.session}).json()["status"] == "running"
    busy = api.post("/cv/finalize-all", {"session_id": api.session})
    assert busy.status_code == 400
    ended = until(
        lambda: (one := api.get("/cv/finalize/SESSION/status").json())["status"] != "running" and one, 180
    )
    assert ended["status"] == "completed", ended
    files = {one["kind"]: one["name"] for one in ended["files"]}
    film = api.get(f"/cv/download/{files['film']}")
    (tmp_path / "film.mp4").write_bytes(film.content)
    assert probe(tmp_path / "film.mp4").frame_count == 100
    assert "attachment" in film.headers["content-disposition"]
    part = api.get(f"/cv/download/{files['film']}", headers={"range": "bytes=-4"})
    assert part.status_code == 206 and part.content == film.content[-4:]
    timeline = api.get(f"/cv/download/{files['timeline']}").text
    (tmp_path / "t.otio").write_text(timeline)
    clips = list(otio.adapters.read_from_file(str(tmp_path / "t.otio")).find_clips())
    assert all(".tracked.mp4" in clip.media_reference.target_url for clip in clips)


def test_films_that_are_there_are_not_made_again(api):
    folder = api.get("/cv/finalize/SESSION/status").json()["folder"]
    films = sorted(Path(folder).glob("game.media/*.tracked.mp4"))
    before = [film.stat().st_mtime_ns for film in films]
    api.on_clip(1, "pick", {"frame": 59, "absent": True})
    api.marked(1)
    api.on_clip(1, "approve")
    api.post("/cv/finalize-all", {"session_id": api.session})
    until(lambda: api.get("/cv/finalize/SESSION/status").json()["status"] == "completed", 180)
    after = [film.stat().st_mtime_ns for film in films]
    assert len(films) == 2 and after[0] == before[0] and after[1] != before[1]


def test_the_marker_alone_is_made_and_downloaded(api, tmp_path):
    wanted = {"session_id": api.session, "deliver": "overlay"}
    assert api.post("/cv/finalize-all", wanted).json()["status"] == "running"
    ended = until(
        lambda: (one := api.get("/cv/finalize/SESSION/status").json())["status"] != "running" and one, 180
    )
    assert ended["status"] == "completed", ended
    assert [one["kind"] for one in ended["files"]] == ["timeline", "overlay", "overlay"]
    (tmp_path / "m.mov").write_bytes(api.get(f"/cv/download/{ended['files'][1]['name']}").content)
    assert "a" in probe(tmp_path / "m.mov").pixel_format  # transparent
    tracked = otio.adapters.read_from_file(str(Path(ended["folder"]) / "game.tracked.otio"))
    urls = [clip.media_reference.target_url for clip in tracked.find_clips()]
    assert (
        sum(".overlay.mov" in url for url in urls) == 2 and sum(url.endswith("game.mp4") for url in urls) == 2
    )


def test_events_bring_the_session_now_and_when_it_changes(api):
    with api.client.stream("GET", f"/cv/events/{api.session}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        line = next(line for line in stream.iter_lines() if line.startswith("data: "))
    assert json.loads(line.removeprefix("data: "))["session_id"] == api.session


def test_films_are_upright_and_have_a_title_card(api, tmp_path):
    look = api.get("/cv/session/SESSION/clips").json()["look"]
    assert (look["shape"], look["title"]) == ("", [])
    for wrong, sentence in (
        ({"shape": "round"}, "'round' is no shape"),
        ({"title": ["山田"]}, "no sign for"),
    ):
        refused = api.post("/cv/session/SESSION/look", {**look, **wrong})
        assert refused.status_code == 400 and sentence in refused.json()["error"]["message"]
    marker = [clip["marker"] for clip in api.clips]
    films = {"shape": "vertical", "title": ["Sam Miller", "No 7"]}
    assert api.post("/cv/session/SESSION/look", {**look, **films}).json()["look"] == {**look, **films}
    assert [clip["marker"] for clip in api.clips] == marker, "the markers are what they were"
    api.post("/cv/finalize-all", {"session_id": api.session, "quality": "preview"})
    ended = until(
        lambda: (one := api.get("/cv/finalize/SESSION/status").json())["status"] != "running" and one, 180
    )
    assert ended["status"] == "completed", ended
    film = Path(ended["folder"]) / "game.film.mp4"
    info = probe(film)
    assert info.height > info.width and info.frame_count == 100 + 2 * info.rate
    assert verify(Path(ended["folder"]) / "game.mp4", film).wrong == ()
    # The marker alone lies above clips that are as wide as ever.
    api.post("/cv/finalize-all", {"session_id": api.session, "deliver": "overlay"})
    ended = until(
        lambda: (one := api.get("/cv/finalize/SESSION/status").json())["status"] != "running" and one, 180
    )
    assert ended["status"] == "completed", ended
    assert api.post("/cv/session/SESSION/look", look).status_code == 200


def test_everything_is_there_again_after_a_restart(tmp_path):
    write_game(tmp_path)
    with client_of(Desk(tmp_path, Reading())) as client:
        first = Api(client, client.post("/cv/session", json={"timeline": "game.otio"}).json()["session_id"])
        first.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
        first.marked(0)
        first.on_clip(0, "approve")
        first.on_clip(1, "reject")
        assert first.get("/cv/finalize/SESSION/status").json()["files"] == []
        first.post("/cv/finalize-all", {"session_id": first.session, "quality": "preview"})
        made = until(
            lambda: (f := first.get("/cv/finalize/SESSION/status").json())["status"] == "completed" and f
        )
    with client_of(Desk(tmp_path, Reading())) as client:
        again = Api(client, client.post("/cv/session", json={"timeline": "game.otio"}).json()["session_id"])
        assert again.session == first.session
        assert [clip["status"] for clip in again.clips] == ["approved", "rejected"]
        offered = again.get("/cv/finalize/SESSION/status").json()["files"]
        assert offered == made["files"] and [one["kind"] for one in offered] == ["film", "timeline", "clip"]
        assert again.get(f"/cv/download/{offered[0]['name']}").status_code == 200
        again.of_clip(0, "frames")
        assert until(lambda: again.clips[0]["marker"])
        assert again.marked(0)["status"] == "approved"


def test_one_bad_clip_is_reported_and_the_others_are_there(api):
    assert api.get("/cv/session/none/clips").status_code == 404
    assert api.get("/cv/preview/SESSION/none/track").status_code == 404


def test_an_upright_look_is_no_matter_of_how_films_were_handed_over_before():
    """A session that delivered overlays last may be upright: the page makes films of it."""
    settings = {"run": {"exporter": {"name": "overlay", "options": {}}, "deliver": "overlay"}}
    look = Look.of(None)
    upright = Look(look.model.model_copy(update={"shape": "vertical"}))
    upright.check(settings)
    assert Look.of({**upright.as_json(), "title": ["Sam"]}).model.title == ["Sam"]
