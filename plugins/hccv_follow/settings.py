"""Every number that the follower decides by, in one place: a group for each decision."""

from __future__ import annotations

from dataclasses import dataclass, field

from hccv_follow.absence import AbsenceSettings
from hccv_follow.appearance import AppearanceSettings
from hccv_follow.colours import ColourSettings
from hccv_follow.confidence import ConfidenceSettings
from hccv_follow.decision import DecisionSettings
from hccv_follow.duel import DuelSettings
from hccv_follow.evidence import EvidenceSettings
from hccv_follow.filter import FilterSettings
from hccv_follow.finish import FinishSettings
from hccv_follow.foresight import ForesightSettings
from hccv_follow.join import JoinSettings
from hccv_follow.learning import LearningSettings
from hccv_follow.linking import LinkingSettings
from hccv_follow.motion import MotionSettings
from hccv_follow.others import NeighbourSettings
from hccv_follow.outline import OutlineSettings
from hccv_follow.review import ReviewSettings
from hccv_follow.scout import ScoutSettings
from hccv_follow.search import SearchSettings
from hccv_follow.shape import ShapeSettings
from hccv_follow.sight import SightSettings
from hccv_follow.tracklets import TrackletSettings
from hccv_follow.tuning import setting


@dataclass(frozen=True)
class BeginningSettings:
    """What the pick's own picture tells."""

    certain: float = setting(0.3, "score of a detection that can be the pick")
    same: float = setting(0.6, "IoU above which a detection's box leads to the user's")
    part: float = setting(0.3, "IoU above which it does when it lies inside the user's")
    inside: float = setting(0.85, "share of the detection that must lie there")
    seen: float = setting(0.4, "IoU above which a detection is the player, below which a neighbour")
    label: float = setting(0.10, "box sides; width of the filter's label")
    label_least: float = setting(1.0, "cells; the least width of the label")
    support: float = setting(1.1, "box sides; what the filter looks at")
    support_least: float = setting(5.0, "cells; the least that it looks at")
    support_most: float = setting(40.0, "cells; the most")
    rate: float = setting(0.1, "share of a view among the pick's")
    steps: int = setting(15, "steps of learning")


@dataclass(frozen=True)
class Settings:
    """All groups.  :func:`hccv_follow.tuning.changed` gives a copy with other values, ``listed`` lists them."""

    beginning: BeginningSettings = field(default_factory=BeginningSettings)
    sight: SightSettings = field(default_factory=SightSettings)
    filter: FilterSettings = field(default_factory=FilterSettings)
    colours: ColourSettings = field(default_factory=ColourSettings)
    motion: MotionSettings = field(default_factory=MotionSettings)
    shape: ShapeSettings = field(default_factory=ShapeSettings)
    outline: OutlineSettings = field(default_factory=OutlineSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    others: NeighbourSettings = field(default_factory=NeighbourSettings)
    decision: DecisionSettings = field(default_factory=DecisionSettings)
    confidence: ConfidenceSettings = field(default_factory=ConfidenceSettings)
    absence: AbsenceSettings = field(default_factory=AbsenceSettings)
    scout: ScoutSettings = field(default_factory=ScoutSettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    duel: DuelSettings = field(default_factory=DuelSettings)
    join: JoinSettings = field(default_factory=JoinSettings)
    finish: FinishSettings = field(default_factory=FinishSettings)
    tracklets: TrackletSettings = field(default_factory=TrackletSettings)
    appearance: AppearanceSettings = field(default_factory=AppearanceSettings)
    linking: LinkingSettings = field(default_factory=LinkingSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    foresight: ForesightSettings = field(default_factory=ForesightSettings)
