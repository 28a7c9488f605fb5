"""Those who ask again and again: answered from memory, at once, and never with what is no longer true."""

from __future__ import annotations

import http.client
import json
import threading
import time

import opentimelineio as otio
import pytest

pytest.importorskip("fastapi")

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.shared import Reading
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.told import Told
from highlight_cuts_cv.project.state import Status
from highlight_cuts_cv.project.store import ProjectStore

from .conftest import WHOM, start_server, until, write_game


def test_a_poll_asks_nobody_and_sees_every_change(api, monkeypatch):
    session = api.client.app.state.desk.session(api.session)
    clip = session.review.clips[0]
    assert api.of_clip(0, "status").json()["status"] == "pending"

    def never(*_: object) -> None:
        raise BadInputError("A poll read the database.")

    with monkeypatch.context() as patched:
        patched.setattr(ProjectStore, "clip", never)
        patched.setattr(ProjectStore, "session", never)
        path = f"/cv/preview/SESSION/{clip.clip_id}/status"
        assert {api.get(path).json().get("status") for _ in range(20)} == {"pending"}
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    assert api.of_clip(0, "status").json()["status"] == "processing"
    assert api.marked(0)["status"] == api.of_clip(0, "status").json()["status"] == "completed"


def test_what_another_program_changes_is_seen(api):
    review = api.client.app.state.desk.session(api.session).review
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    api.marked(0)
    with ProjectStore(review.store.folder) as other:
        assert other.approve(api.session, review.clips[0].clip_id).preview_status is Status.APPROVED
        until(lambda: api.of_clip(0, "status").json()["status"] == "approved")
        assert api.clips[0]["status"] == "approved"
        assert not review.store.changed_elsewhere()


def test_an_answer_is_made_once_for_each_version():
    from highlight_cuts_cv.faces.web.models import UndoneOut

    told, made = Told(), []

    def make() -> UndoneOut:
        made.append(1)
        return UndoneOut(clip_id=str(len(made)))

    assert json.loads(told.of(1, "a", make)) == json.loads(told.of(1, "a", make)) == {"clip_id": "1"}
    assert json.loads(told.of(2, "a", make)) == {"clip_id": "2"}
    assert json.loads(told.of(2, "b", make)) == {"clip_id": "3"}
    assert len(made) == 3


def test_small_answers_are_not_held_back(tmp_path):
    """Forty milliseconds is what a system waits with the second packet of an answer unless it is told otherwise."""
    server = start_server(write_game(tmp_path))
    try:
        connection = http.client.HTTPConnection(server.address.split("/")[2], timeout=60)
        seconds = []
        for _ in range(40):
            began = time.perf_counter()
            connection.request("GET", "/cv/finalize/nobody/status")
            assert connection.getresponse().read()
            seconds.append(time.perf_counter() - began)
        connection.close()
        assert min(seconds) < 0.03
    finally:
        server.kill()


def test_changes_of_many_at_once_are_all_kept(api):
    """No update is lost: each of several callers picks in another frame, and the picks of all are there."""
    frames = range(10, 30, 2)
    box = api.client.post(
        "/cv/detect", json={"session_id": api.session, "clip_id": api.clips[1]["clip_id"], "frame": 10}
    ).json()["people"][0]
    place = [box["x1"], box["y1"], box["x2"], box["y2"]]
    answers: list[int] = []

    def pick(frame: int) -> None:
        answers.append(api.on_clip(1, "pick", {"frame": frame, "box": place}).status_code)

    callers = [threading.Thread(target=pick, args=[frame]) for frame in frames]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [200] * len(frames)
    assert [one["frame"] for one in api.marked(1)["picks"]] == list(frames)
    stored = api.client.app.state.desk.session(api.session).review.store
    assert len(stored.clip(api.session, api.clips[1]["clip_id"]).picks[""]) == len(frames)


def test_one_of_several_timelines_is_reviewed(tmp_path):
    path = write_game(tmp_path)
    first = otio.adapters.read_from_file(str(path))
    second = first.deepcopy()
    first.name, second.name = "First", "Second"
    del second.tracks[0][0]
    both = otio.schema.SerializableCollection()
    both.extend([first, second])
    otio.adapters.write_to_file(both, str(tmp_path / "both.otio"))
    desk = Desk(tmp_path, Reading(name="Second"))
    try:
        session = desk.open("both.otio")
        assert desk.open("both.otio") is session
        assert [clip.placed.name for clip in session.review.clips] == [second.tracks[0][0].name]
        assert session.review.player == "Second"
        assert "Second" in session.films.timeline.name
    finally:
        desk.close()
