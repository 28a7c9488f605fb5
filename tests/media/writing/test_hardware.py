"""Hardware encoders are chosen by encoding a picture; where none works, software does it and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.media.writing import hardware
from highlight_cuts_cv.model import BadInputError, ClipInfo


@pytest.fixture
def clip(clip_file: Callable[..., Path]) -> ClipInfo:
    return clip_of(probe(clip_file(".mp4")))


@pytest.mark.parametrize("engine", ["nvenc", "qsv", "vaapi", "videotoolbox", "auto"])
def test_what_is_chosen_encodes_or_is_software_with_a_sentence(engine: str, clip: ClipInfo) -> None:
    settings = EncodeSettings(options={"crf": "18"})
    chosen, sentence = hardware.on_engine(settings, engine, clip)
    if sentence is None:
        assert chosen.encoder.startswith("h264_") and chosen.encoder != "libx264"
    else:
        assert chosen == settings and "'libx264' is used instead" in sentence
        assert ("h264_nvenc" in sentence) == (engine in ("nvenc", "auto"))


def test_the_first_that_encodes_is_taken(clip: ClipInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Software encoders stand in for hardware: one that exists and one that does not."""
    monkeypatch.setattr(hardware, "_FAMILIES", {"libx264": "nosuch", "libx265": "prores"})
    monkeypatch.setattr(hardware, "_ENGINES", ("nvenc", "ks"))
    monkeypatch.setattr(hardware, "_options", lambda engine, options: {"profile": "hq"})
    chosen, sentence = hardware.on_engine(EncodeSettings(encoder="libx265"), "auto", clip)
    assert (chosen.encoder, chosen.options, sentence) == ("prores_ks", {"profile": "hq"}, None)
    chosen, sentence = hardware.on_engine(EncodeSettings(), "auto", clip)
    assert chosen.encoder == "libx264" and sentence and "nosuch_nvenc: not part of this build" in sentence


def test_software_is_left_alone_and_other_codecs_have_no_hardware(clip: ClipInfo) -> None:
    settings = EncodeSettings(encoder="prores_ks")
    assert hardware.on_engine(settings, "x264", clip) == (settings, None)
    chosen, sentence = hardware.on_engine(settings, "auto", clip)
    assert chosen == settings and sentence and "'prores_ks'" in sentence
    with pytest.raises(BadInputError, match="no engine 'amf'"):
        hardware.on_engine(settings, "amf", clip)
