"""What the server says of itself is true: schemathesis tries every route with what the schema allows and forbids."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from importlib.util import find_spec

import pytest

from .conftest import start_server, write_game

NOT_OF_THIS_KIND = ",".join(
    [
        # That a name is that of a timeline, or a frame the clip's, no schema can say.
        "positive_data_acceptance",
    ]
)


@pytest.mark.skipif(find_spec("schemathesis") is None, reason="schemathesis is not installed")
def test_schemathesis_finds_nothing(tmp_path):
    folder = tmp_path / "game"
    folder.mkdir()
    server = start_server(write_game(folder), "--token", "secret-of-the-test")
    try:
        headers = {"x-hccv-token": "secret-of-the-test", "content-type": "application/json"}
        request = urllib.request.Request(
            f"{server.address}cv/session", json.dumps({"timeline": "game.otio"}).encode(), headers
        )
        session = json.load(urllib.request.urlopen(request))
        config = tmp_path / "schemathesis.toml"
        # On a clip that is there, so that more than the absence of everything is tried.
        config.write_text(
            f'[parameters]\n"path.session_id" = "{session["session_id"]}"\n'
            f'"path.clip_id" = "{session["clips"][0]["clip_id"]}"\n'
        )
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
                f"{server.address}openapi.json",
                *("-H", "x-hccv-token: secret-of-the-test", "--max-examples", "3", "--checks", "all"),
                *("--exclude-checks", NOT_OF_THIS_KIND, "--phases", "coverage,fuzzing"),
                *("--exclude-path-regex", "events"),  # it never ends
                # Fewer than the server takes: "too many changes" would come in the place of what is to be seen.
                *("--rate-limit", "30/s"),
            ],
            capture_output=True,
            text=True,
            timeout=280,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stdout[-60000:] + done.stderr[-2000:]
        assert "Traceback" not in server.stop()
    finally:
        server.kill()
