"""Whatever a timeline file holds: a result or a sentence, never a traceback, never a crash of OTIO."""

from __future__ import annotations

import json
import os
import random
import time
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
        begun = time.monotonic()
        try:
            _use(path, media)
            seen["result"] += 1
        except HighlightCutsError as error:
            assert str(error).endswith(".") and "opentimelineio7v" not in str(error), (seed, str(error))
            seen["sentence"] += 1
        except Exception as error:
            raise AssertionError(f"seed {name} {seed}") from error
        assert time.monotonic() - begun < 10
    assert min(seen.values()) > ROUNDS // 20


def _use(path: Path, media):
    timeline = read_timeline(path, probe=media.probe)
    clip = timeline.clips[-1]
    freeze_obstacles(timeline, clip) if clip.frame_count < 1000 else None
    render = TrackedRender(media.add("render.mp4", clip.frame_count, clip.rate), {"version": "0"})
    write_tracked(timeline, {clip.clip_id: render}, path.with_name("out.otio"), probe=media.probe)
    read_timeline(path.with_name("out.otio"), probe=media.probe)
