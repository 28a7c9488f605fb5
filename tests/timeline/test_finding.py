"""Clips by what people call them: ids, the editor's names, numbers, and nearly so."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.timeline.finding import find_clip
from highlight_cuts_cv.tracking.picks import parse_player_picks

NAMES = {
    "01-Zoe-7-2nd-half": "Zoë #7: 2nd half?",
    "02-goal": "goal",
    "03-clip": "決勝",
    "04-clip": "予選",
    "05-7": "7",
    "07-goal": "Goal!",
    "08-save": "save",
    "09-save": "save",
}
CLIPS: Any = [SimpleNamespace(clip_id=clip_id, name=name) for clip_id, name in NAMES.items()]


def found(asked: str) -> str:
    clip = find_clip(CLIPS, ["06-bad"], asked, Path("reel.otio"))
    return clip if isinstance(clip, str) else clip.clip_id


@pytest.mark.parametrize(
    ("asked", "clip_id"),
    [
        ("02-goal", "02-goal"),
        ("goal", "02-goal"),  # exactly, though another is much like it
        ("Goal!", "07-goal"),
        ("Zoë #7: 2nd half?", "01-Zoe-7-2nd-half"),
        ("zoe 7 2nd half", "01-Zoe-7-2nd-half"),
        ("Zoe-7-2nd-half", "01-Zoe-7-2nd-half"),
        ("04-Zoe-7-2nd-half", "01-Zoe-7-2nd-half"),  # a clip was taken out before it
        ("決勝", "03-clip"),
        (" 予選 ", "04-clip"),
        ("1", "01-Zoe-7-2nd-half"),
        ("02", "02-goal"),
        ("#8", "08-save"),
        ("6", "06-bad"),
        ("bad", "06-bad"),
    ],
)
def test_what_a_clip_is_called(asked: str, clip_id: str) -> None:
    assert found(asked) == clip_id


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("save", "'save' could be '08-save' and '09-save' of reel.otio; write which"),
        ("7", "'7' could be '05-7' and '07-goal'"),
        ("clip", "'clip' could be '03-clip' and '04-clip'"),
        ("gaol", "no clip 'gaol'; did you mean '02-goal' or '07-goal'[?] It has: 01-Zoe"),
        ("Zoe 8 2nd half", "did you mean '01-Zoe-7-2nd-half'[?]"),
        ("zz", r"no clip 'zz'\. It has: 01-Zoe-7-2nd-half, .*09-save, 06-bad\."),
        ("12", "no clip '12'"),
        ("???", r"no clip '\?\?\?'"),
    ],
)
def test_what_no_clip_is_called(asked: str, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        found(asked)


def test_a_long_list_is_cut() -> None:
    clips: Any = [SimpleNamespace(clip_id=f"{n:02d}-clip", name="clip") for n in range(1, 31)]
    with pytest.raises(BadInputError, match="20-clip and 10 more"):
        find_clip(clips, [], "x", Path("reel.otio"))


def test_a_name_may_have_an_equals_sign() -> None:
    assert list(parse_player_picks(["a=b=0:#1"])[""]) == ["a=b"]
