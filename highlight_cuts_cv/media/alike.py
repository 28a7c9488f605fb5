"""Encoding again those of several files that cannot be joined as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from highlight_cuts_cv.contracts import EncodeSettings
from highlight_cuts_cv.media.clips import clip_of
from highlight_cuts_cv.media.probing import LoadedMedia, load
from highlight_cuts_cv.media.raw import raw_frames
from highlight_cuts_cv.media.writer import open_writer
from highlight_cuts_cv.rendering.presets import PRESETS

_log = logging.getLogger(__name__)

Traits = dict[str, object]

_CURABLE = {
    "video codec",
    "codec profile",
    "frame rate",
    "time base",
    "pixel format",
    "encoder parameters",
}
_ENCODERS = {"h264": "libx264", "hevc": "libx265"}


def curable(one: Traits, other: Traits) -> bool:
    """Whether encoding the pictures again removes all that differs (sizes and sound stay as they are)."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)} <= _CURABLE


def made_alike(
    media: Sequence[LoadedMedia],
    alike: Sequence[Traits],
    folder: Path,
    traits_of: Callable[[LoadedMedia], Traits],
) -> list[LoadedMedia]:
    """The files, of which those unlike the most common kind are encoded again into *folder*.

    Where no settings of ours give the common kind's encoder parameters, all are encoded, alike.
    """
    common = max(
        alike,
        key=lambda traits: sum(m.info.frame_count for m, t in zip(media, alike, strict=True) if t == traits),
    )
    model = media[list(alike).index(common)]
    wanted = _settings_giving(common, model, folder, traits_of)
    settings = wanted or replace(PRESETS["final"], pixel_format=model.info.pixel_format)
    result = []
    for number, (item, traits) in enumerate(zip(media, alike, strict=True)):
        if traits == common and wanted is not None:
            result.append(item)
            continue
        _log.warning("'%s' is encoded again to be joined to '%s'.", item.info.path, model.info.path)
        result.append(_encoded(item, settings, model, folder / f"{number}.mp4"))
    return result


def _settings_giving(
    common: Traits, model: LoadedMedia, folder: Path, traits_of: Callable[[LoadedMedia], Traits]
) -> EncodeSettings | None:
    """The preset that such files were made with, found by encoding one frame with each."""
    encoder = _ENCODERS.get(model.info.codec)
    for number, preset in enumerate(PRESETS.values()) if encoder else ():
        settings = replace(
            preset, encoder=encoder or "", pixel_format=model.info.pixel_format, height=None, max_rate=None
        )
        tried = _encoded(model, settings, model, folder / f"try{number}.mp4", frames=1)
        if traits_of(tried) == common:
            return settings
    return None


def _encoded(
    item: LoadedMedia, settings: EncodeSettings, model: LoadedMedia, path: Path, frames: int | None = None
) -> LoadedMedia:
    info = replace(item.info, color=model.info.color)  # alike but for how limited range is spelt
    clip = clip_of(info, 0, frames)
    rate = None if item.info.rate == model.info.rate and not item.info.variable_rate else model.info.rate
    with open_writer(path, clip, settings, rate) as writer:
        for frame in raw_frames(clip, rate):
            writer.write(frame)
    return load(path)
