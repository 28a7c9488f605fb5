"""What a real Kdenlive 26.08 saved of our projects after it had opened them, against what we write now.

The recording stands in for the program; ``HCCV_KDENLIVE_OPENER`` (see tests/otio_adapters) has it looked at anew.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import opentimelineio as otio
import pytest

from highlight_cuts_cv.model import LiveMarker
from highlight_cuts_cv.testing.synthetic import make_counting_clip
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.shown import shown
from tests.timeline.conftest import DATA
from tests.timeline.judged import LENGTH, NTSC, add_media, judged

CAME = json.loads((DATA / "kdenlive_opened.json").read_text(encoding="utf-8"))["came"]
ENDINGS = {"replace": "tracked.mp4", "overlay": "overlay.mov", "live": "marker.png"}


def plays(path: Path) -> list[list[object]]:
    timeline = otio.adapters.read_from_file(str(path), "highlight_cuts_kdenlive")
    return [
        [each.track, each.begin, each.length, each.first, Path(each.file).name]
        for each in sorted(shown(timeline, NTSC))
    ]


def write(media, way: str, make=None) -> Path:
    """The project of the judged timeline, delivered in one *way*."""
    otio.adapters.write_to_file(judged(media.folder), str(media.folder / "edit.otio"))
    timeline = read_timeline(media.folder / "edit.otio", probe=media.probe)
    renders = {}
    for clip in timeline.clips:
        film = media.add(f"films/{clip.clip_id}.{ENDINGS[way]}", clip.frame_count, NTSC)
        if make is not None:
            make(film, clip.frame_count)
        live = [LiveMarker(film, [(0.0, 10.0, 10.0, 8.0, 8.0, 1.0)])] if way == "live" else []
        renders[clip.clip_id] = TrackedRender(film, over=way != "replace", live=live)
    return write_tracked(timeline, renders, media.folder / f"judged.{way}.kdenlive", probe=media.probe)


@pytest.mark.parametrize("way", ENDINGS)
def test_every_clip_is_where_kdenlive_found_it(media, way):
    add_media(media)
    assert plays(write(media, way)) == CAME[way]


@pytest.mark.parametrize("way", ENDINGS)
def test_a_real_kdenlive_finds_every_clip_where_it_was_recorded(media, way):
    opener = os.environ.get("HCCV_KDENLIVE_OPENER")
    if not opener:
        pytest.skip("needs HCCV_KDENLIVE_OPENER, a program that opens projects in Kdenlive and saves them")
    add_media(media)
    for name in ("a.mp4", "btc.mov"):
        (media.folder / name).unlink()
        make_counting_clip(media.folder / name, LENGTH, NTSC, (320, 180), audio="aac")

    def make(film: Path, count: int) -> None:
        film.unlink()
        if film.suffix == ".png":
            from PIL import Image

            Image.new("RGBA", (8, 8), "yellow").save(film)
        else:
            make_counting_clip(film, count, NTSC, (320, 180))

    project = write(media, way, make)
    subprocess.run([opener, str(project), str(media.folder / "out")], check=True, timeout=280)
    assert plays(media.folder / "out" / "imported.kdenlive") == CAME[way]
