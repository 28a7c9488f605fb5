"""What goes over the wire.  Frames count from 0 within their clip; boxes are x1, y1, x2, y2 in its pixels."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
# Strict: a text is no number, whatever it says.
Frame = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
Pixels = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False, strict=True)]
Box = tuple[Pixels, Pixels, Pixels, Pixels]
Point = tuple[Pixels, Pixels]
Value = Annotated[str, Field(max_length=2000)] | bool | int | Annotated[float, Field(allow_inf_nan=False)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why not: a short code for programs and a sentence for people."""

    code: str
    message: str


class Refusal(BaseModel):
    """Every answer that is no success."""

    error: Problem


class OpenIn(_In):
    """A timeline of the folder that the server was started on, by its name there."""

    timeline: Name
    player: Name = ""


class ClipIn(_In):
    session_id: Name
    clip_id: Name


class DetectIn(ClipIn):
    frame: Frame = 0


class PickIn(_In):
    """Where a player is in a frame: exactly one of box, point, number (of detect) and absent."""

    frame: Frame
    box: Box | None = None
    point: Point | None = None
    number: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    absent: Annotated[bool, Field(strict=True)] = False
    player: Name = ""


class UnpickIn(_In):
    frame: Frame
    player: Name = ""


class ChoiceModel(_In):
    """A plugin with its options."""

    name: Name
    options: Annotated[dict[Name, Value], Field(max_length=50)] = {}


class PlayerModel(_In):
    """Somebody who is marked; a session of one player calls them ''.  Without a marker of their own: that of all."""

    name: Name
    indicator: ChoiceModel | None = None


Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class LookModel(_In):
    """How players are marked, and what their films are like.  ``show``, ``intro`` and ``shape`` as on the command line;
    ``title`` has the lines of the card before the film of all clips, none for no card."""

    indicator: ChoiceModel
    show: Annotated[str, Field(max_length=200)] = ""
    intro: Annotated[str, Field(max_length=50)] = ""
    shape: Annotated[str, Field(max_length=50)] = ""
    title: Annotated[list[Line], Field(max_length=3)] = []
    players: Annotated[list[PlayerModel], Field(min_length=1, max_length=20)]


class PlayerIn(_In):
    name: Name


class RenameIn(PlayerIn):
    new_name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


class FinalizeIn(_In):
    """``deliver`` as on the command line: films in the place of the clips, or the marker alone above them, which has
    no quality."""

    session_id: Name
    quality: Literal["preview", "edit", "final", "match"] = "edit"
    deliver: Literal["replace", "overlay"] = "replace"


class State(StrEnum):
    """How far a clip is."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Work(BaseModel):
    """What is being done: its name, how far it is, and seconds left as far as that can be said."""

    step: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class DoubtOut(BaseModel):
    """Frames start to stop (excluded) in which the player is lost or may be somebody else."""

    player: str
    start: int
    stop: int
    why: str
    lost: bool
    ask: int
    candidates: list[Box] = []


class PickOut(BaseModel):
    player: str
    frame: int
    box: Box | None = None
    point: Point | None = None
    number: int | None = None


class CandidateOut(BaseModel):
    """Somebody at a place: to accept it, send frame and box as a pick.  ``probability`` is how sure it is, 0 to 1."""

    frame: int
    box: Box
    probability: float


class ProposalOut(BaseModel):
    """Who a player may be, the likeliest first, by the clips that are approved."""

    player: str
    candidates: list[CandidateOut]


class ClipOut(BaseModel):
    """One clip of a session.  ``proposals`` has the players who are not picked in it, as far as they were found."""

    clip_id: str
    name: str
    seconds: float
    width: int
    height: int
    aspect: float
    frame_count: int
    status: State
    error: str
    work: Work | None
    analysed: bool
    analysis: Work | None
    film: bool
    marker: int
    picks: list[PickOut]
    doubts: list[DoubtOut]
    proposals: list[ProposalOut]
    shown: float | None
    final_status: State
    final_error: str


class SessionOut(BaseModel):
    """A session as it is now; ``version`` grows with every change."""

    session_id: str
    version: int
    game: str
    player: str
    look: LookModel
    clips: list[ClipOut]
    finalize: FinalizeOut
    warnings: list[str]


class FramesOut(BaseModel):
    """The frames that the film to look at shows, and when, in seconds; ``start`` is where to pick first."""

    frames: list[int]
    times: list[float]
    start: int


class GroupOut(BaseModel):
    """Pictures of these ``sizes``, in bytes, one after the other from the film's byte ``at`` on."""

    at: int
    sizes: list[int]


class FilmOut(BaseModel):
    """What decodes the film to look at: WebCodecs' ``codec`` and ``description`` (base64), and where its pictures
    are, in groups of which the first picture is whole; ``whole`` when there will be no more."""

    codec: str
    description: str
    groups: list[GroupOut]
    whole: bool


class PersonOut(BaseModel):
    number: int
    x1: float
    y1: float
    x2: float
    y2: float
    score: float


class DetectOut(BaseModel):
    frame: int
    width: int
    height: int
    picture: str
    people: list[PersonOut]


class TrackOut(BaseModel):
    """A player's path, an entry for each frame that the film shows: a box or null, a score, a state
    (0 lost, 1 interpolated, 2 observed, 3 picked)."""

    player: str
    boxes: list[Box | None]
    scores: list[float]
    states: list[int]


class TracksOut(BaseModel):
    """``cuts`` are the frames that begin a new shot."""

    tracks: list[TrackOut]
    cuts: list[int]


class ClipStatusOut(BaseModel):
    status: State
    error: str
    work: Work | None
    marker: int


class FileOut(BaseModel):
    name: str
    label: str
    kind: Literal["film", "timeline", "clip", "overlay"]
    size: int


class FinalizeClipOut(BaseModel):
    clip_id: str
    name: str
    status: State
    error: str
    work: Work | None


class FinalizeOut(BaseModel):
    """How far the films are.  ``folder`` is where they lie on the machine that the server runs on."""

    status: Literal["idle", "running", "completed", "failed", "cancelled"]
    error: str
    clips: list[FinalizeClipOut]
    files: list[FileOut]
    folder: str
    warnings: list[str]


class TimelinesOut(BaseModel):
    """What can be opened, by name."""

    timelines: list[str]


class PlayersOut(BaseModel):
    """Whose reels a timeline holds: those of a team's spreadsheet; nobody where it is one reel."""

    players: list[str]


class OptionOut(BaseModel):
    name: str
    kind: Literal["str", "int", "float", "bool"]
    default: Value
    summary: str
    choices: list[Value]
    minimum: float | None
    maximum: float | None


class IndicatorOut(BaseModel):
    name: str
    summary: str
    options: list[OptionOut]


class StyleOut(BaseModel):
    """Wishes of a look that go together, as on the command line."""

    name: str
    show: str
    intro: str


class IndicatorsOut(BaseModel):
    indicators: list[IndicatorOut]
    styles: list[StyleOut]


class UndoneOut(BaseModel):
    """The session after a step back (or forth): ``clip_id`` is where, null where there was no step left."""

    clip_id: str | None


SessionOut.model_rebuild()
