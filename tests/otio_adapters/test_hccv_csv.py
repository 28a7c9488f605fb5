"""The highlight-cuts CSV through OTIO, both ways."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import opentimelineio as otio
import pytest
from hccv_csv.dialect import CsvError, decode
from hccv_csv.table import Row, format_time, merge, parse_time, read_rows
from hypothesis import given, settings
from hypothesis import strategies as st

DATA = Path(__file__).parents[1] / "data"
HEADER = "videoName,startTime,stopTime,playerName"
NAME = "highlight_cuts_csv"


def read(text, **args):
    return otio.adapters.read_from_string(text, NAME, **args)


def write(item):
    return otio.adapters.write_to_string(item, NAME)


def lines(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def frames(clip):
    return clip.source_range.start_time.value, clip.source_range.end_time_exclusive().value


# --- reading ---


def test_a_season_becomes_a_timeline_for_each_player():
    season = otio.adapters.read_from_file(str(DATA / "season.csv"))
    assert isinstance(season, otio.schema.SerializableCollection)
    assert [timeline.name for timeline in season] == ["Zoë", "Bo Jr."]
    zoe, bo = ([(c.media_reference.target_url, *frames(c)) for c in t.find_clips()] for t in season)
    assert zoe == [
        ("games/game 1.mp4", 1800, 2175),  # two that overlap and one that touches
        ("games/game2.mp4", 90, 180),
        ("games/game 1.mp4", 111_600, 111_750),
    ]
    assert bo == [("games/game 1.mp4", 1815, 1830)]


def test_notes_are_markers_with_the_text_in_both_places():
    (clip,) = read(lines("a.mp4,0:10,0:12,Ann,goal", header=f"{HEADER},notes")).find_clips()
    (marker,) = clip.markers
    assert marker.name == marker.comment == "goal"
    assert marker.marked_range == clip.source_range


def test_one_player_is_a_timeline_and_one_can_be_chosen():
    text = lines("a.mp4,0:10,0:12,Ann", "a.mp4,0:20,0:22,Bo")
    assert read(lines("a.mp4,0:10,0:12,Ann")).name == "Ann"
    assert read(text, player="Bo").name == "Bo"
    with pytest.raises(CsvError, match="'Cy'; the players are: Ann, Bo"):
        read(text, player="Cy")


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), "30000/1001", 29.97, 30000 / 1001])
def test_ranges_are_whole_frames_at_the_rate(rate):
    (clip,) = read(lines("a.mp4,0:10,0:12,Ann"), rate=rate).find_clips()
    assert frames(clip) == (300, 360)
    assert clip.source_range.duration.rate == pytest.approx(30000 / 1001, abs=1e-12)


def test_padding_widens_and_then_merges():
    text = lines("a.mp4,0:01,0:02,Ann", "a.mp4,0:05,0:06,Ann", "a.mp4,0:20,0:21,Ann")
    assert [frames(c) for c in read(text, padding=2, rate=10).find_clips()] == [(0, 80), (180, 230)]
    assert frames(read(text, padding="0.5", rate=10).find_clips()[0]) == (5, 25)


def test_columns_in_any_order_and_case_with_a_byte_order_mark():
    text = "\ufeffPlayerName, stoptime ,STARTTIME,videoName,camera\r\nAnn,0:12,0:10,a.mp4,left\r\n\r\n"
    assert frames(read(text).find_clips()[0]) == (300, 360)
    assert write(read(text)).splitlines() == [
        "videoName,startTime,stopTime,playerName,camera",
        "a.mp4,0:10,0:12,Ann,left",
    ]


def test_semicolons_as_european_spreadsheets_write_them():
    text = lines("a.mp4;0:10,5;0:12;Ann").replace(HEADER, HEADER.replace(",", ";"))
    assert frames(read(text).find_clips()[0]) == (315, 360)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("others", ["notes, remarks", "a;b;c", "this|that", "plain"])
@pytest.mark.parametrize("said", ["", "sep={}\r\n", '"sep={}"\n'])
def test_the_separator_is_the_one_that_finds_the_known_columns(separator, others, said):
    header = separator.join([*HEADER.split(","), f'"{others}"'])
    text = said.format(separator) + f"{header}\r\n" + separator.join(["a.mp4", "0:10", "0:12", "Ann", ""])
    assert frames(read(text).find_clips()[0]) == (300, 360)


def test_a_sep_line_that_another_program_did_not_keep_up_is_no_harm():
    assert frames(read("sep=;\n" + lines("a.mp4,0:10,0:12,Ann")).find_clips()[0]) == (300, 360)
    with pytest.raises(CsvError, match=r"^Line 4"):
        read("sep=;\n" + lines("", "a.mp4,0:10,ten,Ann"))


@pytest.mark.parametrize(
    "header",
    [
        "Video Name,Start Time,Stop Time,Player Name",
        "VIDEO_NAME,start-time,Stop,player",
        "File,begin,End,PLAYER",
    ],
)
def test_headings_as_people_write_them(header):
    timeline = read(lines("a.mp4,0:10,0:12,Ann", header=header))
    assert frames(timeline.find_clips()[0]) == (300, 360)
    assert write(timeline) == lines("a.mp4,0:10,0:12,Ann")


def test_a_column_of_another_meaning_stays_when_the_name_itself_is_there():
    text = lines("a.mp4,0:10,0:12,Ann,cam 2", header=f"{HEADER},file")
    assert write(read(text)) == text


def test_separators_at_the_ends_of_lines_are_no_columns():
    text = lines("a.mp4,0:10,0:12,Ann,,", ",,,,,", header=f"{HEADER},,")
    assert write(read(text)) == lines("a.mp4,0:10,0:12,Ann")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_of_spreadsheets(tmp_path, name, encoding):
    text = lines("a.mp4,0:10,0:12,Zoë").replace(",", "\t")
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert otio.adapters.read_from_file(str(tmp_path / name)).name == "Zoë"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04rest", "is a workbook"),
        (b"\xff\xfea", "damaged UTF-16"),
        (b"a,b\n\0\1" * 9, "no text"),
    ],
)
def test_files_that_are_no_csv_are_named(tmp_path, data, message):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(CsvError, match=message):
        otio.adapters.read_from_file(str(tmp_path / "a.csv"))


@pytest.mark.parametrize("no", ["no", "No", "false", "0", "n"])
@pytest.mark.parametrize("yes", ["", "yes", "TRUE", "1", " y "])
def test_rows_that_are_not_included(no, yes):
    text = lines(f"a.mp4,0:10,0:12,Ann,{no}", f"a.mp4,0:20,0:22,Ann,{yes}", header=f"{HEADER},include")
    assert [frames(c) for c in read(text).find_clips()] == [(600, 660)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty"),
        (f"{HEADER}\n", "The file has a header but no highlights"),
        ("videoName,startTime\n", "Line 1 .* stopTime is missing"),
        (f"{HEADER},notes,Notes\na,0:1,0:2,b\n", "Line 1 names a column twice"),
        (lines("a.mp4,0:10,0:12,Ann", "", "a.mp4,0:10,0:09,Ann"), "Line 4, stopTime: 0:09 must be later"),
        (lines("a.mp4,0:10,0:10,Ann"), "Line 2, stopTime: 0:10 must be later"),
        (lines("a.mp4,ten,12,Ann"), "Line 2, startTime: 'ten' is not a time; expected seconds"),
        (lines("a.mp4,0:10,0:75,Ann"), "Line 2, stopTime: '0:75' has more than 59"),
        (lines("a.mp4,0:10,1:75:00,Ann"), "Line 2, stopTime: '1:75:00' has more than 59"),
        (lines("a.mp4,-0:10,0:12,Ann"), "Line 2, startTime: '-0:10'"),
        (lines(",0:10,0:12,Ann"), "Line 2, videoName is empty"),
        (
            lines("a.mp4,0,1, ", "a.mp4,0,1,B", "a.mp4,0,1,A"),
            "Line 2, playerName is empty; expected one of: A, B",
        ),
        (lines("a.mp4,0:10,0:12,Ann,x"), "Line 2 has 5 values for 4 columns"),
        (lines('a.mp4,0:10,0:12,"Ann'), "The file is not valid CSV: line 2"),
        (lines("a.mp4,0:10,0:12,A,maybe", header=f"{HEADER},include"), "Line 2, include: 'maybe'"),
        (lines("a.mp4,0:10,0:12,A,no", header=f"{HEADER},include"), "Every highlight"),
    ],
)
def test_errors_are_sentences_that_name_the_line(text, message):
    with pytest.raises(CsvError, match=f"^{message}.*[.;]"):
        read(text)


def test_all_bad_lines_are_named_at_once():
    text = lines(",5,ten,Ann", "a.mp4,0:10,0:12,Ann", "a.mp4,9,8,Ann", "a.mp4,9,10,Ann,too,many")
    with pytest.raises(CsvError, match=r"^4 things") as caught:
        read(text)
    told = [line.split(";")[0].strip() for line in str(caught.value).splitlines()[1:]]
    assert told == [
        "Line 2, videoName is empty",
        "Line 2, stopTime: 'ten' is not a time",
        "Line 4, stopTime: 8 must be later than startTime 9.",
        "Line 5 has 6 values for 4 columns",
    ]


@pytest.mark.parametrize("header", ["videoName,startTime,stopTime", HEADER])
def test_one_player_needs_no_name(header):
    text = lines("a.mp4,0:10,0:12" + "," * (header == HEADER), header=header)
    timeline = read(text)
    assert timeline.name == "" and frames(timeline.find_clips()[0]) == (300, 360)
    assert write(timeline) == lines("a.mp4,0:10,0:12", header="videoName,startTime,stopTime")
    assert read(lines("a.mp4,1,2,", "a.mp4,4,5,Ann")).name == "Ann"


def test_clips_come_in_the_order_of_the_file_and_are_called_by_their_notes():
    text = lines(
        "b.mp4,9,10,,",
        "a.mp4,20,21,,save",
        "a.mp4,5,6,,",
        "b.mp4,1,2,,",
        "b.mp4,10,11,,end",
        header=f"{HEADER},notes",
    )
    clips = read(text, rate=10).find_clips()
    assert [(c.name, *frames(c)) for c in clips] == [
        ("end", 90, 110),
        ("save", 200, 210),
        ("a", 50, 60),
        ("b", 10, 20),
    ]


def test_clips_come_in_the_order_asked_for_and_then_in_the_files():
    text = lines(
        "a.mp4,1,2,Ann,",
        "a.mp4,5,6,Ann,2",
        "a.mp4,9,10,Ann,10",
        "a.mp4,13,14,Ann,",
        "a.mp4,17,18,Ann,1.5",
        "a.mp4,18,19,Ann,",
        header=f"{HEADER},Rank",
    )
    timeline = read(text, rate=1)
    assert [frames(clip)[0] for clip in timeline.find_clips()] == [17, 5, 9, 1, 13]
    assert write(timeline) == text.replace("Rank", "order")
    with pytest.raises(
        CsvError, match="Line 2, order: 'best' is not a number; expected 1 for the first clip"
    ):
        read(lines("a.mp4,1,2,Ann,best", header=f"{HEADER},order"))


@pytest.mark.parametrize(
    ("blank", "marks"), [(True, ("yes", "")), (True, ("no", "x", "")), (False, ("x", ""))]
)
def test_a_blank_mark_means_no_only_where_the_others_are_ticks(blank, marks):
    text = lines(
        *(f"a.mp4,{n * 9},{n * 9 + 1},Ann,{mark}" for n, mark in enumerate(marks)), header=f"{HEADER},include"
    )
    starts = [frames(c)[0] for c in read(text, rate=1).find_clips()]
    assert ((len(marks) - 1) * 9 in starts) is blank


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("31.5", 31.5), ("31,5", 31.5), ("0", 0), ("5400", 5400), ("1:30", 90), ("90:00", 5400), ("01:02.250", 62.25),
        ("1:30:00", 5400), ("12:01:30 AM", 90), ("1:30:00 p.m.", 48600), ("12:00:01\u202fPM", 43201),
        ("1899-12-30 00:01:30", 90), ("\uff11:30", 90), ("30.12.1899 00:01:30", 90), ("12/30/1899 0:01:30", 90),
        ("1/0/1900 0:01:30", 90), ("90s", 90), ("1m30s", 90), ("1 min 30 sec", 90), ("1h 0m 2,5s", 3602.5), ("2 min", 120),
        ("1'30\"", 90), ("00.01.30", 90), ("'1:30", 90), ('="1:30"', 90), ("0.5", 0.5),
    ],
)  # fmt: skip
def test_times_as_people_and_spreadsheets_write_them(text, seconds):
    assert parse_time(text) == Fraction(seconds)


def test_parts_of_a_day_are_times_where_all_are():
    """As spreadsheets keep times when nobody formatted the column."""
    text = lines("a.mp4,0.000115740740740741,2.31481481481481E-04,Ann", "a.mp4,0,0.00001157,Ann")
    assert [frames(c) for c in read(text).find_clips()] == [(300, 600), (0, 30)]
    for time in ("0.000115740740740741", "1e-4"):
        with pytest.raises(CsvError, match=f"'{time}' is not a time"):
            read(lines(f"a.mp4,{time},20,Ann"))


@pytest.mark.parametrize(
    "header",
    [
        "U17 highlights,,,\n\nVideo,Start,End,Player",
        "Datei,Anfang,Ende,Spieler",
        "Vid\u00e9o,D\u00e9but,Fin,Joueur",
        "v\u00eddeo,inicio,fin,jugador",
        "Video (file),Start (min:sec),End [min:sec],Player",
    ],
)
def test_headings_of_other_languages_with_remarks_and_below_a_title(header):
    (clip,) = read(f"{header}\na.mp4,0:10,0:12,Ann\n").find_clips()
    assert frames(clip) == (300, 360)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ten",
        "-5",
        "1:60",
        "1:60:00",
        "1:30 PM",
        "13:00:00 PM",
        "0:0:0:1",
        "1e3",
        "'",
        "s",
        "1h1h",
        "9" * 12,
    ],
)
def test_other_times_are_refused(text):
    with pytest.raises(ValueError, match="expected seconds"):
        parse_time(text)


headings = st.sampled_from([HEADER, "sep=;\nVideo;Start;End", "file\tin\tout\tinclude", ""])
garbled = st.text(st.sampled_from("a0159:.,;\t|\"'\r\n -xé\0"), max_size=120).map(
    lambda text: text.encode("utf-16")
)


@given(headings, st.binary(max_size=120) | garbled | garbled.map(lambda data: data[2::2]))
@settings(max_examples=500, deadline=None)
def test_garbled_files_give_a_sentence_or_a_timeline(header, data):
    try:
        read(decode(header.encode() + b"\n" + data))
    except CsvError as error:
        assert str(error).strip()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"rate": 0}, "rate must be above 0"),
        ({"rate": "fast"}, "rate must be a number, not 'fast'"),
        ({"padding": -1}, "not be negative"),
        ({"padding": "nan"}, "padding must be a number"),
    ],
)
def test_unsuitable_arguments(args, message):
    with pytest.raises(CsvError, match=message):
        read(lines("a.mp4,0:10,0:12,Ann"), **args)


# --- writing ---


@pytest.mark.parametrize("args", [{}, {"rate": "24000/1001"}, {"padding": 3}])
def test_the_same_csv_comes_back(args):
    text = (DATA / "season.csv").read_text(encoding="utf-8")
    assert write(read(text, **args)) == text


def test_the_same_csv_comes_back_through_otio_files(tmp_path):
    season = otio.adapters.read_from_file(str(DATA / "season.csv"))
    otio.adapters.write_to_file(season, str(tmp_path / "season.otio"))
    again = otio.adapters.read_from_file(str(tmp_path / "season.otio"))
    otio.adapters.write_to_file(again, str(tmp_path / "season.csv"))
    assert (tmp_path / "season.csv").read_bytes() == (DATA / "season.csv").read_bytes()


def test_a_tsv_is_written_with_tabs(tmp_path):
    season = otio.adapters.read_from_file(str(DATA / "season.csv"))
    path = tmp_path / "season.tsv"
    otio.adapters.write_to_file(season, str(path), adapter_name=NAME)
    assert path.read_text(encoding="utf-8").splitlines()[0].split("\t") == (
        (DATA / "season.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    )
    names = [clip.name for clip in otio.adapters.read_from_file(str(path)).find_clips()]
    assert names == [clip.name for clip in season.find_clips()]


def test_clips_that_are_called_alike_have_their_times_in_their_names():
    clips = read("videoName,startTime,stopTime,notes\na.mp4,5,6,goal\nb.mp4,1:30,99,goal\na.mp4,9,10,save\n")
    assert [clip.name for clip in clips.find_clips()] == ["goal 00:00:05", "goal 00:01:30", "save"]


def test_a_clip_that_was_trimmed_gets_new_times():
    timeline = read(lines("a.mp4,0:10,0:12,Ann", "a.mp4,0:20,0:22,Ann"))
    second = timeline.find_clips()[1]
    second.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(615, 30), otio.opentime.RationalTime(30, 30)
    )
    assert write(timeline) == lines("a.mp4,0:10,0:12,Ann", "a.mp4,00:00:20.5,00:00:21.5,Ann")


def test_any_timeline_can_be_written():
    timeline = otio.adapters.read_from_file(str(DATA / "match_day.otio"))
    timeline.name = "Ann"
    rows = write(timeline).splitlines()
    assert rows[0] == f"{HEADER},notes"
    assert rows[1] == "media/game.mp4,00:00:03.333333,00:00:05.333333,Ann,nice"
    assert rows[2] == "media/second half.mp4,00:00:10,00:00:11.5,Ann,"


def test_a_timeline_without_clips_cannot_be_written():
    with pytest.raises(CsvError, match="no video clip"):
        write(otio.schema.Timeline("empty"))


# --- times and merging ---

times = st.integers(0, 5 * 3600 * 1000).map(lambda ms: Fraction(ms, 1000))


@given(times)
def test_times_survive_text(time):
    assert parse_time(format_time(time)) == time


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_times_are_what_they_say(hours, minutes, secs, millis):
    exact = hours * 3600 + minutes * 60 + secs + Fraction(millis, 1000)
    assert parse_time(f"{hours}:{minutes:02d}:{secs:02d}.{millis:03d}") == exact
    assert parse_time(f"{hours * 60 + minutes}:{secs:02d},{millis:03d}") == exact


@given(st.text(max_size=12))
def test_other_text_is_refused_with_a_value_error(text):
    try:
        assert parse_time(text) >= 0
    except ValueError as error:
        assert repr(text)[1:-1] in repr(str(error)) or text in str(error)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail_in_another_way(text):
    try:
        read_rows(f"{HEADER}\n{text}")
    except CsvError as error:
        assert str(error).strip()


@st.composite
def rows(draw):
    spans = draw(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), min_size=1, max_size=12))
    return [
        Row("a.mp4", Fraction(start, 4), Fraction(start + length, 4), "Ann", True, "", number, {})
        for number, (start, length) in enumerate(spans, start=2)
    ]


@given(rows(), st.integers(0, 8).map(lambda n: Fraction(n, 4)))
def test_merged_stretches_cover_the_same_time_and_stay_apart(rows, padding):
    merged = merge(rows, padding)
    for one, other in pairwise(merged):
        assert one.stop < other.start

    def covered(spans):
        return {quarter for start, stop in spans for quarter in range(int(start * 4), int(stop * 4))}

    wanted = [(max(row.start - padding, 0), row.stop + padding) for row in rows]
    assert covered((m.start, m.stop) for m in merged) == covered(wanted)
    assert sorted(row.line for m in merged for row in m.rows) == sorted(row.line for row in rows)


@given(rows())
def test_merging_what_is_merged_changes_nothing(rows):
    once = merge(rows)
    again = merge([Row("a.mp4", m.start, m.stop, "Ann", True, "", 2, {}) for m in once])
    assert [(m.start, m.stop) for m in once] == [(m.start, m.stop) for m in again]
