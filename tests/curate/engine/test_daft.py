"""Engine daft on a Ray of this machine: the promises of every engine, and a worker killed in mid-task."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from curate.engine import Part, Workers, named, together
from curate.engine.daft import Daft, perform
from curate.errors import AssayError

slow = pytest.mark.slow
# Ray lets go of its daemons' handles while they run, of which Python warns.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def doubled(part: Part) -> pl.DataFrame:
    return part.read().with_columns(pl.col("n") * 2)


def by_rest(part: Part) -> Mapping[int, pl.DataFrame]:
    frame = part.read()
    return {rest: frame.filter(pl.col("n") % 3 == rest) for rest in range(3)}


def faulty(item: int) -> int:
    if item == 2:
        raise AssayError("two is not a task", fix="leave it out")
    return item


_mine: list[int] = []


def start(value: int) -> None:
    _mine.append(value)


def started(item: int) -> tuple[int, int, int]:
    return item, sum(_mine), os.getpid()


@dataclass(frozen=True)
class KilledOnce:
    """Work whose process is killed in the middle of one item, the first time that it is tried."""

    place: Path

    def __call__(self, item: int) -> int:
        mark = self.place / "killed"
        if item == 3 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return item * item


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daft]:
    pytest.importorskip("daft", reason="assay[cluster] is not installed")
    pytest.importorskip("ray", reason="assay[cluster] is not installed")
    with named("daft", tmp_path_factory.mktemp("daft") / "engine", rows=4, workers=2) as made:
        assert isinstance(made, Daft)
        yield made


@slow
def test_partitions_are_the_table_and_rows_of_one_number_meet(engine: Daft) -> None:
    table = pl.DataFrame({"n": [5, 3, 8, 1, 0, 9, 2, 7, 7, 4, 6]})
    parts = engine.parts(table)
    assert len(parts) == 3
    assert together(engine.store(doubled, parts)).equals(table.with_columns(pl.col("n") * 2))
    met = engine.exchange(by_rest, parts)
    assert {rest: part.read()["n"].to_list() for rest, part in met.items()} == {
        rest: [n for n in table["n"] if n % 3 == rest] for rest in range(3)
    }


@slow
def test_workers_start_and_results_come_in_order(engine: Daft) -> None:
    results = list(engine.map(started, range(6), Workers(2, start, (7,))))
    assert [(item, value) for item, value, _ in results] == [(item, 7) for item in range(6)]
    assert os.getpid() not in {process for *_, process in results}


@slow
def test_what_work_raises_is_raised_here(engine: Daft) -> None:
    with pytest.raises(AssayError, match="two is not a task") as caught:
        list(engine.map(faulty, range(4)))
    assert caught.value.fix == "leave it out"


@slow
def test_a_worker_killed_in_the_middle_of_a_task_loses_nothing(engine: Daft, tmp_path: Path) -> None:
    assert list(engine.map(KilledOnce(tmp_path), range(8))) == [item * item for item in range(8)]
    assert (tmp_path / "killed").exists()


class Deaf(Daft):
    """Its cluster loses a worker at each round, and the second half of what it is asked for."""

    rounds = 0

    def _connect(self) -> None:
        self.workers = 1

    def _ask(self, folder: Path, numbers: list[int], processes: int | None) -> None:
        type(self).rounds += 1
        for number in numbers[: (len(numbers) + 1) // 2] if self.rounds < 10 else ():
            perform(str(folder), number)
        raise ConnectionError("the worker died unexpectedly")


def test_what_is_missing_after_a_fault_is_asked_for_again(tmp_path: Path) -> None:
    with Deaf(tmp_path / "engine") as engine:
        assert list(engine.map(abs, [-1, -2, -3, -4, -5])) == [1, 2, 3, 4, 5]
        assert engine.rounds == 3
        type(engine).rounds = 10
        with pytest.raises(AssayError, match=r"1 of 1 tasks are not done .* \(ConnectionError\)"):
            list(engine.map(abs, [-1]))
    assert not (tmp_path / "engine").exists()


def test_without_its_packages_the_error_says_what_to_install(tmp_path: Path) -> None:
    try:
        import daft  # noqa: F401
    except ImportError:
        with (
            pytest.raises(AssayError, match="is not installed") as caught,
            named("daft", tmp_path / "engine"),
        ):
            pass
        assert "constraints-cluster.txt" in caught.value.fix
