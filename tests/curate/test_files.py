import errno
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.files import (
    locked,
    only_one,
    read_stage_frame,
    replacing_folder,
    write_folder,
    write_parquet,
    write_text,
)

ROOT = Path(__file__).parents[2]


def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def killed(code: str) -> None:
    """Run `code`, which ends its process without any clean-up (`os._exit`: like a kill, on every system)."""
    done = subprocess.run(
        [sys.executable, "-c", f"import os\nfrom pathlib import Path\n{code}"], cwd=ROOT, check=False
    )
    assert done.returncode == 9


def test_a_failed_write_leaves_the_previous_folder_untouched(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {"rows": pl.DataFrame({"a": [1]})}, {"report": {"n": 1}})
    before = {p.name: p.read_bytes() for p in target.iterdir()}
    with pytest.raises(RuntimeError), replacing_folder(target) as folder:
        (folder / "rows.parquet").write_text("half")
        raise RuntimeError("killed")
    assert {p.name: p.read_bytes() for p in target.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_kill_between_two_renames_left_is_brought_back(tmp_path: Path) -> None:
    number = dead()
    old = tmp_path / f".out.{number}-0.old"
    old.mkdir()
    (old / "kept").write_text("last good")
    (tmp_path / f".out.{number}-0.new").mkdir()
    with pytest.raises(RuntimeError), replacing_folder(tmp_path / "out"):
        raise RuntimeError("again")
    assert (tmp_path / "out" / "kept").read_text() == "last good"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_process_killed_while_writing_leaves_the_last_good_state(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {}, {"report": {"version": 1}})
    killed(
        f"""
from curate.files import replacing_folder
with replacing_folder(Path({str(target)!r})) as folder:
    (folder / "report.json").write_text("half")
    os._exit(9)
"""
    )
    assert '"version": 1' in (target / "report.json").read_text()
    write_folder(target, {}, {"report": {"version": 2}})
    assert '"version": 2' in (target / "report.json").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["out"], "what the killed run left is swept"


WRITERS = {
    "parquet": lambda path, value: write_parquet(pl.DataFrame({"value": [value]}), path),
    "text": lambda path, value: write_text(path, f"{value}\n"),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "new folder" / "out"
    for value in (1, 2):
        WRITERS[kind](path, value)
    assert [p.name for p in path.parent.iterdir()] == ["out"]
    again = tmp_path / "again"
    WRITERS[kind](again, 2)
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("kind", WRITERS)
def test_a_kill_between_writing_and_renaming_leaves_the_old_file_and_the_next_run_sweeps(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a[1]*.out"  # a name that a glob would read otherwise
    bystander = tmp_path / ".a[1]*.out.notes.new"
    bystander.write_text("somebody else's")
    WRITERS[kind](path, 1)
    before = path.read_bytes()
    killed(
        f"""
import polars as pl
from curate.files import write_parquet, write_text
Path.replace = lambda *_: os._exit(9)
if {kind!r} == "text":
    write_text(Path({str(path)!r}), "2")
write_parquet(pl.DataFrame({{"value": [2]}}), Path({str(path)!r}))
"""
    )
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3, "the killed run left its temporary file"
    WRITERS[kind](path, 2)
    assert path.read_bytes() != before
    assert sorted(tmp_path.iterdir()) == sorted([path, bystander])


def test_what_a_living_run_writes_is_not_swept(tmp_path: Path) -> None:
    alive = tmp_path / f".out.{os.getppid()}-3.new"
    alive.write_text("half")
    write_text(tmp_path / "out", "whole")
    assert alive.read_text() == "half"


@pytest.mark.skipif(sys.platform == "win32", reason="making a link needs a privilege there")
def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    cached = tmp_path / "cache" / "object"
    write_text(cached, "an old version")
    for kind, write in WRITERS.items():
        link = tmp_path / kind
        link.symlink_to(cached)
        write(link, 1)
        assert not link.is_symlink()
        assert cached.read_text() == "an old version"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such device")
def test_a_device_is_written_to_and_stays_a_device() -> None:
    null = Path(os.devnull)
    write_text(null, "x")
    write_parquet(pl.DataFrame({"a": [1]}), null)
    assert null.is_char_device()


@pytest.mark.skipif(sys.platform == "win32", reason="has no umask")
def test_a_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_parquet(pl.DataFrame({"a": [1]}), tmp_path / "f")
    finally:
        os.umask(old)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640


def test_a_full_disk_says_so_and_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "card.json"
    write_text(path, "old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(AssayError, match="no space left"):
        write_text(path, "new")
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_under_parquet_is_an_assay_error(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(AssayError, match="no space left"), replacing_folder(target) as folder:
        with (folder / "x").open("w"):
            pass
        with Path("/dev/full").open("w") as device:
            device.write("x" * 100_000)
    assert not target.exists()


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    lock = tmp_path / ".assay" / "lock"
    with only_one(lock), pytest.raises(AssayError, match="another assay run"), only_one(lock):
        pass
    with only_one(lock):
        pass


def test_a_lock_is_held_against_another_process_and_ends_with_its_process(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = f"from curate.files import only_one\nwith only_one(Path({str(lock)!r})): os._exit(9)"
    killed(code)
    with locked(lock):
        done = subprocess.run(
            [sys.executable, "-c", f"import os\nfrom pathlib import Path\n{code}"],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert "another assay run is writing" in done.stderr
    killed(code)


def test_parquet_bytes_do_not_follow_the_thread_count(tmp_path: Path) -> None:
    code = """
import polars as pl, sys
from pathlib import Path
from curate.files import write_parquet
frame = pl.DataFrame({"id": [f"{i:07d}" for i in range(300_000)], "text": [f"row {i % 97} of {i}" for i in range(300_000)], "n": range(300_000)})
write_parquet(pl.concat([frame[:1000], frame[1000:]], rechunk=False), Path(sys.argv[1]))
"""  # noqa: E501
    written = []
    for threads in ("1", "2", "5"):
        path = tmp_path / f"{threads}.parquet"
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            check=True,
            cwd=ROOT,
        )
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]


def test_a_missing_or_broken_stage_file_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match="stage `dedup` has not run"):
        read_stage_frame(tmp_path / "examples.parquet", made_by="dedup")
    (tmp_path / "examples.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(AssayError, match="not a readable Parquet"):
        read_stage_frame(tmp_path / "examples.parquet", made_by="dedup")


def test_write_parquet_round_trips(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["x", None], "b": [1.5, None]})
    write_parquet(frame, tmp_path / "f.parquet")
    assert pl.read_parquet(tmp_path / "f.parquet").equals(frame)
