"""Frozen data types that the whole tool speaks in.  Only numpy is imported here.

Conventions, everywhere: pixels are in *display orientation* (after the file's rotation), the
origin is the top-left corner of the picture, boxes are half-open floats ``x1, y1, x2, y2`` (a box
covers ``x1 <= x < x2``), times are :class:`~fractions.Fraction` seconds or integer pts counted in
a stream's time base, and frame indexes count from 0.
"""

from highlight_cuts_cv.errors import BadInputError, CancelledError, HighlightCutsError, JobFailedError
from highlight_cuts_cv.model.arrays import ByteArray, FloatArray, read_only
from highlight_cuts_cv.model.boxes import Anchor, BoundingBox, Detections, Region
from highlight_cuts_cv.model.crops import Crop
from highlight_cuts_cv.model.doubts import Doubt, Why, doubts_within
from highlight_cuts_cv.model.geometry import body_sizes, box_areas, box_intersections, box_ious, pairwise_ious
from highlight_cuts_cv.model.marks import LiveMarker, Mark
from highlight_cuts_cv.model.media import AudioInfo, ClipInfo, ColorTags, MediaInfo
from highlight_cuts_cv.model.pictures import Frame, Undrawn
from highlight_cuts_cv.model.sprites import Placement, Shade, Sprite, SpriteTrack, merged_sprites
from highlight_cuts_cv.model.tracks import State, Track, TrackingFrame, lost_rows

__all__ = [
    "Anchor",
    "AudioInfo",
    "BadInputError",
    "BoundingBox",
    "ByteArray",
    "CancelledError",
    "ClipInfo",
    "ColorTags",
    "Crop",
    "Detections",
    "Doubt",
    "FloatArray",
    "Frame",
    "HighlightCutsError",
    "JobFailedError",
    "LiveMarker",
    "Mark",
    "MediaInfo",
    "Placement",
    "Region",
    "Shade",
    "Sprite",
    "SpriteTrack",
    "State",
    "Track",
    "TrackingFrame",
    "Undrawn",
    "Why",
    "body_sizes",
    "box_areas",
    "box_intersections",
    "box_ious",
    "doubts_within",
    "lost_rows",
    "merged_sprites",
    "pairwise_ious",
    "read_only",
]
