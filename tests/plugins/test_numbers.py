"""The reader of shirt numbers: what it says, and when it keeps silent."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest
from hccv_numbers import hccv_identifiers, network
from hccv_numbers.deciding import probabilities
from hccv_numbers.identifier import ShirtNumbers
from hccv_numbers.network import Read
from PIL import Image, ImageDraw, ImageFont

from highlight_cuts_cv.api import BadInputError, BoundingBox, IdentifyJob, Sighting
from highlight_cuts_cv.testing import check_identifier

reads_numbers = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason="the extra 'numbers' is not installed"
)
PERSON = BoundingBox(20, 10, 100, 210)


@pytest.fixture(scope="module")
def numbers():
    (spec,) = hccv_identifiers()
    identifier = spec.create({})
    yield identifier
    identifier.close()


def person(number: str, seed: int, shift: int = 0) -> Sighting:
    """A person of 200 pixels in a blue shirt with a white number of 28, in noise."""
    random = np.random.default_rng(seed)
    picture = random.integers(70, 110, (220, 120, 3), dtype=np.uint8)
    picture[45:120, 30:90] = (150, 40, 20)
    image = Image.fromarray(picture)
    font = ImageFont.load_default(size=38)
    ImageDraw.Draw(image).text((60 + shift, 78), number, (255, 255, 255), font, anchor="mm")
    noisy = np.asarray(image).astype(np.int16) + random.integers(-12, 12, picture.shape)
    return Sighting(seed, np.clip(noisy, 0, 255).astype(np.uint8), PERSON)


def told(identifier, shown: Sequence[str]) -> dict[str, tuple[int, ...]]:
    job = IdentifyJob(sightings=[person(number, seed, seed - 2) for seed, number in enumerate(shown)])
    return {one.label: one.seen for one in identifier.identify(job) if one.probability > 0.9}


@reads_numbers
def test_it_keeps_the_contract(numbers):
    check_identifier(numbers)


@reads_numbers
@pytest.mark.parametrize("number", ["7", "10", "23", "88"])
def test_a_number_seen_several_times_is_told_with_the_pictures_that_show_it(numbers, number):
    found = told(numbers, [number] * 4 + [""])
    assert list(found) == [number]
    assert set(found[number]) <= {0, 1, 2, 3} and len(found[number]) >= 2


@reads_numbers
@pytest.mark.parametrize("shown", [[""] * 6, ["23"], ["A", "GOAL", "Q", "X"], ["2", "", "17", ""]])
def test_silent_without_a_number_that_several_pictures_agree_on(numbers, shown):
    assert told(numbers, shown) == {}


def test_reads_that_chance_makes_often_need_more_of_their_kind():
    def sure(reads):
        return max(probabilities(reads).values())

    assert sure(["8", "8", "8"]) > 0.9 > sure(["2", "2", "2"])
    assert sure(["15", "15"]) > 0.9 > sure(["15"])


def test_a_digit_alone_speaks_for_the_numbers_that_hold_it():
    with_part, with_other = probabilities(["15", "15", "5"]), probabilities(["15", "15", "8"])
    assert with_part["15"] > with_other["15"]
    assert probabilities(["04", "04"])["04"] > probabilities(["04"])["04"]


def test_without_the_package_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    network._load.cache_clear()
    (spec,) = hccv_identifiers()
    with pytest.raises(BadInputError, match=r"pip install 'highlight-cuts-cv\[numbers\]'"):
        spec.create({})


@pytest.mark.parametrize(
    ("wide", "narrow", "asked", "said"),
    [
        ([Read("7", 0.9), Read("7", 0.6)], [], 1, "7"),
        ([None, None], [Read("7", 0.9), Read("7", 0.9)], 1, None),
        ([Read("7", 0.35), None], [Read("17", 0.9), Read("17", 0.6)], 2, "17"),
        ([Read("7", 0.6), None], [Read("7", 0.9), None], 2, "7"),
        ([Read("7", 0.25), None], [Read("17", 0.9), Read("17", 0.6)], 1, None),
        ([Read("721", 0.9), None], [Read("17", 0.9), Read("17", 0.6)], 1, None),
        ([Read("7", 0.35), None], [None, Read("17", 0.9)], 2, None),
    ],
)
def test_a_picture_in_which_a_digit_is_suspected_gets_a_second_narrower_look(wide, narrow, asked, said):
    class Net:
        def __init__(self) -> None:
            self.widths: list[int] = []

        def read(self, pictures):
            self.widths.append(pictures[0].shape[1])
            return (wide, narrow)[len(self.widths) - 1]

    reader = ShirtNumbers.__new__(ShirtNumbers)
    net = Net()
    vars(reader)["_net"] = net
    assert reader._read(person("17", 1)) == said
    assert len(net.widths) == asked and net.widths == sorted(net.widths, reverse=True)
