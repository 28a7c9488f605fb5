"""Settings of the follower: changed by name, each with an effect, and results of other settings kept apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hccv_follow import hccv_trackers
from hccv_follow.passes import Known, Pass
from hccv_follow.path import Path
from hccv_follow.settings import Settings
from hccv_follow.tuning import changed, listed


@pytest.mark.parametrize("name", ["decision__accept", "decision.accept"])
def test_a_setting_is_changed_in_a_copy(name):
    usual = Settings()
    other = changed(usual, **{name: 0.4})
    assert other.decision.accept == 0.4 and usual.decision.accept == Settings().decision.accept
    assert changed(other, decision__accept=usual.decision.accept) == usual


def test_whole_settings_stay_whole():
    assert isinstance(changed(Settings(), learning__every=5.0).learning.every, int)


@pytest.mark.parametrize("name", ["decision", "decision.nothing", "nothing.accept", "decision.accept.more"])
def test_a_name_that_is_no_setting_is_refused(name):
    with pytest.raises(ValueError, match="There is no setting"):
        changed(Settings(), **{name: 1.0})


def test_every_setting_is_listed_with_its_effect():
    rows = list(listed(Settings()))
    names = [name for name, _, _ in rows]
    assert len(set(names)) == len(names) and ("evidence.motion" in names) and all(row[2] for row in rows)


def test_what_is_decided_narrowly_is_just_below_what_is_sure():
    (spec,) = hccv_trackers()
    narrow = {Settings().review.doubted, Settings().duel.doubted}
    assert all(0 < spec.sure - score < 0.02 for score in narrow)


class Store(dict[Any, Any]):
    """Kept results, by name."""

    load = dict.get
    save = dict.__setitem__


def test_what_was_followed_with_other_settings_is_not_taken():
    store, one = Store(), Pass(0, 5, (1.0, 2.0, 3.0, 4.0))
    Known(5, store, Settings()).add(one, Path(np.ones((5, 4)), np.ones(5)))
    for settings, known in ((Settings(), True), (changed(Settings(), decision__accept=0.4), False)):
        later = Known(5, store, settings)
        later.look_up([one])
        assert (later.get(one) is not None) is known
