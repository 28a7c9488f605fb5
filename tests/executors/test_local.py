"""Processes of this machine: one that is killed costs its own work only, and none outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from highlight_cuts_cv.executors import local
from highlight_cuts_cv.executors.choosing import chosen_doer
from highlight_cuts_cv.executors.local import LocalExecutor
from highlight_cuts_cv.faces.cli import app
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.doing import HERE
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import BadInputError

ROOT = Path(__file__).parents[2]
PICKS = ["a=0:905,204,52,147", "b=0:905,204,52,147"]
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    """Two clips, several seconds of work each: a worker that has begun one is still at it a moment later."""
    rows = [f"{demo_clip()},{6 * n},{6 * n + 5},{name}\n" for n, name in enumerate("ab")]
    (tmp_path / "reel.csv").write_text("videoName,startTime,stopTime,notes\n" + "".join(rows))
    return tmp_path / "reel.csv"


def begun(reel: Path) -> subprocess.Popen[bytes]:
    """A run with two workers, in a process and a session of its own."""
    picks = [word for pick in PICKS for word in ("--pick", pick)]
    command = [sys.executable, "-m", "highlight_cuts_cv", "run", str(reel), *picks, "--workers", "2"]
    path = os.pathsep.join(map(str, [ROOT, ROOT / "plugins", ROOT / "otio_adapters"]))
    return subprocess.Popen(
        [*command, "--quality", "preview"],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def until(true: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 200
    while not true():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None, "it ended before"
        time.sleep(0.05)


def at_work(reel: Path) -> list[Path]:
    """The notes of workers that have begun."""
    return [*reel.with_name("reel.media").glob(".task-*/at")]


def in_session(number: int) -> list[int]:
    """The processes of a session that are alive."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == number and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def hidden(reel: Path) -> list[str]:
    return [path.name for path in reel.with_name("reel.media").glob(".*")]


LONG = "__import__('time').sleep(3)"
PID = "__import__('os').getpid()"
CORES = "getattr(__import__('os'), 'sched_getaffinity', lambda _: frozenset())(0)"


def test_a_process_that_is_killed_costs_its_own_work_only() -> None:
    with LocalExecutor(2) as executor:
        both = [executor.submit(eval, f"({PID}, {CORES}, {LONG})") for _ in range(2)]
        (first, one, _), (second, another, _) = [future.result(timeout=100) for future in both]
        assert len({first, second, os.getpid()}) == 3
        assert [one, another] == local.shares(2)
        # This thread gave its last work to the second.
        doomed, other = executor.submit(time.sleep, 60), executor.submit(eval, f"({PID}, {LONG})")
        os.kill(second, signal.SIGKILL)
        with pytest.raises(BrokenExecutor):
            doomed.result(timeout=100)
        assert other.result(timeout=100)[0] == first
        busy, again = executor.submit(eval, LONG), executor.submit(os.getpid)
        assert again.result(timeout=100) not in (first, second), "another process has its place"
        busy.result(timeout=100)


def test_what_one_thread_gives_goes_to_one_process() -> None:
    met = threading.Barrier(2, timeout=100)

    def gives(executor: LocalExecutor) -> set[int]:
        pids = set()
        for _ in range(20):
            met.wait()
            pids.add(executor.submit(os.getpid).result(timeout=100))
        return pids

    with LocalExecutor(2) as executor, ThreadPoolExecutor(2) as pool:
        # Both are at it before either asks again.
        begun = [pool.submit(lambda: executor.submit(eval, f"({PID}, {LONG})").result(100)) for _ in range(2)]
        assert len({future.result()[0] for future in begun}) == 2
        one, other = [future.result() for future in [pool.submit(gives, executor) for _ in range(2)]]
    assert len(one) == len(other) == 1 and one != other


@linux
def test_a_process_whose_parent_is_gone_ends() -> None:
    code = (
        "import os, time\n"
        "from highlight_cuts_cv.executors.local import LocalExecutor\n"
        "if __name__ == '__main__':\n"
        "    executor = LocalExecutor(2)\n"
        "    print(*[f.result() for f in [executor.submit(os.getpid), executor.submit(os.getpid)]], flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    path = os.pathsep.join(map(str, [ROOT, ROOT / "plugins"]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
        timeout=200,
    )
    assert done.returncode == -9, done.stderr
    pids = [int(pid) for pid in done.stdout.split()]
    assert len({*pids}) == 2
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


@linux
def test_a_worker_that_is_killed_in_a_run(reel: Path) -> None:
    process = begun(reel)
    until(lambda: len(at_work(reel)) == 2, process)
    # The workers are those of its children that are no resource tracker.
    workers = [
        pid
        for pid in in_session(process.pid)
        if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    ]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    out, err = (text.decode() for text in process.communicate(timeout=250))
    assert process.returncode == 0, err
    assert err.count("died; it is done once more") == 1
    assert out.count("tracked.mp4") == 2 and hidden(reel) == []
    films = sorted(reel.with_name("reel.media").glob("*.mp4"))
    assert [probe(film).frame_count for film in films] == [50, 50]


@linux
def test_ctrl_c_ends_the_workers_too(reel: Path) -> None:
    process = begun(reel)
    until(lambda: len(at_work(reel)) == 2, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all of them
    _, err = process.communicate(timeout=200)
    assert process.returncode == 130 and b"Cancelled" in err and b"Traceback" not in err, err.decode()
    assert hidden(reel) == [] and not reel.with_name("reel.tracked.otio").exists()
    until(lambda: in_session(process.pid) == [])


def test_each_worker_has_its_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {2, 3, 4, 5, 7}, raising=False)
    assert local.shares(2) == [{2, 3}, {4, 5}] and local.shares(1) == [{2, 3, 4, 5, 7}]
    assert local.shares(7) == [{2}, {3}, {4}, {5}, {7}, {2}, {3}]
    monkeypatch.delattr(os, "sched_getaffinity")
    assert local.shares(2) == [frozenset(), frozenset()]
    assert local.usual_workers() == 1


@pytest.mark.parametrize("asked", [None, "3"])
def test_small_products_are_left_to_one_thread_unless_somebody_wants_it_otherwise(asked: str | None) -> None:
    code = (
        "import os, sys\n"
        "from highlight_cuts_cv.__main__ import main\n"
        "assert 'numpy' not in sys.modules, 'it asks when it is loaded'\n"
        "sys.argv = ['hccv', '--version']\n"
        "try:\n    main()\nfinally:\n    print(os.environ['OPENBLAS_NUM_THREADS'])\n"
    )
    path = os.pathsep.join(map(str, [ROOT, ROOT / "plugins"]))
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | {
        "PYTHONPATH": path
    }
    if asked is not None:
        environment["OPENBLAS_NUM_THREADS"] = asked
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.split()[-1] == (asked or "1"), done.stderr


def test_so_many_workers_as_there_are_cores_and_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "CORES", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {*range(16)}, raising=False)
    monkeypatch.setattr(local, "memory", lambda: 100 * local.BYTES)
    assert local.usual_workers() == 8
    monkeypatch.setattr(local, "memory", lambda: 3 * local.BYTES + 1)
    assert local.usual_workers() == 3
    monkeypatch.setattr(local, "memory", lambda: local.BYTES // 2)
    assert local.usual_workers() == 1
    monkeypatch.undo()
    assert 100_000_000 < local.memory() < 10**14


def test_what_does_not_fit_together_is_refused_before_any_work(reel: Path) -> None:
    with chosen_doer(workers=1) as doer:
        assert doer is HERE
    with chosen_doer(workers=3) as doer:
        assert (doer.places, doer.worthwhile) == (3, 2)
    for options, sentence in (
        ({"executor": "slurm"}, "no executor 'slurm'; choose local or dask"),
        ({"scheduler": "tcp://a:1"}, "--scheduler is for --executor dask"),
        ({"executor": "dask"}, "needs the scheduler's address"),
        ({"executor": "dask", "scheduler": "tcp://a:1", "workers": 2}, "--workers is for this machine"),
    ):
        with pytest.raises(BadInputError, match=sentence):
            chosen_doer(**options)
    done = CliRunner().invoke(app, ["run", str(reel), "--pick", PICKS[0], "--executor", "slurm"])
    assert isinstance(done.exception, BadInputError)
    assert [path.name for path in reel.parent.iterdir()] == ["reel.csv"]
