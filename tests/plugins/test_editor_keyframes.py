"""Exporters that write the marker as keyframes of an editor: what they write is read by rules of its own here."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import numpy as np
import pytest

from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.model import BadInputError, ClipInfo, SpriteTrack
from highlight_cuts_cv.testing.synthetic import make_counting_clip
from tests.plugins.test_scripts import export, make_job
from tests.timeline.fcpxml_rules import check_fcpxml, seconds, why_not_valid

NTSC = Fraction(30000, 1001)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ClipInfo:
    path = tmp_path_factory.mktemp("video") / "game #1.mp4"
    return clip_of(probe(make_counting_clip(path, 60, NTSC, (640, 360), audio="aac")), 7, 37)


def middles(job: Any) -> dict[int, tuple[float, float]]:
    return {
        index: (each.x + each.sprite.rgba.shape[1] / 2, each.y + each.sprite.rgba.shape[0] / 2)
        for index, (each, *_) in job.sprites.by_frame().items()
    }


# --- Fusion ---


def lua(text: str) -> Any:
    """What a Fusion file holds: tables as dicts, with their kind under ''."""
    tokens = re.findall(r'"[^"]*"|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()\[\]=,]', text)
    assert "".join(tokens) == re.sub(r"\s+", "", text)
    at = 0

    def value() -> Any:
        nonlocal at
        token = tokens[at]
        at += 1
        if token == "{":
            table: dict[Any, Any] = {}
            while tokens[at] != "}":
                key: Any = len(table) + 1
                if tokens[at] == "[":
                    key, at = int(tokens[at + 1]), at + 4
                elif tokens[at + 1] == "=":
                    key, at = tokens[at], at + 2
                assert key not in table
                table[key] = value()
                if tokens[at] == ",":
                    at += 1
            at += 1
            return table
        if token[0] == '"':
            return token[1:-1]
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return float(token)
        if token in ("true", "false"):
            return token == "true"
        if tokens[at] == "(":
            at += 2
        return {"": token, **value()}

    result = value()
    assert at == len(tokens)
    return result


def test_fusion_nodes_put_the_marker_where_it_is(clip, tmp_path):
    job = make_job(clip, tmp_path / "goal.setting", color="#00ff00")
    tools = lua(export("fusion", job).read_text())["Tools"]
    kinds = {name: tool[""] for name, tool in tools.items() if name}
    assert kinds["PlayerMarker"] == "EllipseMask" and "MediaIn" not in kinds.values()
    for tool in tools.values():  # every link ends at a tool that is there
        for source in tool.get("Inputs", {}).values() if isinstance(tool, dict) else ():
            assert not isinstance(source, dict) or source.get("SourceOp", "PlayerMarker") in kinds
    keys = {
        name: sorted((frame, key[1]) for frame, key in tools[f"Player{name}"]["KeyFrames"].items())
        for name in ("X", "Y", "Width", "Height", "Blend")
    }

    def at(name: str, frame: int) -> float:
        return float(np.interp(frame, *np.array(keys[name]).T))

    placed = middles(job)
    for index in range(clip.frame_count):
        shown = [each.opacity for each in job.sprites.by_frame().get(index, ())]
        assert at("Blend", index) == pytest.approx(max(shown, default=0), abs=2e-3)
        if index in placed:
            x, y = placed[index]
            assert at("X", index) * 640 == pytest.approx(x, abs=0.3)
            assert (1 - at("Y", index)) * 360 == pytest.approx(y, abs=0.3)
    sprite = job.sprites.by_frame()[0][0].sprite.rgba
    assert at("Width", 0) * 640 == pytest.approx(sprite.shape[1], abs=0.3)
    assert at("Height", 0) * 640 == pytest.approx(sprite.shape[0], abs=0.3)
    assert at("Blend", 25) == 0
    color = [tools["PlayerColor"]["Inputs"][f"TopLeft{name}"]["Value"] for name in ("Red", "Green", "Blue")]
    assert color == pytest.approx([0, 1, 0], abs=0.05)


def test_a_whole_composition_takes_the_clip_in_and_out(clip, tmp_path):
    tools = lua(export("fusion", make_job(clip, tmp_path / "goal.comp")).read_text())["Tools"]
    assert tools["PlayerMerge"]["Inputs"]["Background"]["SourceOp"] == "MediaIn1"
    assert tools["MediaOut1"]["Inputs"]["Input"] == {
        "": "Input",
        "SourceOp": "PlayerMerge",
        "Source": "Output",
    }


# --- Final Cut ---


def test_final_cut_gets_the_clip_with_a_title_that_follows(clip, tmp_path):
    job = make_job(clip, tmp_path / "goal.fcpxml")
    text = export("fcpxml", job).read_text()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ElementTree.fromstring(text)
    check_fcpxml(root, NTSC)
    assert why_not_valid(job.output, "1.10") is None
    source = root.find(".//media-rep")
    assert source is not None and Path(unquote(urlparse(source.attrib["src"]).path)) == clip.media.path
    picture, title = root.find(".//asset-clip"), root.find(".//title")
    assert picture is not None and title is not None
    assert seconds(picture, "start") == seconds(title, "offset") == 7 / NTSC
    assert seconds(picture, "duration") == seconds(title, "duration") == 30 / NTSC

    def animated(name: str) -> list[tuple[int, list[float]]]:
        parameter = title.find(f".//param[@name='{name}']") if title is not None else None
        assert parameter is not None
        return [
            (int(seconds(key, "time") * NTSC) - 108000, [float(part) for part in key.attrib["value"].split()])
            for key in parameter.iter("keyframe")
        ]

    position, amount = animated("position"), animated("amount")
    frames = [at for at, _ in position]
    for index, (x, y) in middles(job).items():
        across, up = (
            float(np.interp(index, frames, [value[axis] for _, value in position])) for axis in (0, 1)
        )
        assert 320 + across * 3.6 == pytest.approx(x, abs=0.5)
        assert 180 - up * 3.6 == pytest.approx(y, abs=0.5)
    assert dict(amount)[29] == [0] and dict(amount)[0][0] == job.sprites.by_frame()[0][0].opacity


# --- both ---


@pytest.mark.parametrize("name", ["fusion", "fcpxml"])
def test_what_cannot_be_keyframes_is_refused(clip, tmp_path, name):
    suffix = {"fusion": ".setting", "fcpxml": ".fcpxml"}[name]
    job = make_job(clip, tmp_path / f"goal{suffix}")
    with pytest.raises(BadInputError, match=r"written as .*\.mp4|name it"):
        export(name, replace(job, output=tmp_path / "goal.mp4"))
    with pytest.raises(BadInputError, match="shown nowhere"):
        export(name, replace(job, sprites=SpriteTrack(())))
    with pytest.raises(BadInputError):
        export(name, make_job(clip, tmp_path / f"goal{suffix}", indicator="spotlight"))
    assert not list(tmp_path.iterdir())
