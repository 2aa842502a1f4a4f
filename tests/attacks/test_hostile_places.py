"""Paths that lead out of the project, and writes that a kill, a link or a full disk interrupts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from curate.errors import AssayError
from curate.exchange import exchange
from curate.files import replacing_folder, sweep_folder, write_text
from curate.outside import inside, refuse_links_out
from governance.cli.main import main
from tests.chain import sample_project


@pytest.mark.parametrize(
    "named", ["../secret.csv", "/etc/passwd", "x/../../secret.csv", "l.csv", "~/secret.csv"]
)
def test_a_path_outside_the_project_needs_the_consent_of_who_runs_it(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    root = tmp_path / "project"
    (root / "x").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (root / "l.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(AssayError, match="leads out of the project"):
        inside(root, named, by="x")
    monkeypatch.setenv("ASSAY_OUTSIDE", f"/etc{os.pathsep}{tmp_path}")
    assert inside(root, named, by="x").exists()


@pytest.mark.parametrize("named", ["data/raw/x.csv", "./x", str(Path("a") / ".." / "x")])
def test_a_path_in_the_project_needs_none(named: str, tmp_path: Path) -> None:
    assert inside(tmp_path, named, by="x") == tmp_path / named


def test_dvcs_own_cache_counts_as_inside(tmp_path: Path) -> None:
    (tmp_path / ".dvc" / "cache").mkdir(parents=True)
    (tmp_path / ".dvc" / "cache" / "x").write_text("x")
    root = tmp_path / "project"
    root.mkdir()
    (root / "x").symlink_to(tmp_path / ".dvc" / "cache" / "x")
    assert inside(root, "x", by="x").read_text() == "x"


@pytest.mark.parametrize("name", ["data", "gold", "data/scan"])
def test_a_linked_folder_is_not_written_through(name: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = tmp_path / "project"
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(elsewhere)
    with pytest.raises(AssayError, match="leads out of the project"):
        refuse_links_out(root)


def test_ingest_reads_no_file_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    project = sample_project(tmp_path / "project")
    (tmp_path / "tickets.csv").write_bytes((project / "data/raw/tickets.csv").read_bytes())
    params = (project / "params.yaml").read_text().replace("data/raw/tickets.csv", "../tickets.csv")
    (project / "params.yaml").write_text(params)
    with pytest.raises(SystemExit) as stop:
        main(["-C", str(project), "ingest"])
    assert stop.value.code == 2
    assert "leads out of the project" in capsys.readouterr().err


def test_two_folders_change_places_in_one_step(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    if not exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this file system cannot exchange two names")
    assert [(tmp_path / name / "x").read_text() for name in "ab"] == ["b", "a"]


def test_the_output_is_never_absent_while_it_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "gold"
    for name in ("gold", "other"):
        (tmp_path / name).mkdir()
    if not exchange(target, tmp_path / "other"):
        pytest.skip("this file system cannot exchange two names")
    absent, done = [], threading.Event()

    def watch() -> None:
        while not done.is_set():
            if not target.exists():
                absent.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(100):
        with replacing_folder(target) as fresh:
            (fresh / "x").write_text(str(number))
    done.set()
    watcher.join()
    assert not absent
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_a_kill_left_anywhere_is_swept(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    number = int(dead.stdout)
    for name in (
        f".pii.jsonl.{number}.new",
        f".x.parquet.{number}-3.new",
        f".alive.{os.getpid()}-1.new",
        ".git.old",
    ):
        (tmp_path / name).write_text("half")
    (tmp_path / f".gold.{number}-2.old").mkdir()
    sweep_folder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f".alive.{os.getpid()}-1.new", ".git.old", "gold"]
    )


def test_a_link_to_a_pipe_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "out").symlink_to(tmp_path / "pipe")
    write_text(tmp_path / "out", "x")
    assert not (tmp_path / "out").is_symlink()
    assert (tmp_path / "out").read_text() == "x"


@pytest.mark.parametrize("place", ["/dev/full", "/proc/x/y"])
def test_a_place_that_takes_nothing_ends_in_words(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("t\njane@example.org\n")
    if not Path(place).parent.exists() and not place.startswith("/proc"):
        pytest.skip(f"{place} is not on this system")
    with pytest.raises(SystemExit) as stop:
        main(["scan", str(tmp_path / "a.csv"), "--field", "t", "-o", place])
    shown = capsys.readouterr().err
    assert stop.value.code == 2, shown
    assert "Traceback" not in shown
