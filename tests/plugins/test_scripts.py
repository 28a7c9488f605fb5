from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import hccv_indicators
import hccv_scripts
import numpy as np
import pytest
from hccv_scripts import ffmpeg

from highlight_cuts_cv.contracts import ExportJob, RawFrame, resolve_options
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import BadInputError, CancelledError, ClipInfo, State, Track
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.rendering.prepare import prepare_draw
from highlight_cuts_cv.testing.synthetic import make_counting_clip

EXPORTERS = {spec.name: spec for spec in hccv_scripts.hccv_exporters()}
INDICATORS = {spec.name: spec for spec in hccv_indicators.hccv_indicators()}
NTSC = Fraction(30000, 1001)
SUFFIXES = {"data": ".csv", "ass": ".ass", "ffmpeg": ".sh", "fusion": ".setting", "fcpxml": ".fcpxml"}

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs the ffmpeg program")


def walking(count: int) -> Track:
    """A player who walks to the right and down, and is lost in frame 3 and for good from frame 20."""
    index = np.arange(count, dtype=np.float32)
    xyxy = np.stack((150 + 4.3 * index, 90 + 1.7 * index, 190 + 4.3 * index, 190 + 1.7 * index), axis=1)
    lost = (index == 3) | (index >= 20)
    xyxy[lost] = np.nan
    scores = np.where(lost, 0, 0.75).astype(np.float32)
    return Track(xyxy, scores, np.where(lost, State.LOST, State.OBSERVED).astype(np.uint8))


def make_job(clip: ClipInfo, output: Path, indicator: str = "dot", **options: object) -> ExportJob:
    track = walking(clip.frame_count)
    spec = INDICATORS[indicator]
    sprites = spec.create(resolve_options(spec.options, options)).draw(prepare_draw(clip, track))
    return ExportJob(clip=clip, track=track, sprites=sprites, output=output, media=PyAvKit())


def export(name: str, job: ExportJob, **options: object) -> Path:
    spec = EXPORTERS[name]
    return spec.create(resolve_options(spec.options, options)).export(job)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "game 1.mp4"
    return make_counting_clip(path, 60, NTSC, (640, 360), audio="aac", start=Fraction(1, 4))


@pytest.fixture(scope="module")
def clip(video: Path) -> ClipInfo:
    return clip_of(probe(video), 7, 37)


def marked(clip: ClipInfo, job: ExportJob) -> Iterator[RawFrame]:
    for frame in job.media.raw_frames(clip):
        job.media.composite(frame, job.sprites)
        yield frame


def differences(job: ExportJob, film: Path) -> list[float]:
    """Per frame with a marker, how far *film* is from ours within the sprites, mean over all samples."""
    found, placed = [], job.sprites.by_frame()
    theirs = list(PyAvKit().raw_frames(clip_of(probe(film))))
    ours = list(marked(job.clip, job))
    assert len(theirs) == len(ours) == job.clip.frame_count
    for mine, other in zip(ours, theirs, strict=True):
        samples = []
        for placement in placed.get(mine.index, ()):
            height, width = placement.sprite.rgba.shape[:2]
            for plane, (a, b) in enumerate(zip(mine.planes, other.planes, strict=True)):
                half = 1 if plane else 0
                x, y = int(placement.x) >> half, int(placement.y) >> half
                part = np.s_[y : y + (height >> half), x : x + (width >> half)]
                samples.append(np.abs(a[part].astype(int) - b[part].astype(int)).ravel())
        if samples:
            found.append(float(np.concatenate(samples).mean()))
    return found


@pytest.mark.parametrize("name", EXPORTERS)
def test_refuses_a_suffix_that_does_not_fit_and_says_which_does(
    name: str, clip: ClipInfo, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match=rf"film\{SUFFIXES[name]}"):
        export(name, make_job(clip, tmp_path / "film.mp4"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["ass", "ffmpeg"])
def test_nothing_is_left_under_the_outputs_name_after_a_cancel(
    name: str, clip: ClipInfo, tmp_path: Path
) -> None:
    output = tmp_path / f"film{SUFFIXES[name]}"
    with pytest.raises(CancelledError):
        export(name, replace(make_job(clip, output), cancelled=lambda: True))
    assert not output.exists()


def everything(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_stopped_second_export_leaves_the_first_with_all_its_pictures(
    clip: ClipInfo, tmp_path: Path
) -> None:
    output = tmp_path / "film.sh"
    export("ffmpeg", make_job(clip, output))
    first = everything(tmp_path)
    asked = iter(range(100))
    with pytest.raises(CancelledError):
        export("ffmpeg", replace(make_job(clip, output, "box"), cancelled=lambda: next(asked) > 10))
    assert everything(tmp_path) == first
    export("ffmpeg", make_job(clip, output, "box"))
    second = everything(tmp_path)
    assert len(second) == len(first) and second["film.sh"] != first["film.sh"]
    assert all(name.split("/")[1] in second["film.sh"].decode() for name in second if "/" in name)


def test_none_of_them_is_a_film_that_can_stand_in_a_timeline() -> None:
    assert not any(spec.film for spec in EXPORTERS.values())


def test_csv_says_when_and_where_in_every_unit(clip: ClipInfo, tmp_path: Path) -> None:
    rows = list(csv.DictReader(export("data", make_job(clip, tmp_path / "d.csv")).read_text().splitlines()))
    assert [int(row["frame"]) for row in rows] == [i + 8 for i in range(20) if i != 3]
    row = rows[4]  # the clip's frame 5, the video's twelfth from 0
    assert Fraction(row["time"]) == 12 / NTSC and float(row["seconds"]) == pytest.approx(12 / NTSC, abs=1e-9)
    assert int(row["pts"]) * clip.time_base == pytest.approx(Fraction(1, 4) + 12 / NTSC, abs=1e-4)
    assert [float(row[k]) for k in ("left", "top", "width", "height")] == [171.5, 98.5, 40, 100]
    shares = [float(row[k]) for k in ("x", "y", "w", "h")]
    assert shares == pytest.approx([171.5 / 640, 98.5 / 360, 40 / 640, 100 / 360], abs=1e-6)
    assert (row["score"], row["state"]) == ("0.75", "observed")


def test_json_and_mot_say_the_same(clip: ClipInfo, tmp_path: Path) -> None:
    document = json.loads(export("data", make_job(clip, tmp_path / "d.json"), format="json").read_text())
    assert document["rate"] == "30000/1001" and len(document["frames"]) == 19
    lines = export("data", make_job(clip, tmp_path / "d.txt"), format="mot").read_text().splitlines()
    assert lines[0] == "8,1,150,90,40,100,0.75,-1,-1,-1" and len(lines) == 19
    assert document["frames"][0]["left"] == 150


@needs_ffmpeg
@pytest.mark.parametrize(("indicator", "options"), [("dot", {}), ("label", {"text": "Sam 7"}), ("box", {})])
def test_ffmpeg_makes_the_same_film_from_the_script(
    indicator: str, options: dict[str, object], clip: ClipInfo, tmp_path: Path
) -> None:
    job = make_job(clip, tmp_path / "film.sh", indicator, **options)
    script = export("ffmpeg", job)
    found = differences(job, run_lossless(script))
    assert found and np.mean(found) < 2 and max(found) < 3
    assert probe(tmp_path / "film.mkv").audio


def run_lossless(script: Path) -> Path:
    text = script.read_text(encoding="utf-8")
    coding = "-c:v libx264 -preset medium -crf 18"
    assert coding in text
    lossless = script.with_name("lossless.sh")
    lossless.write_text(text.replace(coding, "-c:v ffv1").replace(" -movflags +faststart", ""))
    film = script.with_suffix(".mkv")
    done = subprocess.run(
        ["sh", str(lossless), str(film)], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return film


@needs_ffmpeg
def test_the_script_keeps_a_variable_rates_times(tmp_path: Path) -> None:
    times = [Fraction(n * n, 100) + Fraction(n, 30) for n in range(12)]
    source = make_counting_clip(tmp_path / "phone.mp4", 12, Fraction(30), (640, 360), times=times)
    job = make_job(clip_of(probe(source)), tmp_path / "film.sh")
    film = run_lossless(export("ffmpeg", job))
    assert np.mean(differences(job, film)) < 2
    kit = PyAvKit()
    pts = [n * probe(film).time_base for _, n in kit.frame_times(clip_of(probe(film)))]
    assert [float(t - pts[0]) for t in pts] == pytest.approx([float(t) for t in times], abs=0.002)


@pytest.mark.parametrize("seed", range(3))
def test_piecewise_expressions_are_the_values(seed: int) -> None:
    values = [int(v) for v in np.random.default_rng(seed).integers(0, 9, 40).cumsum() // 3]
    expression = ffmpeg._piecewise("n", values)
    names = {"if": None, "lt": lambda a, b: a < b, "pick": lambda c, a, b: a if c else b}
    for n, value in enumerate(values):
        assert eval(expression.replace("if(", "pick("), {"__builtins__": {}}, {**names, "n": n}) == value


@needs_ffmpeg
@pytest.mark.parametrize(
    ("indicator", "options"), [("dot", {}), ("ring", {}), ("glow", {}), ("label", {"text": "Sam 7"})]
)
def test_subtitles_draw_the_marker_in_the_right_frames(
    indicator: str, options: dict[str, object], clip: ClipInfo, tmp_path: Path
) -> None:
    job = make_job(clip, tmp_path / "marker.ass", indicator, **options)
    export("ass", job)
    film = tmp_path / "film.mkv"
    graph = "subtitles=marker.ass,trim=start_frame=7:end_frame=37,setpts=PTS-STARTPTS"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(clip.media.path),
        "-vf",
        graph,
        "-an",
        "-c:v",
        "ffv1",
        str(film),
    ]
    subprocess.run(command, check=True, cwd=tmp_path, stdin=subprocess.DEVNULL)
    found = differences(job, film)
    # A frame early or late, these small markers would differ by more than 20.
    assert found and np.mean(found) < 5 and max(found) < 9
