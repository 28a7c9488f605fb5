"""What plugins provide (specs and protocols) and what they are given (job objects).

New fields of a job always get defaults, so that plugins written for older versions keep working.
"""

from highlight_cuts_cv.contracts.drawing import DrawJob, Indicator
from highlight_cuts_cv.contracts.exporting import (
    EncodeSettings,
    Exporter,
    ExportJob,
    Freeze,
    MediaKit,
    OverlayWriter,
    RawFrame,
    VideoWriter,
)
from highlight_cuts_cv.contracts.following import (
    DetectionSource,
    Detector,
    FrameSource,
    SceneFrame,
    SceneSource,
    Tracker,
    TrackJob,
    TrackStore,
)
from highlight_cuts_cv.contracts.options import Option, Options, OptionValue, resolve_options
from highlight_cuts_cv.contracts.progress import Progress, never_cancelled, no_progress
from highlight_cuts_cv.contracts.specs import DetectorSpec, ExporterSpec, IndicatorSpec, TrackerSpec

__all__ = [
    "DetectionSource",
    "Detector",
    "DetectorSpec",
    "DrawJob",
    "EncodeSettings",
    "ExportJob",
    "Exporter",
    "ExporterSpec",
    "FrameSource",
    "Freeze",
    "Indicator",
    "IndicatorSpec",
    "MediaKit",
    "Option",
    "OptionValue",
    "Options",
    "OverlayWriter",
    "Progress",
    "RawFrame",
    "SceneFrame",
    "SceneSource",
    "TrackJob",
    "TrackStore",
    "Tracker",
    "TrackerSpec",
    "VideoWriter",
    "never_cancelled",
    "no_progress",
    "resolve_options",
]
