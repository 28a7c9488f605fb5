"""Whether the tests notice when a decision is turned round: the default tracker's, and a few others that are easily lost.

    python benchmarks/mutants.py
    python benchmarks/mutants.py --only motion --tests tests/plugins/test_follow_scripted.py
    python benchmarks/mutants.py --only media/reading

Copies the project to a temporary folder, makes one deliberate mistake at a time (a threshold, a weight,
a step left out), runs that part's tests there and prints which mistakes were noticed ("dead").  Ends with 1
when one was not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from command_line import plain_parser
from mutant import Mutant
from mutants_of_everybody import EVERYBODY

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("highlight_cuts_cv", "plugins", "otio_adapters", "tests", "conftest.py", "pyproject.toml")


def _follow(name: str, file: str, old: str, new: str) -> Mutant:
    tests = ("tests/plugins/test_follow_scripted.py", "tests/plugins/test_follow_parts.py")
    return Mutant(name, f"plugins/hccv_follow/{file}", old, new, tests)


def _weight(term: str, usual: str) -> Mutant:
    return _follow(
        f"no {term}", "evidence.py", f"{term}: float = setting({usual},", f"{term}: float = setting(0.0,"
    )


def _path(name: str, file: str, old: str, new: str) -> Mutant:
    tests = ("tests/plugins/test_follow_paths.py", "tests/plugins/test_follow_parts.py")
    return Mutant(name, f"plugins/hccv_follow/{file}", old, new, tests)


def _raw(name: str, old: str, new: str) -> Mutant:
    tests = ("access", "exact_lengths", "freeze", "reader")
    files = tuple(f"tests/media/reading/test_{test}.py" for test in tests)
    return Mutant(name, "highlight_cuts_cv/media/reading/raw.py", old, new, files)


def _reader(name: str, old: str, new: str) -> Mutant:
    tests = ("tests/media/reading/test_reader.py", "tests/media/reading/test_access.py")
    return Mutant(name, "highlight_cuts_cv/media/reading/reader.py", old, new, tests)


def _pick(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "highlight_cuts_cv/tracking/picks.py", old, new, ("tests/tracking/test_picks.py",))


def _outline(name: str, old: str, new: str) -> Mutant:
    return Mutant(name, "plugins/hccv_follow/outline.py", old, new, ("tests/plugins/test_follow_outline.py",))


def _gradual(name: str, old: str, new: str) -> Mutant:
    tests = ("tests/analysis/test_transitions.py",)
    return Mutant(name, "highlight_cuts_cv/analysis/transitions.py", old, new, tests)


def _crowded(name: str, old: str, new: str) -> Mutant:
    return Mutant(
        name, "highlight_cuts_cv/tracking/crowded.py", old, new, ("tests/tracking/test_crowded.py",)
    )


def _shown(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name, file, old, new, ("tests/faces/test_marks_shown.py",))


def _timeline(name: str, old: str, new: str) -> Mutant:
    tests = ("tests/timeline/test_reading_back.py", "tests/timeline/test_writing.py")
    return Mutant(name, "highlight_cuts_cv/timeline/writing.py", old, new, tests)


MUTANTS = (
    _follow("accepts all", "decision.py", "setting(0.48,", "setting(0.20,"),
    _follow("accepts all after a gap", "decision.py", "setting(0.55,", "setting(0.20,"),
    _weight("response", "0.50"),
    _weight("motion", "0.20"),
    _weight("detector", "0.20"),
    _weight("scale", "0.10"),
    _weight("colours", "0.30"),
    _follow("box never follows", "shape.py", "rate: float = setting(0.4,", "rate: float = setting(0.0,"),
    _follow("no rescaling", "shape.py", "rescale: float = setting(0.1,", "rescale: float = setting(0.0,"),
    _follow("no scouting", "scout.py", "return found[0][1] if absence", "return None if absence"),
    _follow("scouts without doubt", "scout.py", "found[0][0] - s.apart", "found[0][0] + 9"),
    _follow(
        "never learns", "learning.py", "return clear and not crowded and", "return False and not crowded and"
    ),
    _follow("learns in crowds", "learning.py", "return clear and not crowded and", "return clear and"),
    _follow("no ceiling", "confidence.py", "        0.85,\n", "        1.0,\n"),
    _follow("absence believes all", "absence.py", "return likeness > max(", "return True or likeness > max("),
    _follow(
        "absence believes none", "absence.py", "return likeness > max(", "return False and likeness > max("
    ),
    _follow(
        "no velocity",
        "motion.py",
        "rate = max(s.velocity_rate, 1 / (looks + s.velocity_first)) if lost == 0 else s.velocity_back",
        "rate = 0.0",
    ),
    _follow(
        "others own nothing",
        "others.py",
        "        self._taken = taken\n        return chosen\n",
        "        self._taken = taken\n        return max(candidates, key=lambda c: c.total, default=None)\n",
    ),
    _outline("the pick's height stays", "settled: float = setting(1.0,", "settled: float = setting(1e9,"),
    _outline(
        "the pick's height never counts", "settled: float = setting(1.0,", "settled: float = setting(1e-9,"
    ),
    _outline("faint is as good as certain", "min(1.0, float(player[4]) / s.certain)", "1.0"),
    _outline("anything tall is believed", "* np.exp(-0.5 * (ratio / s.spread) ** 2)", ""),
    _outline("it does not grow", "self._ends * (size / self._size)", "self._ends"),
    _outline("looks count, not time", "self._frames += frames", "self._frames += 1"),
    _outline("the whole picture is not asked", "+ self._off * (player[3] - player[1])", ""),
    _outline("one comparison decides", "learn: float = setting(0.6,", "learn: float = setting(1.0,"),
    _outline("the small are compared", "s.whole < s.detail * scale * float(extent.max())", "False"),
    _outline("anybody is compared", "ious.max() < s.same", "False"),
    _outline("halves are compared", "if np.abs(off).max() < s.most:", "if True:"),
    _follow("covered people are compared", "follower.py", "and not self.met:", "and True:"),
    _gradual("parts may go anywhere", "ASIDE = 0.2", "ASIDE = 9.0"),
    _gradual("parts may go back", "BACK = 0.2", "BACK = 9.0"),
    _gradual("the camera explains nothing", "UNLIKE = 0.2", "UNLIKE = 2.0"),
    _gradual("the camera is always right", "EXPLAINED = 0.3", "EXPLAINED = -2.0"),
    _gradual("little changes enough", "SHARE = 0.5", "SHARE = 0.05"),
    _gradual("all at once", "AT_ONCE = 0.4", "AT_ONCE = 9.0"),
    _gradual("a camera that knows nothing judges", "KNOWN = 0.4", "KNOWN = 0.0"),
    _gradual("each finding is a change", "one.start < max(other.end for other in changes[-1])", "False"),
    _gradual(
        "a stretch forgets its end", "range(last - self._margin + 1, last + self._lengths[-1])", "range(0)"
    ),
    _follow("always calm", "confidence.py", "if not self.calm or (", "if ("),
    _follow("never calm", "confidence.py", "if not self.calm or (", "if True or ("),
    *EVERYBODY,
    # of two paths
    _path("nothing fills in", "duel.py", "fill = second.shown & ~first.shown", "fill = second.shown & False"),
    _path("no doubt where they differ", "duel.py", "result.scores[~agree] = np.minimum(", "_ = np.minimum("),
    _path("parts at once", "duel.py", "max(2, round(rate * s.parted))", "2"),
    _path("parts late", "duel.py", "parted: float = setting(0.25,", "parted: float = setting(0.5,"),
    _path("meets at once", "duel.py", "max(2, round(rate * s.met))", "2"),
    _path("meets late", "duel.py", "met: float = setting(0.5,", "met: float = setting(1.0,"),
    _path("starts back at the end", "duel.py", "and p - start <= s.away * rate]", "]"),
    _path("goes back further", "duel.py", "max(2, round(s.before * rate))", "30"),
    _path("anything arrives", "duel.py", "arrived: float = setting(0.5,", "arrived: float = setting(-1.0,"),
    _path("nothing arrives", "duel.py", "arrived: float = setting(0.5,", "arrived: float = setting(1.0,"),
    _path("nobody is believed", "duel.py", "if len(arrived) == 1:", "if False:"),
    _path("the worse is believed", "duel.py", "int(np.argmax(means))", "int(np.argmin(means))"),
    _path(
        "slightly better is enough",
        "duel.py",
        "better: float = setting(0.15,",
        "better: float = setting(0.1,",
    ),
    _path(
        "much better is not enough",
        "duel.py",
        "better: float = setting(0.15,",
        "better: float = setting(0.2,",
    ),
    _path("being lost is cheap", "join.py", "lost: float = setting(0.45,", "lost: float = setting(0.40,"),
    _path("being lost is dear", "join.py", "lost: float = setting(0.45,", "lost: float = setting(0.55,"),
    _path("changes over at once", "join.py", "else settings.jump", "else 0.0"),
    _path("flickers", "join.py", "np.full((3, 3), settings.hide)", "np.zeros((3, 3))"),
    _path("cuts do not count", "join.py", "if index in cuts:", "if False:"),
    _path(
        "nobody vouches", "join.py", "np.maximum(forward.scores[both], ", "np.minimum(forward.scores[both], "
    ),
    _path(
        "no mean of both",
        "join.py",
        "(forward.boxes[both] + backward.boxes[both]) / 2",
        "forward.boxes[both]",
    ),
    _path("bridges long gaps", "finish.py", "gap > s.longest * fps + 1:", "gap > 2 * s.longest * fps:"),
    _path("bridges no long gap", "finish.py", "gap > s.longest * fps + 1:", "gap > s.longest * fps:"),
    _path("ends of any height", "finish.py", "> s.height:", "> 9:"),
    _path("ends of one height", "finish.py", "> s.height:", "> 0.3:"),
    _path("outside is bridged", "finish.py", "> s.outside * size for", "> 99 * size for"),
    _path(
        "ends anywhere",
        "finish.py",
        "min(np.linalg.norm(arrived - cb), np.linalg.norm(ca - cb)) > reach",
        "False",
    ),
    _path("time gives no reach", "finish.py", "(s.reach + s.speed * gap / fps)", "s.reach"),
    _path("no reach at once", "finish.py", "(s.reach + s.speed * gap / fps)", "(s.speed * gap / fps)"),
    _path(
        "bridges are sure", "finish.py", "s.score * min(scores[a], scores[b])", "min(scores[a], scores[b])"
    ),
    _path("only the ground", "finish.py", "0.5 * ground + 0.5 * (", "ground + 0.0 * ("),
    _path("only the picture", "finish.py", "0.5 * ground + 0.5 * (", "0.0 * ground + ("),
    _path(
        "as sure as the better end",
        "finish.py",
        "= min(scores[a], scores[b])\n    scores",
        "= max(scores[a], scores[b])\n    scores",
    ),
    _path("skipped stays skipped", "finish.py", "    scores[scores == SKIPPED] = 0\n", ""),
    _path("flashes stay", "finish.py", "end - start < s.flash * fps", "False"),
    _path("longer flashes go", "finish.py", "end - start < s.flash * fps", "end - start <= s.flash * fps"),
    _path("sure flashes go", "finish.py", "and scores[start:end].mean() < s.flash_score", "and True"),
    _path("the beginning goes", "finish.py", "if start > 0 and end", "if end"),
    # repeated frames
    _raw("repeats share a picture", "copy_of(picture) if again else picture", "picture"),
    _raw("last repeat shares", "(upcoming is None or sources", "(upcoming is not None and sources"),
    _raw("shows the one before", "upcoming[0] <= wanted", "upcoming[0] < wanted"),
    _raw("shows the one after", "upcoming[0] <= wanted", "upcoming[0] <= wanted + 1"),
    _raw("draws in the decoder", "            self.picture.make_writable()\n", ""),
    _raw("still pictures share", "copy_of(frame.picture)", "frame.picture"),
    _raw(
        "stands still too late", "frame.index >= freeze.frame_index or", "frame.index > freeze.frame_index or"
    ),
    _raw("the end never stands still", "freeze.frame_index or following is None", "freeze.frame_index"),
    _raw("time goes on meanwhile", "yield _later(copy, number / rate)", "yield _later(copy, Fraction(0))"),
    _raw("no time has passed", "yield _later(frame, shift)", "yield _later(frame, Fraction(0))"),
    _raw("times are rounded", "if ticks.denominator != 1:", "if False:"),
    # order
    _reader("repeats a number", "number < self._next:", "number < 0:"),
    _reader("thinks it can go back", "self._next = number + 1", "self._next = number"),
    _reader("shows what comes before", "if number >= first:", "if True:"),
    _reader("believes the demuxer", "packet.pts <= self._index.pts[first]", "True"),
    _reader(
        "tries one keyframe only",
        "self._index.key_before(first), 0, -1)",
        "self._index.key_before(first), 0, -1000)",
    ),
    _reader("never seeks forward", "if first - self._next < _SEEK_WORTH:", "if True:"),
    _reader("seeks for the next one", "if first - self._next < _SEEK_WORTH:", "if False:"),
    _reader("seeks within a group", "> self._index.pts[self._next])", "> -1)"),
    _reader(
        "made up goes unsaid",
        "self.damaged += bool(picture.is_corrupt)\n                    yield picture",
        "yield picture",
    ),
    # what a film shows
    _shown(
        "a trail without ground",
        "plugins/hccv_indicators/trail.py",
        "elif job.motion is not None:",
        "elif False:",
    ),
    _shown(
        "a trail beside the feet",
        "plugins/hccv_indicators/trail.py",
        "np.array([(x1 + x2) / 2, y2])",
        "np.array([x2, y2])",
    ),
    _shown("who is far is near", "highlight_cuts_cv/analysis/nearby.py", "_REACH = 1.5", "_REACH = 2.0"),
    _shown("who is near is far", "highlight_cuts_cv/analysis/nearby.py", "_REACH = 1.5", "_REACH = 0.8"),
    # two people in one pick
    _crowded("hardly inside is inside", "INSIDE = 0.75", "INSIDE = 0.2"),
    _crowded("a child is a second", "TALL = 0.6", "TALL = 0.1"),
    _crowded("who is behind is beside", "APART = 0.25", "APART = 0.0"),
    _crowded("nobody alone", "ONE = 0.6", "ONE = 2.0"),
    # touching
    _pick("any contact touches", "_TOUCHES = 0.2", "_TOUCHES = 0.0"),
    _pick("only half touches", "_TOUCHES = 0.2", "_TOUCHES = 0.5"),
    _pick("of the larger", "smaller = min(", "smaller = max("),
    _pick("apart both ways touches", "width > 0 and height > 0 and", ""),
    _pick("no closer look", "any(_touch(box, one) for one in near)", "False"),
    # inside
    _timeline("may start before", "available.start_time <= used.start_time", "True"),
    _timeline("may not start at once", "available.start_time <= used", "available.start_time < used"),
    _timeline("may end after", "used.end_time_exclusive() <= available.end_time_exclusive()", "True"),
    _timeline("may not end at the end", "used.end_time_exclusive() <=", "used.end_time_exclusive() <"),
    _timeline("any render will do", "if not (Path(url).is_absolute() and", "if not (True or"),
    _timeline("longer will do", "< 1 / info.rate:", "< 9 / info.rate:"),
    _timeline("shorter will do", "if not 0 <= info.duration", "if not -1 <= info.duration"),
)


def mutated(source: str, mutant: Mutant) -> str:
    """*source* with the mistake.  Raises ValueError when its place is not there exactly once."""
    if source.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.name}: {mutant.file} holds {mutant.old!r} {source.count(mutant.old)} times, not once; "
            "name the decision in benchmarks/mutants.py as the code has it now."
        )
    return source.replace(mutant.old, mutant.new)


def noticed(folder: Path, tests: Sequence[str]) -> str:
    """The first test that fails in *folder*; empty when none does."""
    paths = os.pathsep.join(str(folder / part) for part in (".", "plugins", "otio_adapters"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-rf", *tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    lines = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    failed = [line.split("::")[-1] for line in lines]
    if done.returncode not in (0, 1) or (done.returncode == 1 and not failed):
        raise RuntimeError(f"The tests did not run:\n{done.stdout}{done.stderr}")
    return failed[0] if failed else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = plain_parser(__doc__)
    parser.add_argument("--only", default="", help="only mistakes with this in their name or file")
    parser.add_argument("--tests", nargs="+", help="the tests to run, instead of each part's own")
    args = parser.parse_args(arguments)
    alive = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(
                    ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "build")
                )
            else:
                shutil.copy(ROOT / part, folder / part)
        chosen = [one for one in MUTANTS if args.only in one.name or args.only in one.file]
        for tests in {tuple(args.tests or one.tests): None for one in chosen}:
            if broken := noticed(folder, tests):
                print(f"{broken} fails without any mistake.")
                return 1
        for mutant in chosen:
            path = folder / mutant.file
            source = path.read_text(encoding="utf-8")
            path.write_text(mutated(source, mutant), encoding="utf-8")
            test = noticed(folder, args.tests or mutant.tests)
            path.write_text(source, encoding="utf-8")
            alive += not test
            print(f"{path.stem:11} {mutant.name:26} {'dead ' if test else 'ALIVE'} {test}", flush=True)
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
