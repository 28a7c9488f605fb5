"""The project store: what it remembers, how work is claimed, and that nothing of it gets lost."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.errors import BadInputError, CancelledError, JobFailedError
from highlight_cuts_cv.faces.demo import demo_clip, write_cut
from highlight_cuts_cv.jobs.clip import media_clip
from highlight_cuts_cv.model import BoundingBox, Doubt, State, Track, Why
from highlight_cuts_cv.project import schema
from highlight_cuts_cv.project.folder import game_of, project_folder
from highlight_cuts_cv.project.state import ClipSource, Status, Work, in_recording, within
from highlight_cuts_cv.project.store import ProjectStore, clip_sources
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.tracking.picks import Pick, parse_pick

BOX = Pick(40, box=BoundingBox(1 / 3, 2.0, 30.1, 80.7))
TRACK = Track(
    np.array([[1.1, 2.2, 3.3, 4.4], [np.nan] * 4], np.float32),
    np.array([0.9, 0], np.float32),
    np.array([State.ANCHOR, State.LOST], np.uint8),
    (Doubt(1, 2, Why.CROSSING, 1, (BoundingBox(1, 2, 3.3, 4, 0.7),)),),
)


def source(name: str, start: int = 0, media: str = "m", path: str = "game.mp4") -> ClipSource:
    return ClipSource(
        name=name,
        source_path=Path(path).absolute(),
        media=media,
        start=Fraction(start, 3),
        duration=Fraction(2),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reel.hccv"


@pytest.fixture
def store(folder: Path):
    with ProjectStore(folder) as store:
        yield store


def opened(store: ProjectStore, *names: str) -> tuple[str, list[str]]:
    """A session with clips of these names: its id and theirs."""
    session = store.open_session("reel.otio", None, [source(name) for name in names])
    return session.session_id, [clip.clip_id for clip in session.clips]


def test_what_was_picked_is_there_after_reopening(folder: Path) -> None:
    with ProjectStore(folder) as store:
        session, (clip, _) = opened(store, "goal", "assist")
        store.pick(session, clip, [BOX, Pick(9, number=3), Pick(50), Pick(7, point=(0.1, 0.7))])
        store.set_settings(session, {"indicator": "dot:color=red"})
    with ProjectStore(folder) as store:
        again = store.open_session("reel.otio", None, [source("goal"), source("assist")])
        assert again.session_id == session and again.settings == {"indicator": "dot:color=red"}
        assert again.clips[0].picks == {"": (Pick(7, point=(0.1, 0.7)), Pick(9, number=3), BOX, Pick(50))}
        assert again.clips[1].picks == {} and again.clips[0].name == "goal"
        assert again.created_at < again.updated_at
        store.set_settings(session, {"indicator": None, "show": "near"})
        assert store.session(session).settings == {"show": "near"}, "others are kept, None forgets"
        again = store.session(session)
        assert (
            store.find_session("reel.otio", None) == again and store.find_session("reel.otio", "Sam") is None
        )
        assert store.sessions() == [again]


def test_there_are_any_number_of_sessions(store: ProjectStore) -> None:
    sam = store.open_session("season.csv", "Sam", [source("goal")])
    ann = store.open_session("season.csv", "Ann", [source("goal")])
    more = store.create_session("season.csv", "Ann", [source("goal")])
    assert len({one.session_id for one in (sam, ann, more)}) == 3
    assert store.open_session("season.csv", "Ann", []).session_id == ann.session_id, "the first"
    store.pick(sam.session_id, sam.clips[0].clip_id, [BOX])
    assert store.clip(ann.session_id, ann.clips[0].clip_id).picks == {}
    assert store.sessions()[0].session_id == sam.session_id, "changed last"
    store.delete_session(sam.session_id)
    assert sam.session_id not in {one.session_id for one in store.sessions()}
    with pytest.raises(BadInputError, match=f"no session '{sam.session_id}'"):
        store.session(sam.session_id)


def test_a_row_that_is_put_in_shifts_nobodys_picks(store: ProjectStore) -> None:
    session, (goal, assist) = opened(store, "goal", "assist")
    store.pick(session, assist, [BOX])
    shown = store.open_session("reel.otio", None, [source("new"), source("goal"), source("assist")]).clips
    assert [clip.clip_id for clip in shown[1:]] == [goal, assist] and shown[0].clip_id not in (goal, assist)
    assert shown[2].picks == {"": (BOX,)} and shown[0].picks == {}


def test_a_clip_that_comes_back_has_its_picks(store: ProjectStore) -> None:
    session, (goal, assist) = opened(store, "goal", "assist")
    store.pick(session, assist, [BOX])
    assert [clip.clip_id for clip in store.open_session("reel.otio", None, [source("goal")]).clips] == [goal]
    back = store.open_session("reel.otio", None, [source("assist"), source("goal")]).clips
    assert [clip.clip_id for clip in back] == [assist, goal] and back[0].picks == {"": (BOX,)}


def test_a_clip_is_known_by_content_range_and_name_and_not_by_path(store: ProjectStore) -> None:
    known = store.open_session("reel.otio", None, [source("goal")]).clips[0]
    moved = store.open_session("reel.otio", None, [source("goal", path="elsewhere/g.mp4")]).clips[0]
    assert moved.clip_id == known.clip_id and moved.source_path == Path("elsewhere/g.mp4").absolute()
    others = (source("goal", start=6), source("goal", media="n"), source("own goal", start=6))
    for other in others:
        assert store.open_session("reel.otio", None, [other]).clips[0].clip_id != known.clip_id
    twice = store.open_session("reel.otio", None, [source("goal"), source("goal")]).clips
    assert twice[0].clip_id == known.clip_id != twice[1].clip_id


def ids(store: ProjectStore, *shown: ClipSource) -> list[str]:
    return [clip.clip_id for clip in store.open_session("reel.otio", None, shown).clips]


def test_a_clip_that_was_renamed_or_trimmed_is_the_same(store: ProjectStore) -> None:
    goal, save = source("goal"), source("save", start=30)
    first, second = ids(store, goal, save)
    assert ids(store, replace(save, name="great save"), replace(goal, name="great goal")) == [second, first]
    trimmed = replace(goal, name="great goal", start=Fraction(1, 2), duration=Fraction(1))
    assert ids(store, trimmed, replace(save, name="great save")) == [first, second]
    grown = replace(trimmed, name="start", start=Fraction(0), duration=Fraction(3))
    assert ids(store, grown) == [first], "a row before it that it grew together with"
    assert ids(store, replace(trimmed, start=Fraction(9))) not in ([first], [second]), "elsewhere"


def test_who_is_exactly_the_same_comes_before_who_is_like_it(store: ProjectStore) -> None:
    (goal,) = ids(store, source("goal"))
    earlier = replace(source("goal"), start=Fraction(-1))
    shown = ids(store, earlier, replace(source("goal"), name="replay"), source("goal"))
    assert shown[2] == goal and goal not in shown[:2]
    twins = ids(store, earlier, source("goal", start=3))
    assert twins == [shown[0], goal], "the one that shows most of it"


def test_undo_and_redo(store: ProjectStore) -> None:
    session, (goal, assist) = opened(store, "goal", "assist")
    store.pick(session, goal, [Pick(1, number=1), Pick(2, number=2)])
    store.pick(session, assist, [BOX], player="Sam")
    store.pick(session, goal, [Pick(2, number=5)])
    store.unpick(session, goal, [1])
    assert store.clip(session, goal).picks == {"": (Pick(2, number=5),)}
    undone = store.undo(session)
    assert undone is not None and undone.picks == {"": (Pick(1, number=1), Pick(2, number=5))}
    store.undo(session)
    assert store.clip(session, goal).picks == {"": (Pick(1, number=1), Pick(2, number=2))}
    of_assist = store.undo(session)
    assert of_assist is not None and of_assist.clip_id == assist and of_assist.picks == {}
    done_again = store.redo(session)
    assert done_again is not None and done_again.picks == {"Sam": (BOX,)}
    of_goal = store.redo(session, goal)
    assert of_goal is not None and of_goal.picks[""][1] == Pick(2, number=5)
    store.pick(session, goal, [Pick(8)])
    assert store.redo(session, goal) is None, "a new pick forgets what was undone"
    while store.undo(session):
        pass
    assert all(clip.picks == {} for clip in store.session(session).clips)
    with pytest.raises(BadInputError, match="no clip 'nosuch'"):
        store.undo(session, "nosuch")


def test_all_picks_of_a_player_are_taken_away_and_come_back_at_once(store: ProjectStore) -> None:
    session, (goal,) = opened(store, "goal")
    store.pick(session, goal, [Pick(1, number=1), Pick(2, number=2)], player="Sam")
    store.pick(session, goal, [BOX], player="Ann")
    assert store.unpick(session, goal, player="Sam").picks == {"Ann": (BOX,)}
    back = store.undo(session)
    assert back is not None and set(back.picks) == {"Sam", "Ann"}


def test_a_pick_makes_what_was_made_pending_and_the_same_pick_does_not(
    store: ProjectStore, folder: Path
) -> None:
    session, (goal,) = opened(store, "goal")
    before = store.pick(session, goal, [BOX])
    for work in Work:
        claim = store.claim(session, goal, work)
        assert claim is not None and store.clip(session, goal).final_key == ""
        film = folder / f"{work}.mp4"
        film.touch()
        store.keep_tracks(claim, {"": TRACK}, 0)
        store.finish(claim, film, key="k")
    assert store.approve(session, goal).preview_status is Status.APPROVED
    same = store.pick(session, goal, [BOX])
    assert same.revision == before.revision and same.preview_status is Status.APPROVED
    changed = store.pick(session, goal, [Pick(41)])
    assert changed.preview_status is changed.final_status is Status.PENDING
    assert changed.final_path == folder / "final.mp4" and changed.final_key == "k", "the earlier film"
    assert changed.tracks is None is not same.tracks
    assert store.claim(session, goal, Work.FINAL) is not None
    assert store.clip(session, goal).final_key == "", "from now on it may be another one"
    changed = store.clip(session, goal)
    assert store.clip(session, goal) == changed


def test_work_is_claimed_by_one(store: ProjectStore, folder: Path) -> None:
    session, (goal,) = opened(store, "goal")
    store.pick(session, goal, [BOX])
    claim = store.claim(session, goal, Work.FINAL)
    assert claim is not None and store.clip(session, goal).final_status is Status.PROCESSING
    with ProjectStore(folder) as other:
        assert other.clip(session, goal).final_status is Status.PROCESSING, "its process lives"
        assert other.claim(session, goal, Work.FINAL) is None
        assert other.claim(session, goal, Work.PREVIEW) is not None
    store.keep_tracks(claim, {"": TRACK, "Sam": TRACK}, 38)
    film = folder.parent / "film.mp4"
    film.touch()
    done = store.finish(claim, film, key="abc")
    assert (done.final_status, done.final_path, done.final_key) == (Status.COMPLETED, film, "abc")
    tracks = done.tracks
    assert tracks is not None and tracks.first_frame == 38 and list(tracks.players) == ["", "Sam"]
    np.testing.assert_array_equal(tracks.players["Sam"].xyxy, TRACK.xyxy)
    assert tracks.players["Sam"].doubts == TRACK.doubts
    assert replace(done, stored_tracks=b"of another version").tracks is None
    assert done.track is not None and len(done.track) == 2
    assert store.claim(session, goal, Work.FINAL) is not None, "finished work can be done anew"


def test_closing_a_store_gives_its_work_back(store: ProjectStore, folder: Path) -> None:
    session, (goal,) = opened(store, "goal")
    with ProjectStore(folder) as other:
        assert other.claim(session, goal, Work.PREVIEW) is not None
    assert store.recover() == 1 and store.clip(session, goal).preview_status is Status.PENDING
    assert list((folder / "locks").iterdir()) == []


def test_what_is_made_of_earlier_picks_does_not_count(store: ProjectStore, folder: Path) -> None:
    session, (goal,) = opened(store, "goal")
    claim = store.claim(session, goal, Work.PREVIEW)
    assert claim is not None
    store.pick(session, goal, [BOX])
    assert store.clip(session, goal).preview_status is Status.PROCESSING
    store.keep_tracks(claim, {"": TRACK}, 0)
    done = store.finish(claim, folder / "old.mp4")
    assert done.preview_status is Status.PENDING and done.tracks is None
    assert done.preview_path == folder / "old.mp4"


@pytest.mark.parametrize(
    ("raised", "status", "sentence"),
    [
        (JobFailedError("The disk is full."), Status.FAILED, "The disk is full."),
        (CancelledError("Stopped."), Status.PENDING, "Stopped."),
        (ZeroDivisionError("a bug"), Status.FAILED, "Something went wrong that should not have: a bug"),
        (KeyboardInterrupt(), Status.PENDING, ""),
        (None, Status.PENDING, ""),
    ],
)
def test_how_work_ends(store: ProjectStore, raised, status: Status, sentence: str) -> None:
    session, (goal,) = opened(store, "goal")
    claim = store.claim(session, goal, Work.PREVIEW)
    assert claim is not None
    try:
        with store.at_work(claim):
            if raised is not None:
                raise raised
    except BaseException as error:
        assert error is raised
    clip = store.clip(session, goal)
    assert (clip.preview_status, clip.preview_error) == (status, sentence)
    again = store.claim(session, goal, Work.PREVIEW)
    assert again is not None
    with store.at_work(claim):
        pass  # an end that comes late
    assert store.clip(session, goal).preview_status is Status.PROCESSING
    with store.at_work(again):
        assert store.finish(again).preview_status is Status.COMPLETED
    assert store.clip(session, goal).preview_status is Status.COMPLETED


def test_decisions(store: ProjectStore) -> None:
    session, (goal,) = opened(store, "goal")
    with pytest.raises(BadInputError, match="Nobody was picked in 'goal'"):
        store.approve(session, goal)
    store.pick(session, goal, [BOX])
    claim = store.claim(session, goal, Work.PREVIEW)
    assert claim is not None
    assert store.approve(session, goal).preview_status is Status.APPROVED
    assert store.finish(claim).preview_status is Status.APPROVED, "what the user said stays"
    assert store.reject(session, goal).preview_status is Status.PENDING
    assert store.reject(session, goal).picks == {"": (BOX,)}


def test_a_film_that_is_gone_has_to_be_made_again(folder: Path) -> None:
    film = folder.parent / "film.mp4"
    film.touch()
    with ProjectStore(folder) as store:
        session, (goal,) = opened(store, "goal")
        for work in Work:
            claim = store.claim(session, goal, work)
            assert claim is not None
            store.finish(claim, film)
    with ProjectStore(folder) as store:
        assert store.clip(session, goal).final_status is Status.COMPLETED
    film.unlink()
    with ProjectStore(folder) as store:
        clip = store.clip(session, goal)
        assert clip.final_status is clip.preview_status is Status.PENDING


def test_a_project_can_be_moved_with_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "game.mp4").touch()
    with ProjectStore(tmp_path / "a" / "reel.hccv") as store:
        goal = source("goal", path=str(tmp_path / "a" / "game.mp4"))
        session = store.open_session("reel.otio", None, [goal]).session_id
    (tmp_path / "a").rename(tmp_path / "b")
    with ProjectStore(tmp_path / "b" / "reel.hccv") as store:
        assert store.session(session).clips[0].source_path == tmp_path / "b" / "game.mp4"


def test_a_session_as_json(store: ProjectStore, folder: Path, tmp_path: Path) -> None:
    session, (goal, _) = opened(store, "goal", "assist")
    store.pick(session, goal, [BOX, Pick(2, number=4)], player="Sam")
    store.pick(session, goal, [Pick(9)])
    store.undo(session)
    claim = store.claim(session, goal, Work.FINAL)
    assert claim is not None
    store.keep_tracks(claim, {"Sam": TRACK}, 5)
    film = tmp_path / "film.mp4"
    film.touch()
    store.finish(claim, film, key="abc")
    assert store.claim(session, goal, Work.PREVIEW) is not None
    store.open_session("reel.otio", None, [source("goal")])
    data = json.loads(json.dumps(store.export_session(session)))
    copy = store.import_session(data)
    assert copy.session_id != session, "the id is taken"
    with ProjectStore(tmp_path / "other.hccv") as other:
        taken = other.import_session(data)
        original = store.session(session)
        assert (taken.session_id, taken.created_at) == (session, original.created_at)
        for one in (taken, copy):
            assert one.clips == tuple(
                replace(clip, preview_status=Status.PENDING, stored_tracks=one.clips[0].stored_tracks)
                for clip in original.clips
            )
            tracks = one.clips[0].tracks
            assert tracks is not None and tracks.first_frame == 5
            np.testing.assert_array_equal(tracks.players["Sam"].xyxy, TRACK.xyxy)
            np.testing.assert_array_equal(tracks.players["Sam"].states, TRACK.states)
            assert tracks.players["Sam"].doubts == TRACK.doubts
        redone = other.redo(session)
        assert redone is not None and redone.picks[""] == (Pick(9),), "undone picks go along"
        assert [clip.name for clip in other.open_session("reel.otio", None, [source("assist")]).clips] == [
            "assist"
        ]
        film.unlink()
    with ProjectStore(tmp_path / "third.hccv") as other:
        assert other.import_session(data).clips[0].final_status is Status.PENDING


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: [], "no session that this program exported"),
        (lambda data: {**data, "version": 9}, "by another version"),
        (lambda data: {k: v for k, v in data.items() if k != "clips"}, "'clips' is missing"),
        (lambda data: {**data, "created_at": "yesterday"}, "cannot be read"),
        (lambda data: {**data, "settings": 3}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "start": "1/0"}]}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "place": None, "start": "x"}]}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "revision": "many"}]}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "final_status": "perhaps"}]}, "cannot be read"),
        (lambda data: {**data, "clips": data["clips"] * 2}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "tracks": {"players": {"": {"frames": [[1]], "doubts": []}}, "first_frame": 0}}]}, "cannot be read"),
        (lambda data: {**data, "clips": [{**data["clips"][0], "picks": [{"step": 1, "player": "", "frame": 1, "place": {"point": "ab"}, "undone": False}]}]}, "cannot be read"),
    ],
)  # fmt: skip
def test_json_that_is_none_of_ours_changes_nothing(
    store: ProjectStore, tmp_path: Path, change, sentence
) -> None:
    session, _ = opened(store, "goal")
    data = store.export_session(session)
    with ProjectStore(tmp_path / "other.hccv") as other:
        with pytest.raises(BadInputError, match=sentence):
            other.import_session(change(data))
        assert other.sessions() == []


def test_frames_of_a_clip_and_of_its_recording(tmp_path: Path) -> None:
    timeline = read_timeline(write_cut(demo_clip(), tmp_path / "cut.otio"))
    clip = media_clip(timeline.clips[1])
    assert clip.first_frame > 0
    picks = in_recording([parse_pick("3:#1"), parse_pick("1.0s:none")], clip)
    assert [pick.frame_index - clip.first_frame for pick in picks] == [3, 10]
    assert within(picks, clip) == (Pick(3, number=1), Pick(10))
    later = replace(clip, first_frame=clip.first_frame + 5, frame_count=4)
    assert within(picks, later) == ()


def test_the_clips_of_a_timeline(tmp_path: Path) -> None:
    timeline = read_timeline(write_cut(demo_clip(), tmp_path / "cut.otio"))
    with ProjectStore(project_folder(timeline.path)) as store:
        session = store.open_session(game_of(timeline.path), None, clip_sources(timeline))
        assert store.folder == tmp_path / "cut.hccv" and session.game == "cut"
        assert [(clip.name, clip.source_path) for clip in session.clips] == [
            (clip.name, clip.media_path) for clip in timeline.clips
        ]
        first = clip_sources(timeline)[0]
        head = replace(timeline.clips[0], head=5, tail=2, frame_count=timeline.clips[0].frame_count + 7)
        moved = replace(head, start=head.start - 5 / head.rate)
        wider = clip_sources(replace(timeline, clips=(moved, *timeline.clips[1:])))[0]
        assert wider == first, "a transition changes nobody's identity"


def test_many_threads_lose_no_pick(store: ProjectStore) -> None:
    session, clips = opened(store, "goal", "assist")

    def work(number: int) -> None:
        for i in range(20):
            store.pick(session, clips[i % 2], [Pick(number * 100 + i)])
            store.clip(session, clips[0])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(store.clip(session, clip).picks[""]) for clip in clips) == 160


def pick_often(folder: Path, session: str, clip: str, number: int) -> None:
    with ProjectStore(folder) as store:
        for i in range(10):
            store.pick(session, clip, [Pick(number * 100 + i)])


def begin(folder: Path) -> str:
    with ProjectStore(folder) as store:
        return store.open_session("reel.otio", None, [source("goal")]).session_id


def test_many_processes_lose_no_pick(folder: Path) -> None:
    with get_context("spawn").Pool(4) as pool:
        ids = set(pool.map(begin, [folder] * 8))
        assert len(ids) == 1, "one session, whoever comes first"
        with ProjectStore(folder) as store:
            (session,) = ids
            clip = store.session(session).clips[0].clip_id
            pool.starmap(pick_often, [(folder, session, clip, n) for n in range(4)])
            assert len(store.clip(session, clip).picks[""]) == 40


WORKER = """
import sys
from pathlib import Path
from highlight_cuts_cv.project.state import Work
from highlight_cuts_cv.project.store import ProjectStore
from highlight_cuts_cv.tracking.picks import Pick

folder, session, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with ProjectStore(folder) as store:
    clips = [clip.clip_id for clip in store.session(session).clips]
    print("ready", flush=True)
    for number in range(first, first + 100_000):
        clip = clips[number % 2]
        store.pick(session, clip, [Pick(number)])
        print("pick", number, flush=True)
        claim = store.claim(session, clip, Work.PREVIEW)
        film = folder / f"{number}.mp4"
        film.touch()
        store.finish(claim, film, key=str(number))
        print("done", number, flush=True)
        store.approve(session, clip)
        print("approved", number, flush=True)
        store.claim(session, clips[1 - number % 2], Work.FINAL)
"""
KILLS = 8


def test_killed_at_any_moment_nothing_confirmed_is_lost(folder: Path) -> None:
    confirmed: set[int] = set()
    with ProjectStore(folder) as store:
        session, _ = opened(store, "goal", "assist")
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder), session, str(max(confirmed, default=0) + 10)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0, 0.3))
        process.kill()
        said = [line.split() for line in process.communicate()[0].splitlines()]
        said = [line for line in said if len(line) == 2]
        confirmed |= {int(number) for word, number in said if word == "pick"}
        with ProjectStore(folder) as store:
            state = store.session(session)
            assert confirmed <= {pick.frame_index for clip in state.clips for pick in clip.picks.get("", ())}
            for clip in state.clips:
                assert Status.PROCESSING not in (clip.preview_status, clip.final_status), "offered again"
                claim = store.claim(session, clip.clip_id, Work.FINAL)
                assert claim is not None
                with store.at_work(claim):
                    pass
            if said and said[-1][0] == "approved":
                last = state.clips[int(said[-1][1]) % 2]
                assert last.preview_status is Status.APPROVED and last.preview_key == said[-1][1]
    assert len(confirmed) > KILLS, "something was at stake"
    assert list((folder / "locks").iterdir()) == []
    database = sqlite3.connect(folder / "project.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_an_older_project_is_brought_up_to_date(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ProjectStore(folder) as store:
        session, (goal,) = opened(store, "goal")
        store.pick(session, goal, [BOX])
    newer = (*schema.MIGRATIONS, "ALTER TABLE clip ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    with ProjectStore(folder) as store:
        assert store.clip(session, goal).picks == {"": (BOX,)}
    database = sqlite3.connect(folder / "project.db")
    assert database.execute("SELECT mood FROM clip").fetchall() == [("good",)]
    assert database.execute("PRAGMA user_version").fetchone() == (len(newer),)
    database.close()
    monkeypatch.undo()
    with pytest.raises(BadInputError, match="newer version of this program"):
        ProjectStore(folder)


def test_a_migration_that_fails_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ProjectStore(folder) as store:
        session, _ = opened(store, "goal")
    broken = (*schema.MIGRATIONS, "CREATE TABLE more (x TEXT); CREATE TABLE clip (x TEXT);")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(JobFailedError, match=r"project\.db could not be used"):
        ProjectStore(folder)
    monkeypatch.undo()
    with ProjectStore(folder) as store:
        assert len(store.session(session).clips) == 1
    database = sqlite3.connect(folder / "project.db")
    assert not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()
    database.close()


def test_what_is_no_project_is_a_sentence(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "project.db").write_bytes(b"not a database, but a long enough text to be looked at" * 100)
    with pytest.raises(BadInputError, match=r"is damaged .*move it away"):
        ProjectStore(folder)
    (folder / "project.db").unlink()
    database = sqlite3.connect(folder / "project.db")
    database.execute("CREATE TABLE recipes (name TEXT)")
    database.commit()
    database.close()
    with pytest.raises(BadInputError, match="of another program"):
        ProjectStore(folder)
    with pytest.raises(BadInputError, match="does not exist"):
        ProjectStore(tmp_path / "nosuch" / "reel.hccv")
    (tmp_path / "file.hccv").touch()
    with pytest.raises(JobFailedError, match=r"file\.hccv"):
        ProjectStore(tmp_path / "file.hccv")


def test_a_thousand_looks_at_a_clip_take_little(store: ProjectStore) -> None:
    session, (goal,) = opened(store, "goal")
    store.pick(session, goal, [BOX])
    began = time.perf_counter()
    for _ in range(200):
        store.clip(session, goal)
    assert time.perf_counter() - began < 1
