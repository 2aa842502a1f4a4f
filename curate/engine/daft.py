"""Several machines, or processes of this one: Daft hands partitions to the workers of a Ray cluster.

A partition is a file in the engine's folder, as in `stream`; what goes through Daft are numbers. A task reads
the file of its number, works on it, and leaves what it made as another file, which appears whole or not at
all. So rows lie still unless a plan has them meet (`exchange`), neither Ray's memory nor Daft's holds any,
and that Daft keeps no order of rows cannot matter: results are taken by number. All machines see the folder
under one path (a shared file system); by default that is this machine's disk, and Ray runs on this machine.

A worker that dies loses the task in its hands and nothing else: what has no file yet is asked for again, as
long as any gets done. What `work` itself raises is handed on as it is and not tried again.

Not done here: Daft's own shuffle. It would send every row through Ray's object store, which spills to the
same disk, and its order is not kept; a file for each pair of partition and number is what it would write.

Needs `pip install 'assay[cluster]' -c constraints-cluster.txt`; the package must be on every machine.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import polars as pl

from curate.engine.stream import ROWS, OnDisk, Stream
from curate.errors import AssayError

if TYPE_CHECKING:
    from curate.engine import Part, Workers

In = TypeVar("In")
Out = TypeVar("Out")

# So many rounds one after another in which no task got done tell a cluster in which a task can never end
# (memory too small for a partition) from one that lost a worker.
ATTEMPTS = 3
# Neither library reports what is done with it.
_SILENT = {"RAY_USAGE_STATS_ENABLED": "0", "DAFT_ANALYTICS_ENABLED": "0", "DO_NOT_TRACK": "1"}


@dataclass(frozen=True)
class Stored:
    """A frame that `work` gave, written where it was made."""

    work: Callable[[Any], pl.DataFrame]
    folder: Path

    def __call__(self, numbered: tuple[int, Any]) -> OnDisk:
        """The partition."""
        number, item = numbered
        return _write(self.work(item), self.folder / f"{number}.arrow")


@dataclass(frozen=True)
class Sorted:
    """The frames that `work` gave for each number, written where they were made."""

    work: Callable[[Part], Mapping[int, pl.DataFrame]]
    folder: Path

    def __call__(self, item: tuple[int, Part]) -> dict[int, OnDisk]:
        """The pieces by number."""
        number, part = item
        pieces = self.work(part).items()
        return {to: _write(frame, self.folder / f"{number}-{to}.arrow") for to, frame in pieces}


def _write(frame: pl.DataFrame, path: Path) -> OnDisk:
    fresh = _own(path)
    frame.write_ipc(fresh, compression="uncompressed")
    fresh.replace(path)
    return OnDisk((path,), frame.height)


def _own(path: Path) -> Path:
    """A name beside `path` that no other process of any machine writes: a task may run twice at once."""
    return path.with_name(f"{path.name}.{os.uname().nodename}.{os.getpid()}")


def perform(folder: str, number: int) -> None:
    """Do task `number` of `folder` and leave its result there; whatever `work` raises is a result too."""
    place = Path(folder)
    path = place / f"{number}.done"
    if path.exists():
        return
    with suppress(OSError):  # paths may be relative to where the run began
        os.chdir((place / "where").read_text(encoding="utf-8"))
    work = pickle.loads((place / "work").read_bytes())
    item = pickle.loads((place / f"{number}.task").read_bytes())
    try:
        result: tuple[bool, Any] = True, work(item)
        content = pickle.dumps(result)
    except Exception as error:
        try:
            content = pickle.dumps((False, error))
            pickle.loads(content)
        except Exception:  # an error that cannot be sent is told by name
            content = pickle.dumps((False, RuntimeError(f"{type(error).__name__} in a worker")))
    fresh = _own(path)
    fresh.write_bytes(content)
    fresh.replace(path)


def done(numbers: Any, folder: str) -> list[int]:
    """Do the tasks of a column of numbers, in whatever process; the numbers."""
    asked: list[int] = numbers.to_pylist()
    for number in asked:
        perform(folder, number)
    return asked


class Starting:
    """What a worker process of `map` is: started once, then asked for one task after another."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        start, arguments = pickle.loads((Path(folder) / "start").read_bytes())
        if start is not None:
            start(*arguments)

    def __call__(self, numbers: Any) -> list[int]:
        """Do the tasks of a column of numbers."""
        return done(numbers, self.folder)


class Daft(Stream):
    """Partitions on a disk that all workers see."""

    name = "daft"

    def __init__(
        self, folder: Path, rows: int = ROWS, address: str | None = None, workers: int | None = None
    ) -> None:
        """`folder` must not exist yet.

        Parameters
        ----------
        rows
            Of a partition.
        address
            Of a Ray cluster (`host:6379`, or `auto` on one of its machines); None: one is started here.
        workers
            Cores of the Ray that is started here; by default all of the machine.
        """
        super().__init__(folder, rows)
        self.address = address
        self.workers = workers
        self._began_ray = False
        self._runs = 0

    def __enter__(self) -> Self:
        self._connect()
        self.folder = self.folder.absolute()
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if self._began_ray:
            import ray

            ray.shutdown()

    def _connect(self) -> None:
        os.environ.update({name: os.environ.get(name, value) for name, value in _SILENT.items()})
        os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
        try:
            import daft
            import ray
        except ImportError as error:
            raise AssayError(
                f"engine daft needs the package {error.name}, which is not installed",
                fix="pip install 'assay[cluster]' -c constraints-cluster.txt   (or: --engine stream)",
            ) from None
        if not ray.is_initialized():
            said: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
            if self.address is None:
                said |= {"include_dashboard": False, "num_cpus": self.workers or os.cpu_count() or 1}
            try:
                ray.init(address=self.address, **said)
            except Exception as error:  # Ray raises plain Exception, ConnectionError, ValueError, ...
                where = self.address or "this machine"
                raise AssayError(
                    f"Ray cannot be reached at {where}"
                    if self.address
                    else "Ray does not start on this machine",
                    fix="check it: ray status   (or work on this machine: --engine stream)",
                ) from error
            self._began_ray = True
        daft.set_runner_ray(noop_if_initialized=True)

    def map(
        self, work: Callable[[In], Out], items: Iterable[In], workers: Workers | None = None
    ) -> Iterator[Out]:
        """See `curate.engine.Engine`; all tasks are done before the first result is read. Work that cannot be
        sent is done here, item by item: a scan in one process, whose detectors no other process can be given.
        """
        sent = _sendable(work)
        if sent is None:
            return map(work, items)
        folder = self._run_folder()
        (folder / "work").write_bytes(sent)
        start = (workers.start, workers.arguments) if workers else (None, ())
        (folder / "start").write_bytes(pickle.dumps(start))
        (folder / "where").write_text(str(Path.cwd()), encoding="utf-8")
        count = 0
        for item in items:
            (folder / f"{count}.task").write_bytes(pickle.dumps(item))
            count += 1
        self._perform(folder, count, workers.count if workers else None)
        return self._results(folder, count)

    def _run_folder(self) -> Path:
        folder = self.folder / f"run-{self._runs}"
        self._runs += 1
        folder.mkdir()
        return folder

    def _perform(self, folder: Path, count: int, processes: int | None) -> None:
        """Have every task of `folder` done."""
        without = 0
        missing = list(range(count))
        while missing:
            try:
                self._ask(folder, missing, processes)
                fault: Exception | None = None
            except Exception as error:  # Ray and Daft each raise their own when a worker is lost
                fault = error
            still = [number for number in missing if not (folder / f"{number}.done").exists()]
            without = without + 1 if len(still) == len(missing) else 0
            if still and without >= ATTEMPTS:
                raise AssayError(
                    f"engine daft: {len(still):,} of {count:,} tasks are not done after {ATTEMPTS} rounds "
                    f"({type(fault).__name__ if fault else 'no result'})",
                    fix="see the cluster: ray status; do its machines have the memory for a partition "
                    "(engine.rows in params.yaml), this release of assay, and the folder of the project?",
                ) from fault
            missing = still

    def _ask(self, folder: Path, numbers: list[int], processes: int | None) -> None:
        """Have Daft run tasks: in one process a machine, with its threads, or in as many as asked."""
        import daft

        table = daft.from_pydict({"number": numbers})
        udf = daft.udf(return_dtype=daft.DataType.int64(), batch_size=1)
        if processes is None:
            answer = udf(done)(table["number"], str(folder))
            table = table.into_partitions(min(len(numbers), self._places()))
        else:
            workers = udf(Starting).with_init_args(str(folder))
            answer = workers.with_concurrency(min(processes, len(numbers)))(table["number"])
        table.select(answer).collect()

    def _places(self) -> int:
        import ray

        return self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))

    def _results(self, folder: Path, count: int) -> Iterator[Any]:
        for number in range(count):
            result = folder / f"{number}.done"
            well, value = pickle.loads(result.read_bytes())
            if not well:
                raise value
            with suppress(OSError):
                result.unlink()
                (folder / f"{number}.task").unlink()
            yield value

    def parts(self, table: pl.DataFrame | Path) -> list[Part]:
        """See `curate.engine.Engine`; a file is read by the workers where it lies."""
        return super().parts(table.absolute() if isinstance(table, Path) else table)

    def store(self, work: Callable[[In], pl.DataFrame], items: Iterable[In]) -> list[Part]:
        """See `curate.engine.Engine`."""
        folder = self._run_folder()
        return list(self.map(Stored(work, folder), enumerate(items)))

    def exchange(
        self, work: Callable[[Part], Mapping[int, pl.DataFrame]], parts: Iterable[Part]
    ) -> dict[int, Part]:
        """See `curate.engine.Engine`."""
        folder = self._run_folder()
        pieces: dict[int, list[OnDisk]] = {}
        for made in self.map(Sorted(work, folder), enumerate(parts)):
            for number, piece in made.items():
                pieces.setdefault(number, []).append(piece)
        return {number: _joined(pieces[number]) for number in sorted(pieces)}


def _sendable(work: Callable[..., Any]) -> bytes | None:
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


def _joined(pieces: Sequence[OnDisk]) -> OnDisk:
    paths = tuple(path for piece in pieces for path in piece.paths)
    return OnDisk(paths, sum(piece.rows for piece in pieces))
