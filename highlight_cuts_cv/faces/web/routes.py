"""The HTTP API.  Sessions, clips and files are looked up by name; nothing of a request becomes a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Query
from fastapi.responses import FileResponse, Response

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.faces.web import models, views
from highlight_cuts_cv.faces.web.clips import Clip
from highlight_cuts_cv.faces.web.desk import Desk
from highlight_cuts_cv.faces.web.look import Look
from highlight_cuts_cv.faces.web.lookup import (
    ClipId,
    FrameNumber,
    PictureWidth,
    SessionId,
    TheDesk,
    clip_of,
    clip_with,
    session_of,
)
from highlight_cuts_cv.faces.web.review import Review
from highlight_cuts_cv.model import BoundingBox
from highlight_cuts_cv.tracking.picks import Pick

router = APIRouter()
UPLOAD = "/cv/upload"
_NO_TIMELINE = "There is no such timeline in the folder of this server."


@router.get("/cv/timelines")
def timelines(desk: TheDesk) -> models.TimelinesOut:
    """The timelines that can be opened."""
    return models.TimelinesOut(timelines=desk.timelines())


@router.get("/cv/players")
def players(
    desk: TheDesk, timeline: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
) -> models.PlayersOut:
    """Of whom a timeline has a reel each: one of them is to be named to open it."""
    try:
        return models.PlayersOut(players=desk.players(timeline))
    except KeyError:
        raise HTTPException(404, _NO_TIMELINE) from None


@router.post("/cv/session")
def open_session(desk: TheDesk, asked: models.OpenIn) -> models.SessionOut:
    """Open a timeline; it is the same session whenever the same timeline is opened for the same player."""
    try:
        return views.session_out(desk.open(asked.timeline, asked.player))
    except KeyError:
        raise HTTPException(404, _NO_TIMELINE) from None


@router.post(UPLOAD)
def upload(
    desk: TheDesk,
    name: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")],
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
) -> models.TimelinesOut:
    """Put a timeline or a CSV into the folder of this server; the answer names it, for opening."""
    return models.TimelinesOut(timelines=[desk.upload(name, data)])


@router.get("/cv/indicators")
def indicators(desk: TheDesk) -> models.IndicatorsOut:
    """The markers that there are, with their options, and styles."""
    return views.indicators_out()


@router.post("/cv/session/{session_id}/look")
def set_look(desk: TheDesk, session_id: SessionId, look: models.LookModel) -> models.SessionOut:
    """Set how players are marked, and which players there are."""
    session = session_of(desk, session_id)
    session.review.set_look(Look(look))
    return views.session_out(session)


@router.post("/cv/session/{session_id}/player/rename")
def rename_player(desk: TheDesk, session_id: SessionId, asked: models.RenameIn) -> models.SessionOut:
    """Call a player otherwise, in every clip."""
    session = session_of(desk, session_id)
    session.review.rename_player(asked.name, asked.new_name)
    return views.session_out(session)


@router.post("/cv/session/{session_id}/player/remove")
def remove_player(desk: TheDesk, session_id: SessionId, asked: models.PlayerIn) -> models.SessionOut:
    """Forget a player: all their picks, and the films in which nobody else is marked.  This is not undone."""
    session = session_of(desk, session_id)
    session.films.without(asked.name)
    return views.session_out(session)


@router.post("/cv/session/{session_id}/undo")
def undo(desk: TheDesk, session_id: SessionId) -> models.UndoneOut:
    """Take the last pick of the session back, wherever it was."""
    return models.UndoneOut(clip_id=session_of(desk, session_id).review.undo(None))


@router.post("/cv/session/{session_id}/redo")
def redo(desk: TheDesk, session_id: SessionId) -> models.UndoneOut:
    """Do again what was taken back last."""
    return models.UndoneOut(clip_id=session_of(desk, session_id).review.undo(None, redo=True))


@router.post("/cv/detect")
def detect(desk: TheDesk, asked: models.DetectIn) -> models.DetectOut:
    """Who can be picked in a frame, and where its picture is."""
    session = session_of(desk, asked.session_id)
    clip = clip_with(session, asked.clip_id, asked.frame)
    people = session.review.detect(clip, asked.frame)
    return models.DetectOut(
        frame=asked.frame,
        width=clip.info.width,
        height=clip.info.height,
        picture=f"/cv/picture/{asked.session_id}/{clip.clip_id}/{asked.frame}",
        people=views.people_out(people),
    )


@router.get("/cv/picture/{session_id}/{clip_id}/{frame}", response_class=Response)
def picture(
    desk: TheDesk,
    session_id: SessionId,
    clip_id: ClipId,
    frame: FrameNumber,
    width: PictureWidth = None,
) -> Response:
    """A frame's picture as JPEG, at most so wide."""
    session = session_of(desk, session_id)
    data = session.review.picture(clip_with(session, clip_id, frame), frame, width)
    return Response(data, media_type="image/jpeg", headers={"cache-control": "private, max-age=600"})


@router.get("/cv/still/{session_id}/{clip_id}/{frame}", response_class=Response)
def still(
    desk: TheDesk,
    session_id: SessionId,
    clip_id: ClipId,
    frame: FrameNumber,
    width: PictureWidth = None,
) -> Response:
    """A frame's picture with its markers, drawn by what renders the films; JPEG, at most so wide."""
    session = session_of(desk, session_id)
    data = session.review.still(clip_with(session, clip_id, frame), frame, width)
    if data is None:
        raise HTTPException(404, "The marker is not drawn yet.")
    return Response(data, media_type="image/jpeg")


@router.get("/cv/preview/{session_id}/{clip_id}/frames")
def frames(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.FramesOut:
    """Which frames the film to look at shows, and when.  The clip comes first from now on."""
    session = session_of(desk, session_id)
    clip = clip_of(session, clip_id)
    session.review.look_at(clip)
    return models.FramesOut(frames=clip.frames, times=clip.times, start=0)


@router.get("/cv/preview/{session_id}/{clip_id}/index")
def film_index(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.FilmOut:
    """Where the pictures of the film to look at are, as far as it is written."""
    clip = clip_of(session_of(desk, session_id), clip_id)
    found = None if (path := clip.film) is None else views.film_out(path, clip)
    if found is None:
        raise HTTPException(404, "The film is not there yet.")
    return found


@router.get("/cv/preview/{session_id}/{clip_id}/film", response_class=FileResponse)
def film(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> FileResponse:
    """The film to look at, without a marker, as far as it is written; with Range."""
    path = clip_of(session_of(desk, session_id), clip_id).film
    if path is None:
        raise HTTPException(404, "The film is not there yet.")
    return FileResponse(path, media_type="video/mp4")


@router.get("/cv/preview/{session_id}/{clip_id}/marker", response_class=Response)
def marker(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> Response:
    """The markers' sprites and their places in each frame of the film, as JSON."""
    clip = clip_of(session_of(desk, session_id), clip_id)
    if not clip.marker:
        raise HTTPException(404, "Nobody is marked in this clip yet.")
    return Response(clip.marker, media_type="application/json")


@router.get("/cv/preview/{session_id}/{clip_id}/track")
def track(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.TracksOut:
    """Where the players are in each frame of the film, and how sure that is."""
    return views.tracks_out(clip_of(session_of(desk, session_id), clip_id))


@router.post("/cv/preview")
def preview(desk: TheDesk, asked: models.ClipIn) -> models.ClipOut:
    """Follow again what is picked in a clip, as after an error."""
    session = session_of(desk, asked.session_id)
    clip = clip_of(session, asked.clip_id)
    if not clip.picks:
        raise BadInputError(f"Nobody is picked in '{clip.placed.name}' yet.")
    session.review.follow(clip)
    return views.clip_out(session.review, clip)


@router.post("/cv/preview/{session_id}/{clip_id}/pick")
def pick(desk: TheDesk, session_id: SessionId, clip_id: ClipId, asked: models.PickIn) -> models.ClipOut:
    """Say where a player is in a frame, or that they are not in it; following begins."""
    session = session_of(desk, session_id)
    clip = clip_of(session, clip_id)
    session.review.pick(clip, _pick(asked), asked.player)
    return views.clip_out(session.review, clip)


@router.post("/cv/preview/{session_id}/{clip_id}/unpick")
def unpick(desk: TheDesk, session_id: SessionId, clip_id: ClipId, asked: models.UnpickIn) -> models.ClipOut:
    """Take a pick away."""
    session = session_of(desk, session_id)
    clip = clip_of(session, clip_id)
    session.review.unpick(clip, asked.frame, asked.player)
    return views.clip_out(session.review, clip)


@router.post("/cv/preview/{session_id}/{clip_id}/undo")
def undo_in_clip(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.ClipOut:
    """Take the clip's last pick back."""
    return _decided(desk, session_id, clip_id, lambda review, clip: review.undo(clip))


@router.post("/cv/preview/{session_id}/{clip_id}/redo")
def redo_in_clip(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.ClipOut:
    """Do the clip's pick again that was taken back last."""
    return _decided(desk, session_id, clip_id, lambda review, clip: review.undo(clip, redo=True))


@router.post("/cv/preview/{session_id}/{clip_id}/approve")
def approve(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.ClipOut:
    """Say that a clip is right: it will be in the films."""
    return _decided(desk, session_id, clip_id, Review.approve)


@router.post("/cv/preview/{session_id}/{clip_id}/reject")
def reject(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.ClipOut:
    """Leave a clip unmarked until somebody is picked in it."""
    return _decided(desk, session_id, clip_id, Review.reject)


@router.post("/cv/preview/{session_id}/{clip_id}/cancel")
def cancel(desk: TheDesk, session_id: SessionId, clip_id: ClipId) -> models.ClipOut:
    """Stop the following in a clip; its picks stay."""
    return _decided(desk, session_id, clip_id, Review.cancel)


def _decided(
    desk: Desk, session_id: str, clip_id: str, action: Callable[[Review, Clip], object]
) -> models.ClipOut:
    session = session_of(desk, session_id)
    clip = clip_of(session, clip_id)
    action(session.review, clip)
    return views.clip_out(session.review, clip)


@router.post("/cv/finalize-all")
def finalize_all(desk: TheDesk, asked: models.FinalizeIn) -> models.FinalizeOut:
    """Render every approved clip, write the timeline and, where films replace the clips, join these."""
    films = session_of(desk, asked.session_id).films
    films.start(asked.quality, asked.deliver)
    return views.finalize_out(films)


@router.post("/cv/finalize/{session_id}/cancel")
def finalize_cancel(desk: TheDesk, session_id: SessionId) -> models.FinalizeOut:
    """Stop making films; those that are whole stay."""
    films = session_of(desk, session_id).films
    films.cancel()
    return views.finalize_out(films)


@router.get("/cv/download/{name}", response_class=FileResponse)
def download(desk: TheDesk, name: str) -> FileResponse:
    """A finished film or timeline, by the name that the status gives; with Range."""
    for session in desk.sessions():
        output = views.files_of(session.films).get(name)
        if output is not None and output.path.is_file():
            return FileResponse(output.path, filename=output.path.name)
    raise HTTPException(404, "There is no such file.")


def _pick(asked: models.PickIn) -> Pick:
    given = [asked.box is not None, asked.point is not None, asked.number is not None, asked.absent]
    if sum(given) != 1:
        raise BadInputError("A pick is exactly one of a box, a point, a number and 'absent'.")
    box = None if asked.box is None else BoundingBox(*asked.box)
    return Pick(asked.frame, box=box, point=asked.point, number=asked.number)
