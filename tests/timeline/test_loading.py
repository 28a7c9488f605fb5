"""Files that hold something else than one timeline."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.loading import load


def written(folder: Path, thing: otio.core.SerializableObject) -> Path:
    path = folder / "edit.otio"
    otio.adapters.write_to_file(thing, str(path))
    return path


def collection(*names: str) -> otio.schema.SerializableCollection:
    return otio.schema.SerializableCollection("all", [otio.schema.Timeline(name) for name in names])


def test_of_several_timelines_the_one_that_was_named_is_taken(tmp_path):
    path = written(tmp_path, collection("Sam", "Kim"))
    assert load(path, "Kim", {}).timeline.name == "Kim"
    assert load(path, "2", {}).timeline.name == "Kim"
    with pytest.raises(
        BadInputError, match=r"several timelines\. Choose one with --timeline, .*: 1 Sam, 2 Kim"
    ):
        load(path, None, {})
    for wrong in ("Lee", "3", "0"):
        with pytest.raises(
            BadInputError, match=f"none called '{wrong}'; choose with --timeline.*: 1 Sam, 2 Kim"
        ):
            load(path, wrong, {})


def test_two_timelines_of_one_name_are_told_apart_by_their_numbers(tmp_path):
    path = written(tmp_path, collection("Cut", "Cut", "1"))
    with pytest.raises(BadInputError, match=r"More than one is called 'Cut'; .*: 1 Cut, 2 Cut, 3 1\."):
        load(path, "Cut", {})
    assert [load(path, name, {}).place for name in ("2", "1")] == [1, 2]


def test_the_only_timeline_of_a_collection_needs_no_name(tmp_path):
    assert load(written(tmp_path, collection("Sam")), None, {}).timeline.name == "Sam"


def test_a_stack_of_tracks_is_a_timeline(tmp_path):
    stack = otio.schema.Stack("nested", children=[otio.schema.Track("V1")])
    timeline = load(written(tmp_path, stack), None, {}).timeline
    assert timeline.name == "nested" and [track.name for track in timeline.tracks] == ["V1"]


@pytest.mark.parametrize("thing", [collection(), otio.schema.Clip("alone")])
def test_a_file_without_a_timeline_is_refused(tmp_path, thing):
    with pytest.raises(BadInputError, match="holds no timeline"):
        load(written(tmp_path, thing), None, {})
