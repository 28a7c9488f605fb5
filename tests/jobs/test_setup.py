"""Plugins by name and options, as users write them."""

from __future__ import annotations

import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.jobs.setup import Choice, parse_choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("dot", Choice("dot")),
        ("dot:size=2,color=red", Choice("dot", {"size": "2", "color": "red"})),
        ("label:text=3:0", Choice("label", {"text": "3:0"})),
        ("label:text=a:b=c", Choice("label", {"text": "a:b=c"})),
        ("yolo:weights=C:\\y.pt,size=2", Choice("yolo", {"weights": "C:\\y.pt", "size": "2"})),
        ("mine:dot", Choice("mine:dot")),
        ("mine:dot:size=2", Choice("mine:dot", {"size": "2"})),
        ("mine:label:text=3:0", Choice("mine:label", {"text": "3:0"})),
    ],
)
def test_a_choice_is_a_name_perhaps_a_plugins_and_options(text, choice):
    assert parse_choice(text) == choice


@pytest.mark.parametrize("text", ["dot:=2", "mine:dot:size", "mine:dot:=3"])
def test_what_is_no_choice_is_refused(text):
    with pytest.raises(BadInputError, match="is not NAME or NAME:OPTION=VALUE"):
        parse_choice(text)
