"""A picture in the size and pixel format that an encoder takes."""

from __future__ import annotations

from typing import Any

import av

from highlight_cuts_cv.media.color_tags import SWS_BT709, conversion_matrix


def new_scaler() -> Any:
    """What :func:`fitted` scales with: one for all pictures of a film."""
    return av.video.reformatter.VideoReformatter()


def fitted(scaler: Any, picture: Any, width: int, height: int, pixel_format: str) -> Any:
    """The av.VideoFrame *picture* scaled and converted by *scaler*, or itself where it fits."""
    if picture.format.name == pixel_format and (width, height) == (picture.width, picture.height):
        return picture
    to_yuv = picture.format.is_rgb and not av.VideoFormat(pixel_format, 2, 2).is_rgb
    return scaler.reformat(
        picture,
        width,
        height,
        pixel_format,
        src_colorspace=conversion_matrix(picture),
        dst_colorspace=SWS_BT709 if to_yuv else conversion_matrix(picture),
        dst_color_range="MPEG" if to_yuv else None,
        interpolation="BICUBIC",
    )
