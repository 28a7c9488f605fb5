"""Films that reach beyond their cuts: what is shown stays what it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.jobs.delivery import Delivery, make_delivery, parse_handles
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.timeline import plan, run_timeline
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import Doubt, State, Track, Why
from highlight_cuts_cv.rendering.wishes import parse_show
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.timeline.handles import widened
from highlight_cuts_cv.timeline.rules import check_rules
from highlight_cuts_cv.tracking.picks import parse_player_picks
from tests.jobs.test_delivery import CLIP, cut, pictures
from tests.timeline.conftest import FakeMedia
from tests.timeline.judged import NTSC, add_media, judged

__all__ = ["cut"]  # the fixture: a timeline of two clips at 10 frames a second, 20 to 59 and 60 to 119
HALF = Fraction(1, 2)


def run(cut, way="replace", handles=HALF, name="out"):
    timeline = read_timeline(cut)
    picks = parse_player_picks([f"{CLIP}=3:500,300,40,100"])
    output = cut.with_name(f"{name}.otio")
    (result,) = run_timeline(timeline, picks, output, Setup(), delivery=Delivery(way, handles=handles))
    return result, output


def test_a_film_with_handles_shows_what_one_without_shows(cut):
    bare, _ = run(cut, handles=Fraction(0), name="bare")
    film, output = run(cut)
    assert probe(film.render).frame_count == 65, "five frames before; the recording has none behind"
    clip = list(otio.adapters.read_from_file(str(output)).find_clips())[1]
    used, there = clip.source_range, clip.media_reference.available_range
    assert (used.start_time.value, used.duration.value, there.duration.value) == (5, 60, 65)
    whole, shown = list(pictures(film.render, "gray")), list(pictures(bare.render, "gray"))
    for place in (1, 30, 59):
        assert np.abs(whole[5 + place] - shown[place]).mean() < 2
        assert (
            np.abs(whole[5 + place] - shown[place - 1]).mean()
            > np.abs(whole[5 + place] - shown[place]).mean()
        )
    assert len(film.track) == len(bare.track) == 60
    assert film.note["pick"] == bare.note["pick"] == ["3:500,300,40,100"] and film.note["handles"] == [5, 0]
    assert (film.marks[0].frame, bare.marks[0].frame) == (5, 0)
    assert not [found for found in check_rules(output) if found.wrong and found.rule == 2]


def test_an_overlay_with_handles_lies_where_one_without_lies(cut):
    over, output = run(cut, "overlay")
    assert probe(over.render).frame_count == 65
    below, above = (otio.adapters.read_from_file(str(output)).tracks[n] for n in (0, 1))
    (laid,) = above.find_clips()
    under = list(below.find_clips())[1]
    assert laid.trimmed_range_in_parent() == under.trimmed_range_in_parent()
    assert (laid.source_range.start_time.value, laid.source_range.duration.value) == (5, 60)


def test_read_again_the_clip_is_what_it_was(cut):
    _, output = run(cut)
    was, now = read_timeline(cut).clips[1], read_timeline(output).clips[1]
    assert (now.media_path, now.start, now.frame_count) == (was.media_path, was.start, was.frame_count)


def test_handles_end_where_the_recording_does_and_at_transitions(tmp_path):
    media = FakeMedia(tmp_path)
    add_media(media)
    edit = judged(media.folder)
    edit.tracks[1][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    otio.adapters.write_to_file(edit, str(media.folder / "edit.otio"))
    timeline = read_timeline(media.folder / "edit.otio", probe=media.probe)
    wide = {clip.name: widened(timeline, clip, Fraction(1)) for clip in timeline.clips}
    reach = {name: clip.handles for name, clip in wide.items()}
    assert reach == {"one": (20, 29), "two": (29, 0), "three": (0, 29), "last": (29, 29), "top": (0, 0)}
    far = {clip.name: widened(timeline, clip, Fraction(10)).handles for clip in timeline.clips}
    assert (far["one"], far["last"]) == ((20, 220), (200, 60))
    one = next(clip for clip in timeline.clips if clip.name == "one")
    assert wide["one"].start == one.start - 20 / NTSC and wide["one"].frame_count == one.frame_count + 49


def test_picks_and_times_of_the_marker_count_from_the_cut(cut):
    timeline = read_timeline(cut)
    picks = parse_player_picks([f"{CLIP}=3:500,300,40,100"])
    setup = Setup(show=parse_show("first:1"))
    (task,) = plan(timeline, picks, cut.with_name("x.otio"), setup, Delivery(handles=HALF))
    (bare,) = plan(timeline, picks, cut.with_name("x.otio"), setup, Delivery())
    assert (task.picks[""][0].frame_index, task.picks[""][0].told) == (8, 3)
    assert task.setup.show.spans == ((0.5, 1.5),) and bare.setup.show.spans == ((0.0, 1.0),)
    assert (task.frame_count, task.clip.first_frame) == (65, bare.clip.first_frame - 5)


def test_a_part_of_a_track_has_its_doubts():
    boxes = np.tile(np.array([0, 0, 9, 9], np.float32), (10, 1))
    track = Track(
        boxes,
        np.linspace(0, 0.9, 10, dtype=np.float32),
        np.full(10, State.OBSERVED, np.uint8),
        (Doubt(0, 2, Why.CUT), Doubt(3, 6, Why.LEFT)),
    )
    part = track.part(4, 5)
    assert len(part) == 5 and part.scores[0] == pytest.approx(0.4)
    assert [(doubt.start, doubt.stop) for doubt in part.doubts] == [(0, 2)]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--handles", "much"], "no length of handles"),
        (["--handles", "-1"], "no length of handles"),
        (["--handles", "61"], "from 0 to 60"),
        (["--handles", "1", "--film", "all.mp4"], "longer than their clips"),
        (["--handles", "1", "--intro", "1"], "do not go together"),
        (["--handles", "1", "--deliver", "live", "-o", "x.kdenlive"], "within the cuts only"),
    ],
)
def test_what_handles_do_not_go_with_is_said_before_any_work(cut, monkeypatch, more, sentence):
    monkeypatch.chdir(cut.parent)
    done = CliRunner().invoke(app, ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", *more])
    assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(cut.parent.glob("*.media"))


def test_handles_are_remembered_until_told_otherwise(cut):
    command = ["run", str(cut), "-o", str(cut.with_name("out.otio"))]
    first = CliRunner().invoke(app, [*command, "--pick", f"{CLIP}=0:500,300,40,100", "--handles", "0.5"])
    assert not first.exception, first.exception
    again = CliRunner().invoke(app, command)
    assert "--handles 0.5" in again.output
    (film,) = (cut.parent / "out.media").glob("*.mp4")
    assert probe(film).frame_count == 65
    none = CliRunner().invoke(app, [*command, "--handles", ""])
    assert not none.exception and probe(film).frame_count == 60


def test_the_length_is_read_and_zero_is_none():
    assert parse_handles("1.5") == Fraction(3, 2) and parse_handles("") == parse_handles("0") == 0
    assert make_delivery("overlay", "any", "2") == replace(Delivery("overlay"), handles=Fraction(2))
