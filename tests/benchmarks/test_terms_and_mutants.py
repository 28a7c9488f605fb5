"""The benchmark of terms says why a player was lost; the mistakes of the mutants can be made."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from hccv_follow.candidate import Candidate, Terms
from hccv_follow.decision import TOO_LITTLE, Verdict
from hccv_follow.record import Record
from hccv_follow.settings import Settings
from mutant import Mutant
from mutants import MUTANTS, ROOT, mutated
from terms import draw, line, main, recorded, wanted_settings

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.tracking import thinning


def candidate(terms: Terms) -> Candidate:
    return Candidate(np.zeros(2), np.ones(2), 0, 0.5, 0.5, terms=terms, total=terms.total())


@pytest.fixture
def record() -> Record:
    best, other = candidate(Terms(0.2, 0.1, 0.1, 0.05, 0.05, 0.01)), candidate(Terms(response=0.3))
    kept = Record()
    kept.begin(10, 13, back=False)
    kept.add(11, None, [best, other], best, Verdict(best, 0.3, 0.1), 0, 80.0)
    kept.add(12, True, [best, other], best, Verdict(None, 0.48, 0.1, TOO_LITTLE), 3, 80.0)
    kept.add(12, False, [], None, Verdict(None, 0.48, 0.0, "nobody there"), 1, 80.0)
    return kept


def test_a_record_keeps_who_looked_and_the_best_other(record):
    both, eager, patient = record.stretches[0].frames
    assert [look.follower for look in (both, eager, patient)] == ["both", "eager", "patient"]
    assert both.rival == pytest.approx(0.3) and patient.rival is None


def test_a_line_holds_the_terms_the_sum_and_the_reason(record):
    words = line(record.stretches[0].frames[1]).split()
    assert words[:2] == ["12", "eager"]
    assert [float(word) for word in words[2:8]] == [0.2, 0.1, 0.1, 0.05, -0.05, -0.01]
    assert words[9:14] == ["0.39", "0.48", "0.30", "3", "80"] and " ".join(words[14:]) == TOO_LITTLE
    assert line(record.stretches[0].frames[2]).endswith("nobody there")


def test_a_picture_marks_losses_and_leaves_out_the_patient_half(record):
    picture = draw(record.stretches[0])
    assert picture.count("<title>") == 1 and f"<title>12: {TOO_LITTLE}</title>" in picture


def test_settings_are_changed_by_name_and_listed(capsys):
    assert wanted_settings(["decision.accept=0.4"]).decision.accept == 0.4
    main(["--settings", "--set", "decision.accept=0.4"])
    lines = [text.split(maxsplit=2) for text in capsys.readouterr().out.splitlines()]
    assert ["decision.accept", "0.4", "evidence needed to follow"] in lines
    assert all(len(words) == 3 for words in lines) and len(lines) > 100


def test_frames_are_those_of_the_recording():
    (stretch,) = recorded(demo_clip(), ["10:#1"], "10:16", Settings()).stretches
    assert (stretch.start, stretch.stop) == (10, 16)
    frames = [look.frame for look in stretch.frames]
    assert frames and min(frames) > 10 and max(frames) == 15


def test_frames_are_those_of_the_recording_where_only_some_are_looked_at(monkeypatch):
    monkeypatch.setattr(thinning, "ENOUGH", 5)  # of ten a second every other one, as of sixty
    stretches = recorded(demo_clip(), ["13:#1"], "10:20", Settings()).stretches
    ways = {(stretch.start, stretch.stop): stretch.frames for stretch in stretches if not stretch.back}
    assert {way: {look.frame for look in looks} for way, looks in ways.items()} == {
        (13, 20): {16, 18, 19},
        (13, 9): {12, 10},
    }


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mistake_has_its_place_in_the_code(mutant):
    source = (ROOT / mutant.file).read_text(encoding="utf-8")
    wrong = mutated(source, mutant)
    assert wrong != source
    compile(wrong, mutant.file, "exec")


def test_a_mistake_without_a_place_is_refused():
    with pytest.raises(ValueError, match=r"odd: x\.py holds 'b' 2 times, not once"):
        mutated("abcb", Mutant("odd", "x.py", "b", "c", ()))
