"""Decodes, blends and encodes a clip, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from pathlib import Path

from highlight_cuts_cv.api import (
    CancelledError,
    ExportJob,
    JobFailedError,
    Options,
    encode_settings,
    limited_rate,
)

_NOT_IN_MP4 = ("prores", "dnxhd", "ffv1")


class Burn:
    def __init__(self, options: Options) -> None:
        self._quality, self._encoder = str(options["quality"]), str(options["encoder"])
        self._smart = bool(options["smart"])

    def export(self, job: ExportJob) -> Path:
        clip, media = job.clip, job.media
        settings, sentence = media.on_engine(encode_settings(self._quality, clip), self._encoder, clip)
        if sentence is not None:
            job.warn(sentence)
        if self._quality == "match" and settings.encoder == "libx264" and clip.media.codec != "h264":
            job.warn(f"The codec '{clip.media.codec}' cannot be written here; the film is H.264.")
        output = _fitting(job, settings.encoder)
        if self._smart:
            reason = media.render_smart(job, output, settings)
            if reason is None:
                return output
            job.warn(f"Nothing is copied, since {reason}; the whole film is encoded.")
        rate = limited_rate(job.rate or clip.rate, settings.max_rate)
        # Nothing asked for and nothing to limit: the frames keep the times they have.
        wanted = None if job.rate is None and rate == clip.rate else rate
        count, freeze = None, job.freeze
        if job.frame_count is not None and job.rate is not None:
            length = job.frame_count / job.rate
            count = ceil(length * rate)
            if freeze is not None:  # at a fraction of the timeline's rate, only the whole is rounded up
                added = ceil((length + freeze.duration) * rate) - count
                freeze = replace(freeze, duration=added / rate) if added else None
        total = count or max(1, round(clip.frame_count * rate / clip.rate))
        total += freeze.frames(rate) if freeze is not None else 0
        done = 0
        with media.open_writer(output, clip, settings, wanted, count, freeze) as writer:
            for frame in media.raw_frames(clip, wanted, count, freeze):
                if job.cancelled():
                    raise CancelledError("The render was stopped; no file was written.")
                if done == 0:
                    _warn_of_conversion(job, frame.pixel_format)
                media.composite(frame, job.sprites)
                writer.write(frame if job.crop is None else media.cropped(frame, job.crop))
                done += 1
                job.progress(min(done, total), total)
            if done == 0:
                raise JobFailedError(
                    f"Not one frame of '{clip.media.path}' could be read from {clip.clip_id}."
                )
        return output


def _fitting(job: ExportJob, encoder: str) -> Path:
    """The output, in a container that takes the encoder's codec."""
    if job.output.suffix.lower() not in (".mp4", ".m4v") or not encoder.startswith(_NOT_IN_MP4):
        return job.output
    output = job.output.with_suffix(".mov")
    job.warn(f"MP4 cannot hold what '{encoder}' makes, so the film is {output.name}.")
    return output


def _warn_of_conversion(job: ExportJob, pixel_format: str) -> None:
    source = job.clip.media.pixel_format
    # The yuvj formats are the plain ones with their range in the name.
    if pixel_format.replace("yuvj", "yuv") != source.replace("yuvj", "yuv"):
        job.warn(
            f"Pictures of the format '{source}' are converted to '{pixel_format}' to draw into them; "
            "colours may change by a shade everywhere in the film."
        )
