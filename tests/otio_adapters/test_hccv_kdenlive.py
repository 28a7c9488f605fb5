"""Kdenlive projects through OTIO: read, changed in place, and new ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import opentimelineio as otio
import pytest
from hccv_kdenlive.editing import shift_effect
from hccv_kdenlive.project import KdenliveError, Project, prop
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked

DATA = Path(__file__).parents[1] / "data"
NAME = "highlight_cuts_kdenlive"
PROJECTS = ("kdenlive_26_08.kdenlive", "kdenlive_22_12.kdenlive")


def span(start, count, rate=25.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


def shown(timeline, kind="Video"):
    """By track: (begin, first source frame, frames, name) of each clip, and transitions."""
    return {
        track.name: [
            (item.in_offset.value, item.out_offset.value)
            if isinstance(item, otio.schema.Transition)
            else (
                round(item.trimmed_range_in_parent().start_time.value),
                round(item.source_range.start_time.value),
                round(item.source_range.duration.value),
                item.name,
            )
            for item in track
            if not isinstance(item, otio.schema.Gap)
        ]
        for track in timeline.tracks
        if track.kind == kind
    }


@pytest.fixture(params=PROJECTS)
def project(request, tmp_path):
    """A project of the version, in a folder with its media."""
    path = tmp_path / "edit.kdenlive"
    shutil.copy(DATA / request.param, path)
    return path


class FakeProbe:
    """Answers for the project's media, and for films of *clip*."""

    def __init__(self, project, clip=None):
        from tests.timeline.conftest import FakeMedia

        self._media = FakeMedia(project.parent)
        for name in ("game.mp4", "second.mp4"):
            self._media.add(f"media/{name}", 500, Fraction(25))
        if clip is not None:
            self._media.add("films/one.mp4", clip.frame_count, clip.rate)

    def __call__(self, path):
        return self._media.probe(path)


@pytest.fixture
def tracked(project, tmp_path):
    """Reads the project and delivers films of the chosen clips, in their places or above."""
    from tests.timeline.conftest import FakeMedia

    media = FakeMedia(tmp_path)
    for name in ("game.mp4", "second.mp4"):
        media.add(f"media/{name}", 500, Fraction(25))

    def run(wanted, over=False, output="edit.tracked.kdenlive"):
        names = set(wanted)
        timeline = read_timeline(project, probe=media.probe)
        renders = {
            clip.clip_id: TrackedRender(
                media.add(f"films/{clip.clip_id}.{'mov' if over else 'mp4'}", clip.frame_count, clip.rate),
                over=over,
            )
            for clip in timeline.clips
            if names & {clip.name, clip.clip_id}
        }
        assert len(renders) == len(names)
        return write_tracked(timeline, renders, tmp_path / output, probe=media.probe)

    return run


def read(path):
    return otio.adapters.read_from_file(str(path), NAME)


def canonical(path):
    """Every element by its place, as text, for a comparison."""
    found = {}

    def walk(element, place):
        counts: dict[str, int] = {}
        for child in element:
            name = child.get("id") or child.get("name") or child.get("producer") or ""
            key = f"{child.tag}[{name}]"
            counts[key] = counts.get(key, 0) + 1
            here = f"{place}/{key}{counts[key] if counts[key] > 1 else ''}"
            found[here] = (dict(child.attrib), (child.text or "").strip())
            walk(child, here)

    walk(ElementTree.fromstring(path.read_bytes()), "")
    return found


def test_a_project_is_read_to_the_frame(project):
    timeline = read(project)
    assert shown(timeline) == {
        "Game": [
            (10, 20, 60, "game.mp4"),
            (70, 140, 45, "second.mp4"),
            (5.0, 5.0),
            (115, 205, 45, "game.mp4"),
        ],
        "Titles": [(30, 0, 50, "A title")],
    }
    assert shown(timeline, "Audio") == {"Sound": [(10, 20, 60, "game.mp4")]}
    assert timeline.duration().rate == 25
    url = timeline.find_clips()[0].media_reference.target_url
    assert url == (project.parent / "media/game.mp4").as_posix()
    (guide,) = timeline.tracks.markers
    assert (guide.comment, guide.marked_range.start_time.value) == ("half time", 40)
    kick = timeline.find_clips()[0]
    assert [(m.comment, m.marked_range.start_time.value) for m in kick.markers] == [("kick-off", 30)]
    assert [effect.name for effect in kick.effects] == ["Transform"]


def test_a_project_in_which_nobody_is_picked_comes_out_as_it_was(project, tracked):
    path = tracked([])
    assert canonical(path) == canonical(project)


def test_a_film_in_a_clips_place_changes_the_entry_and_adds_to_the_bin(project, tracked):
    after = tracked(["second"])
    before, now = canonical(project), canonical(after)
    lost = {place for place in before if place not in now}
    assert all("/entry[" in place for place in lost) and len(lost) <= 2, lost
    same = {place for place in before if now.get(place) == before[place]}
    assert {place for place in before if place not in same | lost} == set()
    new = {re.sub(r"hccv\d+", "hccv", place) for place in now if place not in before}
    assert all(place.startswith(("/producer[hccv]", "/chain[hccv]", "/playlist")) for place in new), new
    assert shown(read(after))["Game"][1] == (70, 0, 45, "second.mp4")
    assert shown(read(after), "Audio") == shown(read(project), "Audio")


def test_an_overlay_is_a_track_above_and_everything_else_counts_it(project, tracked):
    after = tracked(["second"], over=True)
    read_back = shown(read(after))
    assert list(read_back) == ["Game", "Game marker", "Titles"]
    assert {name: read_back[name] for name in ("Game", "Titles")} == shown(read(project))
    assert read_back["Game marker"] == [(70, 0, 50, "02-second.mov")]
    old, new = (Project(path.read_bytes(), path.parent) for path in (project, after))
    pairs = [
        {
            (int(prop(each, "a_track") or 0), int(prop(each, "b_track") or 0))
            for each in it.sequence().findall("transition")
        }
        for it in (old, new)
    ]
    assert pairs[0] == {(0, 1), (0, 2), (0, 3), (2, 3)}
    assert pairs[1] == {(0, 1), (0, 2), (0, 3), (0, 4), (3, 4)}, (
        "the user's composition stays with what is below it"
    )
    groups = [
        str(
            prop(it.sequence(), "kdenlive:sequenceproperties.groups")
            or prop(it.bin, "kdenlive:docproperties.groups")
        )
        for it in (old, new)
    ]
    assert '"0:10"' in groups[0] and '"1:10"' in groups[0] and '"2:30"' in groups[0]
    assert (
        '"0:10"' in groups[1]
        and '"1:10"' in groups[1]
        and '"3:30"' in groups[1]
        and '"2:30"' not in groups[1]
    )


def test_effects_stay_on_their_pictures(project, tracked):
    after = Project(tracked(["01-game"]).read_bytes(), project.parent)
    (effect,) = (each for each in after.root.iter("filter") if prop(each, "kdenlive_id") == "qtblend")
    assert (effect.get("in"), effect.get("out")) == ("00:00:00.000", "00:00:02.360")
    assert (prop(effect, "rect") or "").startswith("00:00:00.000=0 0 1920"), "keyframes count from its begin"


def test_keyframes_without_a_begin_of_their_own_move(project):
    data = Project(project.read_bytes(), project.parent)
    bare = ElementTree.fromstring(
        '<filter><property name="rect">0=0 0 9 9 1;15~=1 0 9 9 1;30|=2 0 9 9 1</property>'
        '<property name="name">a=b</property></filter>'
    )
    shift_effect(data, bare, -20)
    assert prop(bare, "rect") == "00:00:00.000~=1 0 9 9 1;00:00:00.400|=2 0 9 9 1"
    assert prop(bare, "name") == "a=b"


def test_a_transform_of_the_clip_is_on_its_overlay_too(project, tracked):
    after = Project(tracked(["01-game"], over=True).read_bytes(), project.parent)
    first, second = (each for each in after.root.iter("filter") if prop(each, "kdenlive_id") == "qtblend")
    assert prop(first, "rect") == prop(second, "rect")
    begins = sorted(str(each.get("in")) for each in (first, second))
    assert begins == ["00:00:00.000", "00:00:00.800"]


def test_what_is_not_a_film_or_a_track_is_refused(project, tmp_path):
    timeline = read(project)
    timeline.tracks[0].insert(0, otio.schema.Gap(source_range=span(0, 5)))
    with pytest.raises(KdenliveError, match="lies elsewhere"):
        otio.adapters.write_to_file(timeline, str(tmp_path / "x.kdenlive"), NAME)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<mlt", "no XML"),
        ("<mlt/>", "no Kdenlive project"),
        ('<mlt><profile width="1" height="1"/></mlt>', "frame rate"),
    ],
)
def test_what_is_no_project_is_said(tmp_path, text, sentence):
    path = tmp_path / "edit.kdenlive"
    path.write_text(text)
    with pytest.raises(KdenliveError, match=sentence):
        read(path)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("00:00:01.969", 59),
        ("59", 59),
        ("00:00:01:29", 59),
        ("00:00:01,969", 59),
        ("00:00:-0.033", -1),
        (None, 0),
    ],
)
def test_times_in_each_spelling_are_frames(text, frames):
    profile = '<mlt><profile width="1" height="1" frame_rate_num="30000" frame_rate_den="1001"/></mlt>'
    assert Project(profile, Path()).frames(text) == frames


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)])
def test_times_come_back_to_the_frame(rate):
    text = f'<mlt><profile width="1" height="1" frame_rate_num="{rate.numerator}" frame_rate_den="{rate.denominator}"/></mlt>'
    project = Project(text, Path())
    for frame in (0, 1, 2, 59, 1000, 123_456, 400_000):
        assert project.frames(project.time(frame)) == frame


def new_timeline(folder, rate=30000 / 1001):
    def clip(name, first, count, start=0, **more):
        reference = otio.schema.ExternalReference((folder / name).as_posix(), span(start, 300, rate))
        return otio.schema.Clip(name, reference, span(start + first, count, rate), **more)

    timeline = otio.schema.Timeline("reel")
    five = RationalTime(5, rate)
    video, above, sound = (
        otio.schema.Track(name, kind=kind)
        for name, kind in (("V1", "Video"), ("V2", "Video"), ("A1", "Audio"))
    )
    marker = otio.schema.Marker("look", span(108_050, 1, rate), color="RED", comment="look")
    video.extend(
        [
            otio.schema.Gap(source_range=span(0, 10, rate)),
            clip("a.mp4", 20, 60),
            clip("b.mp4", 40, 50, 108_000),
            otio.schema.Transition("d", "SMPTE_Dissolve", five, five),
            clip("a.mp4", 120, 50),
            otio.schema.Gap(source_range=span(0, 7, rate)),
            clip("b.mp4", 200, 40, 108_000),
        ]
    )
    video[2].markers.append(marker)
    above.extend([otio.schema.Gap(source_range=span(0, 60, rate)), clip("a.mp4", 200, 40)])
    above[1].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    sound.extend([otio.schema.Gap(source_range=span(0, 10, rate)), clip("a.mp4", 20, 60)])
    timeline.tracks.extend([video, above, sound])
    return timeline


def test_any_timeline_becomes_a_new_project(tmp_path):
    path = tmp_path / "new.kdenlive"
    otio.adapters.write_to_file(new_timeline(tmp_path), str(path), NAME, size=(640, 360))
    timeline = read(path)
    assert shown(timeline) == {
        "V1": [
            (10, 20, 60, "a.mp4"),
            (70, 40, 50, "b.mp4"),
            (5.0, 5.0),
            (120, 120, 50, "a.mp4"),
            (177, 200, 40, "b.mp4"),
        ],
        "V2": [(60, 200, 40, "a.mp4")],
    }
    assert shown(timeline, "Audio") == {"A1": [(10, 20, 60, "a.mp4")]}
    assert timeline.tracks[1].find_clips()[0].effects[0].time_scalar == 2
    assert [m.marked_range.start_time.value for m in timeline.tracks[0].find_clips()[1].markers] == [50]
    made = Project(path.read_bytes(), tmp_path)
    assert (made.size, made.rate) == ((640, 360), Fraction(30000, 1001))
    # A clip in no mix lies on its track's first playlist, or Kdenlive repairs the project.
    for _, tractor in made.tracks(made.sequence()):
        _, second = (made.by_id[str(track.get("producer"))] for track in tractor.findall("track"))
        assert len(second.findall("entry")) == len(tractor.findall("transition"))


@pytest.mark.parametrize(
    ("size", "rate", "name"),
    [
        ((1920, 1080), 30000 / 1001, "atsc_1080p_2997"),
        ((1280, 720), 60000 / 1001, "atsc_720p_5994"),
        ((3840, 2160), 25.0, "uhd_2160p_25"),
        ((640, 360), 30000 / 1001, ""),
        ((1920, 1080), 10.0, ""),
    ],
)
def test_a_new_project_names_its_profile_where_there_is_one(tmp_path, size, rate, name):
    """Else Kdenlive 26.08 takes 29.97 frames a second for no standard rate."""
    otio.adapters.write_to_file(new_timeline(tmp_path, rate), str(tmp_path / "new.kdenlive"), NAME, size=size)
    made = Project((tmp_path / "new.kdenlive").read_bytes(), tmp_path)
    assert prop(made.bin, "kdenlive:docproperties.profile") == name
    profile = Path("/usr/share/mlt-7/profiles", name)
    if not name or not profile.is_file():
        return
    said = dict(
        line.split("=", 1) for line in profile.read_text(encoding="utf-8").splitlines() if "=" in line
    )
    assert (int(said["width"]), int(said["height"])) == size
    assert Fraction(int(said["frame_rate_num"]), int(said["frame_rate_den"])) == made.rate


def test_a_file_has_one_producer_in_each_playlist(tmp_path):
    """Else Kdenlive calls the project a buggy one in its log, and repairs it."""
    timeline = new_timeline(tmp_path)
    timeline.tracks[0].append(timeline.tracks[0][1].clone())
    otio.adapters.write_to_file(timeline, str(tmp_path / "new.kdenlive"), NAME)
    made = Project((tmp_path / "new.kdenlive").read_bytes(), tmp_path)
    seen = 0
    for playlist in made.root.findall("playlist"):
        if playlist is made.bin:
            continue
        names = {str(entry.get("producer")) for entry in playlist.findall("entry")}
        played = [(made.file(made.by_id[name]), made.speed(made.by_id[name])) for name in names]
        assert len(played) == len(set(played))
        seen += len(playlist.findall("entry")) - len(names)
    assert seen == 2, "a.mp4 and b.mp4 are on the first track twice each, in one playlist"


def test_a_file_is_in_the_bin_once_with_the_markers_of_all_its_clips(tmp_path):
    timeline = new_timeline(tmp_path)
    for clip, frame in (
        (timeline.tracks[0][1], 30),
        (timeline.tracks[0][4], 130),
        (timeline.tracks[0][4], 400),
    ):
        clip.markers.append(otio.schema.Marker("at", span(frame, 1, 30000 / 1001), comment=f"at {frame}"))
    otio.adapters.write_to_file(timeline, str(tmp_path / "new.kdenlive"), NAME)
    made = Project((tmp_path / "new.kdenlive").read_bytes(), tmp_path)
    binned = [made.by_id[str(entry.get("producer"))] for entry in made.bin.findall("entry")]
    files = [prop(each, "resource") for each in binned if each.tag != "tractor"]
    assert sorted(map(str, files)) == [(tmp_path / name).as_posix() for name in ("a.mp4", "b.mp4")]
    (marks,) = (prop(each, "kdenlive:markers") for each in binned if "a.mp4" in str(prop(each, "resource")))
    assert [mark["pos"] for mark in json.loads(str(marks))] == [30, 130], "none beyond the file's end"


def test_a_nested_timeline_cannot_go_into_a_new_project(tmp_path):
    timeline = new_timeline(tmp_path)
    timeline.tracks[0].append(otio.schema.Stack("inner", source_range=span(0, 5)))
    with pytest.raises(KdenliveError, match="nested 'inner'"):
        otio.adapters.write_to_file(timeline, str(tmp_path / "new.kdenlive"), NAME)


def test_melt_plays_a_new_project_to_the_frame(tmp_path):
    if shutil.which("melt") is None:
        pytest.skip("needs melt")
    import av

    from highlight_cuts_cv.testing.synthetic import make_counting_clip, read_index

    rate = Fraction(30000, 1001)
    for name in ("a.mp4", "b.mp4"):
        make_counting_clip(tmp_path / name, 300, rate, (320, 180))
    timeline = new_timeline(tmp_path)
    del timeline.tracks[1]  # laying tracks over another needs a display
    otio.adapters.write_to_file(timeline, str(tmp_path / "new.kdenlive"), NAME, size=(320, 180))
    film = tmp_path / "film.mp4"
    command = [
        "melt",
        str(tmp_path / "new.kdenlive"),
        "-consumer",
        f"avformat:{film}",
        "vcodec=libx264",
        "crf=12",
        "an=1",
    ]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    with av.open(str(film)) as video:
        frames = [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in video.decode(video=0)]
    expected = {10: 20, 69: 79, 70: 40, 114: 84, 125: 125, 169: 169, 177: 200, 216: 239}
    assert {place: read_index(frames[place]) for place in expected} == expected
    assert len(frames) == 217 and frames[0].mean() < 5 and frames[172].mean() < 5


def test_what_is_added_lies_in_one_folder_of_the_bin_and_a_new_projects_media_in_none(
    project, tracked, tmp_path
):
    def folders(path):
        made = Project(path.read_bytes(), path.parent)
        return [
            str(each.get("name")) for each in made.bin.findall("property") if each.text == "Highlight Cuts CV"
        ]

    first = tracked(["second"], over=True)
    assert len(folders(first)) == 1
    shutil.copy(first, project)
    assert folders(tracked(["01-game"], output="again.kdenlive")) == folders(first)
    otio.adapters.write_to_file(new_timeline(tmp_path), str(tmp_path / "new.kdenlive"), NAME)
    assert folders(tmp_path / "new.kdenlive") == []


def test_a_real_kdenlive_opens_a_new_project_as_it_is(tmp_path):
    """HCCV_KDENLIVE_OPENER names a program that is given a project and a folder, opens the one in Kdenlive and
    saves it in the other as ``imported.kdenlive``."""
    opener = os.environ.get("HCCV_KDENLIVE_OPENER")
    if not opener:
        pytest.skip("needs HCCV_KDENLIVE_OPENER, a program that opens projects in Kdenlive and saves them")
    from highlight_cuts_cv.testing.synthetic import make_counting_clip

    for name in ("a.mp4", "b.mp4"):
        make_counting_clip(tmp_path / name, 300, Fraction(30000, 1001), (320, 180), audio="aac")
    given = tmp_path / "new.kdenlive"
    otio.adapters.write_to_file(new_timeline(tmp_path), str(given), NAME, size=(320, 180))
    subprocess.run([opener, str(given), str(tmp_path / "out")], check=True, timeout=280)
    saved = read(tmp_path / "out" / "imported.kdenlive")
    assert shown(saved) == shown(read(given)) and shown(saved, "Audio") == shown(read(given), "Audio")


# --- a project that was tracked is tracked again ---


@pytest.fixture
def again(project, tracked):
    """Takes what was written for what is read next, and delivers once more."""

    def run(path, wanted, over=False, output="again.kdenlive"):
        shutil.copy(path, project)
        return tracked(wanted, over, output)

    return run


def in_bin(path):
    """The files in the bin, with their notes."""
    made = Project(path.read_bytes(), path.parent)
    found = [made.by_id[str(entry.get("producer"))] for entry in made.bin.findall("entry")]
    return sorted(Path(str(prop(each, "resource"))).name for each in found if each.tag != "tractor")


def counts(path):
    """What counts tracks."""
    made = Project(path.read_bytes(), path.parent)
    sequence = made.sequence()
    pairs = sorted(
        (str(prop(each, "a_track")), str(prop(each, "b_track"))) for each in sequence.findall("transition")
    )
    groups = prop(sequence, "kdenlive:sequenceproperties.groups") or prop(
        made.bin, "kdenlive:docproperties.groups"
    )
    return len(sequence.findall("track")), pairs, json.loads(str(groups))


def test_overlays_are_laid_once_however_often_it_is_tracked(project, tracked, again):
    start = project.with_name("start.kdenlive")
    shutil.copy(project, start)
    first = tracked(["01-game", "second"], over=True)
    names = [clip.name for clip in read_timeline(first, probe=FakeProbe(project)).clips]
    assert names == ["game", "second", "game"], "overlays are no clips"
    assert canonical(again(first, [], True, "none.kdenlive")) == canonical(first)
    second = again(first, ["second"], True)
    assert shown(read(second)) == shown(read(first)) and counts(second) == counts(first)
    assert in_bin(second) == in_bin(first)
    third = again(second, ["01-game", "second"], False, "films.kdenlive")
    assert [track.name for track in read(third).video_tracks()] == ["Game", "Titles"], "the empty track goes"
    assert counts(third) == counts(start)
    assert not [name for name in in_bin(third) if name.endswith(".mov")]


def test_a_film_stands_for_its_recording_when_it_is_tracked_again(project, tracked, again):
    shutil.copy(project, project.with_name("start.kdenlive"))
    first = tracked(["01-game"])
    timeline = read_timeline(first, probe=FakeProbe(project))
    was = read_timeline(project, probe=FakeProbe(project))
    for now, before in zip(timeline.clips, was.clips, strict=True):
        assert (now.media_path, now.start, now.frame_count) == (
            before.media_path,
            before.start,
            before.frame_count,
        )
    assert canonical(again(first, [], False, "none.kdenlive")) == canonical(first), (
        "a film stays that nobody picks anew"
    )
    second = again(first, ["01-game"], False)
    assert shown(read(second)) == shown(read(first)) and in_bin(second) == in_bin(first)
    # Its effect, too, stays on its picture.
    rects = [
        prop(each, "rect")
        for path in (first, second)
        for each in Project(path.read_bytes(), path.parent).root.iter("filter")
        if prop(each, "rect")
    ]
    assert len(set(rects)) == 1
    over = again(second, ["01-game"], True, "over.kdenlive")
    assert shown(read(over))["Game"] == shown(read(project.with_name("start.kdenlive")))["Game"], (
        "below an overlay lies the recording"
    )
    assert {name for name in in_bin(over) if name.endswith(".mp4")} == {"game.mp4", "second.mp4"}


def test_the_users_markers_stay_and_ours_are_made_anew(project, tmp_path):
    from highlight_cuts_cv.model import Mark

    def deliver(source, text, output):
        timeline = read_timeline(source, probe=FakeProbe(project))
        (clip,) = (each for each in timeline.clips if each.clip_id == "01-game")
        film = tmp_path / "films" / "one.mp4"
        film.parent.mkdir(exist_ok=True)
        film.touch()
        render = TrackedRender(film, marks=[Mark(frame=0, frames=1, text=text)])
        return write_tracked(timeline, {"01-game": render}, tmp_path / output, probe=FakeProbe(project, clip))

    first = deliver(project, "90 % sure", "first.kdenlive")
    second = deliver(first, "95 % sure", "second.kdenlive")
    marks = [
        [
            (marker.comment, marker.marked_range.start_time.value)
            for marker in read(path).find_clips()[0].markers
        ]
        for path in (first, second)
    ]
    assert marks == [[("90 % sure", 0), ("kick-off", 10)], [("95 % sure", 0), ("kick-off", 10)]]
