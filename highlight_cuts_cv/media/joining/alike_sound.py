"""Encoding again the sound of those of several clips that cannot be joined as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from highlight_cuts_cv.media.failures import reading
from highlight_cuts_cv.media.joining.joint import Part, sound_reaches
from highlight_cuts_cv.media.joining.traits import Traits, sound_streams, sound_traits
from highlight_cuts_cv.media.reading.probing import load
from highlight_cuts_cv.media.reading.spans import clip_of
from highlight_cuts_cv.media.writing.audio import AudioFeed, holds
from highlight_cuts_cv.media.writing.encoded_sound import Silence, SoundFormat, format_like
from highlight_cuts_cv.media.writing.encoders import open_output

_log = logging.getLogger(__name__)

_ENCODERS = {"opus": "libopus", "mp3": "libmp3lame", "vorbis": "libvorbis"}
_TRIAL = Fraction(1, 5)


def with_alike_sound(
    parts: Sequence[Part], folder: Path, output: Path, step: Callable[[], None]
) -> list[Part]:
    """The parts with sound of one kind, that of the first that has any, from each one's start to its end.

    Those of that kind that reach so far stay as they are, others are encoded again into *folder*; where
    our encoder's parameters are other ones, all are.  ``step`` is called between packets.
    """
    traits = [sound_traits(part.sound) for part in parts]
    model = next((n for n, kind in enumerate(traits) if kind["number of audio streams"]), None)
    if model is None:
        return list(parts)
    unplayable = not _all_held(parts[model], folder, output)
    wrong = [unplayable or kind != traits[model] for kind in traits]
    for number, part in enumerate(parts):
        early, late = sound_reaches(part)
        # Before the film and after it, nothing gets out of step.
        wrong[number] |= (number > 0 and not early) or (number < len(parts) - 1 and not late)
    if not any(wrong):
        return list(parts)
    kinds = _kinds_giving(traits[model], parts[model], folder)
    if kinds is None or unplayable:
        kinds = _common_kinds(parts[model], output)
        wrong = [True] * len(parts)
    result = []
    for number, (part, again, kind) in enumerate(zip(parts, wrong, traits, strict=True)):
        if again:
            _tell(part, kind, len(kinds))
            path = folder / f"sound{number}{_suffix(kinds)}"
            _encode(part, kinds, path, step)
            part = replace(part, sound=path, sound_start=Fraction(0))
        result.append(part)
    return result


def _tell(part: Part, kind: Traits, wanted: int) -> None:
    count = kind["number of audio streams"]
    if not count:
        _log.warning("'%s' has no sound; it is silent in the film.", part.source)
    else:
        _log.warning("The sound of '%s' is encoded anew to be joined to the others'.", part.source)
    if isinstance(count, int) and count > wanted:
        _log.warning("Of the %d sound tracks of '%s' the first %d are kept.", count, part.source, wanted)


def _kinds_giving(wanted: Traits, model: Part, folder: Path) -> list[SoundFormat] | None:
    """What to encode to get these very traits, or ``None`` when our encoders give other ones."""
    try:
        kinds = _kinds(model, None)
        path = folder / f"silence{_suffix(kinds)}"
        with av.open(str(path), "w") as container:
            for silence in [Silence(container, kind, _TRIAL) for kind in kinds]:
                for packet in silence.packets():
                    container.mux_one(packet)
    except (av.error.FFmpegError, av.codec.codec.UnknownCodecError, ValueError):
        return None
    return kinds if sound_traits(path) == wanted else None


def _common_kinds(model: Part, output: Path) -> list[SoundFormat]:
    """What every player knows of that which the film's container holds."""
    return _kinds(model, "libopus" if output.suffix.lower() == ".webm" else "aac")


def _all_held(part: Part, folder: Path, output: Path) -> bool:
    """Whether the film's container holds a part's kinds of sound."""
    trial = folder / f"trial{output.suffix}"
    with (
        open_output(output, trial) as container,
        reading(part.sound),
        av.open(str(part.sound), metadata_errors="replace") as source,
    ):
        codecs = [stream.codec_context.codec.canonical_name for stream in sound_streams(source)]
        return all(holds(container, output, codec) for codec in codecs)


def _kinds(model: Part, encoder: str | None) -> list[SoundFormat]:
    with reading(model.sound), av.open(str(model.sound), metadata_errors="replace") as container:
        streams = sound_streams(container)
        return [format_like(s, encoder or _encoder_for(s)) for s in streams]


def _encoder_for(stream: Any) -> str:
    codec = str(stream.codec_context.codec.canonical_name)
    return _ENCODERS.get(codec, codec)


def _suffix(kinds: Sequence[SoundFormat]) -> str:
    return ".mov" if any(kind.encoder.startswith("pcm_") for kind in kinds) else ".mp4"


def _encode(part: Part, kinds: Sequence[SoundFormat], path: Path, step: Callable[[], None]) -> None:
    span = (part.sound_start, part.sound_start + part.length)
    with open_output(path, path) as container:
        feed = AudioFeed(clip_of(load(part.source).info), span, container, path, like=kinds)
        try:
            for packet in feed.rest():
                container.mux_one(packet)
                step()
        finally:
            feed.close()
