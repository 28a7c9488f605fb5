"""Timelines as editors write them, read into clips."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import read_timeline

NTSC = Fraction(30000, 1001)


def span(start, count, rate=30.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


def timeline_of(folder: Path, *items) -> Path:
    timeline = otio.schema.Timeline("test")
    timeline.tracks.append(otio.schema.Track("V1", children=list(items)))
    path = folder / "test.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return path


def clip_of(url, source=None, available=None, name="clip"):
    return otio.schema.Clip(name, otio.schema.ExternalReference(url, available), source)


def only(path, media, **more):
    (clip,) = read_timeline(path, probe=media.probe, **more).clips
    return clip


def test_an_edit_with_two_tracks_gaps_titles_and_audio(edit, media):
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    assert [(c.clip_id, c.track_name, c.position) for c in timeline.clips] == [
        ("01-Kick-off", "Game", 0),
        ("02-Goal", "Game", 75),
        ("03-Close-up", "Titles", 90),
        ("04-Replay", "Game", 120),
    ]
    assert timeline.rate == 30 and timeline.name == "Match day"
    kick = timeline.clips[0]
    assert (kick.start, kick.frame_count) == (Fraction(100, 30), 60)
    assert kick.media_path == media.folder / "media" / "game.mp4"
    assert timeline.clips[1].media_path.name == "second half.mp4"
    assert "Ann Example" in " ".join(timeline.warnings)


def test_a_transition_shows_more_of_its_clips(edit, media):
    goal, replay = read_timeline(edit("match_day"), probe=media.probe).clips[1::2]
    assert (goal.start, goal.head, goal.frame_count, goal.tail) == (Fraction(10), 0, 45 + 9, 9)
    assert (replay.start, replay.head, replay.frame_count) == (Fraction(200 - 6, 30), 6, 30 + 6)


def test_handles_stop_at_the_ends_of_the_media(media, tmp_path):
    media.add("a.mp4", frame_count=100)
    dissolve = otio.schema.Transition(in_offset=RationalTime(10, 30), out_offset=RationalTime(10, 30))
    path = timeline_of(tmp_path, clip_of("a.mp4", span(50, 45)), dissolve, clip_of("a.mp4", span(4, 20)))
    before, after = read_timeline(path, probe=media.probe).clips
    assert (before.tail, before.frame_count) == (5, 50)
    assert (after.head, after.start) == (4, 0)


def test_of_a_nested_sequence_only_what_its_trim_shows(edit, media):
    clips = read_timeline(edit("nested"), probe=media.probe).clips
    assert [(c.name, c.position, c.frame_count) for c in clips] == [
        ("first", 0, 30),
        ("shown", 15, 30),
        ("cut off", 45, 30),
    ]
    assert {c.track_name for c in clips} == {"V1"}


def test_ids_survive_re_reading_and_are_safe(edit, media):
    path = edit("match_day")
    ids = [c.clip_id for c in read_timeline(path, probe=media.probe).clips]
    assert ids == [c.clip_id for c in read_timeline(path, probe=media.probe).clips]
    assert len(set(ids)) == len(ids)
    assert all(i.isascii() and not set(i) & set(" #?%/=:") for i in ids)


def test_two_clips_alike_are_told_apart(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 10)), clip_of("a.mp4", span(0, 10)))
    timeline = read_timeline(path, probe=media.probe)
    assert [c.clip_id for c in timeline.clips] == ["01-clip", "02-clip"]
    assert [c.otio_index for c in timeline.clips] == [0, 1]
    assert timeline.clip("02-clip").position == 10
    with pytest.raises(BadInputError, match="'01-clip' and '02-clip'"):
        timeline.clip("03-clip")


def test_ntsc_is_exact_and_the_media_timecode_is_subtracted(edit, media):
    timeline = read_timeline(edit("ntsc_timecode"), probe=media.probe)
    (clip,) = timeline.clips
    assert timeline.rate == clip.rate == NTSC
    assert (clip.start, clip.frame_count) == (300 / NTSC, 90)


@pytest.mark.parametrize(
    ("source", "available", "timecode", "start"),
    [
        (span(30, 30), span(0, 900), None, 1),
        (span(30, 30), None, None, 1),
        (span(108030, 30), span(108000, 900), None, 1),  # the timecode is only in the timeline
        (span(108030, 30), span(108000, 900), "01:00:00:00", 1),
        (span(108030, 30), None, "01:00:00:00", 1),  # as an EDL gives it
        (span(108060, 30), span(108030, 300), "01:00:00:00", 2),  # a part of the file
        (span(60, 30), span(30, 300), None, 2),  # a part of a file without timecode
        (span(5, 30), span(1, 300), None, Fraction(5, 30)),  # such a part from the second frame on
        (span(5, 30), span(1, 900), None, Fraction(4, 30)),  # frames that are numbered from 1
        (span(30, 30), span(0, 900), "01:00:00:00", 1),  # the writer ignored the timecode
        (span(30, 30), span(108000, 900), "01:00:00:00", 1),
        (span(30, 30), None, "nonsense", 1),
        (None, span(108030, 300), "01:00:00:00", 1),
        (None, None, "01:00:00:00", 0),
    ],
)  # fmt: skip
def test_where_the_source_starts(media, tmp_path, source, available, timecode, start):
    media.add("a.mp4", timecode=timecode)
    assert only(timeline_of(tmp_path, clip_of("a.mp4", source, available)), media).start == start


def test_a_clip_without_ranges_is_the_whole_media(media, tmp_path):
    media.add("a.mp4", frame_count=250, rate=Fraction(25))
    clip = only(timeline_of(tmp_path, clip_of("a.mp4")), media)
    assert (clip.start, clip.frame_count, clip.rate) == (0, 250, 25)
    clip = only(timeline_of(tmp_path, clip_of("a.mp4", None, span(50, 100, 25))), media)
    assert (clip.start, clip.frame_count) == (2, 100)


def test_mixed_rates_become_whole_frames_that_do_not_drift(media, tmp_path):
    media.add("a.mp4", rate=Fraction(60))
    odd = [clip_of("a.mp4", span(0, 100.5, 30)) for _ in range(4)]
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 300)), *odd)
    clips = read_timeline(path, probe=media.probe).clips
    assert [c.frame_count for c in clips] == [300, 101, 101, 101, 101]
    assert [c.position for c in clips] == [300 + half // 2 for half in (-600, 0, 202, 402, 604)]


def test_the_global_start_time_tells_the_rate(media, tmp_path):
    media.add("a.mp4", rate=Fraction(60))
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 120, 60)))
    timeline = otio.adapters.read_from_file(str(path))
    timeline.global_start_time = RationalTime(86400, 23.976)
    otio.adapters.write_to_file(timeline, str(path))
    clip = only(path, media)
    assert (clip.rate, clip.frame_count) == (Fraction(24000, 1001), 48)


def test_speed_changes_get_the_material_for_both_readings(media, tmp_path):
    media.add("a.mp4")
    clip = clip_of("a.mp4", span(0, 30))
    clip.effects.append(otio.schema.LinearTimeWarp("fast", time_scalar=2.5))
    clip = only(timeline_of(tmp_path, clip), media)
    assert (clip.frame_count, clip.tail) == (75, 45)


def test_disabled_clips_and_tracks_are_left_alone(media, tmp_path):
    media.add("a.mp4")
    off = clip_of("a.mp4", span(0, 30), name="off")
    off.enabled = False
    path = timeline_of(tmp_path, off, clip_of("a.mp4", span(30, 30), name="on"))
    clip = only(path, media)
    assert (clip.name, clip.position) == ("on", 30)


@pytest.mark.parametrize("url", ["missing.mp4", "file:///old%20disk/missing.mp4", r"D:\old disk\missing.mp4"])
def test_missing_media_names_the_clip_and_the_way_out(media, tmp_path, url):
    with pytest.raises(BadInputError, match=r"'Kick'.*missing\.mp4.*--media-root"):
        only(timeline_of(tmp_path, clip_of(url, span(0, 30), name="Kick")), media)


@pytest.mark.parametrize(
    "url", ["file:///old%20disk/the%20game.mp4", r"D:\old disk\the game.mp4", "gone/the game.mp4"]
)
def test_media_root_relinks_by_name(media, tmp_path, url):
    found = media.add("elsewhere/deep/the game.mp4")
    path = timeline_of(tmp_path, clip_of(url, span(0, 30)))
    assert only(path, media, media_root=tmp_path / "elsewhere").media_path == found


def test_a_clip_that_names_only_a_file_is_relinked(media, tmp_path):
    found = media.add("elsewhere/game.mp4")
    path = timeline_of(tmp_path, otio.schema.Clip("game.mp4", None, span(0, 30)))
    clip = only(path, media, media_root=tmp_path)
    assert (clip.media_path, clip.name) == (found, "game")


def test_media_that_is_too_short_is_not_the_right_file(media, tmp_path):
    media.add("a.mp4", frame_count=300)
    with pytest.raises(BadInputError, match=r"'clip' .* uses 5\.00 s to 15\.00 s .* 10\.00 s long"):
        only(timeline_of(tmp_path, clip_of("a.mp4", span(150, 300))), media)
    assert only(timeline_of(tmp_path, clip_of("a.mp4", span(200, 101))), media).frame_count == 101


def test_unreadable_media_names_the_clip(media, tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(BadInputError, match=r"Clip 'clip' .* cannot be used\. .*text\.mp4 is not a video"):
        only(timeline_of(tmp_path, clip_of("text.mp4", span(0, 30))), media)


def test_nothing_to_follow_says_why(media, tmp_path):
    path = timeline_of(tmp_path, clip_of("logo.png", span(0, 30), name="Logo"))
    with pytest.raises(BadInputError, match=r"nothing to follow .*logo\.png is a still"):
        read_timeline(path, probe=media.probe)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(BadInputError, match="There is no timeline file"):
        read_timeline(tmp_path / "none.otio")
    (tmp_path / "bad.otio").write_text("{")
    with pytest.raises(BadInputError, match=r"bad\.otio cannot be read"):
        read_timeline(tmp_path / "bad.otio")
    (tmp_path / "bad.xyz").write_text("")
    with pytest.raises(BadInputError, match=r"No installed OpenTimelineIO adapter reads '\.xyz'.*otio"):
        read_timeline(tmp_path / "bad.xyz")
    (tmp_path / "bundle.otioz").write_text("")
    with pytest.raises(BadInputError, match="File is not a zip file"):
        read_timeline(tmp_path / "bundle.otioz")


def test_an_otiod_bundle_holds_its_media(media, tmp_path):
    path = timeline_of(tmp_path, clip_of("media/a.mp4", span(0, 30)))
    media.add("film.otiod/media/a.mp4")
    path.rename(tmp_path / "film.otiod" / "content.otio")
    assert only(tmp_path / "film.otiod", media).frame_count == 30


def test_one_of_several_timelines_is_chosen_by_name(media, tmp_path):
    media.add("a.mp4")
    both = otio.schema.SerializableCollection()
    for name in ("Ann", "Bo"):
        timeline = otio.schema.Timeline(name)
        timeline.tracks.append(otio.schema.Track(children=[clip_of("a.mp4", span(0, 30), name=name)]))
        both.append(timeline)
    path = tmp_path / "both.otio"
    otio.adapters.write_to_file(both, str(path))
    assert only(path, media, name="Bo").name == "Bo"
    with pytest.raises(BadInputError, match="--timeline, by its name or number: 1 Ann, 2 Bo"):
        read_timeline(path, probe=media.probe)
    with pytest.raises(BadInputError, match=r"none called 'Cy'; choose .*: 1 Ann, 2 Bo"):
        read_timeline(path, name="Cy", probe=media.probe)


def test_players_are_chosen_in_a_csv_and_timelines_elsewhere(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30)))
    with pytest.raises(BadInputError, match="choose with --timeline"):
        read_timeline(path, player="Ann", probe=media.probe)
    (tmp_path / "t.csv").write_text("videoName,startTime,stopTime\na.mp4,1,2\n")
    with pytest.raises(BadInputError, match="choose with --player"):
        read_timeline(tmp_path / "t.csv", name="Ann", probe=media.probe)


CSV = """videoName,startTime,stopTime,playerName,include,notes
media/game.mp4,00:10,00:12,Ann,,first goal
media/game.mp4,00:28,00:40,Ann,,
media/game.mp4,00:01,00:02,Bo,,
"""


def test_a_csv_runs_at_its_media_rate_and_ends_with_it(media, tmp_path):
    media.add("media/game.mp4", rate=NTSC, timecode="01:00:00:00")
    (tmp_path / "game.csv").write_text(CSV)
    timeline = read_timeline(tmp_path / "game.csv", player="Ann", probe=media.probe)
    first, second = timeline.clips
    assert timeline.rate == NTSC
    assert first.start == 300 / NTSC and first.frame_count == 60
    assert second.start == 839 / NTSC and second.frame_count == 900 - 839
    assert "cut to the video's end" in " ".join(timeline.warnings)
    # Editors count source time from the file's timecode, so the ranges start there.
    for index in (0, 1):
        otio_clip = timeline.otio_clip(timeline.clips[index])
        assert otio_clip.source_range.start_time.value == 108_000 + (300, 839)[index]
        assert otio_clip.media_reference.available_range == span(108_000, 900, 30000 / 1001)
    assert timeline.otio_clip(first).markers[0].marked_range.start_time.value == 108_300
    # Resolve links sound to picture by the group, and takes sound from audio tracks only.
    video, audio = timeline.otio.tracks
    assert audio.kind == "Audio"
    for picture, sound in zip(video, audio, strict=True):
        assert picture.source_range == sound.source_range
        assert picture.metadata["Resolve_OTIO"] == sound.metadata["Resolve_OTIO"]
    assert first.otio_index == 0 and timeline.otio_clip(first).markers[0].comment == "first goal"


def test_a_table_with_tabs_is_read_by_its_suffix(media, tmp_path):
    media.add("media/game.mp4")
    (tmp_path / "game.TSV").write_text(CSV.replace(",", "\t"))
    assert len(read_timeline(tmp_path / "game.TSV", player="Ann", probe=media.probe).clips) == 2


def test_a_clip_keeps_its_name_when_a_row_is_added(media, tmp_path):
    media.add("media/game.mp4")
    (tmp_path / "game.csv").write_text(CSV)
    first = read_timeline(tmp_path / "game.csv", player="Ann", probe=media.probe).clips[0]
    assert first.clip_id == "01-first-goal" and first.name == "first goal"
    (tmp_path / "game.csv").write_text(CSV.replace("notes\n", "notes\nmedia/game.mp4,5,6,Ann,,save\n"))
    more = read_timeline(tmp_path / "game.csv", player="Ann", probe=media.probe)
    assert [clip.name for clip in more.clips] == ["save", "first goal", "game"]
    for name in ("first-goal", "01-first-goal", "02-first-goal"):
        assert more.clip(name).start == first.start
    assert more.clip("02-game") is more.clips[2]
    with pytest.raises(BadInputError, match="no clip '01-goal'"):
        more.clip("01-goal")


def test_lines_that_cannot_be_followed_are_all_told_and_stop_nobody(media, tmp_path):
    """The rate is that of the first video that is there."""
    media.add("a.mp4", 250, Fraction(25))
    table = "videoName,startTime,stopTime\ngone.mp4,1,2\na.mp4,60,61\na.mp4,3,4\na.mp4,70,71\n"
    (tmp_path / "game.csv").write_text(table)
    timeline = read_timeline(tmp_path / "game.csv", probe=media.probe)
    assert [(clip.clip_id, clip.start, clip.rate) for clip in timeline.clips] == [("03-a-00-00-03", 3, 25)]
    for reason in (
        "no file gone.mp4",
        "line 3 of game.csv starts it at 60.00 s",
        "line 5 of game.csv starts it at 70",
    ):
        assert len([warning for warning in timeline.warnings if reason in warning]) == 1
    with pytest.raises(BadInputError, match="'02-a-00-01-00' cannot be followed: line 3"):
        timeline.clip("a-00-01-00")


def test_bad_lines_and_videos_that_cannot_be_used_are_told_at_once(media, tmp_path):
    media.add("a.mp4", 250, Fraction(25))
    rows = ["a.mp4,1,2", "gone.mp4,1,2", "a.mp4,60,61", "a.mp4,3,x", "lost.mp4,y,2"]
    (tmp_path / "game.csv").write_text("\n".join(["videoName,startTime,stopTime", *rows]))
    with pytest.raises(BadInputError, match="5 things") as caught:
        read_timeline(tmp_path / "game.csv", probe=media.probe)
    told = [line.strip() for line in str(caught.value).splitlines()[1:]]
    for line, begin in zip(
        told,
        [
            "Line 3, videoName: its media is missing, there is no file gone.mp4",
            "Line 4, startTime: it starts at 60.00 s, but",
            "Line 5, stopTime: 'x'",
            "Line 6, startTime: 'y'",
            "Line 6, videoName: its media is missing, there is no file lost.mp4",
        ],
        strict=True,
    ):
        assert line.startswith(begin)
    (tmp_path / "game.csv").write_text("\n".join(["videoName,startTime,stopTime", *rows[:3]]))
    timeline = read_timeline(tmp_path / "game.csv", probe=media.probe)
    assert len(timeline.clips) == 1
    assert [warning.split(": ", 1)[1][:24] for warning in timeline.warnings] == [
        "line 3 of game.csv names",
        "line 4 of game.csv start",
    ]


def test_clips_without_notes_keep_their_names_when_a_row_is_added(media, tmp_path):
    media.add("a.mp4", 900)
    path, rows = tmp_path / "game.csv", ["a.mp4,10,12", "a.mp4,20.5,21"]
    path.write_text("\n".join(["videoName,startTime,stopTime", *rows]))
    first = {clip.name: clip.start for clip in read_timeline(path, probe=media.probe).clips}
    assert first == {"a 00:00:10": 10, "a 00:00:20.5": Fraction(41, 2)}
    path.write_text("\n".join(["videoName,startTime,stopTime", "a.mp4,1,2", *rows]))
    more = read_timeline(path, probe=media.probe)
    for name in ("02-a-00-00-20.5", "a-00-00-20.5"):
        assert more.clip(name).start == Fraction(41, 2)
    path.write_text(f"videoName,startTime,stopTime\n{rows[0]}\n")
    assert read_timeline(path, probe=media.probe).clip("01-a").name == "a"


@pytest.mark.parametrize("rate", ["23.98", "24.999", "59.999", "29.97"])
def test_a_csv_runs_exactly_at_an_odd_rate(media, tmp_path, rate):
    """An hour in, 24000/1001 instead of 23.98 would be half a second off."""
    exact = Fraction(rate)
    media.add("game.mp4", 4000 * round(exact), rate=exact)
    (tmp_path / "game.csv").write_text("Video;Start;End\ngame.mp4;1:00:00;1:00:02\n")
    timeline = read_timeline(tmp_path / "game.csv", probe=media.probe)
    assert (timeline.rate, timeline.clips[0].rate) == (exact, exact)
    assert abs(timeline.clips[0].start - 3600) <= 1 / (2 * exact)


def test_a_csv_without_player_names_is_of_one(media, tmp_path):
    media.add("game.mp4")
    (tmp_path / "game.csv").write_text("Video;Start;End\ngame;1,5;3\n")  # and nor is a suffix needed
    timeline = read_timeline(tmp_path / "game.csv", probe=media.probe)
    assert timeline.name == "game" and timeline.clips[0].start == Fraction(3, 2)
    with pytest.raises(BadInputError, match="leave the player out"):
        read_timeline(tmp_path / "game.csv", player="Ann", probe=media.probe)


def test_a_csv_of_silent_video_has_no_audio_track(media, tmp_path):
    media.add("media/game.mp4", audio=False)
    (tmp_path / "game.csv").write_text(CSV)
    assert len(read_timeline(tmp_path / "game.csv", player="Bo", probe=media.probe).otio.tracks) == 1


def test_a_csv_of_several_players_wants_one(media, tmp_path):
    media.add("media/game.mp4")
    (tmp_path / "game.csv").write_text(CSV)
    with pytest.raises(BadInputError, match="--player: Ann, Bo"):
        read_timeline(tmp_path / "game.csv", probe=media.probe)
    with pytest.raises(BadInputError, match=r"'Cy'; the players are: Ann, Bo"):
        read_timeline(tmp_path / "game.csv", player="Cy", probe=media.probe)
    padded = read_timeline(tmp_path / "game.csv", player="Ann", probe=media.probe, padding=1)
    assert padded.clips[0].start == 9 and padded.clips[0].duration == 4


def test_a_csv_error_names_file_and_line(media, tmp_path):
    media.add("b.mp4")
    (tmp_path / "game.csv").write_text("videoName,startTime,stopTime,playerName\nb.mp4,one,2,Ann\n")
    with pytest.raises(BadInputError, match=r"game\.csv cannot be read: Line 2"):
        read_timeline(tmp_path / "game.csv", probe=media.probe)
    (tmp_path / "game.csv").write_text("videoName,startTime,stopTime,playerName\na.mp4,1:00,2:00,Ann\n")
    media.add("a.mp4", frame_count=300)
    with pytest.raises(
        BadInputError,
        match=r"line 2 of game\.csv starts it at 60\.00 s, but .*a\.mp4 is 10\.00 s long.*If 1 s are meant",
    ):
        read_timeline(tmp_path / "game.csv", probe=media.probe)


def test_source_time_that_begins_before_zero_is_counted_from_where_it_says(media, tmp_path):
    """As programs write that count a recording from its slate: the medium's first frame is at frame -5."""
    media.add("a.mp4", 900)
    path = timeline_of(tmp_path, clip_of("a.mp4", span(-5, 30), span(-5, 900)))
    (clip,) = read_timeline(path, probe=media.probe).clips
    assert (clip.start, clip.frame_count) == (0, 30)
