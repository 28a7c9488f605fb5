"""Whose films lie where: no timeline, player or clip writes over another's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.media_folder import film_names, media_folder, take_folder
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.timeline.clips import TimelineClip
from highlight_cuts_cv.timeline.names import is_safe_name

NAMES = [
    "reel.v1",
    "reel.v2",
    "12.05.2024 home",
    "12.05.2024 away",
    "決勝",
    "予選",
    "a b",
    "a-b",
    "clip",
    "reel",
]


def test_every_timeline_has_a_folder_of_its_own(tmp_path):
    folders = [media_folder(tmp_path / f"{name}.otio") for name in NAMES]
    assert len({folder.name.lower() for folder in folders}) == len(NAMES)
    assert all(is_safe_name(folder.name) for folder in folders)


@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_finds_its_folder_again_and_a_strangers_is_left_alone(tmp_path, name):
    mine = tmp_path / f"{name}.otio"
    folder = media_folder(mine)
    take_folder(folder, mine)
    assert media_folder(mine) == folder
    (folder / "owner.json").write_text('{"timeline": "another.otio"}')
    second = media_folder(mine)
    assert second != folder
    second.mkdir()  # made by hand: nobody's note in it
    assert media_folder(mine) not in (folder, second)


def clip(start: int, name: str, clip_id: str) -> TimelineClip:
    return TimelineClip(
        clip_id=clip_id, name=name, track_name="V1", media_path=Path("/games/game.mp4"), start=Fraction(start, 25),
        frame_count=50, rate=Fraction(25), info=probe(demo_clip()), position=0, otio_index=0,
    )  # fmt: skip


def test_films_follow_their_clips_when_these_change_places():
    one, two = clip(0, "goal", "01-goal"), clip(100, "goal", "02-goal")
    before = film_names([one, two])
    after = film_names([replace(two, clip_id="01-goal"), replace(one, clip_id="02-goal")])
    assert (before["01-goal"], before["02-goal"]) == (after["02-goal"], after["01-goal"])
    assert before["01-goal"] != before["02-goal"]


def test_the_same_pictures_twice_have_two_films():
    names = film_names([clip(0, "goal", "01-goal"), clip(0, "goal", "02-goal"), clip(0, "goal", "03-goal")])
    assert len(set(names.values())) == 3
