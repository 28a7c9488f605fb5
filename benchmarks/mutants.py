"""Whether the tests notice when a decision of the default tracker is turned round.

    python benchmarks/mutants.py
    python benchmarks/mutants.py --only motion --tests tests/plugins/test_follow_scripted.py

Copies the project to a temporary folder, makes one deliberate mistake at a time (a threshold, a weight,
a step left out), runs the tests there and prints which mistakes were noticed ("dead").  Ends with 1 when one
was not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from command_line import plain_parser

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/plugins/test_follow_scripted.py", "tests/plugins/test_follow_parts.py")
PARTS = ("highlight_cuts_cv", "plugins", "otio_adapters", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Mutant:
    """One mistake: in `file` of the tracker, `old`, which is there once, becomes `new`."""

    name: str
    file: str
    old: str
    new: str


def _weight(term: str, usual: str) -> Mutant:
    return Mutant(
        f"no {term}", "evidence.py", f"{term}: float = setting({usual},", f"{term}: float = setting(0.0,"
    )


MUTANTS = (
    Mutant("accepts all", "decision.py", "setting(0.48,", "setting(0.20,"),
    Mutant("accepts all after a gap", "decision.py", "setting(0.55,", "setting(0.20,"),
    _weight("response", "0.50"),
    _weight("motion", "0.20"),
    _weight("detector", "0.20"),
    _weight("scale", "0.10"),
    _weight("colours", "0.30"),
    Mutant("box never follows", "shape.py", "rate: float = setting(0.4,", "rate: float = setting(0.0,"),
    Mutant("no rescaling", "shape.py", "rescale: float = setting(0.1,", "rescale: float = setting(0.0,"),
    Mutant("no scouting", "scout.py", "return found[0][1] if absence", "return None if absence"),
    Mutant("scouts without doubt", "scout.py", "found[0][0] - s.apart", "found[0][0] + 9"),
    Mutant(
        "never learns", "learning.py", "return clear and not crowded and", "return False and not crowded and"
    ),
    Mutant("learns in crowds", "learning.py", "return clear and not crowded and", "return clear and"),
    Mutant("no ceiling", "confidence.py", "        0.85,\n", "        1.0,\n"),
    Mutant("absence believes all", "absence.py", "return likeness > max(", "return True or likeness > max("),
    Mutant(
        "absence believes none", "absence.py", "return likeness > max(", "return False and likeness > max("
    ),
    Mutant(
        "no velocity",
        "motion.py",
        "rate = max(s.velocity_rate, 1 / (looks + s.velocity_first)) if lost == 0 else s.velocity_back",
        "rate = 0.0",
    ),
    Mutant(
        "others own nothing",
        "others.py",
        "        self._taken = taken\n        return chosen\n",
        "        self._taken = taken\n        return max(candidates, key=lambda c: c.total, default=None)\n",
    ),
    Mutant("always calm", "confidence.py", "if not self.calm or (", "if ("),
    Mutant("never calm", "confidence.py", "if not self.calm or (", "if True or ("),
)


def mutated(source: str, mutant: Mutant) -> str:
    """*source* with the mistake.  Raises ValueError when its place is not there exactly once."""
    if source.count(mutant.old) != 1:
        raise ValueError(
            f"{mutant.name}: {mutant.file} holds {mutant.old!r} {source.count(mutant.old)} times, not once."
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
    failed = [line.split("::")[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode not in (0, 1) or (done.returncode == 1 and not failed):
        raise RuntimeError(f"The tests did not run:\n{done.stdout}{done.stderr}")
    return failed[0].split(" - ")[0] if failed else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = plain_parser(__doc__)
    parser.add_argument("--only", default="", help="only mistakes with this in their name")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="the tests to run")
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
        if broken := noticed(folder, args.tests):
            print(f"{broken} fails without any mistake.")
            return 1
        for mutant in (one for one in MUTANTS if args.only in one.name):
            path = folder / "plugins" / "hccv_follow" / mutant.file
            source = path.read_text()
            path.write_text(mutated(source, mutant))
            test = noticed(folder, args.tests)
            path.write_text(source)
            alive += not test
            print(f"{mutant.name:26} {'dead ' if test else 'ALIVE'} {test}", flush=True)
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
