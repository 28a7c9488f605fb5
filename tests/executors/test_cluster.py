"""A Dask cluster of real processes: all clips arrive, none is done twice, though a worker is killed midway."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from highlight_cuts_cv import __version__
from highlight_cuts_cv.executors import cluster
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import BadInputError

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(map(str, [ROOT, ROOT / "plugins", ROOT / "otio_adapters"])),
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
needs_distributed = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)
CLIPS = 6


@pytest.fixture
def address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def workers(address: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Three workers of one scheduler."""
    port = address.rpartition(":")[2]
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    with ExitStack() as stack:
        begun = []
        for number, command in enumerate([scheduler, worker, worker, worker]):
            folder = tmp_path / f"dask{number}"
            folder.mkdir()
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:]],
                    env=ENVIRONMENT,
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                )
            stack.callback(process.wait)
            stack.callback(process.kill)
            begun.append(process)
        yield begun[1:]


def hccv_run(reel: Path, address: str) -> subprocess.Popen[bytes]:
    picks = [word for n in range(CLIPS) for word in ("--pick", f"c{n}=0:905,204,52,147")]
    options = ["--quality", "preview", "--executor", "dask", "--scheduler", address]
    return subprocess.Popen(
        [sys.executable, "-m", "highlight_cuts_cv", "run", str(reel), *picks, *options],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@needs_distributed
def test_a_worker_of_three_is_killed_midway(
    tmp_path: Path, address: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    reel = tmp_path / "reel.csv"
    rows = [f"{demo_clip()},{2 * n},{2 * n + 1.5},c{n}\n" for n in range(CLIPS)]
    reel.write_text("videoName,startTime,stopTime,notes\n" + "".join(rows))
    deadline = time.monotonic() + 200
    while True:  # until all three are there
        process = hccv_run(reel, address)
        media, seen = tmp_path / "reel.media", 0
        while process.poll() is None and seen < 3:
            assert time.monotonic() < deadline
            seen = max(seen, len([*media.glob(".task-*/at")]))
            time.sleep(0.02)
        if seen == 3:
            break
        why = process.communicate()[1].decode()
        assert "has no worker" in why or "No Dask scheduler" in why, why
    workers[0].kill()
    out, err = (text.decode() for text in process.communicate(timeout=200))
    assert process.returncode == 0, err
    assert out.count(".tracked.mp4") == CLIPS and "as before" not in out
    films = sorted(media.glob("*.mp4"))
    assert [film.name for film in films] == [f"0{n + 1}-c{n}.tracked.mp4" for n in range(CLIPS)]
    assert all(probe(film).frame_count == 15 for film in films) and [*media.glob(".*")] == []
    followed = Counter(re.findall(r"Following in (c\d)", err))
    assert {*followed} == {f"c{n}" for n in range(CLIPS)}
    assert sum(followed.values()) <= CLIPS + 1, "only that of the dead worker was begun again"
    rendered = Counter(re.findall(r"Rendering (c\d)", err))
    assert sum(rendered.values()) <= CLIPS + 1


@needs_distributed
def test_no_scheduler_is_a_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from highlight_cuts_cv.executors import cluster\n"
            "cluster._PATIENCE = 0.5\n"
            "from highlight_cuts_cv.errors import BadInputError\n"
            "try:\n    cluster.dask_crew(sys.argv[1]).__enter__()\n"
            "except BadInputError as error:\n    print(error)\n",
            address,
        ],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.stdout.startswith(f"No Dask scheduler answers at '{address}'"), done.stderr
    assert "Traceback" not in done.stderr


def test_without_distributed_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInputError, match=r"pip install 'highlight-cuts-cv\[dask\]'"):
        cluster.dask_crew("tcp://127.0.0.1:1").__enter__()


def test_workers_without_this_version_are_refused_before_any_work() -> None:
    cluster._check({"tcp://a:1": __version__})
    with pytest.raises(BadInputError, match=r"tcp://b:1 has 0\.0\.1; install it there"):
        cluster._check({"tcp://a:1": __version__, "tcp://b:1": "0.0.1"})
    with pytest.raises(BadInputError, match="tcp://b:1 cannot import it"):
        cluster._check({"tcp://b:1": ModuleNotFoundError("highlight_cuts_cv")})
