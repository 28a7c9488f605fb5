"""One clip with its marker as a project for Final Cut Pro: a timeline of that clip, written as any other."""

from __future__ import annotations

from pathlib import Path

from highlight_cuts_cv.model import BadInputError, ClipInfo, SpriteTrack
from highlight_cuts_cv.rendering.flat import main_color, require_sprites
from highlight_cuts_cv.rendering.live import live_marker


def write_final_cut(clip: ClipInfo, sprites: SpriteTrack, path: Path) -> None:
    """Write *clip* with a title above it that moves as *sprites*, as FCPXML, to *path*.

    Raises BadInputError when nothing shows, and for sprites that dim the picture.
    """
    import opentimelineio as otio

    from highlight_cuts_cv.timeline.fcpxml import write_fcpxml
    from highlight_cuts_cv.timeline.sources import media_timecode
    from highlight_cuts_cv.timeline.times import frame_range, nearest_frame
    from highlight_cuts_cv.timeline.titles import TITLE, MovingMarker

    require_sprites(sprites, "fcpxml")
    moved = live_marker(sprites, range(clip.frame_count))
    if moved is None:
        raise BadInputError("The player is shown nowhere in these frames, so there is no marker to write.")
    info, rate = clip.media, clip.rate
    begin = nearest_frame(media_timecode(info), rate)
    file = otio.schema.ExternalReference(
        info.path.absolute().as_posix(), frame_range(begin, info.frame_count, rate)
    )
    picture = otio.schema.Clip(
        info.path.stem, file, frame_range(begin + clip.first_frame, clip.frame_count, rate)
    )
    whole = frame_range(0, clip.frame_count, rate)
    title = otio.schema.Clip(info.path.stem, otio.schema.ExternalReference(TITLE, whole), whole)
    keys = moved.keys.tolist()
    marker = MovingMarker(keys, (clip.width, clip.height), main_color([moved.rgba]), "")
    title.effects.append(marker.effect())
    timeline = otio.schema.Timeline(f"{info.path.stem} with marker")
    for item in (picture, title):
        timeline.tracks.append(otio.schema.Track(kind=otio.schema.TrackKind.Video, children=[item]))
    silent = () if info.audio else (file.target_url,)
    write_fcpxml(timeline, path, rate, (clip.width, clip.height), silent)
