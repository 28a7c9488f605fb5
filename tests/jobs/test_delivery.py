"""The ways in which a timeline is handed over."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import opentimelineio as otio
import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.api import DelivererSpec, Option
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.delivery import Delivery, setup_for
from highlight_cuts_cv.jobs.marks import clip_marks
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.timeline import deliver, plan, run_timeline
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import (
    BadInputError,
    Doubt,
    Mark,
    Placement,
    Sprite,
    SpriteTrack,
    State,
    Track,
    Why,
)
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.plugin.shelves import PluginReport
from highlight_cuts_cv.rendering.fading import faded
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.timeline.rules import check_rules
from highlight_cuts_cv.tracking.picks import parse_player_picks
from tests.timeline.fcpxml_rules import check_fcpxml

CLIP = "02-The-man-in-jeans-walks-away"
OVER = Delivery("overlay")


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A timeline of two clips, in which whoever is picked stays in the box of the pick."""

    def follows(bench, picks, *_):
        count = bench.clip.frame_count
        boxes = np.tile(np.array(picks[0].box.as_xyxy(), np.float32), (count, 1))
        return Track(boxes, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))

    monkeypatch.setattr(tasks, "follow_on", follows)
    return write_cut(demo_clip(), tmp_path / "cut.otio")


def run(cut: Path, delivery: Delivery, indicator: str = "dot"):
    timeline = read_timeline(cut)
    picks = parse_player_picks([f"{CLIP}=0:500,300,40,100"])
    output = cut.with_name(f"{delivery.way}.otio")
    setup = Setup(indicator=parse_choice(indicator))
    (result,) = run_timeline(timeline, picks, output, setup, delivery=delivery)
    return timeline.clip(CLIP), result, otio.adapters.read_from_file(str(output))


def pictures(path: Path, kind: str, first: int = 0):
    with av.open(str(path)) as video:
        for number, frame in enumerate(video.decode(video=0)):
            if number >= first:
                yield frame.to_ndarray(format=kind).astype(float)


def test_an_overlay_over_the_recording_is_what_replaces_it(cut):
    clip, film, _ = run(cut, Delivery())
    _, over, _ = run(cut, OVER)
    first = int(clip.start * clip.rate)
    frames = list(
        zip(
            pictures(film.render, "rgb24"),
            pictures(over.render, "rgba"),
            pictures(demo_clip(), "rgb24", first),
            strict=False,
        )
    )
    assert len(frames) == clip.frame_count == len(list(pictures(over.render, "rgba")))
    for burned, marker, recording in frames:
        alpha = marker[..., 3:] / 255
        laid = marker[..., :3] * alpha + recording * (1 - alpha)
        assert alpha.max() > 0.9 and burned.shape == laid.shape
        assert np.abs(burned - laid).mean() < 2.5
        drawn = (alpha > 0.9)[..., 0]
        assert np.abs(burned - laid)[drawn].mean() < 15, "in the small marker, too, whose colours are halved"
        assert np.abs(recording - laid)[drawn].mean() > 40, "and it is there"


def test_the_recording_stays_and_the_overlay_lies_above(cut):
    before = otio.adapters.read_from_file(str(cut))
    _, result, after = run(cut, OVER)
    assert [track.name for track in after.tracks] == ["V1", "V1 marker"] or len(after.tracks) == 2
    for was, now in zip(before.tracks[0], after.tracks[0], strict=True):
        assert was.source_range == now.source_range and set(now.media_references()) == set(
            was.media_references()
        )
    (over,) = after.tracks[1].find_clips()
    assert Path(over.media_reference.target_url) == result.render
    assert result.render.name == f"{CLIP}.overlay.mov"


def test_both_ways_keep_their_files_apart_and_the_next_run_finds_them(cut):
    timeline = read_timeline(cut)
    picks, output = parse_player_picks([f"{CLIP}=0:500,300,40,100"]), cut.with_name("out.otio")
    names = []
    for delivery in (OVER, Delivery(), OVER):
        run_timeline(timeline, picks, output, Setup(), delivery=delivery)
        names.append({film.name for film in (cut.parent / "out.media").iterdir()})
    assert names[0] == {f"{CLIP}.overlay.mov", "owner.json"}
    assert names[1] == names[2] == {*names[0], f"{CLIP}.tracked.mp4", f"{CLIP}.tracked.manifest.json"}


def test_the_exporter_is_the_one_that_the_way_needs():
    assert setup_for(OVER, Setup()).exporter == parse_choice("overlay:size=frame")
    qtrle = setup_for(OVER, Setup(exporter=parse_choice("overlay:codec=qtrle"))).exporter
    assert qtrle == parse_choice("overlay:codec=qtrle,size=frame")
    assert setup_for(Delivery(), Setup()) == Setup()


@pytest.mark.parametrize(
    ("way", "exporter", "sentence"),
    [
        ("overlay", "burn:quality=final", "for films"),
        ("overlay", "overlay:size=tight", "leave out size=tight"),
        ("replace", "overlay", "cannot stand in for a clip"),
    ],
)
def test_an_exporter_that_does_not_fit_is_refused(way, exporter, sentence):
    with pytest.raises(BadInputError, match=sentence):
        setup_for(Delivery(way), Setup(exporter=parse_choice(exporter)))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--deliver", "sideways"], "choose replace, overlay, live"),
        (["--for", "imovie"], "no editor that timelines are written for"),
        (["--deliver", "overlay", "--film", "all.mp4"], "nothing to join"),
        (["--deliver", "overlay", "--intro", "1"], "needs a film"),
        (["--deliver", "overlay", "--quality", "final"], "are for films"),
        (["--deliver", "overlay", "--indicator", "spotlight"], "dims the picture"),
        (["--deliver", "live", "-o", "cut.kdenlive", "--indicator", "spotlight"], "dims the picture"),
    ],
)
def test_what_cannot_be_delivered_is_said_before_any_work(cut, more, sentence):
    done = CliRunner().invoke(app, ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", *more])
    assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(cut.parent.glob("*.media"))


def test_the_command_line_delivers_overlays(cut):
    done = CliRunner().invoke(
        app,
        ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", "--deliver", "overlay", "--for", "resolve"],
    )
    assert not done.exception, done.exception
    assert (cut.parent / "cut.media" / f"{CLIP}.overlay.mov").is_file()


def test_a_marker_fades_over_the_frames_of_a_transition():
    sprite = Sprite(np.full((2, 2, 4), 255, np.uint8))
    sprites = SpriteTrack([Placement(index, sprite, 0, 0, 0.5) for index in range(20)])
    shown = [p.opacity for p in faded(sprites, Fraction(2), 10, (4, 2)).placements]  # two frames for one
    assert shown[0] == pytest.approx(0.5 * 0.125) and shown[7] == pytest.approx(0.5)
    assert shown[8:16] == [0.5] * 8 and shown[-1] < 0.5 * 0.26
    assert [p.opacity for p in faded(sprites, Fraction(1), 20, (0, 0)).placements] == [0.5] * 20


def test_what_fades_is_planned_and_in_the_film(cut):
    data = otio.adapters.read_from_file(str(cut))
    rate = data.tracks[0][0].source_range.duration.rate
    half = otio.opentime.RationalTime(3, rate)
    data.tracks[0].insert(1, otio.schema.Transition("d", "SMPTE_Dissolve", half, half))
    otio.adapters.write_to_file(data, str(cut))
    timeline = read_timeline(cut)
    picks, output = parse_player_picks([f"{CLIP}=0:500,300,40,100"]), cut.with_name("out.otio")
    (task,) = plan(timeline, picks, output, Setup(), OVER)
    assert task.fades == (6, 0)
    result = tasks.run(task)
    deliver(timeline, [result], output, OVER)
    strengths = [picture[..., 3].max() for picture in pictures(result.render, "rgba")]
    assert len(strengths) == task.frame_count
    assert strengths[0] < 60 < strengths[3] < 200 < strengths[6]


def test_marks_say_who_how_sure_and_where_to_look():
    clip = clip_of(probe(demo_clip()), 0, 60)  # 10 frames a second
    boxes, scores = np.tile(np.array([0, 0, 9, 9], np.float32), (60, 1)), np.full(60, 0.8, np.float32)
    states = np.full(60, State.OBSERVED, np.uint8)
    boxes[10:20], scores[10:20], states[10:20] = np.nan, 0, State.LOST
    track = Track(boxes, scores, states, (Doubt(10, 20, Why.LEFT), Doubt(40, 60, Why.CROSSING)))
    assert clip_marks(clip, {"Sam": track}, Fraction(25), 150) == [
        Mark(0, 1, "Sam: 80% sure, shown in 83%"),
        Mark(25, 25, "Sam is lost: left the picture", doubtful=True),
        Mark(100, 50, "Sam is in doubt: crossing", doubtful=True),
    ]
    (alone,) = clip_marks(clip, {"": Track.lost(60)}, Fraction(25), 150)
    assert alone.text == "Never shown"


LIVE = Delivery("live")


def test_a_live_marker_is_a_picture_with_keyframes_in_a_project(cut):
    timeline, output = read_timeline(cut), cut.with_name("out.kdenlive")
    picks = parse_player_picks([f"{CLIP}=0:500,300,40,100"])
    (result,) = run_timeline(timeline, picks, output, Setup(), delivery=LIVE)
    (above,) = run_timeline(timeline, picks, cut.with_name("over.otio"), Setup(), delivery=OVER)
    assert result.render.name == f"{CLIP}.marker.png" and not list(cut.parent.glob("out.media/*.m[op]*"))
    text = output.read_text()
    (rect,) = re.findall(r'<property name="rect">(.*?)</property>', text)
    assert "marker.png" in text and rect.startswith("00:00:00.000=")
    # It shows what an overlay shows: a still player, and so two keys at the same place.
    (picture,) = pictures(result.render, "rgba")
    *_, middle = list(pictures(above.render, "rgba"))[:30]
    (marker,) = result.live
    _, left, top, width, height, opacity = marker.keys[0]
    assert (width, height, opacity) == (picture.shape[1], picture.shape[0], 1) and len(marker.keys) == 2
    ys, xs = np.nonzero(middle[..., 3] > 128)
    mine = np.argwhere(picture[..., 3] > 128)
    assert (left + mine[:, 1].mean(), top + mine[:, 0].mean()) == pytest.approx(
        (xs.mean(), ys.mean()), abs=0.3
    )


def test_each_of_several_players_has_a_live_marker_of_their_own(cut):
    timeline, output = read_timeline(cut), cut.with_name("out.kdenlive")
    places = {"Sam": "500,300,40,100", "Ann": "100,200,40,100"}
    picks = parse_player_picks([f"{name}@{CLIP}=0:{place}" for name, place in places.items()])
    looks = {"Sam": parse_choice("dot:color=red"), "Ann": parse_choice("ring")}
    (result,) = run_timeline(timeline, picks, output, Setup(indicators=looks), delivery=LIVE)
    assert [marker.picture.name for marker in result.live] == [f"{CLIP}.marker.png", f"{CLIP}.2.marker.png"]
    middles = [marker.keys[0][1] + marker.keys[0][3] / 2 for marker in result.live]
    assert middles == pytest.approx([520, 120], abs=3)
    back = otio.adapters.read_from_file(str(output))
    names = [
        Path(clip.media_reference.target_url).name for track in back.tracks[1:] for clip in track.find_clips()
    ]
    assert sorted(names) == sorted(marker.picture.name for marker in result.live), "each on a track above"
    assert len(re.findall('<property name="rect">', output.read_text())) == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["-o", "out.otio"], "only an editor's project can hold"),
        (["-o", "out.kdenlive", "--quality", "final"], "no quality can be chosen"),
        (["-o", "out.kdenlive", "--intro", "1"], "an intro needs one"),
        (["-o", "out.kdenlive", "--film", "all.mp4"], "nothing to join"),
        (["-o", "out.xml"], "out.kdenlive or out.fcpxml"),
        (["-o", "out.kdenlive", "--for", "finalcut"], "name the output out.fcpxml,"),
        (["-o", "out.fcpxml", "--for", "kdenlive"], "name the output out.kdenlive,"),
        (["--for", "premiere"], "for 'premiere' deliver an overlay, or choose --for kdenlive"),
        (["--for", "resolve"], "--exporter fusion"),
    ],
)
def test_what_cannot_be_live_is_said_before_any_work(cut, monkeypatch, more, sentence):
    monkeypatch.chdir(cut.parent)
    command = ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", "--deliver", "live", *more]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(cut.parent.glob("*.media"))


def test_without_a_name_what_is_live_is_a_project(cut):
    command = ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", "--deliver", "live"]
    done = CliRunner().invoke(app, command)
    assert not done.exception, done.exception
    assert cut.with_name("cut.tracked.kdenlive").is_file()


def test_for_final_cut_what_is_live_is_a_whole_timeline_with_a_title(cut):
    command = [
        "run",
        str(cut),
        "--pick",
        f"{CLIP}=0:500,300,40,100",
        "--deliver",
        "live",
        "--for",
        "finalcut",
    ]
    done = CliRunner().invoke(app, [*command, "--indicator", "dot:color=#ff0000"])
    assert not done.exception, done.exception
    root = ElementTree.fromstring(cut.with_name("cut.tracked.fcpxml").read_bytes())
    check_fcpxml(root, Fraction(10))
    first, marked = root.iter("asset-clip")
    assert first.find("object-tracker") is None and first.find("title") is None
    assert marked.find("object-tracker/tracking-shape") is not None
    (style,) = root.iterfind(".//text-style[@font]")
    red, green, blue, _ = map(float, style.attrib["fontColor"].split())
    assert red > 0.9 and max(green, blue) < 0.1
    key = next(root.iterfind(".//param[@name='position']//keyframe"))
    place = [float(part) for part in key.attrib["value"].split()]
    x, y = 576 + place[0] * 6.48, 324 - place[1] * 6.48
    assert 500 < x < 540 and 250 < y < 300, "above the head of the box that was picked"
    if "fcpxml" in otio.adapters.suffixes_with_defined_adapters(read=True):  # no dependency has one
        assert not any(finding.wrong for finding in check_rules(cut.with_name("cut.tracked.fcpxml")))


class Listing:
    """Notes what it is given."""

    def __init__(self, options):
        self.header = options["header"]

    def deliver(self, job):
        lines = [self.header, job.name, str(job.rate)]
        for placed in job.clips:
            film = "" if placed.render is None else placed.render.name
            lines.append(
                f"{placed.position} {placed.frame_count} {sorted(placed.tracks)} {film} {len(placed.marks)}"
            )
        job.output.write_text("\n".join(lines))
        job.output.with_suffix(".otio").write_text(job.timeline)
        job.warn("Listed.")
        return job.output


@pytest.fixture
def with_plugin(monkeypatch):
    registry = get_registry()
    monkeypatch.setitem(
        registry.deliverers.specs,
        "listing",
        [
            (
                DelivererSpec(name="listing", create=Listing, suffix=".txt", options=(HEADER,)),
                PluginReport("mine", "mine"),
            )
        ],
    )
    return registry


HEADER = Option(name="header", kind=str, default="clips", summary="first line")


def test_a_plugin_is_given_the_whole_timeline(cut, with_plugin):
    command = ["run", str(cut), "--pick", f"Sam@{CLIP}=0:500,300,40,100", "--deliver", "listing:header=Game"]
    done = CliRunner().invoke(app, command)
    assert not done.exception, done.exception
    written = cut.with_name("cut.tracked.txt")
    assert written.read_text().splitlines() == [
        "Game",
        read_timeline(cut).name,
        "10",
        "0 40 []  0",
        f"40 60 ['Sam'] {CLIP}.tracked.mp4 1",
    ]
    tracked = otio.adapters.read_from_file(str(cut.with_name("cut.tracked.otio")))
    assert "tracked.mp4" in tracked.find_clips()[1].media_reference.target_url
    assert "Listed." in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--deliver", "listing", "-o", "out.otio"], "must end in .txt"),
        (["--deliver", "listing:colour=red"], "colour"),
        (["--deliver", "lister"], "choose replace, overlay, live, listing"),
    ],
)
def test_what_a_plugin_cannot_write_is_said_before_any_work(cut, with_plugin, monkeypatch, more, sentence):
    monkeypatch.chdir(cut.parent)
    done = CliRunner().invoke(app, ["run", str(cut), "--pick", f"{CLIP}=0:500,300,40,100", *more])
    assert isinstance(done.exception, BadInputError) and sentence in str(done.exception)
    assert not list(cut.parent.glob("*.media"))
