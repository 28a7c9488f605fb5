"""Proof of honesty of joined films: clip by clip, against all the recordings that they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.contracts import AS_STORED, Cadence, Freeze, Watch
from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.export import export
from highlight_cuts_cv.jobs.film import join_titled
from highlight_cuts_cv.jobs.joined_manifest import read_joined_manifest
from highlight_cuts_cv.jobs.manifest import manifest_path
from highlight_cuts_cv.jobs.setup import Setup, parse_choice
from highlight_cuts_cv.jobs.verify import verify
from tests.faces.hccv_process import hccv
from tests.jobs.test_verify import Pictures, blurred, followed, heard, made, noise, scenes, shown

COUNT, RATE, SOUND = 60, Fraction(25), 16000
SIZE = (320, 180)


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two recordings whose pictures and sound are alike nowhere."""
    folder = tmp_path_factory.mktemp("games")
    pictures, samples = scenes(2 * COUNT, SIZE), noise(float(2 * COUNT / RATE))
    half = len(samples) // 2
    return [
        made(folder / "first.mp4", pictures[:COUNT], samples[:half]),
        made(folder / "second.mp4", pictures[COUNT:], samples[half:]),
    ]


def render(
    recording: Path, film: Path, cadence: Cadence = AS_STORED, exporter: str = "burn:quality=edit"
) -> Path:
    clip = video_clip(recording, None)
    return export(clip, followed(clip.frame_count), film, Setup(exporter=parse_choice(exporter)), cadence)


@pytest.fixture(scope="module")
def reel(games: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both, marked and joined; the clips' own films and manifests are gone."""
    folder = tmp_path_factory.mktemp("reel")
    films = [render(game, folder / f"{n}.mp4") for n, game in enumerate(games)]
    joined = join_titled(films, folder / "reel.mp4", [], Watch())
    for film in films:
        film.unlink()
        manifest_path(film).unlink()
    return joined


def test_a_joined_film_is_proven_against_all_its_recordings(reel: Path, games: list[Path]) -> None:
    for order in (games, games[::-1]):
        verdict = verify(order, reel)
        assert verdict.wrong == () and verdict.frames == 2 * COUNT
        assert verdict.seen[0] == "All 120 pictures are there, each once and in order."
        assert "recordings are those" in verdict.seen[1] and "120 of their pictures" in verdict.seen[1]
        assert (
            verdict.seen[-1].endswith("is the recording's throughout.")
            or "packet by packet" in verdict.seen[-1]
        )


Change = Callable[[Pictures], Pictures]
Tampered = Callable[..., tuple[str, ...]]


@pytest.fixture
def tampered(reel: Path, games: list[Path], tmp_path: Path) -> Tampered:
    def run(
        pictures: Change = lambda same: same,
        samples: Callable[[np.ndarray], np.ndarray | None] = lambda same: same,
    ) -> tuple[str, ...]:
        changed = made(tmp_path / "changed.mp4", pictures(shown(reel)), samples(heard(reel)))
        manifest_path(changed).write_bytes(manifest_path(reel).read_bytes())
        notes: list[str] = []
        verdict = verify(games, changed, watch=Watch(warn=notes.append))
        assert "was written again" in notes[0]
        return verdict.wrong

    return run


def test_encoding_again_by_itself_is_no_lie(tampered: Tampered) -> None:
    assert tampered() == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda all: all[:80] + all[81:], "Frame 20 (0.80 s) of second.mp4 is missing in the film."),
        (lambda all: all[:59] + all[61:], "Frame 59 (2.36 s) of first.mp4 is missing in the film."),
        (lambda all: all[:81] + all[80:], "Picture 81 of the film (3.24 s) is shown once more."),
        (lambda all: [*all[:90], 255 - all[9], *all[90:]], "Picture 90 of the film (3.60 s) is not the recording's."),
        (
            lambda all: [*all[:80], *map(blurred, all[80:90]), *all[90:]],
            "The pictures 80 to 89 of the film (3.20 to 3.60 s) differ from the recording outside the marker, between 224,0 and 272,64.",
        ),
    ],
)  # fmt: skip
def test_pictures_that_were_tampered_with(tampered: Tampered, change: Change, expected: str) -> None:
    wrong = tampered(change)
    assert wrong[0] == expected
    assert len(wrong) <= 2  # and nothing that follows from it


def test_clips_in_another_order_are_told(tampered: Tampered) -> None:
    (wrong,) = tampered(lambda all: all[COUNT:] + all[:COUNT])
    assert wrong.startswith("The pictures 0 to 119 of the film") and "differ from the recording" in wrong


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda all: np.concatenate([all[:48000], all[8000:24000], all[64000:]]),
            "not the recording's from 2.95 to 3.95 s.",
        ),
        (lambda all: None, "The film has no sound, the recording 1."),
    ],
)
def test_a_second_of_sound_that_was_exchanged(
    tampered: Tampered, change: Callable[[np.ndarray], np.ndarray | None], expected: str
) -> None:
    (wrong,) = tampered(samples=change)
    assert expected in wrong


def test_a_card_and_pictures_that_stand_still(games: list[Path], tmp_path: Path) -> None:
    intro = Cadence(Fraction(25), COUNT, Freeze(20, Fraction(1)))
    films = [render(game, tmp_path / f"{n}.mp4", intro) for n, game in enumerate(games)]
    joined = join_titled(films, tmp_path / "reel.mp4", ["Sam Miller", "No 7"], Watch())
    verdict = verify(games, joined)
    assert verdict.wrong == () and verdict.frames == 50 + 2 * (COUNT + 25)
    pictures = shown(joined)
    card = np.full_like(pictures[0], 20)
    for change, expected in (
        ([card] * 50 + pictures[50:], "The pictures 0 to 49 of the film"),
        (pictures[:50] + pictures[52:], "missing"),
        (pictures[:72] + pictures[74:], "missing"),
    ):
        changed = made(tmp_path / "changed.mp4", change, heard(joined))
        manifest_path(changed).write_bytes(manifest_path(joined).read_bytes())
        assert expected in " ".join(verify(games, changed).wrong)
    # What was silent has to stay so.
    loud = np.concatenate([0.3 * noise(2), heard(joined)[32000:]])
    changed = made(tmp_path / "loud.mp4", pictures, loud)
    manifest_path(changed).write_bytes(manifest_path(joined).read_bytes())
    (wrong,) = verify(games, changed).wrong
    assert wrong.startswith("The sound of the film is not the recording's from 0.00 to")


@pytest.mark.parametrize("kind", ["smaller", "upright", "fast", "uneven", "silent", "ten bits", "preview"])
def test_what_was_fitted_in_is_proven_too(games: list[Path], tmp_path: Path, kind: str) -> None:
    pictures, rate, times, sound = scenes(COUNT, SIZE), RATE, None, noise(float(COUNT / RATE))
    exporter = "burn:quality=edit"
    if kind == "smaller":
        pictures = [picture[:120, :214] for picture in pictures]
    if kind == "upright":
        pictures = [picture[:, 100:200] for picture in pictures]
    if kind == "fast":
        rate = Fraction(50)
    if kind == "uneven":
        times = [Fraction(n, 30) + Fraction(n // 7, 30) for n in range(COUNT)]
    if kind == "preview":
        pictures = scenes(COUNT, (1440, 810))
        exporter = "burn:quality=preview"
    other = made(
        tmp_path / "other.mp4", pictures, None if kind == "silent" else sound, rate=rate, times=times
    )
    if kind == "ten bits":
        exporter = "burn:quality=final"
    films = [render(games[0], tmp_path / "a.mp4"), render(other, tmp_path / "b.mp4", exporter=exporter)]
    joined = join_titled(films, tmp_path / "reel.mp4", [], Watch())
    verdict = verify([games[0], other], joined)
    assert verdict.wrong == ()
    changed_pictures = shown(joined)
    patch = changed_pictures[80][60:120, 140:180]
    patch[:] = 255 - patch
    changed = made(tmp_path / "changed.mp4", changed_pictures, heard(joined))
    manifest_path(changed).write_bytes(manifest_path(joined).read_bytes())
    assert any(one.startswith("Picture 80 of the film") for one in verify([games[0], other], changed).wrong)


def test_a_reel_in_the_style_of_recruiters(tmp_path: Path) -> None:
    write_cut(demo_clip(), tmp_path / "cut.otio")
    film = tmp_path / "reel.mp4"
    done = hccv("run", tmp_path / "cut.otio", "--pick", "01=0:#1", "--style", "recruiting", "--title", "Sam", "--film", film)  # fmt: skip
    assert done.returncode == 0, done.stderr
    verdict = verify(demo_clip(), film)
    assert verdict.wrong == ()
    assert next(part.card for part in read_joined_manifest(film) or ()) == ("Sam",)


def test_joined_films_can_be_joined_again(games: list[Path], reel: Path, tmp_path: Path) -> None:
    more = render(games[0], tmp_path / "more.mp4")
    joined = join_titled([reel, more], tmp_path / "long.mp4", [], Watch())
    assert verify(games, joined).wrong == ()


@pytest.mark.parametrize("rate", [25, 50])
def test_and_fitted_into_films_of_another_kind(tmp_path: Path, rate: int) -> None:
    pictures = scenes(2 * COUNT, SIZE)
    games = [
        made(tmp_path / f"game{n}.mp4", part, None)
        for n, part in enumerate((pictures[:COUNT], pictures[COUNT:]))
    ]
    films = [render(game, tmp_path / f"{n}.mp4") for n, game in enumerate(games)]
    reel = join_titled(films, tmp_path / "reel.mp4", [], Watch())
    large = made(tmp_path / "large.mp4", scenes(COUNT, (480, 270)), None, rate=Fraction(rate))
    long = join_titled([render(large, tmp_path / "first.mp4"), reel], tmp_path / "long.mp4", [], Watch())
    assert [part.name for part in read_joined_manifest(long) or ()] == ["first.mp4", "0.mp4", "1.mp4"]
    verdict = verify([*games, large], long)
    assert verdict.wrong == () and verdict.frames == COUNT + 2 * COUNT * rate // 25
    changed_pictures = shown(long)
    patch = changed_pictures[-20][90:180, 210:270]
    patch[:] = 255 - patch
    changed = made(tmp_path / "changed.mp4", changed_pictures, None, rate=Fraction(rate))
    manifest_path(changed).write_bytes(manifest_path(long).read_bytes())
    (wrong,) = verify([*games, large], changed).wrong
    assert wrong.startswith(f"Picture {verdict.frames - 20} of the film")
    # Into a third kind: nobody knows any more in which way.
    small = render(made(tmp_path / "small.mp4", scenes(COUNT, (160, 90)), None), tmp_path / "other.mp4")
    again = join_titled([small, long], tmp_path / "again.mp4", [], Watch())
    with pytest.raises(BadInputError, match=r"was joined from long\.mp4, too"):
        verify([*games, large], again)


def test_recordings_that_are_missing_or_others(games: list[Path], reel: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"was made from second.mp4, too; give all"):
        verify([games[0]], reel)
    with pytest.raises(BadInputError, match="leave --track and --range out"):
        verify(games, reel, frames="0:10")
    renamed = tmp_path / "renamed.mp4"
    renamed.write_bytes(games[1].read_bytes())
    assert verify([games[0], renamed], reel).honest, "known by its pictures"
    short = made(tmp_path / "second.mp4", shown(games[1])[:40], noise(2))
    (wrong,) = verify([games[0], short], reel).wrong
    assert "second.mp4 has only 40: it is another recording." in wrong
    pictures = shown(games[1])
    pictures[5][10:14, 10:20] += 9
    almost = made(short, pictures, noise(float(COUNT / RATE)))
    assert "of second.mp4 are not what the film was made from" in verify([games[0], almost], reel).wrong[0]


def test_cameras_give_the_same_name_twice(games: list[Path], tmp_path: Path) -> None:
    recordings = []
    for n, game in enumerate(games):
        path = tmp_path / str(n) / "DJI_0001.mp4"
        path.parent.mkdir()
        path.write_bytes(game.read_bytes())
        recordings.append(path)
    films = [render(path, tmp_path / f"{n}.mp4") for n, path in enumerate(recordings)]
    joined = join_titled(films, tmp_path / "reel.mp4", [], Watch())
    assert verify(recordings, joined).honest and verify(recordings[::-1], joined).honest


def test_films_of_which_nothing_is_known(games: list[Path], tmp_path: Path) -> None:
    known, unknown = render(games[0], tmp_path / "a.mp4"), render(games[1], tmp_path / "b.mp4")
    manifest_path(unknown).unlink()
    output = tmp_path / "reel.mp4"
    join_titled([known, unknown], output, [], Watch())
    with pytest.raises(BadInputError, match=r"was joined from b.mp4, too, of which no manifest"):
        verify(games, output)
    manifest_path(known).unlink()
    join_titled([known, unknown], output, [], Watch())
    assert not manifest_path(output).exists(), "that of the film before would accuse this one"
    manifest_path(output).write_text('{"kind": "shopping list"}')
    notes: list[str] = []
    join_titled([known, unknown], output, [], Watch(warn=notes.append))
    assert "shopping list" in manifest_path(output).read_text() and "left alone" in notes[0]


def test_a_damaged_manifest_is_told(games: list[Path], reel: Path, tmp_path: Path) -> None:
    film = tmp_path / "reel.mp4"
    film.write_bytes(reel.read_bytes())
    stored = json.loads(manifest_path(reel).read_text())
    for damage in ({"seconds": "soon"}, {"made": {"recording": 3}}, {"fitted": {"width": 3}}):
        parts: Sequence[object] = [stored["parts"][0] | damage, *stored["parts"][1:]]
        manifest_path(film).write_text(json.dumps(stored | {"parts": parts}))
        with pytest.raises(BadInputError, match="is damaged"):
            verify(games, film)


def test_the_command_takes_all_recordings(games: list[Path], reel: Path) -> None:
    done = hccv("verify", *games, reel)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].endswith("reel.mp4 is honest.")
    done = hccv("verify", games[1], reel)
    assert done.returncode == 2 and "first.mp4, too" in done.stderr
