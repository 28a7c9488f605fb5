"""The player of the approved clips is proposed in the others: ranked, never picked without the user."""

from __future__ import annotations

from typing import Any

from .conftest import WHOM, Api, until

SAME = (726.0, 212.0)
"""Where the first clip's player stands in the second clip's first frame."""


def proposals(api: Api, number: int) -> list[dict[str, Any]]:
    return api.clips[number]["proposals"]


def test_who_is_approved_in_one_clip_is_proposed_in_the_other(api):
    api.on_clip(0, "pick", {"frame": 0, "point": WHOM[0]})
    api.marked(0)
    until(lambda: api.clips[1]["analysed"])
    assert proposals(api, 1) == []  # not before somebody says that the first one is right
    api.on_clip(0, "approve")
    (proposal,) = until(lambda: proposals(api, 1))
    assert proposal["player"] == ""
    best = proposal["candidates"][0]
    x1, y1, x2, y2 = best["box"]
    assert x1 < SAME[0] < x2 and y1 < SAME[1] < y2 and best["frame"] < api.clips[1]["frame_count"]
    chances = [one["probability"] for one in proposal["candidates"]]
    assert chances == sorted(chances, reverse=True) and 0.9 < chances[0] <= 1
    assert api.clips[1]["picks"] == [] and api.clips[1]["status"] == "pending"


def test_a_clip_where_the_player_is_picked_has_no_proposal_until_that_is_undone(api):
    (best, *_) = proposals(api, 1)[0]["candidates"]
    api.on_clip(1, "pick", {"frame": best["frame"], "box": best["box"]})
    assert proposals(api, 1) == []
    api.marked(1)
    api.on_clip(1, "undo")
    until(lambda: proposals(api, 1))


def test_another_player_is_not_proposed_by_the_first_ones_clips(api):
    look = {**api.get("/cv/session/SESSION/clips").json()["look"]}
    api.post("/cv/session/SESSION/look", {**look, "players": [*look["players"], {"name": "Sam"}]})
    api.on_clip(0, "pick", {"frame": 0, "box": [669, 187, 722, 320], "player": "Sam"})
    api.marked(0)
    # Picks that changed are not approved: nobody is known from this clip now.
    until(lambda: not proposals(api, 1))
    api.on_clip(0, "approve")
    until(lambda: {one["player"] for one in proposals(api, 1)} == {"", "Sam"})
    by_player = {one["player"]: one["candidates"][0]["box"] for one in proposals(api, 1)}
    assert by_player[""] != by_player["Sam"]
    api.on_clip(0, "undo")
    api.marked(0)
    api.post("/cv/session/SESSION/look", look)


def test_a_clip_that_is_left_out_is_not_asked_about(api):
    api.on_clip(0, "approve")
    until(lambda: proposals(api, 1))
    api.on_clip(1, "reject")
    assert proposals(api, 1) == []
