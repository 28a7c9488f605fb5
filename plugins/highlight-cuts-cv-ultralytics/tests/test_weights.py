"""Weights that are not on disk: sentences instead of downloads, and the command that downloads."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from highlight_cuts_cv.api import BadInputError, JobFailedError
from highlight_cuts_cv.plugin.registry import get_registry

from hccv_ultralytics import weights
from hccv_ultralytics.__main__ import fetch, main
from hccv_ultralytics.weights import MEGABYTES


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "kept"
    monkeypatch.setattr(weights, "weights_folder", lambda: place)
    monkeypatch.setattr("hccv_ultralytics.__main__.weights_folder", lambda: place)
    return place


@pytest.mark.parametrize("name", sorted(MEGABYTES))
def test_a_named_model_that_is_not_there_says_how_big_it_is_and_what_fetches_it(name: str) -> None:
    with pytest.raises(JobFailedError) as caught:
        get_registry().detector(name)
    assert f"-m hccv_ultralytics {name}" in str(caught.value)
    assert f"{MEGABYTES[name]} MB" in str(caught.value)


def refusal(path: str) -> str:
    with pytest.raises(BadInputError) as caught:
        get_registry().detector("ultralytics", {"weights": path})
    return str(caught.value)


def test_paths_that_cannot_be_weights_are_refused(tmp_path: Path) -> None:
    assert "needs the path" in refusal("")
    assert "none are downloaded" in refusal("https://example.org/yolo11n.pt")
    assert "-m hccv_ultralytics yolo11n" in refusal("yolo11n.pt")
    (tmp_path / "model.yaml").touch()
    assert ".onnx, .engine" in refusal(str(tmp_path / "model.yaml"))
    (tmp_path / "export").mkdir()
    assert "_openvino_model" in refusal(str(tmp_path / "export"))


def published(place: Path, content: bytes | None = None) -> str:
    """A folder as the source of downloads, with yolo11n in it; its URL."""
    place.mkdir()
    if content is None:
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w") as archive:
            archive.writestr("data.pkl", b"weights")
        content = memory.getvalue()
    (place / "yolo11n.pt").write_bytes(content)
    return place.as_uri()


def test_fetch_keeps_the_file_and_does_not_ask_twice(tmp_path: Path, folder: Path) -> None:
    source = published(tmp_path / "source")
    assert fetch("yolo11n", source) == folder / "yolo11n.pt" == weights.named_weights("yolo11n")
    (tmp_path / "source" / "yolo11n.pt").unlink()
    assert fetch("yolo11n", source) == folder / "yolo11n.pt"


def test_a_failed_download_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    source = published(tmp_path / "source", b"<html>please log in</html>")
    with pytest.raises(JobFailedError, match="not a weights file"):
        fetch("yolo11n", source)
    with pytest.raises(JobFailedError, match="by hand"):
        fetch("yolo11s", source)
    assert list(folder.iterdir()) == []


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = published(tmp_path / "source")
    monkeypatch.setattr("hccv_ultralytics.__main__.fetch", lambda name: fetch(name, source))
    assert main(["yolo11n"]) == 0
    assert "about 5 MB" in capsys.readouterr().out
    assert main(["yolo11x"]) == 1
    assert "could not be downloaded" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["yolo99"])
