"""Every command and function that writes refuses to write over what it reads, before it does any work."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import highlight_cuts_cv as hccv
from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.files.outputs import checked_output, writing_sentences
from highlight_cuts_cv.media import concat_files
from highlight_cuts_cv.model import BoundingBox, TrackingFrame

TRACK = "frame,left,top,width,height,score\n1,500,300,40,100,1\n2,500,300,40,100,1\n"


@pytest.fixture
def game(tmp_path: Path) -> Path:
    shutil.copyfile(demo_clip(), tmp_path / "game.mp4")
    (tmp_path / "t.csv").write_text(TRACK)
    write_cut(tmp_path / "game.mp4", tmp_path / "game.otio")
    return tmp_path / "game.mp4"


def cli(*arguments: object) -> None:
    """Run the command line; its errors come out as they are."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0


def still() -> list[TrackingFrame]:
    return [TrackingFrame(i, BoundingBox(500, 300, 540, 400), 1.0, False) for i in range(2)]


# what writes -> (call with the game's folder and the output, the inputs that the output may fall on)
WRITERS: dict[str, tuple[Callable[[Path, Path], object], tuple[str, ...]]] = {
    "track": (
        lambda f, o: cli("track", f / "game.mp4", "--pick", "0:500,300,40,100", "--range", "0:2", "-o", o),
        ("game.mp4",),
    ),
    "render": (
        lambda f, o: cli("render", f / "game.mp4", "--track", f / "t.csv", "--range", "0:2", "-o", o),
        ("game.mp4", "t.csv"),
    ),
    "export": (
        lambda f, o: cli(
            "export", f / "game.mp4", "--track", f / "t.csv", "--exporter", "data", "--range", "0:2", "-o", o
        ),
        ("game.mp4", "t.csv"),
    ),
    "detect": (lambda f, o: cli("detect", f / "game.mp4", "-o", o), ("game.mp4",)),
    "run": (
        lambda f, o: cli(
            "run", f / "game.otio", "--pick", "01-The-red-jacket-arrives=0:1056,330", "--output", o
        ),
        ("game.mp4", "game.otio"),
    ),
    "render_indicator": (
        lambda f, o: hccv.render_indicator(f / "game.mp4", still(), o, quality="preview"),
        ("game.mp4",),
    ),
    "concat_tracked_clips": (
        lambda f, o: hccv.concat_tracked_clips([demo_clip(), f / "game.mp4"], o),
        ("game.mp4",),
    ),
    "concat_files": (lambda f, o: concat_files([f / "game.mp4"], o), ("game.mp4",)),
}
SPELLINGS: dict[str, Callable[[Path], Path]] = {
    "itself": lambda file: file,
    "another spelling": lambda file: file.parent / "." / ".." / file.parent.name / file.name,
    "a symlink": lambda file: linked(file, os.symlink),
    "a hard link": lambda file: linked(file, os.link),
}


def linked(file: Path, link: Callable[[Path, Path], None]) -> Path:
    other = file.with_name(f"other{file.suffix}")
    link(file, other)
    return other


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    ("writer", "name"), [(writer, name) for writer, (_, names) in WRITERS.items() for name in names]
)
def test_an_output_that_is_an_input_is_refused(game, writer, name, spelling):
    before = {file.name: file.read_bytes() for file in game.parent.iterdir()}
    output = SPELLINGS[spelling](game.parent / name)
    with pytest.raises(BadInputError, match="same file as"):
        WRITERS[writer][0](game.parent, output)
    assert {name: (game.parent / name).read_bytes() for name in before} == before
    assert len(list(game.parent.iterdir())) == len(before) + (spelling.startswith(("a sym", "a hard")))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("output", ["nowhere/out.mp4", ".", "x" * 250 + ".mp4"])
def test_an_output_that_cannot_be_written_is_refused_before_any_work(game, writer, output):
    before = sorted(game.parent.iterdir())
    with pytest.raises(BadInputError, match=r"output|folder"):
        WRITERS[writer][0](game.parent, game.parent / output)
    assert sorted(game.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["out.aaf", "out.mp4", "t2.csv.gz", "out"])
def test_a_timeline_is_written_as_otio_or_not_at_all(game, name):
    with pytest.raises(BadInputError, match=r"must end in \.otio"):
        WRITERS["run"][0](game.parent, game.parent / name)
    assert not (game.parent / name).exists()
    assert not list(game.parent.glob("*.media"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(BadInputError, match="Nothing may be written"):
        checked_output(tmp_path / "a.mp4", [])


def test_an_output_that_exists_and_is_no_input_may_be_written_again(game):
    old = game.with_name("old.mp4")
    old.write_bytes(b"old")
    assert checked_output(old, [game, game.with_name("t.csv")]) == old


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x"), " because the disk is full; free some space and run again."),
        (OSError(errno.EFBIG, "x"), " because the disk is full; free some space and run again."),
        (OSError(errno.EACCES, "x"), "; check the permissions of its folder."),
        (OSError(errno.EROFS, "x"), "; check the permissions of its folder."),
        (OSError(errno.EIO, "Input/output error."), ": Input/output error."),
        (OSError("the share is gone"), ": the share is gone."),
        (OSError(), ": OSError."),
    ],
)
def test_what_the_system_says_becomes_a_sentence(error, said):
    with (
        pytest.raises(JobFailedError, match=f"^'a.csv' could not be written{re.escape(said)}$"),
        writing_sentences("a.csv"),
    ):
        raise error


def test_a_sentence_of_ours_stays_as_it_is():
    with pytest.raises(BadInputError, match=r"^No player in it\.$"), writing_sentences("a.csv"):
        raise BadInputError("No player in it.")


def test_where_the_system_does_not_say_how_long_names_may_be(tmp_path, monkeypatch):
    """The 15 bytes that a temporary name adds must fit into 255."""

    def unknown(*_: object) -> int:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "pathconf", unknown, raising=False)
    assert checked_output(tmp_path / ("x" * 236 + ".mp4"), [])
    with pytest.raises(BadInputError, match="is too long; 240 bytes are possible"):
        checked_output(tmp_path / ("x" * 237 + ".mp4"), [])


@pytest.mark.parametrize("name", ["game.mp4", "game.otio", "game.tracked.otio", "reel.mp4", "sheet.png"])
def test_the_demo_leaves_a_folder_with_the_users_files_alone(tmp_path, name):
    (tmp_path / name).write_bytes(b"the only copy")
    with pytest.raises(BadInputError, match="name another folder"):
        cli("demo", "-o", tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"the only copy"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_no_file_to_write(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(BadInputError, match="is a device or a pipe; name a file"):
        checked_output(tmp_path / "pipe.mp4", [])
