"""Encoding again the pictures of those of several files that cannot be joined as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.contracts import Cadence, EncodeSettings
from highlight_cuts_cv.media.color_tags import HDR_CURVES
from highlight_cuts_cv.media.joining.fitting import PictureFormat, fitted, format_of
from highlight_cuts_cv.media.joining.traits import Traits, picture_traits
from highlight_cuts_cv.media.reading.probing import LoadedMedia, load
from highlight_cuts_cv.media.reading.raw import raw_frames, source_frames
from highlight_cuts_cv.media.reading.spans import clip_of
from highlight_cuts_cv.media.writing.presets import PRESETS
from highlight_cuts_cv.media.writing.writer import open_writer
from highlight_cuts_cv.model import BadInputError

_log = logging.getLogger(__name__)

_ENCODERS = {"h264": "libx264", "hevc": "libx265"}
_TRIAL_FRAMES = 5
"""Of one or two pictures, x265 sometimes makes packets that no file can hold."""


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """Which files' pictures are encoded again, and how."""

    target: PictureFormat
    settings: EncodeSettings
    encoded: tuple[bool, ...]

    def frame_count(self, item: LoadedMedia) -> int:
        """How many pictures a file that is encoded again then has."""
        rate = _new_rate(item, self.target)
        return item.info.frame_count if rate is None else len(source_frames(clip_of(item.info), rate))


def plan_pictures(media: Sequence[LoadedMedia], folder: Path) -> PicturePlan:
    """How to make the pictures of *media* fit into one stream; the first file decides size, rate and colours.

    Those of that format that were encoded like the most of them stay as they are.  Where no settings of
    ours give their encoder's parameters, all are encoded.  *folder* is for trials.  Raises BadInputError
    where one is HDR and another is not.
    """
    first = media[0]
    for item in media[1:]:
        _check_curves(first, item)
    target = _target(media)
    traits = [picture_traits(item) for item in media]
    if all(t == traits[0] for t in traits):
        return PicturePlan(target, PRESETS["final"], (False,) * len(media))
    # What we encode is upright and of constant rate.
    ready = [format_of(m.info) == target and not m.info.rotation and not m.info.variable_rate for m in media]
    if any(ready):
        common = max(
            (t for t, r in zip(traits, ready, strict=True) if r),
            key=lambda kind: sum(m.info.frame_count for m, t in zip(media, traits, strict=True) if t == kind),
        )
        settings = _settings_giving(common, media[traits.index(common)], target, folder)
        if settings is not None:
            return PicturePlan(target, settings, tuple(t != common for t in traits))
    settings = replace(PRESETS["final"], pixel_format=target.pixel_format)
    return PicturePlan(target, settings, (True,) * len(media))


def encode_pictures(
    item: LoadedMedia,
    plan: PicturePlan,
    path: Path,
    step: Callable[[], None] = lambda: None,
    frames: int | None = None,
) -> LoadedMedia:
    """Write a file's pictures (or the first *frames* of them) by the plan; ``step`` hears of each."""
    target = plan.target
    clip = clip_of(item.info, 0, frames)
    rate = _new_rate(item, target)
    written = replace(
        clip,
        media=replace(
            item.info,
            sample_aspect_ratio=target.sample_aspect_ratio,
            interlaced=target.interlaced,
            color=target.color,
            audio=(),
        ),
    )
    with open_writer(path, written, plan.settings, Cadence(rate)) as writer:
        for frame in fitted(raw_frames(clip, Cadence(rate)), item.info, target):
            writer.write(frame)
            step()
    return load(path)


def _target(media: Sequence[LoadedMedia]) -> PictureFormat:
    first = format_of(media[0].info)
    # Lines of two moments cannot be scaled, and one stream is interlaced or is not.
    woven = all(
        (m.info.height, m.info.interlaced, m.info.rotation, m.info.rate, m.field_order)
        == (first.height, True, 0, first.rate, media[0].field_order)
        for m in media
    )
    return replace(first, interlaced=woven)


def _new_rate(item: LoadedMedia, target: PictureFormat) -> Fraction | None:
    return None if item.info.rate == target.rate and not item.info.variable_rate else target.rate


def _check_curves(first: LoadedMedia, item: LoadedMedia) -> None:
    had, wanted = (HDR_CURVES.get(m.info.color.transfer or "", "SDR") for m in (item, first))
    if had != wanted:
        raise BadInputError(
            f"'{item.info.path}' cannot be joined to '{first.info.path}': its colours are {had}, not {wanted}, "
            "and would come out wrong. Export both with the same colour setting."
        )


def _settings_giving(
    common: Traits, model: LoadedMedia, target: PictureFormat, folder: Path
) -> EncodeSettings | None:
    """The preset that such files were made with, found by encoding a few frames with each."""
    encoder = _ENCODERS.get(model.info.codec)
    frames = min(_TRIAL_FRAMES, model.info.frame_count)
    for number, preset in enumerate(PRESETS.values()) if encoder else ():
        settings = replace(
            preset, encoder=encoder or "", pixel_format=target.pixel_format, height=None, max_rate=None
        )
        plan = PicturePlan(target, settings, ())
        tried = encode_pictures(model, plan, folder / f"try{number}.mp4", frames=frames)
        if picture_traits(tried) == common:
            return settings
    return None
