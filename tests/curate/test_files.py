import errno
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from curate.errors import AssayError
from curate.files import only_one, read_stage_frame, replacing_folder, write_folder, write_parquet, write_text


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
    old = tmp_path / ".out.123.old"
    old.mkdir()
    (old / "kept").write_text("last good")
    (tmp_path / ".out.123.new").mkdir()
    with pytest.raises(RuntimeError), replacing_folder(tmp_path / "out"):
        raise RuntimeError("again")
    assert (tmp_path / "out" / "kept").read_text() == "last good"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_process_killed_while_writing_leaves_the_last_good_state(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {}, {"report": {"version": 1}})
    code = f"""
import os, signal
from pathlib import Path
from curate.files import replacing_folder
with replacing_folder(Path({str(target)!r})) as folder:
    (folder / "report.json").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode
        == -9
    )
    assert '"version": 1' in (target / "report.json").read_text()
    write_folder(target, {}, {"report": {"version": 2}})
    assert '"version": 2' in (target / "report.json").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["out"], "what the killed run left is swept"


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
            cwd=Path(__file__).parents[2],
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
