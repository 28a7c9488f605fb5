"""What plugins provide (specs and protocols) and what they are given (job objects).

New fields of a job always get defaults, so that plugins written for older versions keep working.
"""

from highlight_cuts_cv.contracts.cadence import AS_STORED, Cadence, Freeze
from highlight_cuts_cv.contracts.delivering import DeliveredClip, Deliverer, DeliverJob
from highlight_cuts_cv.contracts.drawing import DrawJob, Indicator
from highlight_cuts_cv.contracts.exporting import (
    EncodeSettings,
    Exporter,
    ExportJob,
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
from highlight_cuts_cv.contracts.identifying import Identifier, IdentifyJob, Identity, Sighting
from highlight_cuts_cv.contracts.options import Option, Options, OptionValue, resolve_options
from highlight_cuts_cv.contracts.progress import (
    UNWATCHED,
    Progress,
    Steps,
    Watch,
    never_cancelled,
    no_progress,
    no_warning,
    unwatched,
)
from highlight_cuts_cv.contracts.specs import (
    DelivererSpec,
    DetectorSpec,
    ExporterSpec,
    IdentifierSpec,
    IndicatorSpec,
    TrackerSpec,
)

__all__ = [
    "AS_STORED",
    "UNWATCHED",
    "Cadence",
    "DeliverJob",
    "DeliveredClip",
    "Deliverer",
    "DelivererSpec",
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
    "Identifier",
    "IdentifierSpec",
    "IdentifyJob",
    "Identity",
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
    "Sighting",
    "Steps",
    "TrackJob",
    "TrackStore",
    "Tracker",
    "TrackerSpec",
    "VideoWriter",
    "Watch",
    "never_cancelled",
    "no_progress",
    "no_warning",
    "resolve_options",
    "unwatched",
]
