"""A project that remembers: what was picked before counts, and only what changed is done again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

from highlight_cuts_cv.contracts import Freeze
from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.faces.python import TrackedTimeline, run_timeline
from highlight_cuts_cv.jobs import export
from highlight_cuts_cv.jobs import task as tasks
from highlight_cuts_cv.jobs.manifest import read_manifest
from highlight_cuts_cv.jobs.wishes import Given, told
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import BadInputError, CancelledError, JobFailedError, State, Track
from highlight_cuts_cv.project.folder import project_folder
from highlight_cuts_cv.project.state import Status
from highlight_cuts_cv.project.store import ProjectStore

HEAD = "videoName,startTime,stopTime,notes\n"
ROWS = {
    "goal": f"{demo_clip()},0,1",
    "assist": f"{demo_clip()},2,3",
    "save": f"{demo_clip()},4,5",
    "run": f"{demo_clip()},6,7",
}
A, B = "0:100,300,40,100", "0:900,300,40,100"


class Reel:
    """A CSV, and what was followed and rendered of its clips."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "reel.csv"
        self.followed: list[str] = []
        self.rendered: list[str] = []
        self.breaks: Callable[[str], None] = lambda name: None
        self.notes: list[str] = []
        self.steps: list[str] = []
        self.write("goal", "assist", "save", "run")

    def write(self, *names: str) -> None:
        self.path.write_text(HEAD + "".join(f"{ROWS[name]},{name}\n" for name in names))

    def run(self, *picks: str, output: str | None = None, **options: Any) -> TrackedTimeline:
        self.followed.clear()
        self.rendered.clear()
        self.notes.clear()
        self.steps.clear()
        return run_timeline(
            self.path,
            list(picks) or None,
            None if output is None else self.path.parent / output,
            warn=self.notes.append,
            progress=lambda step, done, total: self.steps.append(step),
            **options,
        )

    def marked(self, output: str = "reel.tracked.otio") -> list[str]:
        """The clips that have a render in the timeline that was written."""
        clips = otio.adapters.read_from_file(str(self.path.parent / output)).tracks[0]
        found = [clip.name for clip in clips if "highlight_cuts_cv" in clip.metadata]
        for clip in clips:
            if clip.name in found:
                assert probe(clip.media_reference.target_url).frame_count == 10
        return found


@pytest.fixture
def reel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reel:
    reel = Reel(tmp_path)
    write = export.write

    def follows(bench, picks, setup, watch, *_):
        reel.breaks(bench.clip.name)
        reel.followed.append(bench.clip.name)
        watch.progress(1, 1)
        box = picks[0].box.as_xyxy() if picks[0].box else (1.0, 1.0, 50.0, 100.0)
        count = bench.clip.frame_count
        return Track(
            np.tile(np.array(box, np.float32), (count, 1)),
            np.ones(count, np.float32),
            np.full(count, State.OBSERVED, np.uint8),
        )

    def writes(clip, *arguments):
        reel.rendered.append(clip.name)
        return write(clip, *arguments)

    monkeypatch.setattr(tasks, "follow_on", follows)
    monkeypatch.setattr(tasks, "write", writes)
    return reel


def test_a_pick_adds_to_what_is_remembered_and_only_what_changed_is_done(reel: Reel) -> None:
    reel.run(f"goal={A}", f"save={A}", quality="preview")
    assert (reel.followed, reel.rendered) == (["goal", "save"], ["goal", "save"])
    assert reel.marked() == ["goal", "save"]
    done = reel.run(f"2={A}")
    assert (reel.followed, reel.rendered) == (["assist"], ["assist"])
    assert reel.marked() == ["goal", "assist", "save"] == [name[3:] for name in done.films]
    assert set(reel.steps) == {"Looking at the picks", "1/1 Following in assist", "1/1 Rendering assist"}
    done = reel.run()
    assert (reel.followed, reel.rendered, reel.steps) == ([], [], [])
    assert reel.marked() == ["goal", "assist", "save"]
    assert done.tracking["01-goal"][""][0].bbox is not None and len(done.tracking["01-goal"][""]) == 10


def test_the_steps_say_how_many_clips_there_are(reel: Reel) -> None:
    reel.run(f"goal={A}", f"assist={A}", f"save={A}")
    assert [step for step in dict.fromkeys(reel.steps) if "Following" in step] == [
        "1/3 Following in goal", "2/3 Following in assist", "3/3 Following in save",
    ]  # fmt: skip
    reel.run(f"assist={B}", f"save={B}")
    assert "2/2 Rendering save" in reel.steps


def test_rows_put_in_taken_out_and_moved_shift_nobodys_picks(reel: Reel) -> None:
    first = reel.run(f"assist={A}", f"save={B}")
    reel.write("run", "save", "goal", "assist")
    again = reel.run()
    assert reel.rendered == [] and reel.marked() == ["save", "assist"]
    assert again.films == {"02-save": first.films["03-save"], "04-assist": first.films["02-assist"]}
    reel.write("goal", "assist")
    reel.run(f"goal={A}")
    assert reel.rendered == ["goal"] and reel.marked() == ["goal", "assist"]
    reel.write("save", "goal", "assist")
    reel.run()
    assert reel.rendered == [] and reel.marked() == ["save", "goal", "assist"], "it came back with its pick"


def test_a_correction_and_taking_it_back(reel: Reel) -> None:
    reel.run(f"goal={A}", f"assist={A}")
    reel.run("goal=5:none")
    assert reel.rendered == ["goal"]
    reel.run(forget=["goal=0.5s"])
    assert reel.rendered == ["goal"], "the film was written over meanwhile"
    reel.run(f"goal={B}", f"goal={A.replace('0:', '3:')}")
    with ProjectStore(project_folder(reel.path)) as store:
        session = store.sessions()[0]
        assert [str(pick) for pick in session.clips[0].picks[""]] == [B, A.replace("0:", "3:")]
        undone = store.undo(session.session_id)
        assert undone is not None and [str(pick) for pick in undone.picks[""]] == [A]
        store.redo(session.session_id)
    reel.run()
    assert reel.rendered == [], "what is wanted is there, whatever was in between"
    reel.run(forget=["goal"])
    assert reel.rendered == [] and reel.marked() == ["assist"]
    with pytest.raises(BadInputError, match="no pick of anybody in '01-goal' to forget"):
        reel.run(forget=["goal"])
    with pytest.raises(BadInputError, match="no pick of 'Sam' in frame 3 in '02-assist'"):
        reel.run(forget=["Sam@assist=3"])
    with pytest.raises(BadInputError, match="Nobody was picked"):
        reel.run(forget=["assist"])
    assert reel.run().films.keys() == {"02-assist"}, "what was refused changed nothing"


def test_options_are_remembered_too(reel: Reel) -> None:
    reel.run(f"goal={A}", indicator_type="ring:color=red", quality="preview", intro="0.3", show="first:0")
    film = reel.run().films["01-goal"]
    assert reel.rendered == [] and probe(film).width < probe(demo_clip()).width + 1
    note = clip_note(reel, 0)
    assert note["indicator"] == "ring" and note["intro"]["frames"] == 3
    reel.run(intro="", show="")
    assert reel.rendered == ["goal"] and clip_note(reel, 0)["indicator"] == "ring"
    assert "intro" not in clip_note(reel, 0)
    reel.run(indicator_type="dot")
    assert reel.rendered == ["goal"] and clip_note(reel, 0)["indicator"] == "dot"
    with pytest.raises(BadInputError, match="nosuch"):
        reel.run(indicator_type="ring:color=nosuch")
    assert reel.run() and reel.rendered == [], "what was refused is not remembered"


def clip_note(reel: Reel, number: int) -> Any:
    written = json.loads(reel.path.with_name("reel.tracked.otio").read_text())
    return written["tracks"]["children"][0]["children"][number]["metadata"]["highlight_cuts_cv"]


def test_a_style_is_lead_in_stand_still_and_a_marker_that_goes(reel: Reel) -> None:
    reel.write("save")
    film = reel.run(f"save={A}", style="recruiting").films["01-save"]
    manifest = read_manifest(film)
    assert manifest is not None and manifest.frame_count == 50, "two seconds before and after"
    assert manifest.cadence.freeze == Freeze(0, Fraction(1)) and probe(film).frame_count == 60
    assert max(manifest.areas) in (29, 30), "three seconds"
    reel.run()
    assert reel.rendered == [], "it is remembered"
    film = reel.run(f"save={A}", style="recruiting", show="", intro="0.5", padding=0).films["01-save"]
    manifest = read_manifest(film)
    assert manifest is not None and manifest.frame_count == 10 and len(manifest.areas) == 10
    assert manifest.cadence.freeze == Freeze(0, Fraction(1, 2))
    with pytest.raises(BadInputError, match="no style 'fancy'; choose from: recruiting"):
        reel.run(style="fancy")


def test_how_a_csv_is_read_is_remembered(reel: Reel) -> None:
    reel.run(f"save={A}", padding=0.3)
    with ProjectStore(project_folder(reel.path)) as store:
        assert store.sessions()[0].clips[2].source.duration == Fraction(8, 5)
    reel.run()
    assert reel.rendered == []


def test_players_with_names(reel: Reel) -> None:
    reel.run(f"goal={A}", f"assist={A}")
    reel.run(f"Sam@goal={B}", f"Ann@goal={A}", indicator_type=["dot", "Ann@ring"])
    assert (
        reel.notes[0] == "In '01-goal' the picks of 'Sam' and 'Ann' take the place of those without a name."
    )
    done = reel.run()
    assert reel.rendered == [] and set(done.tracking["01-goal"]) == {"Sam", "Ann"}
    assert [one["indicator"] for one in clip_note(reel, 0)["players"]] == ["dot", "ring"]
    with pytest.raises(BadInputError, match="Sam and Ann are picked in '01-goal'; say whose"):
        reel.run("goal=5:none")
    reel.run(forget=["Ann@goal"])
    assert reel.rendered == ["goal"]
    reel.run("goal=5:none")
    with ProjectStore(project_folder(reel.path)) as store:
        picks = store.sessions()[0].clips[0].picks
        assert list(picks) == ["Sam"] and len(picks["Sam"]) == 2, "the only one's"
    with pytest.raises(BadInputError, match="indicator for 'Ann', but no pick"):
        reel.run(indicator_type="Ann@ring")


def test_a_bad_clip_is_reported_and_left_and_the_others_are_done(reel: Reel) -> None:
    def breaks(name: str) -> None:
        if name == "assist":
            raise JobFailedError("The recording is damaged.")

    reel.breaks = breaks
    done = reel.run(f"goal={A}", f"assist={A}", f"save={A}")
    assert done.failed == {"02-assist": "The recording is damaged."} and list(done.films) == [
        "01-goal",
        "03-save",
    ]
    assert reel.marked() == ["goal", "save"]
    with ProjectStore(project_folder(reel.path)) as store:
        clip = store.sessions()[0].clips[1]
        assert (clip.final_status, clip.final_error) == (Status.FAILED, "The recording is damaged.")
    reel.breaks = lambda name: None
    reel.run()
    assert reel.rendered == ["assist"] and reel.marked() == ["goal", "assist", "save"]


def test_where_every_clip_is_bad_nothing_is_written(reel: Reel) -> None:
    def breaks(name: str) -> None:
        raise JobFailedError("The recording is damaged.")

    reel.breaks = breaks
    with pytest.raises(JobFailedError, match=r"No clip could be marked\. The recording is damaged"):
        reel.run(f"goal={A}")
    assert not reel.path.with_name("reel.tracked.otio").exists()


def test_a_bad_clip_on_the_command_line(reel: Reel, capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from highlight_cuts_cv.faces.cli import app

    def breaks(name: str) -> None:
        if name == "assist":
            raise JobFailedError("The recording is damaged.")

    reel.breaks = breaks
    done = CliRunner().invoke(app, ["run", str(reel.path), "--pick", f"goal={A}", "--pick", f"assist={A}"])
    assert done.exit_code == 1 and "'02-assist' was left as it is: The recording is damaged." in done.output
    assert "reel.tracked.otio" in done.stdout and reel.marked() == ["goal"]
    reel.breaks = lambda name: None
    done = CliRunner().invoke(app, ["run", str(reel.path), "--indicator", "dot:size=1.3"])
    assert done.exit_code == 0 and "as before" not in done.output.lower()
    done = CliRunner().invoke(app, ["run", str(reel.path)])
    assert "As before: --indicator dot:size=1.3." in done.stderr
    assert [line.split("  ")[-1] for line in done.stdout.splitlines()[1:3]] == ["(as before)"] * 2
    done = CliRunner().invoke(
        app, ["run", str(reel.path), "--forget", "assist", "--film", str(reel.path.with_name("r.mp4"))]
    )
    assert done.exit_code == 0 and "02-assist" not in done.stdout
    assert probe(reel.path.with_name("r.mp4")).frame_count == 10


def test_picks_are_checked_before_any_work_all_at_once(reel: Reel, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        BadInputError, match=r"(?s)'01-goal': There is no player #99.*'03-save': There is no player #98"
    ):
        reel.run("goal=0:#99", f"assist={A}", "save=0:#98")
    assert [path.name for path in reel.path.parent.iterdir()] == ["reel.csv"] and reel.followed == []


def test_a_number_stays_whom_it_meant(reel: Reel, monkeypatch: pytest.MonkeyPatch) -> None:
    reel.run("goal=0:#2")
    with ProjectStore(project_folder(reel.path)) as store:
        (pick,) = store.sessions()[0].clips[0].picks[""]
    assert pick.number == 2 and pick.box is not None and str(pick) == "0:#2"
    assert clip_note(reel, 0)["pick"] == ["0:#2"]
    reel.run("goal=0:#2")
    assert reel.rendered == []


def test_another_output_takes_the_films_along(reel: Reel) -> None:
    first = reel.run(f"goal={A}")
    other = reel.run(output="other.otio")
    assert reel.rendered == [] and reel.marked("other.otio") == ["goal"]
    assert other.films["01-goal"].read_bytes() == first.films["01-goal"].read_bytes()
    assert other.films["01-goal"] != first.films["01-goal"]


def test_a_film_that_was_deleted_is_made_again(reel: Reel) -> None:
    film = reel.run(f"goal={A}").films["01-goal"]
    film.unlink()
    reel.run()
    assert reel.rendered == ["goal"] and film.exists()


def test_a_stopped_run_keeps_what_is_done(reel: Reel) -> None:
    def breaks(name: str) -> None:
        if name == "assist":
            raise CancelledError("Stopped.")

    reel.breaks = breaks
    with pytest.raises(CancelledError):
        reel.run(f"goal={A}", f"assist={A}")
    assert not reel.path.with_name("reel.tracked.otio").exists()
    reel.breaks = lambda name: None
    reel.run()
    assert reel.rendered == ["assist"] and reel.marked() == ["goal", "assist"]


def test_a_second_run_waits_for_the_first_and_says_so(reel: Reel) -> None:
    began, go_on = threading.Event(), threading.Event()

    def breaks(name: str) -> None:
        if name == "goal":
            began.set()
            assert go_on.wait(20)

    reel.breaks = breaks
    first = threading.Thread(target=run_timeline, args=(reel.path, [f"goal={A}"]))
    first.start()
    assert began.wait(20)
    said: list[str] = []

    def warn(sentence: str) -> None:
        said.append(sentence)
        go_on.set()

    second = run_timeline(reel.path, [f"assist={A}"], warn=warn)
    first.join()
    assert said == ["Another run is at work in this project; this one waits until that is done."]
    assert Counter(reel.rendered) == {"goal": 1, "assist": 1}
    assert list(second.films) == ["01-goal", "02-assist"] and reel.marked() == ["goal", "assist"]


def test_who_waits_can_be_stopped(reel: Reel) -> None:
    reel.run(f"goal={A}")
    with ProjectStore(project_folder(reel.path)) as store, store.alone(lambda: None, lambda: False):
        began = time.monotonic()
        with pytest.raises(CancelledError, match="waiting"):
            reel.run(cancelled=lambda: True)
        assert time.monotonic() - began < 5


LOCKED = """
import sys, time
from highlight_cuts_cv.project.store import ProjectStore
with ProjectStore(sys.argv[1]) as store, store.alone(lambda: None, lambda: False):
    print("in", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_dead_run_is_free(reel: Reel) -> None:
    reel.run(f"goal={A}")
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKED, str(project_folder(reel.path))],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None and process.stdout.readline() == b"in\n"
    process.kill()
    process.communicate()
    reel.run()
    assert reel.notes == []


def test_a_clip_that_another_program_renders_is_waited_for(reel: Reel) -> None:
    from highlight_cuts_cv.project.state import Work

    reel.run(f"goal={A}")
    with ProjectStore(project_folder(reel.path)) as store:
        session = store.sessions()[0]
        claim = store.claim(session.session_id, session.clips[0].clip_id, Work.FINAL)
        assert claim is not None
        timer = threading.Timer(1.0, lambda: store.finish(claim))
        timer.start()
        reel.run(f"goal={B}")
        timer.join()
    assert reel.notes == ["Another program is rendering 'goal'; this one waits until that is done."]
    assert reel.rendered == ["goal"]


def test_a_tracked_timeline_belongs_to_the_same_project(reel: Reel) -> None:
    first = reel.run(f"goal={A}")
    second = run_timeline(first.path, [f"assist={A}"], reel.path.with_name("more.otio"))
    assert [path.name for path in reel.path.parent.glob("*.hccv")] == ["reel.hccv"]
    assert list(second.films) == ["01-goal", "02-assist"]


def test_where_nothing_may_be_written_beside_the_timeline(
    reel: Reel, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = reel.path.parent / "out"
    out.mkdir()
    monkeypatch.setattr(
        "highlight_cuts_cv.jobs.remembered.os.access", lambda path, mode: path != reel.path.parent
    )
    reel.run(f"goal={A}", output="out/reel.otio")
    assert (out / "reel.hccv").is_dir() and not project_folder(reel.path).exists()
    reel.run(f"assist={A}", output="out/reel.otio")
    assert reel.marked("out/reel.otio") == ["goal", "assist"]


def test_how_it_is_handed_over_is_remembered_too(reel: Reel) -> None:
    reel.run(f"goal={A}", quality="preview")
    reel.run(deliver="overlay", editor="resolve")
    assert reel.rendered == ["goal"]
    done = reel.run(f"assist={A}")
    assert reel.rendered == ["assist"], "an overlay as before, though the quality was remembered"
    assert [film.suffix for film in done.films.values()] == [".mov", ".mov"]
    with pytest.raises(BadInputError, match="are for films"):
        reel.run(quality="final")
    reel.run(deliver="replace")
    assert reel.rendered == ["goal", "assist"] and reel.marked() == ["goal", "assist"]
    with pytest.raises(BadInputError, match="choose replace, overlay, live"):
        reel.run(deliver="sideways")
    with pytest.raises(BadInputError, match="for 'resolve' deliver an overlay"):
        reel.run(deliver="live")
    assert reel.run(deliver="live", editor="any").path.name == "reel.tracked.kdenlive"
    assert reel.followed == ["goal", "assist"] and reel.rendered == []
    assert reel.run().path.name == "reel.tracked.kdenlive", "what is remembered is live"
    with pytest.raises(BadInputError, match="no editor that timelines are written for"):
        reel.run(editor="vi")


def test_only_what_is_unusual_is_told() -> None:
    usual = {"run": {"deliver": "replace", "editor": "any", "handles": "0"}, "look": {"shape": ""}}
    assert told(usual, Given()) == ""
    other = {
        "run": {"deliver": "overlay", "editor": "resolve", "handles": "1"},
        "look": {"shape": "vertical"},
    }
    assert told(other, Given()) == "--shape vertical --deliver overlay --for resolve --handles 1"
    assert told(other, Given(shape="", deliver="replace", editor="any", handles="")) == ""
