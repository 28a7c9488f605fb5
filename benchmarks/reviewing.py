"""``hccv review`` under stress, on the demo's recording: many clips and callers at once, and sudden deaths.

python benchmarks/reviewing.py crowd            # 20 clips in each of 3 sessions, all picked at once, with polls
python benchmarks/reviewing.py kills --times 50 # kill -9 at a random moment of work, start again, go on
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import opentimelineio as otio

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import probe, raw_frames

MOST_SECONDS = 900


class Server:
    """``hccv review`` in a process of its own, and what its page would ask."""

    def __init__(self, what: Path) -> None:
        command = [sys.executable, "-m", "highlight_cuts_cv", "review", str(what), "--no-browser"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://([^/\s]+)/", line)
        if found is None:
            raise SystemExit(f"The server did not start: {line}{self.process.stdout.read()}")
        self.host = found[1]
        _, page = self._asked("GET", "/", None, {})
        self.token = re.findall(r'hccv-token" content="([^"]*)"', page)[0]
        self.session = re.findall(r'hccv-session" content="([^"]*)"', page)[0]

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection(self.host, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        status, text = self._asked("GET", path, None, {})
        assert status == 200, (path, status, text)
        return json.loads(text)

    def post(self, path: str, body: dict[str, object] | None = None) -> Any:
        headers = {"content-type": "application/json", "x-hccv-token": self.token}
        for _ in range(600):  # "try again in a few seconds" is an answer, too
            status, text = self._asked("POST", path, json.dumps(body or {}), headers)
            if status != 429:
                break
            time.sleep(0.2)
        assert status == 200, (path, status, text)
        return json.loads(text)

    def clips(self, session: str) -> list[dict[str, Any]]:
        return list(self.get(f"/cv/session/{session}/clips")["clips"])

    def megabytes(self) -> int:
        """Memory of the server and of the processes that it started."""
        listed = subprocess.run(
            ["ps", "-o", "rss=", "--pid", str(self.process.pid), "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return sum(map(int, listed.stdout.split())) // 1024

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def write_reel(folder: Path, name: str, clips: int) -> Path:
    """A timeline of so many seconds of the demo's recording, which is copied beside it."""
    if not (folder / "game.mp4").exists():
        shutil.copyfile(demo_clip(), folder / "game.mp4")
    rate = float(probe(folder / "game.mp4").rate)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for number in range(clips):
        start, length = (otio.opentime.RationalTime(value, rate) for value in (20 + 4 * number % 70, 10))
        media = otio.schema.ExternalReference(target_url="game.mp4")
        shown = otio.opentime.TimeRange(start, length)
        track.append(otio.schema.Clip(f"{name} {number + 1}", media, shown))
    timeline = otio.schema.Timeline(name=name)
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(folder / f"{name}.otio"))
    return folder / f"{name}.otio"


def crowd(folder: Path, sessions: int, clips: int) -> None:
    """Pick in all clips of all sessions at once while others poll."""
    names = [write_reel(folder, f"reel{number + 1}", clips).name for number in range(sessions)]
    server = Server(folder)
    opened = [server.post("/cv/session", {"timeline": name})["session_id"] for name in names]
    print(f"{len(opened)} sessions open, {server.megabytes()} MB", flush=True)
    over, polls, wrong = threading.Event(), Counter[str](), list[object]()

    def poll(session: str) -> None:
        connection = HTTPConnection(server.host, timeout=120)
        paths = [f"/cv/preview/{session}/{clip['clip_id']}/status" for clip in server.clips(session)]
        while not over.is_set():
            for path in paths:
                connection.request("GET", path)
                answer = connection.getresponse()
                state = json.loads(answer.read()).get("status", "none")
                polls[state] += 1
                if answer.status != 200:
                    wrong.append((path, answer.status))
        connection.close()

    def pick(session: str) -> None:
        for clip in server.clips(session):
            try:
                body = {"session_id": session, "clip_id": clip["clip_id"], "frame": 5}
                box = server.post("/cv/detect", body)["people"][0]
                place = [box[side] for side in ("x1", "y1", "x2", "y2")]
                path = f"/cv/preview/{session}/{clip['clip_id']}"
                server.post(f"{path}/pick", {"frame": 5, "box": place})
                server.post(f"{path}/pick", {"frame": 6, "absent": True})
                server.post(f"{path}/undo")
            except (AssertionError, HTTPException, OSError) as error:
                wrong.append(error)

    began = time.monotonic()
    callers = [threading.Thread(target=pick, args=[one]) for one in opened]
    pollers = [threading.Thread(target=poll, args=[one]) for one in opened]
    for thread in [*callers, *pollers]:
        thread.start()
    memory = []
    while time.monotonic() - began < MOST_SECONDS:
        memory.append(server.megabytes())
        time.sleep(1)
        states = Counter(clip["status"] for one in opened for clip in server.clips(one))
        if not any(caller.is_alive() for caller in callers) and not states["processing"]:
            break
    over.set()
    for thread in [*callers, *pollers]:
        thread.join()
    seconds = time.monotonic() - began
    lost = [
        clip["name"]
        for one in opened
        for clip in server.clips(one)
        if [pick["frame"] for pick in clip["picks"]] != [5] or clip["status"] != "completed"
    ]
    third = max(1, len(memory) // 3)
    print(
        f"{seconds:.0f} s, {sum(polls.values())} polls ({sum(polls.values()) / seconds:.0f} a second beside the work), "
        f"states {dict(states)}, memory {max(memory[:third])} MB in the first third, {max(memory[-third:])} MB in the "
        f"last, {len(wrong)} errors, {len(lost)} updates lost"
    )
    server.kill()
    if wrong or lost:
        raise SystemExit(f"errors {wrong[:3]}, lost {lost[:3]}")


def kills(folder: Path, times: int, seed: int) -> None:
    """Kill the server at random moments of picking, following and rendering; each start must go on."""
    dice = random.Random(seed)
    reel = write_reel(folder, "reel", 3)
    kept: dict[str, tuple[list[int], str | None]] = {}
    at, whole = Counter[str](), 0
    for number in range(times + 1):
        server = Server(reel)
        clips = server.clips(server.session)
        for clip in clips:
            if clip["clip_id"] in kept:
                frames, status = kept[clip["clip_id"]]
                assert [pick["frame"] for pick in clip["picks"]] == frames, (clip["picks"], frames)
                assert status in (None, clip["status"]), (clip["status"], status)
        if number == times:
            finish(server)
            break
        doing = threading.Thread(
            target=work, args=[server, [clip["clip_id"] for clip in clips], kept, dice.random()]
        )
        doing.start()
        if number % 2:  # half of them while films are made
            while doing.is_alive() and not filming(server):
                time.sleep(0.1)
        time.sleep(dice.uniform(0, 3))
        try:
            now = server.get(f"/cv/session/{server.session}/clips")
            busy = [clip["work"]["step"] for clip in now["clips"] if clip["work"]]
            films = [clip["work"]["step"] for clip in now["finalize"]["clips"] if clip["work"]]
            at[f"film: {films[0]}" if films else f"clip: {busy[0]}" if busy else "picking or idle"] += 1
        except (AssertionError, HTTPException, OSError):
            pass
        server.kill()
        doing.join()
        whole += check_whole(folder)
    print(
        f"{times} kills, {dict(at)}; every start opened with all that was confirmed, the films were made, and {whole} "
        "files under final names that were found after kills were whole"
    )


def work(
    server: Server, clips: list[str], kept: dict[str, tuple[list[int], str | None]], chance: float
) -> None:
    """Pick, approve and make films until the server dies; *kept* has what was confirmed, where that is certain."""
    try:
        for clip_id in clips:
            body: dict[str, object] = {"session_id": server.session, "clip_id": clip_id, "frame": 5}
            path = f"/cv/preview/{server.session}/{clip_id}"
            box = server.post("/cv/detect", body)["people"][0]
            place = [box[side] for side in ("x1", "y1", "x2", "y2")]
            for frame in [5, 6] if chance < 0.5 else [6, 5]:
                kept.pop(clip_id, None)
                picked = server.post(f"{path}/pick", {"frame": frame, "box": place})
                kept[clip_id] = ([pick["frame"] for pick in picked["picks"]], None)
            while server.get(f"{path}/status")["status"] == "processing":
                time.sleep(0.02)
            frames, _ = kept.pop(clip_id)
            server.post(f"{path}/approve")
            kept[clip_id] = (frames, "approved")
        server.post("/cv/finalize-all", {"session_id": server.session, "quality": "preview"})
        while server.get(finalize(server))["status"] == "running":
            time.sleep(0.05)
    except (HTTPException, OSError):
        pass  # it is dead


def filming(server: Server) -> bool:
    """Whether a film is being made by now."""
    return any(
        clip["work"] and clip["work"]["step"] != "Waiting" for clip in server.get(finalize(server))["clips"]
    )


def check_whole(folder: Path) -> int:
    """How many films and timelines there are; each that has its final name can be read to its end."""
    films = [
        path
        for path in folder.rglob("*.mp4")
        if path.name[0] != "." and not path.name.endswith(".growing.mp4")
    ]
    for path in films:
        clip = video_clip(path)
        assert sum(1 for _ in raw_frames(clip)) == clip.frame_count > 0, path
    timelines = [path for path in folder.glob("*.otio") if not path.name.startswith(".")]
    for path in timelines:
        otio.adapters.read_from_file(str(path))
    return len(films) + len(timelines)


def finalize(server: Server) -> str:
    return f"/cv/finalize/{server.session}/status"


def finish(server: Server) -> None:
    """All clips approved and their films made, after everything."""
    for clip in server.clips(server.session):
        path = f"/cv/preview/{server.session}/{clip['clip_id']}"
        if not clip["picks"]:
            server.post(f"{path}/pick", {"frame": 5, "number": 1})
        server.post(f"{path}/approve")
    server.post("/cv/finalize-all", {"session_id": server.session, "quality": "preview"})
    while (now := server.get(finalize(server)))["status"] == "running":
        time.sleep(0.2)
    server.kill()
    assert now["status"] == "completed", now


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["crowd", "kills"])
    parser.add_argument("--sessions", type=int, default=3)
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if asked.what == "crowd":
            crowd(Path(folder), asked.sessions, asked.clips)
        else:
            kills(Path(folder), asked.times, asked.seed)


if __name__ == "__main__":
    main()
