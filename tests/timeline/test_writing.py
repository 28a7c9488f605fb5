"""The tracked timeline, rule by rule."""

from __future__ import annotations

import json
from fractions import Fraction

import av
import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.model import BadInputError, JobFailedError
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.locate import MediaFinder

NTSC = Fraction(30000, 1001)
NOTE = {"pick": ["0:#1"], "tracker": "csrt", "indicator": "dot", "tracked": 0.98, "version": "0.1.0"}


def span(start, count, rate=30.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


@pytest.fixture
def tracked(edit, media):
    """Reads an edit, gives each chosen clip a render of the right length, writes, reads with OTIO."""

    def run(name="match_day", clip_ids=None, output="out/edit.tracked.otio", target="any", **render):
        timeline = read_timeline(edit(name), probe=media.probe)
        renders = {}
        for clip in timeline.clips:
            if clip_ids is None or clip.clip_id in clip_ids:
                file = media.add(f"renders/{clip.clip_id}.mp4", clip.frame_count, clip.rate, **render)
                renders[clip.clip_id] = TrackedRender(file, NOTE)
        path = write_tracked(timeline, renders, media.folder / output, target, probe=media.probe)
        return timeline, path, otio.adapters.read_from_file(str(path))

    return run


def named(timeline, name):
    return next(clip for clip in timeline.find_clips() if clip.name == name)


def test_rule_1_plain_absolute_paths(tracked, media):
    _, path, result = tracked(clip_ids=["01-Kick-off"])
    assert "file:" not in path.read_text() and "%20" not in path.read_text()
    kick = named(result, "Kick off")
    assert kick.media_reference.target_url == (media.folder / "renders" / "01-Kick-off.mp4").as_posix()
    # Also of clips that were not tracked: the timeline lies in another folder now.
    goal = (media.folder / "media" / "second half.mp4").as_posix()
    assert named(result, "Goal").media_reference.target_url == goal
    # What is missing stays as the user wrote it.
    assert named(result, "music").media_reference.target_url == "media/music.wav"


def test_rule_1_renders_have_safe_names(edit, media):
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    render = TrackedRender(media.add("a #1.mp4"))
    with pytest.raises(ValueError, match=r"a #1\.mp4"):
        write_tracked(timeline, {"02-Goal": render}, media.folder / "out.otio", probe=media.probe)


def test_rule_2_the_source_starts_at_0(tracked):
    _, _, result = tracked()
    assert named(result, "Kick off").source_range == span(0, 60)
    assert named(result, "Kick off").media_reference.available_range == span(0, 60)


def test_rule_2_with_a_transition_the_render_has_handles(tracked):
    _, _, result = tracked()
    goal, replay = named(result, "Goal"), named(result, "Replay")
    assert (goal.source_range, goal.media_reference.available_range) == (span(0, 45), span(0, 54))
    assert (replay.source_range, replay.media_reference.available_range) == (span(6, 30), span(0, 36))
    assert replay.visible_range() == span(0, 36)


def test_rule_3_both_ranges_start_at_the_renders_timecode(tracked):
    _, _, result = tracked(timecode="00:01:00:00")
    assert named(result, "Kick off").source_range == span(1800, 60)
    assert named(result, "Kick off").media_reference.available_range == span(1800, 60)


def test_rule_3_renders_have_a_constant_rate(tracked):
    with pytest.raises(JobFailedError, match="variable frame rate"):
        tracked(variable_rate=True)


def all_rates(path):
    rates = set()

    def collect(value):
        if isinstance(value, dict):
            if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime"):
                rates.add(value["rate"])
                assert value["value"] == int(value["value"])
            for child in value.values():
                collect(child)
        elif isinstance(value, list):
            for child in value:
                collect(child)

    collect(json.loads(path.read_text()))
    return rates


def test_rule_4_ntsc_is_a_rational_everywhere(tracked):
    _, path, result = tracked("ntsc_timecode")
    assert all_rates(path) == {30000 / 1001}
    # Kdenlive takes the project's rate from here and compares it exactly.
    assert result.duration().rate == 30000 / 1001
    assert Fraction(result.duration().rate).limit_denominator(1001) == NTSC


def test_rule_4_for_kdenlive_every_range_is_at_the_timelines_rate(media, tmp_path):
    media.add("a.mp4", rate=Fraction(60))
    reference = otio.schema.ExternalReference("a.mp4", span(0, 900, 60))
    items = [otio.schema.Clip("a", reference.clone(), span(0, 300))]
    items += [otio.schema.Clip("b", reference.clone(), span(0, 101, 60.0)) for _ in range(4)]
    timeline = otio.schema.Timeline("mixed")
    timeline.tracks.append(otio.schema.Track("V1", children=items))
    timeline.global_start_time = RationalTime(0, 30)
    otio.adapters.write_to_file(timeline, str(tmp_path / "mixed.otio"))
    read = read_timeline(tmp_path / "mixed.otio", probe=media.probe)
    path = write_tracked(read, {}, tmp_path / "out.otio", "kdenlive", probe=media.probe)
    result = otio.adapters.read_from_file(str(path))
    assert result.duration() == RationalTime(502, 30) and result.duration().rate == 30
    assert {clip.source_range.duration.value for clip in result.find_clips()} == {300, 50, 51}


def test_rule_4_transitions_for_kdenlive_are_whole_frames_of_the_timeline_too(media, tmp_path):
    media.add("a.mp4", rate=Fraction(60))
    reference = otio.schema.ExternalReference("a.mp4", span(0, 900, 60))
    one, other = (otio.schema.Clip(name, reference.clone(), span(60, 120, 60)) for name in "ab")
    # 5.5 and 9.3 frames at 30.
    blend = otio.schema.Transition(
        "dissolve", "SMPTE_Dissolve", RationalTime(11, 60), RationalTime(310, 1000)
    )
    timeline = otio.schema.Timeline("mixed")
    timeline.tracks.append(otio.schema.Track("V1", children=[one, blend, other]))
    timeline.global_start_time = RationalTime(0, 30)
    otio.adapters.write_to_file(timeline, str(tmp_path / "mixed.otio"))
    read = read_timeline(tmp_path / "mixed.otio", probe=media.probe)
    path = write_tracked(read, {}, tmp_path / "out.otio", "kdenlive", probe=media.probe)
    one, blend, other = otio.adapters.read_from_file(str(path)).tracks[0]
    assert [(time.value, time.rate) for time in (blend.in_offset, blend.out_offset)] == [(6, 30), (9, 30)]
    assert [(c.source_range.start_time.value, c.source_range.duration.value) for c in (one, other)] == [
        (30, 60)
    ] * 2


def test_rule_5_available_ranges_are_always_written(media, tmp_path):
    media.add("a.mp4", frame_count=90)
    timeline = otio.schema.Timeline("bare")
    children = [otio.schema.Clip(name, otio.schema.ExternalReference("a.mp4")) for name in ("a", "b")]
    timeline.tracks.append(otio.schema.Track("V1", children=children))
    otio.adapters.write_to_file(timeline, str(tmp_path / "bare.otio"))
    read = read_timeline(tmp_path / "bare.otio", probe=media.probe)
    renders = {"01-a": TrackedRender(media.add("r.mp4", 90))}
    result = otio.adapters.read_from_file(
        str(write_tracked(read, renders, tmp_path / "out.otio", probe=media.probe))
    )
    for clip in result.find_clips():
        for reference in clip.media_references().values():
            assert reference.available_range == span(0, 90)


def test_rule_6_audio_tracks_stay_with_their_links(tracked):
    timeline, _, result = tracked()
    before, after = timeline.otio.tracks[2], result.tracks[2]
    assert [c.source_range for c in before] == [c.source_range for c in after]
    assert named(result, "Kick off").metadata["Resolve_OTIO"] == after[0].metadata["Resolve_OTIO"]
    assert after[0].media_reference.target_url.endswith("media/game.mp4")


def test_rule_7_markers_stay_on_their_picture_as_they_were(tracked):
    _, _, result = tracked()
    (marker,) = named(result, "Kick off").markers
    assert marker.marked_range == span(30, 3)
    assert (marker.name, marker.comment, marker.color) == ("goal", "nice", "RED")
    assert marker.metadata["editor"]["rating"] == 5
    assert result.tracks.markers[0].marked_range == span(60, 1)


def test_rule_7_notes_are_in_name_and_comment(media, tmp_path):
    media.add("game.mp4")
    (tmp_path / "a.csv").write_text(
        "videoName,startTime,stopTime,playerName,notes\ngame.mp4,0:05,0:09,Ann,what a shot\n"
    )
    read = read_timeline(tmp_path / "a.csv", probe=media.probe)
    renders = {read.clips[0].clip_id: TrackedRender(media.add("r.mp4", 120))}
    path = write_tracked(read, renders, tmp_path / "a.tracked.csv", probe=media.probe)
    assert path.name == "a.tracked.otio"
    (marker,) = otio.adapters.read_from_file(str(path)).find_clips()[0].markers
    assert marker.name == marker.comment == "what a shot"
    assert marker.marked_range == span(0, 120)


def test_rule_8_what_the_user_had_is_kept(tracked):
    timeline, _, result = tracked()
    assert [type(item) for item in result.tracks[0]] == [type(item) for item in timeline.otio.tracks[0]]
    assert result.tracks[0][3].is_equivalent_to(timeline.otio.tracks[0][3])
    kick = named(result, "Kick off")
    assert kick.effects[0].metadata["lift"] == 0.5
    assert str(result.metadata) == str(timeline.otio.metadata)
    assert named(result, "Ann Example").is_equivalent_to(named(timeline.otio, "Ann Example"))
    assert result.tracks[0].range_of_child_at_index(4) == timeline.otio.tracks[0].range_of_child_at_index(4)


def test_rule_8_clips_that_were_not_tracked_are_as_they_were(tracked):
    timeline, _, result = tracked(clip_ids=["01-Kick-off"])
    for name in ("Goal", "Replay", "Close-up"):
        expected = named(timeline.otio, name)
        url = expected.media_reference.target_url
        found = MediaFinder(timeline.path.parent).find(url)
        assert found is not None
        expected.media_reference.target_url = found.as_posix()
        assert named(result, name).is_equivalent_to(expected)


def test_rule_9_schemas_are_pinned_and_the_original_is_the_second_reference(tracked, media):
    _, path, result = tracked()
    text = path.read_text()
    assert '"Clip.2"' in text and '"Marker.2"' in text
    kick = named(result, "Kick off")
    assert kick.active_media_reference_key == "DEFAULT_MEDIA"
    original = kick.media_references()["original"]
    assert original.target_url == (media.folder / "media" / "game.mp4").as_posix()
    assert original.available_range == span(0, 900)
    ours = kick.metadata["highlight_cuts_cv"]
    assert {key: ours[key] for key in NOTE if key != "pick"} == {k: v for k, v in NOTE.items() if k != "pick"}
    assert list(ours["pick"]) == ["0:#1"]


def test_rule_9_references_that_the_user_had_are_all_kept(media, tmp_path):
    media.add("a.mp4"), media.add("proxy.mp4")
    references = {
        "DEFAULT_MEDIA": otio.schema.ExternalReference("proxy.mp4", span(0, 900)),
        "original": otio.schema.ExternalReference("a.mp4", span(0, 900)),
    }
    clip = otio.schema.Clip("a", source_range=span(30, 60))
    clip.set_media_references(references, "original")
    timeline = otio.schema.Timeline("two")
    timeline.tracks.append(otio.schema.Track("V1", children=[clip]))
    otio.adapters.write_to_file(timeline, str(tmp_path / "two.otio"))
    read = read_timeline(tmp_path / "two.otio", probe=media.probe)
    assert read.clips[0].media_path.name == "a.mp4"
    renders = {"01-a": TrackedRender(media.add("r.mp4", 60))}
    path = write_tracked(read, renders, tmp_path / "out.otio", probe=media.probe)
    urls = {
        key: reference.target_url.rsplit("/", 1)[-1]
        for key, reference in otio.adapters.read_from_file(str(path))
        .find_clips()[0]
        .media_references()
        .items()
    }
    assert urls == {"DEFAULT_MEDIA": "r.mp4", "original": "a.mp4", "original-2": "proxy.mp4"}
    again = read_timeline(path, probe=media.probe)
    restored = again.otio.find_clips()[0]
    assert restored.active_media_reference_key == "original"
    assert set(restored.media_references()) == {"DEFAULT_MEDIA", "original"}


def test_rule_10_nothing_is_written_when_a_render_is_missing_short_or_long(edit, media):
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    output = media.folder / "out.otio"
    with pytest.raises(JobFailedError, match=r"'02-Goal' is missing"):
        write_tracked(
            timeline, {"02-Goal": TrackedRender(media.folder / "no.mp4")}, output, probe=media.probe
        )
    short = TrackedRender(media.add("short.mp4", 53))
    with pytest.raises(JobFailedError, match=r"1\.767 s long, but clip '02-Goal' needs 1\.800 s"):
        write_tracked(timeline, {"02-Goal": short}, output, probe=media.probe)
    longer = TrackedRender(media.add("long.mp4", 55))
    with pytest.raises(JobFailedError, match=r"1\.833 s long, but clip '02-Goal' needs 1\.800 s"):
        write_tracked(timeline, {"02-Goal": longer}, output, probe=media.probe)
    assert not list(media.folder.glob("*out*"))


def test_rule_10_what_does_not_read_back_the_same_does_not_appear(edit, media, monkeypatch):
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    output = media.folder / "out.otio"
    output.write_text("the one before")
    other = otio.schema.Timeline("other")
    monkeypatch.setattr(otio.adapters, "read_from_string", lambda *args, **more: other)
    with pytest.raises(JobFailedError, match="did not read back"):
        write_tracked(timeline, {}, output, probe=media.probe)
    assert output.read_text() == "the one before"
    assert [p.name for p in media.folder.glob("*out*")] == ["out.otio"]


def test_rule_10_for_resolve_no_medium_may_be_missing(tracked, media):
    with pytest.raises(BadInputError, match=r"clip 'music' is missing: .*music\.wav"):
        tracked(target="resolve")
    (media.folder / "media" / "music.wav").touch()
    _, path, _ = tracked(target="resolve")
    assert path.is_file()


def test_unsuitable_arguments(edit, media):
    path = edit("match_day")
    timeline = read_timeline(path, probe=media.probe)
    for output, message in [(path, "another name"), (path.with_suffix(".aaf"), r"written as \.otio")]:
        with pytest.raises(BadInputError, match=message):
            write_tracked(timeline, {}, output, probe=media.probe)
    with pytest.raises(BadInputError, match="any, kdenlive, resolve"):
        write_tracked(timeline, {}, path.with_name("o.otio"), "avid", probe=media.probe)
    with pytest.raises(BadInputError, match="no clip '09'"):
        write_tracked(timeline, {"09": TrackedRender(path)}, path.with_name("o.otio"), probe=media.probe)


def test_what_was_read_is_not_changed_by_writing(tracked, edit, media):
    timeline, _, _ = tracked()
    assert timeline.otio.is_equivalent_to(read_timeline(edit("match_day"), probe=media.probe).otio)


@pytest.mark.parametrize("name", ["match_day", "nested"])
def test_a_tracked_timeline_reads_as_the_original(tracked, media, name):
    timeline, path, _ = tracked(name)
    again = read_timeline(path, probe=media.probe)
    assert again.clips == timeline.clips
    for before, after in zip(timeline.otio.find_clips(), again.otio.find_clips(), strict=True):
        if before.media_reference.schema_name() == "ExternalReference" and before.name != "music":
            assert before.source_range == after.source_range
            assert [m.marked_range for m in before.markers] == [m.marked_range for m in after.markers]
    assert "highlight_cuts_cv" not in again.otio.find_clips()[0].metadata


def test_a_trim_made_after_tracking_is_kept_when_reading_again(tracked, media):
    _, path, result = tracked("ntsc_timecode")
    clip = named(result, "camera")
    clip.source_range = span(10, 50, 30000 / 1001)
    otio.adapters.write_to_file(result, str(path))
    (again,) = read_timeline(path, probe=media.probe).clips
    assert (again.start, again.frame_count) == (310 / NTSC, 50)


def test_tracking_one_clip_again_keeps_the_renders_of_the_others(tracked, media):
    _, path, first = tracked()
    read = read_timeline(path, probe=media.probe)
    again = TrackedRender(media.add("renders/again.mp4", 60), {"tracker": "better"})
    second = otio.adapters.read_from_file(
        str(write_tracked(read, {"01-Kick-off": again}, media.folder / "again.otio", probe=media.probe))
    )
    assert named(second, "Kick off").media_reference.target_url.endswith("again.mp4")
    assert named(second, "Kick off").metadata["highlight_cuts_cv"]["tracker"] == "better"
    assert set(named(second, "Kick off").media_references()) == {"DEFAULT_MEDIA", "original"}
    for name in ("Goal", "Replay", "Close-up"):
        assert named(second, name).is_equivalent_to(named(first, name))


def make_video(path, frame_count, rate):
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(frame_count):
            picture = np.full((48, 64, 3), level, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


def test_with_real_files_and_the_real_probe(tmp_path):
    make_video(tmp_path / "game.mp4", 60, NTSC)
    (tmp_path / "game.csv").write_text(
        "videoName,startTime,stopTime,playerName\ngame.mp4,00:00.5,00:01,Ann\ngame.mp4,00:01.5,00:09,Ann\n"
    )
    timeline = read_timeline(tmp_path / "game.csv")
    first, second = timeline.clips
    assert (first.start, first.frame_count, first.rate) == (15 / NTSC, 15, NTSC)
    assert second.start + second.duration == first.info.duration == 60 / NTSC
    render = TrackedRender(make_video(tmp_path / "r.mp4", 15, NTSC), NOTE)
    path = write_tracked(timeline, {first.clip_id: render}, tmp_path / "game.tracked.otio")
    clip = otio.adapters.read_from_file(str(path)).find_clips()[0]
    assert clip.source_range == clip.media_reference.available_range == span(0, 15, 30000 / 1001)
    assert read_timeline(path).clips == timeline.clips


def test_it_converts_to_fcp7_xml_with_its_media(tracked, media, tmp_path):
    pytest.importorskip("otio_fcp_adapter")
    _, _, result = tracked("ntsc_timecode")
    xml = tmp_path / "out.xml"
    otio.adapters.write_to_file(result, str(xml), adapter_name="fcp_xml")
    (clip,) = read_timeline(xml, probe=media.probe).clips
    assert clip.media_path == media.folder / "renders" / "01-camera.mp4"
    assert (clip.start, clip.frame_count, clip.rate) == (0, 90, NTSC)
