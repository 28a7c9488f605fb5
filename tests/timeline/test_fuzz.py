"""Whatever a timeline file, a CSV, an EDL, a Kdenlive project or a bundle holds: a result or a sentence, never a
traceback, never a crash of OTIO.  ``HCCV_FUZZ_ROUNDS`` says how many are tried of each."""

from __future__ import annotations

import json
import os
import random
import time
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from highlight_cuts_cv.errors import HighlightCutsError
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.freezing import freeze_obstacles
from tests.timeline.conftest import DATA

ROUNDS = int(os.environ.get("HCCV_FUZZ_ROUNDS", "150"))
ODD = [
    None, [], [None], {}, "", "x", "Clip.2", "../..", "\0", 0, 1, -1, 2**70, 1e308, 0.5, True,
    float("nan"), float("inf"), -float("inf"),
    {"OTIO_SCHEMA": "Nobody.1"}, {"OTIO_SCHEMA": "Clip.2"}, {"OTIO_SCHEMA": "RationalTime.1"}, {"OTIO_SCHEMA": 7},
    {"OTIO_SCHEMA": "RationalTime.1", "rate": 0.0, "value": 1.0},
    {"OTIO_SCHEMA": "RationalTime.1", "rate": -25.0, "value": -1.0},
]  # fmt: skip


def _places(value, at=()):
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*at, key)
            yield from _places(inner, (*at, key))


def mutate(data, draw):
    """Change *data* in one to three places: another value, none at all, or a part from elsewhere."""
    for _ in range(draw.randint(1, 3)):
        places = list(_places(data))
        if not places:
            return
        place, other = draw.choice(places), draw.choice(places)
        holder = data
        for key in place[:-1]:
            holder = holder[key]
        source = data
        for key in other:
            source = source[key]
        how = draw.randrange(4)
        if how == 0 and isinstance(holder, dict):
            del holder[place[-1]]
        elif how == 1:
            holder[place[-1]] = json.loads(json.dumps(source))
        else:
            holder[place[-1]] = json.loads(json.dumps(draw.choice(ODD)))


@pytest.mark.parametrize("name", ["match_day", "nested", "ntsc_timecode"])
def test_mutated_timelines(edit, media, name):
    path = edit(name)
    good = (DATA / f"{name}.otio").read_text()
    tracked = media.folder / "tracked.otio"
    timeline = read_timeline(path, probe=media.probe)
    renders = {}
    for clip in timeline.clips:
        renders[clip.clip_id] = TrackedRender(media.add(f"r/{clip.clip_id}.mp4", clip.frame_count, clip.rate))
    write_tracked(timeline, renders, tracked, probe=media.probe)
    seen = {"result": 0, "sentence": 0}
    for seed in range(ROUNDS):
        draw = random.Random(f"{name} {seed}")
        data = json.loads(tracked.read_text() if seed % 3 == 0 else good)
        mutate(data, draw)
        path.write_text(json.dumps(data))
        seen[_outcome(path, media, f"{name} {seed}")] += 1
    assert min(seen.values()) > ROUNDS // 20


TABLES = {
    "csv": """videoName,startTime,stopTime,playerName,include,notes
game.mp4,0:01,0:02.5,Sam,yes,"goal, left"
game.mp4,00:00:20,21,Sam,x,
other half.mp4,3,4.5,,no,
game.mp4,0:25,0:28,Sam,,save
""",
    "edl": """TITLE: cut
FCM: NON-DROP FRAME

001  game     V     C        00:00:00:10 00:00:00:20 01:00:00:00 01:00:00:10
* FROM CLIP NAME: game.mp4
002  AX       V     D    005 00:00:02:00 00:00:03:00 01:00:00:10 01:00:01:10
* TO CLIP NAME: other half.mp4
003  BL       V     C        00:00:00:00 00:00:00:12 01:00:01:10 01:00:01:22
004  game     AA/V  C        00:00:05:00 00:00:06:00 01:00:01:22 01:00:02:22
M2   game       050.0                00:00:05:00
* FROM CLIP NAME: game.mp4
* LOC: 01:00:02:00 RED     here
""",
    "kdenlive": (DATA / "kdenlive_26_08.kdenlive").read_text(),
}
SCRAPS = [
    "", ",", ";", "\t", '"', "'", "\0", "\r", "\n", "\ufeff", "é", "決勝", "nan", "inf", "-1", "0", "1e99", "99999999999",
    "00:60:00", "25:00:00:99", "01:00:00;02", "=SUM(A1)", "sep=;", "TITLE:", "FCM: DROP FRAME", "* FROM CLIP NAME: ",
    "M2   AX  -25.0  00:00:00:00", "videoName", "<entry/>", "</playlist>", 'in="-1"', 'producer="none"', "&nbsp;", "../..", "/", "\\", "x" * 5000, "K B", "W001",
]  # fmt: skip


def scramble(text: str, draw: random.Random) -> bytes:
    """*text* with one to four of its lines, words or letters gone, doubled, exchanged or written otherwise."""
    for _ in range(draw.randint(1, 4)):
        between = draw.choice(["\n", ",", " ", ""])
        parts = text.split(between) if between else list(text)
        at = draw.randrange(len(parts) or 1)
        how = draw.randrange(5)
        if how == 0:
            del parts[at : at + draw.choice([1, 1, 1, 5])]
        elif how == 1:
            parts[at:at] = [draw.choice(parts or [""])] * draw.choice([1, 1, 40])
        elif how == 2:
            parts[at : at + 1] = [draw.choice(SCRAPS)]
        elif how == 3:
            parts[at:at] = [draw.choice(SCRAPS)]
        else:
            draw.shuffle(parts)
        text = between.join(parts)
    data = text.encode(draw.choice(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"]), errors="replace")
    if draw.random() < 0.1:
        data = data[: draw.randrange(len(data) + 1)] + bytes(draw.randrange(256) for _ in range(9))
    return data


@pytest.mark.parametrize("kind", TABLES)
def test_scrambled_tables(media, kind):
    for name in ("game.mp4", "other half.mp4", "a.mp4", "b.mp4"):
        media.add(name, 900, Fraction(25))
    path = media.folder / f"edit.{kind}"
    path.write_text(TABLES[kind])
    _use(path, media, media.probe)
    seen = {"result": 0, "sentence": 0}
    for seed in range(ROUNDS):
        path.write_bytes(scramble(TABLES[kind], random.Random(f"{kind} {seed}")))
        seen[_outcome(path, media, f"{kind} {seed}")] += 1
    assert min(seen.values()) > ROUNDS // 20, seen


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_broken_bundles(media, edit):
    """The archive damaged, its timeline changed, its entries missing, renamed or twice there."""
    good = edit("match_day").read_text()
    path = media.folder / "edit.otioz"

    def probe(at):  # wherever the bundle was unpacked to
        return media.probe(at if at in media._known else media.folder / "media" / at.name)

    seen = {"result": 0, "sentence": 0}
    for seed in range(ROUNDS):
        draw = random.Random(f"otioz {seed}")
        data = json.loads(good)
        if draw.random() < 0.4:
            mutate(data, draw)
        entries = [("version.txt", "1.0.0"), ("content.otio", json.dumps(data)), ("media/game.mp4", "film")]
        if draw.random() < 0.3:
            place, other = (
                draw.randrange(3),
                draw.choice(["../x", "/x", "media/", "content.otio", "\\", "C:/x"]),
            )
            entries[place : place + 1] = draw.choice(
                [[], [entries[place]] * 2, [(other, entries[place][1])], [(entries[place][0], "")]]
            )
        with zipfile.ZipFile(path, "w", draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as bundle:
            for name, text in entries:
                bundle.writestr(name, text)
        if draw.random() < 0.4:
            archive = bytearray(path.read_bytes())
            for _ in range(draw.randint(1, 4)):
                archive[draw.randrange(len(archive))] = draw.randrange(256)
            path.write_bytes(archive[: draw.choice([len(archive)] * 3 + [draw.randrange(len(archive))])])
        seen[_outcome(path, media, f"otioz {seed}", probe)] += 1
    assert min(seen.values()) > ROUNDS // 20, seen


def _outcome(path: Path, media, seed: str, probe=None) -> str:
    """Whether using *path* ends in a result or in a sentence; anything else, or ten seconds, fails."""
    begun = time.monotonic()
    try:
        _use(path, media, probe or media.probe)
        return "result"
    except HighlightCutsError as error:
        assert str(error).endswith(".") and "opentimelineio7v" not in str(error), (seed, str(error))
        return "sentence"
    except Exception as error:
        raise AssertionError(f"seed {seed}") from error
    finally:
        assert time.monotonic() - begun < 10, seed


def _use(path: Path, media, probe):
    timeline = read_timeline(path, probe=probe)
    clip = timeline.clips[-1]
    freeze_obstacles(timeline, clip) if clip.frame_count < 1000 else None
    render = TrackedRender(media.add("render.mp4", clip.frame_count, clip.rate), {"version": "0"})
    write_tracked(timeline, {clip.clip_id: render}, path.with_name("out.otio"), probe=probe)
    read_timeline(path.with_name("out.otio"), probe=probe)
