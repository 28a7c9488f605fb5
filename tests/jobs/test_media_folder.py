"""Whose films lie where: no timeline, player or clip writes over another's."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.media_folder import film_names, media_folder, remember_films, take_folder
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
    assert media_folder(tmp_path / "reel.v1.tracked.otio").name == "reel.v1.media"
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


def test_films_follow_their_clips_when_these_change_places(tmp_path):
    timeline, folder = tmp_path / "cut.tracked.otio", tmp_path / "cut.media"
    take_folder(folder, timeline)
    one, two, new = clip(0, "goal", "01-goal"), clip(100, "goal", "02-goal"), clip(200, "goal", "01-goal")
    before = film_names([one, two], folder)
    assert before == {"01-goal": "01-goal.tracked.mp4", "02-goal": "02-goal.tracked.mp4"}
    # written as .mov, as some qualities are: the same film
    films = {"01-goal": folder / "01-goal.tracked.mov", "02-goal": folder / before["02-goal"]}
    remember_films(timeline, [one, two], films)
    swapped = film_names([replace(two, clip_id="01-goal"), replace(one, clip_id="02-goal")], folder)
    assert swapped == {"01-goal": before["02-goal"], "02-goal": before["01-goal"]}
    # one put in before them: their films stay theirs
    grown = film_names([new, replace(one, clip_id="02-goal"), replace(two, clip_id="03-goal")], folder)
    assert grown["02-goal"] == before["01-goal"] and grown["03-goal"] == before["02-goal"]
    assert grown["01-goal"] == "01-goal-2.tracked.mp4"
    # only the new one is left, in the place of the first
    assert film_names([new], folder) == {"01-goal": "01-goal-2.tracked.mp4"}


def test_films_never_differ_in_case_alone(tmp_path):
    timeline, folder = tmp_path / "cut.tracked.otio", tmp_path / "cut.media"
    take_folder(folder, timeline)
    remember_films(timeline, [clip(0, "goal", "01-goal")], {"01-goal": folder / "01-goal.tracked.mp4"})
    names = film_names([clip(9, "Goal", "01-Goal"), clip(99, "GOAL", "02-goal")], folder)
    assert names == {"01-Goal": "01-Goal-2.tracked.mp4", "02-goal": "02-goal.tracked.mp4"}


def test_a_run_that_ended_early_leaves_no_names_behind(tmp_path):
    timeline, folder = tmp_path / "cut.tracked.otio", tmp_path / "cut.media"
    take_folder(folder, timeline)
    (folder / "01-goal.tracked.mp4").write_bytes(b"no timeline points at it")
    assert film_names([clip(0, "goal", "01-goal")], folder) == {"01-goal": "01-goal.tracked.mp4"}


def test_taking_the_folder_again_forgets_no_film(tmp_path):
    timeline, folder = tmp_path / "cut.tracked.otio", tmp_path / "cut.media"
    take_folder(folder, timeline)
    remember_films(timeline, [clip(0, "goal", "01-goal")], {"01-goal": folder / "01-goal.tracked.mp4"})
    take_folder(folder, timeline)
    assert film_names([clip(9, "goal", "01-goal")], folder) == {"01-goal": "01-goal-2.tracked.mp4"}


def test_the_same_pictures_twice_have_two_films(tmp_path):
    clips = [clip(0, "goal", f"0{n}-goal") for n in (1, 2, 3)]
    assert len(set(film_names(clips, tmp_path / "cut.media").values())) == 3


@pytest.mark.parametrize("note", ["", "[]", '{"timeline": 3, "films": [1]}', "not json"])
def test_a_damaged_note_is_no_note(tmp_path, note):
    folder = tmp_path / "cut.media"
    folder.mkdir()
    (folder / "owner.json").write_text(note)
    assert media_folder(tmp_path / "cut.otio") == tmp_path / "cut-2.media"
    assert film_names([clip(0, "goal", "01-goal")], folder) == {"01-goal": "01-goal.tracked.mp4"}
