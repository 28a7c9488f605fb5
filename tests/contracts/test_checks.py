"""The checks that plugin authors run find what they are there to find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.api import CancelledError, Detections, Identity, State
from highlight_cuts_cv.testing import check_deliverer, check_detector, check_exporter, check_identifier


class Middle:
    """Finds one player in the middle of what it searches: right in every way."""

    def detect(self, frames, regions=None):
        found = [self.one(frame, regions[i] if regions else None) for i, frame in enumerate(frames)]
        return self.answer(found, frames)

    def one(self, frame, region):
        x1, y1, x2, y2 = 0, 0, frame.width, frame.height
        if region is not None:
            x1, y1, x2, y2 = max(0, region.x1), max(0, region.y1), min(x2, region.x2), min(y2, region.y2)
        return self.middle(x1, y1, x2, y2)

    def middle(self, x1, y1, x2, y2):
        width, height = x2 - x1, y2 - y1
        box = [x1 + 0.4 * width, y1 + 0.3 * height, x1 + 0.6 * width, y1 + 0.9 * height]
        return Detections(np.array([box], np.float32), np.ones(1, np.float32))

    def answer(self, found, frames):
        return found

    def close(self):
        pass


class IgnoresRegions(Middle):
    def one(self, frame, region):
        return super().one(frame, None)


class OnlyInRealPictures(IgnoresRegions):
    """As a network: it finds nobody in noise."""

    def one(self, frame, region):
        return super().one(frame, region) if frame.width > 1000 else Detections.none()


class MixesFramesUp(Middle):
    def answer(self, found, frames):
        return found[::-1]


class InTheRegionsOwnPixels(Middle):
    def one(self, frame, region):
        if region is None:
            return super().one(frame, None)
        return self.middle(0, 0, region.x2 - region.x1, region.y2 - region.y1)


class ReturnsATuple(Middle):
    def answer(self, found, frames):
        return tuple(found) if found else found


class PaintsOnPictures(Middle):
    def one(self, frame, region):
        frame.bgr[:4, :4] = 255 - frame.bgr[:4, :4]
        return super().one(frame, region)


class ForgetsAFrame(Middle):
    def answer(self, found, frames):
        return found[:1]


WRONG_DETECTORS = {
    IgnoresRegions: "own region",
    OnlyInRealPictures: "own region",
    MixesFramesUp: "own region",
    InTheRegionsOwnPixels: "own region",
    ReturnsATuple: "in a list",
    PaintsOnPictures: "leave them as they are",
    ForgetsAFrame: "one Detections per frame",
}


def test_a_right_detector_passes():
    check_detector(Middle())


@pytest.mark.parametrize("wrong", WRONG_DETECTORS)
def test_a_wrong_detector_fails(wrong):
    with pytest.raises(AssertionError, match=WRONG_DETECTORS[wrong]):
        check_detector(wrong())


class Count:
    """Writes how many frames show the player: right in every way."""

    def export(self, job):
        if job.cancelled():
            raise CancelledError("Stopped.")
        job.output.write_text(f"{int(job.track.visible.sum())}\n")
        return job.output


class ReturnsNothing(Count):
    def export(self, job):
        super().export(job)


class WritesNothing(Count):
    def export(self, job):
        return job.output


class WritesElsewhere(Count):
    def export(self, job):
        path = job.output.parent / "sub" / "out.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("1")
        return path


class TouchesTheRecording(Count):
    def export(self, job):
        if not job.cancelled():
            with job.clip.media.path.open("ab") as film:
                film.write(b"x")
        return super().export(job)


class LeavesALitter(Count):
    def export(self, job):
        (job.output.parent / "half.part").touch()
        return super().export(job)


class RefusesToReplace(Count):
    def export(self, job):
        if not job.cancelled():
            job.output.touch(exist_ok=False)
        return super().export(job)


class FailsWhereLost(Count):
    def export(self, job):
        assert (job.track.states != State.LOST).all(), "not made for this"
        return super().export(job)


WRONG_EXPORTERS = {
    ReturnsNothing: (AssertionError, "is returned"),
    WritesNothing: (AssertionError, "is there"),
    WritesElsewhere: (AssertionError, "where it was asked for"),
    TouchesTheRecording: (AssertionError, "stays as it is"),
    LeavesALitter: (AssertionError, "leaves nothing behind"),
    RefusesToReplace: (FileExistsError, "exists"),
    FailsWhereLost: (AssertionError, "not made for this"),
}


def test_a_right_exporter_passes(tmp_path):
    check_exporter(Count(), tmp_path / "out.txt")


@pytest.mark.parametrize("wrong", WRONG_EXPORTERS)
def test_a_wrong_exporter_fails(wrong, tmp_path: Path):
    error, said = WRONG_EXPORTERS[wrong]
    with pytest.raises(error, match=said):
        check_exporter(wrong(), tmp_path / "out.txt")


class Listing:
    """Lists the clips, right in every way."""

    def deliver(self, job):
        if job.cancelled():
            raise CancelledError("stopped")
        job.output.write_text(
            "".join(f"{each.position} {each.name} {len(each.tracks)}\n" for each in job.clips)
        )
        return job.output


class DeliversNothing(Listing):
    def deliver(self, job):
        return None


class DeliversElsewhere(Listing):
    def deliver(self, job):
        path = job.output.parent / "in" / "here.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
        return path


class PaintsOverTheRecording(Listing):
    def deliver(self, job):
        job.clips[0].clip.media.path.write_bytes(b"x")
        return super().deliver(job)


class NeedsAPlayer(Listing):
    def deliver(self, job):
        assert job.clips[0].tracks, "not made for this"
        return super().deliver(job)


class Litters(Listing):
    def deliver(self, job):
        (job.output.parent / "half").write_text("x")
        return super().deliver(job)


def test_a_right_deliverer_passes(tmp_path):
    check_deliverer(Listing(), tmp_path / "out.txt")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (DeliversNothing, "'is_file'"),
        (DeliversElsewhere, "where it was asked for"),
        (PaintsOverTheRecording, "stays as it is"),
        (NeedsAPlayer, "not made for this"),
        (Litters, "leaves nothing behind"),
    ],
)
def test_a_wrong_deliverer_fails(wrong, said, tmp_path: Path):
    with pytest.raises((AssertionError, AttributeError), match=said):
        check_deliverer(wrong(), tmp_path / "out.txt")


class Knows:
    """Takes everybody for Sam, right in every way."""

    def identify(self, job):
        if job.cancelled():
            raise CancelledError("stopped")
        return [Identity("Sam", 0.5, (0,)), Identity("Bo", 0.25)]

    def close(self):
        pass


class PaintsOnSightings(Knows):
    def identify(self, job):
        for sighting in job.sightings:
            sighting.picture[:] = 0
        return super().identify(job)


class GuessesAnew(Knows):
    def __init__(self):
        self.times = 0

    def identify(self, job):
        self.times += 1
        return [] if job.cancelled() or self.times % 2 else super().identify(job)


class StopsWithAnError(Knows):
    def identify(self, job):
        assert not job.cancelled(), "not made to be stopped"
        return super().identify(job)


class NeedsTwo(Knows):
    def identify(self, job):
        assert len(job.sightings) > 1, "not made for this"
        return super().identify(job)


class TooSure(Knows):
    def identify(self, job):
        return [Identity("Sam", 0.8), Identity("Bo", 0.8)]


class WrongWayRound(Knows):
    def identify(self, job):
        return super().identify(job)[::-1]


class Twice(Knows):
    def identify(self, job):
        return [Identity("Sam", 0.5), Identity("Sam", 0.5)]


class SawMore(Knows):
    def identify(self, job):
        return [Identity("Sam", 0.5, (len(job.sightings),))]


def test_a_right_identifier_passes():
    check_identifier(Knows())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (PaintsOnSightings, "not painted on"),
        (GuessesAnew, "the same answer"),
        (StopsWithAnError, "not made to be stopped"),
        (NeedsTwo, "not made for this"),
        (TooSure, "at most 1"),
        (WrongWayRound, "most probable first"),
        (Twice, "told once"),
        (SawMore, "places in the job"),
    ],
)
def test_a_wrong_identifier_fails(wrong, said):
    with pytest.raises(AssertionError, match=said):
        check_identifier(wrong())
