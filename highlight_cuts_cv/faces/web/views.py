"""Sessions as what goes over the wire."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any, Literal, cast

from highlight_cuts_cv.contracts import Option
from highlight_cuts_cv.faces.web import models
from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.desk import Session
from highlight_cuts_cv.faces.web.films import ClipFilm, Films
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.faces.web.worker import Ticket
from highlight_cuts_cv.jobs.wishes import STYLES
from highlight_cuts_cv.media.reading.groups import film_index
from highlight_cuts_cv.model import BoundingBox, Track
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.tracking.picks import Pick


def session_out(session: Session) -> models.SessionOut:
    """All that the page shows without asking further."""
    review = session.review
    version = review.version  # before the rest: what changes meanwhile is shown again
    return models.SessionOut(
        session_id=review.session_id,
        version=version,
        game=review.timeline.path.name,
        player=review.player,
        look=review.look.model,
        clips=[clip_out(review, clip) for clip in review.clips],
        finalize=finalize_out(session.films),
        warnings=session.warnings,
    )


def session_json(session: Session) -> bytes:
    """The same as JSON, made once for all who ask before something changes."""
    return session.told.of(session.review.version, "session", lambda: session_out(session))


def clip_status_json(session: Session, clip: Clip) -> bytes:
    """How far following is in a clip, as JSON; asked often, so it comes from memory."""
    review = session.review
    return session.told.of(review.version, clip.clip_id, lambda: clip_status_out(review, clip))


def finalize_json(session: Session) -> bytes:
    """How far the films are, as JSON, in the same way."""
    return session.told.of(session.review.version, "films", lambda: finalize_out(session.films))


def clip_out(review: Review, clip: Clip) -> models.ClipOut:
    """One clip."""
    state = clip.state
    info = clip.info
    shown = [track.coverage for track in clip.tracks.values()]
    return models.ClipOut(
        clip_id=clip.clip_id,
        name=clip.placed.name or clip.placed.clip_id,
        seconds=float(clip.placed.frame_count / clip.placed.rate),
        width=info.width,
        height=info.height,
        aspect=float(info.width * info.media.sample_aspect_ratio / info.height),
        frame_count=info.frame_count,
        status=status_of(review, clip),
        error=clip.error or state.preview_error or clip.analysis_error,
        work=_work(clip.work),
        analysed=clip.analysed,
        analysis=_work(clip.analysis),
        film=clip.film is not None,
        marker=clip.marker_number if clip.marker else 0,
        picks=[pick_out(player, pick) for player, told in clip.picks.items() for pick in told],
        doubts=[doubt for player, track in clip.tracks.items() for doubt in _doubts(player, track)],
        proposals=_proposals(review, clip),
        shown=min(shown) if shown else None,
        final_status=models.State(state.final_status.value),
        final_error=state.final_error,
    )


def clip_status_out(review: Review, clip: Clip) -> models.ClipStatusOut:
    """How far following is in a clip."""
    state = clip.state
    return models.ClipStatusOut(
        status=status_of(review, clip),
        error=clip.error or state.preview_error or clip.analysis_error,
        work=_work(clip.work),
        marker=clip.marker_number if clip.marker else 0,
    )


def status_of(review: Review, clip: Clip) -> models.State:
    """The clip's state, as people see it."""
    if clip.clip_id in review.left_out:
        return models.State.REJECTED
    if clip.following:
        return models.State.PROCESSING
    if clip.error:
        return models.State.FAILED
    return models.State(clip.state.preview_status.value)


def pick_out(player: str, pick: Pick) -> models.PickOut:
    box = None if pick.box is None else pick.box.as_xyxy()
    return models.PickOut(
        player=player, frame=pick.frame_index, box=box, point=pick.point, number=pick.number
    )


def _work(ticket: Ticket | None) -> models.Work | None:
    if ticket is None:
        return None
    left = None
    return models.Work(step=ticket.step or "Waiting", done=ticket.done, total=ticket.total, seconds_left=left)


def _doubts(player: str, track: Track) -> list[models.DoubtOut]:
    return [
        models.DoubtOut(
            player=player,
            start=doubt.start,
            stop=doubt.stop,
            why=doubt.why.value,
            lost=not track.visible[doubt.start : doubt.stop].any(),
            ask=doubt.start if doubt.ask is None else doubt.ask,
            candidates=[box.as_xyxy() for box in doubt.candidates],
        )
        for doubt in track.doubts
    ]


def _proposals(review: Review, clip: Clip) -> list[models.ProposalOut]:
    found = []
    for player in clip.proposed if clip.clip_id not in review.left_out else ():
        candidates = [
            models.CandidateOut(
                frame=one.pick.frame_index, box=one.pick.box.as_xyxy(), probability=round(one.probability, 4)
            )
            for one in review.proposing.of(clip, player)
            if one.pick.box is not None
        ]
        if candidates:
            found.append(models.ProposalOut(player=player, candidates=candidates))
    return found


def film_out(path: Path, clip: Clip) -> models.FilmOut | None:
    """Where the pictures of the clip's film lie in its file, or ``None`` before that can be told."""
    index = film_index(path, len(clip.frames))
    if index is None:
        return None
    return models.FilmOut(
        codec=index.codec,
        description=base64.b64encode(index.description).decode("ascii"),
        groups=[models.GroupOut(at=group.offset, sizes=list(group.sizes)) for group in index.groups],
        whole=path == clip.proxy,
    )


def tracks_out(clip: Clip) -> models.TracksOut:
    """The paths in the frames that the film shows."""
    return models.TracksOut(
        tracks=[_track(player, track, clip.frames) for player, track in clip.tracks.items()],
        cuts=list(clip.cuts),
    )


def _track(player: str, track: Track, frames: list[int]) -> models.TrackOut:
    boxes: list[tuple[float, float, float, float] | None] = []
    for frame in frames:
        box = track.box(frame)
        boxes.append(None if box is None else cast(Any, tuple(round(side, 2) for side in box.as_xyxy())))
    return models.TrackOut(
        player=player,
        boxes=boxes,
        scores=[round(float(score), 3) for score in track.scores[frames]],
        states=[int(state) for state in track.states[frames]],
    )


def people_out(boxes: list[BoundingBox]) -> list[models.PersonOut]:
    return [
        models.PersonOut(
            number=number,
            **{
                side: round(value, 2)
                for side, value in zip(("x1", "y1", "x2", "y2"), box.as_xyxy(), strict=True)
            },
            score=round(box.confidence, 3),
        )
        for number, box in enumerate(boxes, start=1)
    ]


def finalize_out(films: Films) -> models.FinalizeOut:
    """How far the films are."""
    return models.FinalizeOut(
        status=films.status,
        error=films.error,
        clips=[_film(film) for film in films.clips],
        files=[
            models.FileOut(
                name=name,
                label=output.label,
                kind=output.kind,
                size=output.path.stat().st_size if output.path.is_file() else 0,
            )
            for name, output in files_of(films).items()
        ],
        folder=str(films.timeline.parent.absolute()),
        warnings=[sentence for film in films.clips if film.ticket for sentence in film.ticket.warnings],
    )


def files_of(films: Films) -> dict[str, Any]:
    """What can be downloaded, by a name that no other session's file has."""
    session = films.review.session_id
    return {f"{session}-{output.path.name}": output for output in films.outputs}


def _film(film: ClipFilm) -> models.FinalizeClipOut:
    work = _work(film.ticket) if film.state == "processing" else None
    if work is not None and work.done > 0 and work.total > 0:
        passed = time.monotonic() - film.began
        work.seconds_left = round(passed * (work.total - work.done) / work.done, 1)
    return models.FinalizeClipOut(
        clip_id=film.clip.clip_id,
        name=film.clip.placed.name or film.clip.placed.clip_id,
        status=models.State(film.state),
        error=film.error,
        work=work,
    )


def indicators_out() -> models.IndicatorsOut:
    """Every indicator there is, third parties' too, with its options; and the styles."""
    shelf = get_registry().indicators
    found = []
    for name in shelf.names():
        spec = shelf.find(name)
        options = [_option(option) for option in spec.options]
        found.append(models.IndicatorOut(name=name, summary=spec.summary, options=options))
    styles = [
        models.StyleOut(name=name, show=style.show, intro=style.intro) for name, style in STYLES.items()
    ]
    return models.IndicatorsOut(indicators=found, styles=styles)


def _option(option: Option) -> models.OptionOut:
    return models.OptionOut(
        name=option.name,
        kind=cast(Literal["str", "int", "float", "bool"], option.kind.__name__),
        default=option.default,
        summary=option.summary,
        choices=list(option.choices),
        minimum=option.minimum,
        maximum=option.maximum,
    )
