"""The ten rules as a checker: it names what is broken, and passes what the tool writes."""

from __future__ import annotations

import json
from fractions import Fraction

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange
from typer.testing import CliRunner

from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.rules import RULES, check_rules
from tests.timeline.conftest import DATA


def span(start, count, rate=30.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


@pytest.fixture
def timeline(media):
    """A timeline without a fault: two clips and their linked sound."""
    url = media.add("game.mp4").as_posix()
    made = otio.schema.Timeline("edit")
    for kind in ("Video", "Audio"):
        track = otio.schema.Track(kind, kind=kind)
        for number, (start, count) in enumerate(((30, 60), (0, 30))):
            clip = otio.schema.Clip(
                f"clip {number}", otio.schema.ExternalReference(url, span(0, 900)), span(start, count)
            )
            clip.metadata["Resolve_OTIO"] = {"Link Group ID": number}
            track.append(clip)
        made.tracks.append(track)
    return made


@pytest.fixture
def check(timeline, media):
    def findings(spoil=lambda timeline: None):
        spoil(timeline)
        path = media.folder / "edit.otio"
        otio.adapters.write_to_file(timeline, str(path))
        return {(found.rule, found.where, found.wrong) for found in check_rules(path, media.probe)}

    return findings


def first(timeline):
    return timeline.tracks[0][0]


def put(**values):
    def spoil(timeline):
        for name, value in values.items():
            setattr(first(timeline), name, value)

    return spoil


def refer(**values):
    def spoil(timeline):
        for name, value in values.items():
            setattr(first(timeline).media_reference, name, value)

    return spoil


def test_a_timeline_without_a_fault_has_no_finding(check):
    assert check() == set()


@pytest.mark.parametrize(
    ("spoil", "rule", "wrong"),
    [
        (lambda t: refer(target_url=f"file://{first(t).media_reference.target_url}")(t), 1, True),
        (refer(target_url="game.mp4"), 1, True),
        (lambda t: t.tracks[0].pop(), 2, False),
        (put(source_range=span(30, 60, 29.97)), 4, True),
        (put(source_range=span(25, 50, 25)), 4, False),
        (put(source_range=span(30.5, 60)), 4, False),
        (refer(available_range=None), 5, False),
        (refer(available_range=span(60, 840)), 5, True),
        (lambda t: first(t).metadata.pop("Resolve_OTIO"), 6, False),
        (lambda t: t.tracks.pop(), 6, False),
        (lambda t: first(t).markers.append(otio.schema.Marker("look", span(30, 1))), 7, False),
        (put(enabled=False), 8, False),
        (lambda t: first(t).effects.append(otio.schema.LinearTimeWarp(time_scalar=2)), 8, False),
        (lambda t: first(t).effects.append(otio.schema.Effect("Lift")), 8, False),
        (refer(available_range=span(0, 2000), target_url="/nowhere/game.mp4"), 10, True),
        (lambda t: (refer(available_range=span(0, 2000))(t), put(source_range=span(880, 60))(t)), 10, True),
    ],
)
def test_each_fault_is_named_with_its_clip(check, spoil, rule, wrong):
    assert (rule, "clip 0", wrong) in check(spoil)


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (
            lambda t: t.tracks[0].insert(
                1, otio.schema.Transition("d", "SMPTE_Dissolve", *[RationalTime(5, 30)] * 2)
            ),
            "Video",
        ),
        (lambda t: t.tracks[0].append(otio.schema.Stack("inner")), "Video"),
        (lambda t: setattr(t.tracks[0], "enabled", False), "Video"),
    ],
)
def test_what_is_no_clip_is_named_with_its_track(check, spoil, where):
    assert (8, f"track '{where}'", False) in check(spoil)


def test_media_that_editors_count_otherwise(check, media, timeline):
    for name, made in (("varying.mp4", {"variable_rate": True}), ("coded.mp4", {"timecode": "01:00:00:00"})):
        url = media.add(name, **made).as_posix()
        assert (3, "clip 0", False) in check(refer(target_url=url))


def test_a_newer_schema_fails_the_whole_file(check, media):
    check()
    path = media.folder / "edit.otio"
    path.write_text(path.read_text().replace('"Clip.2"', '"Clip.3"', 1))
    found = [finding for finding in check_rules(path, media.probe) if finding.rule == 9]
    assert [(one.where, one.wrong) for one in found] == [("edit.otio", True)] and "Clip.2" in found[0].what


def test_a_render_that_was_moved_or_put_aside(media, edit):
    path = edit("match_day")
    read = read_timeline(path, probe=media.probe)
    clip = read.clip("01-Kick-off")
    film = media.add("film.mp4", clip.frame_count)
    out = write_tracked(
        read, {clip.clip_id: TrackedRender(film)}, media.folder / "out.otio", probe=media.probe
    )

    def rules(change):
        data = otio.adapters.read_from_file(str(out))
        change(next(each for each in data.find_clips() if each.name == "Kick off"))
        otio.adapters.write_to_file(data, str(out))
        found = check_rules(out, media.probe)
        return {one.rule for one in found if one.wrong and one.where == "Kick off"}

    assert rules(lambda kick: setattr(kick, "source_range", span(3, 50))) == {2}
    assert rules(lambda kick: setattr(kick, "active_media_reference_key", "original")) == {9}


@pytest.mark.parametrize("name", ["match_day", "nested", "ntsc_timecode"])
@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("target", ["any", "kdenlive"])
def test_nothing_that_the_tool_writes_is_wrong(media, edit, name, over, target):
    media.add("media/music.wav")
    before = edit(name)
    given = {(one.rule, one.where) for one in check_rules(before, media.probe) if one.wrong}
    read = read_timeline(before, probe=media.probe)
    renders = {
        clip.clip_id: TrackedRender(
            media.add(f"films/{clip.clip_id}.mp4", clip.frame_count, clip.rate), over=over
        )
        for clip in read.clips
    }
    out = write_tracked(read, renders, media.folder / "out" / "new.otio", target, probe=media.probe)
    wrong = {(one.rule, one.where) for one in check_rules(out, media.probe) if one.wrong}
    assert not {rule for rule, _ in wrong} & {1, 2, 3, 4, 5, 9} and wrong <= given
    assert not [one for one in check_rules(out, media.probe) if one.rule == 7 and one.where in renders]


def test_the_in_points_that_kdenlive_loses_are_the_ones_it_lost(media):
    url, rate = media.add("game.mp4", 300, Fraction(30000, 1001)).as_posix(), 30000 / 1001
    record = json.loads((DATA / "kdenlive_in_points.json").read_text())
    timeline = otio.schema.Timeline("edit")
    lost = set()
    for name, track in record["tracks"].items():
        made, came = otio.schema.Track(name, kind="Video"), iter(track["came"])
        for number, what in enumerate(track["given"]):
            five = RationalTime(5, rate)
            if what == "dissolve":
                made.append(otio.schema.Transition("d", "SMPTE_Dissolve", five, five))
            elif what == "-":
                made.append(otio.schema.Gap(duration=five))
            elif what == "missing":
                made.append(otio.schema.Clip("missing", source_range=span(0, 10, rate)))
            else:
                reference = otio.schema.ExternalReference(url, span(0, 300, rate))
                made.append(otio.schema.Clip(f"{name} {number}", reference, span(int(what), 10, rate)))
                if next(came) != int(what):
                    lost.add(f"{name} {number}")
        timeline.tracks.append(made)
    path = media.folder / "edit.otio"
    otio.adapters.write_to_file(timeline, str(path))
    assert {found.where for found in check_rules(path, media.probe) if found.rule == 2} == lost


def test_the_command_line_says_it_in_sentences(check, media, timeline):
    check()
    done = CliRunner().invoke(app, ["doctor", str(media.folder / "edit.otio")])
    assert done.exit_code == 0 and "Note, rule 10: 'clip 0' plays a file that cannot be read" in done.output
    check(refer(target_url="/nowhere/game.mp4"))
    done = CliRunner().invoke(app, ["doctor", str(media.folder / "edit.otio")])
    assert done.exit_code == 1 and "Rule 10: 'clip 0' has no file at /nowhere/game.mp4" in done.output
    for number, text in RULES.items():
        assert any(str(number) in line and text in line for line in done.output.splitlines())


def test_a_good_timeline_passes_on_the_command_line(tmp_path):
    from highlight_cuts_cv.faces.demo import demo_clip, write_cut

    done = CliRunner().invoke(app, ["doctor", str(write_cut(demo_clip(), tmp_path / "cut.otio"))])
    assert done.exit_code == 0 and "FAIL" not in done.output
