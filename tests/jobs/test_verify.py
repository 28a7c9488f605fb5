"""Proof of honesty: our own renders pass, and films that were tampered with do not."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from highlight_cuts_cv.contracts import AS_STORED, Cadence, Freeze, Watch
from highlight_cuts_cv.errors import BadInputError, CancelledError
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.manifest import manifest_path, read_manifest
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.verify import verify
from highlight_cuts_cv.model import State, Track
from highlight_cuts_cv.tracking.files import write_track
from tests.faces.hccv_process import hccv

RATE, COUNT, SOUND = Fraction(25), 60, 16000
SIZE = (320, 180)
LIKE = "The sound is the recording's, packet by packet."

Pictures = list[np.ndarray]


def scenes(count: int, size: tuple[int, int]) -> Pictures:
    """A camera that moves over ground full of detail; no two pictures are alike."""
    draw = np.random.default_rng(7)
    rough = draw.integers(0, 255, (size[1] // 2 + 40, size[0] // 2 + 160, 3), np.uint8)
    ground = cv2.GaussianBlur(cv2.resize(rough, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), (0, 0), 1.2)
    return [ground[n // 3 : n // 3 + size[1], 2 * n : 2 * n + size[0]] for n in range(count)]


def noise(seconds: float) -> np.ndarray:
    """(N,) float32: sound that is different at every moment."""
    draw = np.random.default_rng(3)
    samples = np.convolve(draw.normal(0, 0.3, round(seconds * SOUND)), np.ones(6) / 6, "same")
    return np.asarray(samples * (0.6 + 0.4 * np.sin(np.arange(len(samples)) / 900)), np.float32)


def made(
    path: Path,
    pictures: Sequence[np.ndarray],
    samples: np.ndarray | None,
    *,
    rate: Fraction = RATE,
    times: Sequence[Fraction] | None = None,
    rotation: int = 0,
    crf: int = 14,
    codec: str = "libx264",
) -> Path:
    base = Fraction(1, 90000)
    with av.open(str(path), "w") as output:
        options = {"crf": str(crf), "preset": "veryfast"} if codec == "libx264" else {}
        stream: Any = output.add_stream(codec, rate=rate, options=options)
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = base
        if rotation:
            stream.set_display_rotation(-rotation)
        sound: Any = None
        if samples is not None:
            sound = output.add_stream("aac", rate=SOUND)
            sound.codec_context.layout = "mono"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts, frame.time_base = round((times[number] if times else number / rate) / base), base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if samples is not None:
            for at in range(0, len(samples) - 1023, 1024):
                part = av.AudioFrame.from_ndarray(samples[None, at : at + 1024].copy(), "fltp", "mono")
                part.sample_rate, part.pts, part.time_base = SOUND, at, Fraction(1, SOUND)
                output.mux(sound.encode(part))
            output.mux(sound.encode(None))
    return path


def shown(path: Path) -> Pictures:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="bgr24") for frame in film.decode(video=0)]


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as film:
        return np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])


def followed(count: int = COUNT) -> Track:
    boxes = np.tile(np.array([[150, 90, 170, 140]], np.float32), (count, 1))
    return Track(boxes, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    return made(folder / "game.mp4", scenes(COUNT, SIZE), noise(float(COUNT / RATE)))


Render = Callable[..., Path]


@pytest.fixture
def render(tmp_path: Path) -> Render:
    def run(
        recording: Path,
        exporter: str = "burn:quality=edit",
        indicator: str = "dot",
        cadence: Cadence = AS_STORED,
    ) -> Path:
        setup = Setup(exporter=parse_choice(exporter), indicator=parse_choice(indicator))
        clip = video_clip(recording, None)
        return export(clip, followed(clip.frame_count), tmp_path / "film.mp4", setup, cadence)

    return run


@pytest.fixture
def tampered(recording: Path, render: Render, tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """What is wrong with our own render after its pictures or its sound went through a function."""

    def run(
        pictures: Callable[[Pictures], Pictures] = lambda same: same,
        samples: Callable[[np.ndarray], np.ndarray | None] = lambda same: same,
    ) -> tuple[str, ...]:
        film = render(recording)
        manifest = manifest_path(film).read_bytes()
        changed = made(tmp_path / "changed.mp4", pictures(shown(film)), samples(heard(film)))
        manifest_path(changed).write_bytes(manifest)
        notes: list[str] = []
        verdict = verify(recording, changed, watch=Watch(warn=notes.append))
        assert "was written again" in notes[0]
        return verdict.wrong

    return run


@pytest.mark.parametrize("quality", ["preview", "edit", "final", "match"])
def test_our_own_renders_are_honest(recording: Path, render: Render, quality: str) -> None:
    verdict = verify(recording, render(recording, f"burn:quality={quality}"))
    assert verdict.honest and verdict.frames == COUNT
    assert verdict.seen[0] == "All 60 pictures are there, each once and in order."
    assert "60 of its pictures are the same" in verdict.seen[1] and verdict.seen[3] == LIKE


@pytest.mark.parametrize("indicator", ["spotlight", "trail", "label:text=Sam"])
def test_whatever_the_marker_is(recording: Path, render: Render, indicator: str) -> None:
    assert verify(recording, render(recording, indicator=indicator)).honest


@pytest.mark.parametrize(
    "cadence",
    [
        Cadence(Fraction(30000, 1001)),
        Cadence(Fraction(50), 110),
        Cadence(Fraction(24), 57),
        Cadence(None, None, Freeze(20, Fraction(1, 2))),
        Cadence(Fraction(30), 70, Freeze(0, Fraction(1))),
    ],
)
def test_in_whatever_cadence_a_timeline_wants_it(recording: Path, render: Render, cadence: Cadence) -> None:
    assert verify(recording, render(recording, cadence=cadence)).wrong == ()


def test_a_film_that_is_copied_in_part(recording: Path, tmp_path: Path) -> None:
    setup = Setup(exporter=parse_choice("burn:quality=match,smart=yes"))
    track = followed()
    late = Track(track.xyxy.copy(), track.scores.copy(), track.states.copy())
    film = export(video_clip(recording, None), late, tmp_path / "film.mp4", setup)
    assert verify(recording, film).wrong == ()


@pytest.mark.parametrize("kind", ["ntsc", "turned", "uneven", "silent", "odd"])
def test_whatever_the_recording_is(tmp_path: Path, render: Render, kind: str) -> None:
    pictures, rate, times, rotation = scenes(COUNT, SIZE), RATE, None, 0
    if kind == "ntsc":
        rate = Fraction(30000, 1001)
    if kind == "turned":
        rotation = 90
    if kind == "uneven":
        times = [Fraction(n, 30) + Fraction(n // 7, 30) for n in range(COUNT)]
    if kind == "odd":
        pictures = [picture[:178, :318] for picture in pictures]
    sound = None if kind == "silent" else noise(float(times[-1] if times else COUNT / rate))
    path = made(tmp_path / "game.mp4", pictures, sound, rate=rate, times=times, rotation=rotation)
    for quality in ("edit", "preview"):
        verdict = verify(path, render(path, f"burn:quality={quality}"))
        assert verdict.wrong == ()
        assert (LIKE in verdict.seen) == (kind != "silent")


def blurred(picture: np.ndarray) -> np.ndarray:
    picture = picture.copy()
    picture[8:56, 220:268] = cv2.GaussianBlur(picture[8:56, 220:268], (0, 0), 4)
    return picture


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda all: all[:20] + all[21:], "Frame 20 (0.80 s) of the recording is missing in the film."),
        (lambda all: all[:20] + all[23:], "The frames 20 to 22 (0.80 to 0.92 s) of the recording are missing in the film."),
        (lambda all: all[:31] + all[30:], "Picture 31 of the film (1.24 s) is shown once more."),
        (lambda all: [*all[:10], 255 - all[9], *all[10:]], "Picture 10 of the film (0.40 s) is not the recording's."),
        (lambda all: all[:20] + all[19:20] + all[21:], "Frame 20 (0.80 s) of the recording is missing in the film."),
        (
            lambda all: [*all[:20], *map(blurred, all[20:30]), *all[30:]],
            "The pictures 20 to 29 of the film (0.80 to 1.20 s) differ from the recording outside the marker, between 224,0 and 272,64.",
        ),
        (
            lambda all: [*all[:20], blurred(all[20]), *all[21:]],
            "Picture 20 of the film (0.80 s) differs from the recording outside the marker, between 224,0 and 272,64.",
        ),
    ],
)  # fmt: skip
def test_pictures_that_were_tampered_with(
    tampered: Callable[..., tuple[str, ...]], change: Callable[[Pictures], Pictures], expected: str
) -> None:
    wrong = tampered(change)
    assert wrong[0] == expected
    assert len(wrong) <= 2  # and nothing that follows from it


def test_a_kit_that_was_dyed_and_a_place_that_was_covered(tampered: Callable[..., tuple[str, ...]]) -> None:
    def dyed(picture: np.ndarray) -> np.ndarray:
        picture = picture.copy()
        picture[100:150, 20:60] = np.clip(picture[100:150, 20:60] + np.array([40, -10, -30]), 0, 255)
        return picture

    (wrong,) = tampered(lambda all: [dyed(one) for one in all])
    assert wrong.startswith("The pictures 0 to 59 of the film") and "outside the marker" in wrong


def test_encoding_again_by_itself_is_no_lie(tampered: Callable[..., tuple[str, ...]]) -> None:
    assert tampered() == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda all: np.concatenate([all[:8000], all[16000:32000], all[24000:]]), "from 0.50 to 1.50 s"),
        (lambda all: np.concatenate([all[:16000], 0 * all[16000:24000], all[24000:]]), "from 1.00 to 1.50 s"),
        (lambda all: np.concatenate([np.zeros(4000, np.float32), all[:-4000]]), "0.25 s later"),
        (lambda all: None, "The film has no sound, the recording 1."),
    ],
)
def test_sound_that_was_tampered_with(
    tampered: Callable[..., tuple[str, ...]], change: Callable[[np.ndarray], np.ndarray | None], expected: str
) -> None:
    (wrong,) = tampered(samples=change)
    assert expected in wrong


def test_without_a_manifest_the_track_says_where_the_marker_is(
    recording: Path, render: Render, tmp_path: Path
) -> None:
    film = render(recording)
    manifest_path(film).unlink()
    write_track(tmp_path / "track.csv", followed())
    with pytest.raises(BadInputError, match="give the player's --track"):
        verify(recording, film)
    assert verify(recording, film, tmp_path / "track.csv").honest
    changed = made(tmp_path / "changed.mp4", [blurred(one) for one in shown(film)], heard(film))
    (wrong,) = verify(recording, changed, tmp_path / "track.csv").wrong
    assert "differ from the recording outside the marker" in wrong
    with pytest.raises(CancelledError):
        verify(recording, film, tmp_path / "track.csv", watch=Watch(cancelled=lambda: True))


def test_another_recording_is_told(recording: Path, render: Render, tmp_path: Path) -> None:
    film = render(recording)
    pictures = shown(recording)
    pictures[5][10:14, 10:20] += 9
    almost = made(tmp_path / "almost.mp4", pictures, noise(float(COUNT / RATE)))
    assert "not what the film was made from" in verify(almost, film).wrong[0]
    short = made(tmp_path / "short.mp4", pictures[:40], noise(2))
    (wrong,) = verify(short, film).wrong
    assert wrong.endswith("but short.mp4 has only 40: it is another recording.")


def test_a_marker_that_is_not_at_the_player_is_told(recording: Path, render: Render, tmp_path: Path) -> None:
    film = render(recording)
    write_track(tmp_path / "track.csv", followed())
    assert verify(recording, film, tmp_path / "track.csv").honest
    stored = json.loads(manifest_path(film).read_text())
    stored["marker"] = {str(n): [[280, 8, 310, 40]] for n in range(COUNT)}
    manifest_path(film).write_text(json.dumps(stored))
    assert any(
        "nowhere near the player" in one for one in verify(recording, film, tmp_path / "track.csv").wrong
    )


def test_manifests_that_are_none(recording: Path, render: Render, tmp_path: Path) -> None:
    mine = tmp_path / "film.manifest.json"
    mine.write_text('{"kind": "shopping list"}')
    film = render(recording)
    assert mine.read_text() == '{"kind": "shopping list"}'
    with pytest.raises(BadInputError, match="is no manifest"):
        verify(recording, film)
    mine.unlink()
    manifest = read_manifest(render(recording))
    assert manifest is not None and len(manifest.pictures) == COUNT and len(manifest.sound) == 1
    with pytest.raises(BadInputError, match="leave --range out"):
        verify(recording, film, frames="0:10")
    assert [path.name for path in tmp_path.iterdir() if "manifest" in path.name] == ["film.manifest.json"]


def test_an_overlay_proves_nothing(recording: Path, tmp_path: Path) -> None:
    setup = Setup(exporter=parse_choice("overlay"))
    film = export(video_clip(recording, None), followed(), tmp_path / "over.mov", setup)
    assert not manifest_path(film).exists()
    with pytest.raises(BadInputError, match="is an overlay"):
        verify(recording, film)


def test_the_command_says_it_with_its_status(recording: Path, render: Render, tmp_path: Path) -> None:
    film = render(recording)
    done = hccv("verify", recording, film)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].endswith("film.mp4 is honest.")
    changed = made(tmp_path / "changed.mp4", shown(film)[:-3], heard(film))
    manifest_path(changed).write_bytes(manifest_path(film).read_bytes())
    done = hccv("verify", recording, changed)
    assert done.returncode == 1 and "57 to 59" in done.stdout and "is NOT what" in done.stdout
    done = hccv("verify", recording, tmp_path / "none.mp4")
    assert done.returncode == 2 and "no file" in done.stderr
