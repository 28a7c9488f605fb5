from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import hccv_burn
import numpy as np
import pytest

from highlight_cuts_cv.contracts import EncodeSettings, ExportJob, Freeze, MediaKit, RawFrame, resolve_options
from highlight_cuts_cv.model import (
    BadInputError,
    CancelledError,
    ClipInfo,
    ColorTags,
    JobFailedError,
    MediaInfo,
    Placement,
    Sprite,
    SpriteTrack,
    State,
    Track,
)

(SPEC,) = hccv_burn.hccv_exporters()


@dataclass
class FakeKit:
    """Grey frames of any number; remembers what it was asked for and what was written."""

    frames: int = 10
    pixel_format: str = "yuv420p"
    rates: list[Fraction | None] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)
    settings: EncodeSettings | None = None
    composited: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    finished: bool = False

    def raw_frames(
        self,
        clip: ClipInfo,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> Iterator[RawFrame]:
        self.rates.append(rate)
        self.counts.append(frame_count)
        for index in range(self.frames):
            planes = tuple(np.zeros(shape, np.uint8) for shape in ((8, 8), (4, 4), (4, 4)))
            yield RawFrame(index, index, clip.time_base, self.pixel_format, ColorTags(), 8, 8, planes)

    def composite(self, frame: RawFrame, sprites: SpriteTrack) -> None:
        self.composited.append(frame.index)

    def on_engine(
        self, settings: EncodeSettings, engine: str, clip: ClipInfo
    ) -> tuple[EncodeSettings, str | None]:
        sentence = None if engine == "x264" else f"{engine} does not work here."
        return settings, sentence

    def render_smart(self, job: ExportJob, output: Path, settings: EncodeSettings) -> str | None:
        if job.rate is not None:
            return "the frame rate changes"
        self.finished = True
        return None

    @contextmanager
    def open_writer(
        self,
        path: Path,
        clip: ClipInfo,
        settings: EncodeSettings,
        rate: Fraction | None = None,
        frame_count: int | None = None,
        freeze: Freeze | None = None,
    ) -> Iterator[FakeKit]:
        self.settings = settings
        self.rates.append(rate)
        self.counts.append(frame_count)
        yield self
        self.finished = True

    def write(self, frame: RawFrame) -> None:
        assert self.composited[-1] == frame.index, "written before it was drawn on"
        self.written.append(frame.index)


def make_job(kit: FakeKit, **fields: Any) -> ExportJob:
    media = MediaInfo(
        path=Path("game.mp4"), width=3840, height=2160, rate=Fraction(60), time_base=Fraction(1, 60),
        start_pts=0, frame_count=10, codec="h264", pixel_format="yuv420p",
    )  # fmt: skip
    clip = ClipInfo(clip_id="clip", media=media, first_frame=0, frame_count=10, start_pts=0)
    track = Track.lost(10)
    job = ExportJob(
        clip=clip, track=track, sprites=SpriteTrack(), output=Path("film.mp4"), media=cast(MediaKit, kit)
    )
    return replace(job, **fields)


def burn(job: ExportJob, **options: object) -> Path:
    return SPEC.create(resolve_options(SPEC.options, options)).export(job)


def test_draws_on_and_writes_every_frame_and_reports_progress() -> None:
    kit, reports = FakeKit(), []
    assert burn(make_job(kit, progress=lambda done, total: reports.append((done, total)))) == Path("film.mp4")
    assert kit.written == list(range(10)) and kit.finished
    assert reports == [(n, 10) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("quality", "rate", "expected"),
    [("edit", None, None), ("edit", 25, 25), ("final", 60, 60), ("preview", None, 30), ("preview", 50, 25)],
)
def test_asks_for_the_rate_of_the_timeline_within_the_presets_limit(
    quality: str, rate: int | None, expected: int | None
) -> None:
    kit = FakeKit()
    burn(make_job(kit, rate=None if rate is None else Fraction(rate)), quality=quality)
    assert kit.rates == [expected, expected]


@pytest.mark.parametrize(
    ("quality", "rate", "count", "expected"),
    [("edit", 25, 7, 7), ("preview", 60, 7, 4), ("edit", None, 7, None)],
)
def test_asks_for_as_many_frames_as_the_timeline_shows(
    quality: str, rate: int | None, count: int, expected: int | None
) -> None:
    """At half the rate, half as many frames, and one more rather than one too few."""
    kit = FakeKit()
    burn(make_job(kit, rate=None if rate is None else Fraction(rate), frame_count=count), quality=quality)
    assert kit.counts == [expected, expected]


def test_presets_reach_the_writer() -> None:
    kit = FakeKit()
    burn(make_job(kit), quality="preview")
    assert kit.settings is not None and kit.settings.height == 720
    burn(make_job(kit))
    assert kit.settings.options == {"preset": "ultrafast", "crf": "16"}


@pytest.mark.parametrize(
    ("codec", "pixel_format", "encoder", "option", "name"),
    [
        ("h264", "yuv420p", "libx264", ("crf", "18"), "film.mp4"),
        ("hevc", "yuv420p10le", "libx265", ("crf", "20"), "film.mp4"),
        ("av1", "yuv420p10le", "libsvtav1", ("crf", "24"), "film.mp4"),
        ("prores", "yuv422p10le", "prores_ks", ("profile", "hq"), "film.mov"),
        ("prores", "yuv444p12le", "prores_ks", ("profile", "4444"), "film.mov"),
        ("dnxhd", "yuv422p10le", "dnxhd", ("profile", "dnxhr_hqx"), "film.mov"),
        ("mpeg2video", "yuv422p", "mpeg2video", ("qmax", "4"), "film.mp4"),
        ("vc1", "yuv420p", "libx264", ("crf", "18"), "film.mp4"),
    ],
)
def test_match_takes_the_sources_codec(
    codec: str, pixel_format: str, encoder: str, option: tuple[str, str], name: str
) -> None:
    kit = FakeKit(pixel_format=pixel_format)
    warnings: list[str] = []
    job = make_job(kit, warn=warnings.append)
    media = replace(job.clip.media, codec=codec, pixel_format=pixel_format)
    assert burn(replace(job, clip=replace(job.clip, media=media)), quality="match").name == name
    assert kit.settings is not None and kit.settings.encoder == encoder
    assert kit.settings.options[option[0]] == option[1] and kit.settings.pixel_format is None
    said = " ".join(warnings)
    assert ("film.mov" in said) == (name == "film.mov") and ("'vc1' cannot be written" in said) == (
        codec == "vc1"
    )


def test_says_why_another_encoder_was_taken() -> None:
    warnings: list[str] = []
    burn(make_job(FakeKit(), warn=warnings.append), encoder="nvenc")
    burn(make_job(FakeKit(), warn=warnings.append))
    assert warnings == ["nvenc does not work here."]


def test_smart_copies_or_says_why_not() -> None:
    kit = FakeKit()
    warnings: list[str] = []
    burn(make_job(kit, warn=warnings.append), smart="true")
    assert kit.finished and not kit.written and not warnings
    burn(make_job(kit, warn=warnings.append, rate=Fraction(25)), smart="true")
    assert len(kit.written) == 10
    assert warnings == ["Nothing is copied, since the frame rate changes; the whole film is encoded."]


def test_an_unknown_quality_is_refused() -> None:
    with pytest.raises(BadInputError, match="preview, edit, final"):
        burn(make_job(FakeKit()), quality="best")


def test_stops_soon_after_it_is_cancelled() -> None:
    kit = FakeKit()
    with pytest.raises(CancelledError):
        burn(make_job(kit, cancelled=lambda: len(kit.written) >= 3))
    assert kit.written == [0, 1, 2] and not kit.finished


def test_a_clip_without_a_frame_is_a_failed_job() -> None:
    kit = FakeKit(frames=0)
    with pytest.raises(JobFailedError, match=r"game\.mp4"):
        burn(make_job(kit))
    assert not kit.finished


def test_says_once_what_a_conversion_loses() -> None:
    warnings: list[str] = []
    burn(make_job(FakeKit(pixel_format="yuv444p"), warn=warnings.append))
    assert len(warnings) == 1 and "yuv444p" in warnings[0]
    burn(make_job(FakeKit(pixel_format="yuvj420p"), warn=warnings.append))
    assert len(warnings) == 1


def test_the_demo_clip_gets_its_marker_and_nothing_else(shared: Path, tmp_path: Path) -> None:
    from highlight_cuts_cv.media import clip_of, probe
    from highlight_cuts_cv.rendering.kit import PyAvKit

    clip = replace(clip_of(probe(shared / "demo" / "crossing.mp4")), frame_count=12)
    red = Sprite(np.full((20, 20, 4), (255, 0, 0, 255), np.uint8))
    sprites = SpriteTrack(tuple(Placement(i, red, 100 + 10 * i, 300) for i in range(12)))
    track = Track(
        np.tile(np.array([[100, 320, 140, 400]], np.float32), (12, 1)),
        np.ones(12, np.float32),
        np.full(12, State.OBSERVED, np.uint8),
    )
    output = tmp_path / "marked.mp4"
    job = ExportJob(clip=clip, track=track, sprites=sprites, output=output, media=PyAvKit())
    assert burn(job) == output

    def pictures(path: Path) -> list[RawFrame]:
        return list(PyAvKit().raw_frames(replace(clip_of(probe(path)), frame_count=12)))

    for index, (marked, plain) in enumerate(zip(pictures(output), pictures(clip.media.path), strict=True)):
        left = 100 + 10 * index
        # BT.601 red, as the untagged small picture is taken to be.
        inside = [int(np.median(p[y : y + n, x : x + n].astype(float))) for p, y, x, n in (
            (marked.planes[0], 304, left + 4, 12), (marked.planes[1], 152, left // 2 + 2, 6), (marked.planes[2], 152, left // 2 + 2, 6)
        )]  # fmt: skip
        assert np.abs(np.array(inside) - (81, 90, 240)).max() <= 4
        outside = np.abs(marked.planes[0].astype(int) - plain.planes[0])
        outside[290:330, left - 12 : left + 32] = 0
        assert outside.mean() < 1.5


@pytest.mark.parametrize(("codec", "stored", "drawn"), [("ffv1", "gray", "yuv420p"), ("ffv1", "bgra", "rgb24"), ("ffv1", "yuva444p10le", "yuv444p10le"), ("ffv1", "yuv411p", "yuv420p")])  # fmt: skip
def test_a_format_that_cannot_be_drawn_into_is_converted_and_said(
    codec: str, stored: str, drawn: str, tmp_path: Path
) -> None:
    import av

    from highlight_cuts_cv.media import clip_of, probe
    from highlight_cuts_cv.rendering.kit import PyAvKit

    source, output = tmp_path / "source.mkv", tmp_path / "marked.mp4"
    warnings: list[str] = []
    with av.open(str(source), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, stored
        for _ in range(5):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="bgr24")
            container.mux(stream.encode(picture.reformat(format=stored)))
        container.mux(stream.encode(None))
    white = Sprite(np.full((16, 16, 4), 255, np.uint8))
    sprites = SpriteTrack(tuple(Placement(i, white, 24, 16) for i in range(5)))
    clip = clip_of(probe(source))
    track = Track.lost(5)
    job = ExportJob(
        clip=clip, track=track, sprites=sprites, output=output, media=PyAvKit(), warn=warnings.append
    )
    burn(job, quality="final")
    assert len(warnings) == 1 and f"'{stored}'" in warnings[0] and f"'{drawn}'" in warnings[0]
    frame = next(iter(PyAvKit().raw_frames(clip_of(probe(output)))))
    unit = 4 if "10" in frame.pixel_format else 1
    luma = frame.planes[0].astype(float) / unit
    assert luma[20:28, 28:36].mean() > 225 and 75 < luma[2:10, 2:10].mean() < 110


def test_importing_it_loads_no_codec() -> None:
    code = "import sys; sys.path[:0] = ['plugins']; import hccv_burn; print({'av', 'cv2', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
