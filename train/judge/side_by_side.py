"""Pieces of work done side by side, each in a process of its own with what it loads.

Every piece gives what it would give here: it runs with the threads that it says itself, and nothing is
shared. What is timed is not done here, since two pieces share the machine's memory.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from curate.errors import AssayError

T = TypeVar("T")


def side_by_side(
    pieces: Sequence[Callable[[], T]], workers: int, done: Callable[[int], None] = lambda number: None
) -> list[T]:
    """What each piece returns, in the order of the pieces.

    Parameters
    ----------
    pieces
        Functions that can be pickled: partials of what a module defines. The longest first ends soonest.
    workers
        Processes; with one, or one piece, the work is done here.
    done
        Is told after each piece how many are done.

    Raises
    ------
    AssayError
        If a process was killed. What a piece raises is raised here, and the others are stopped.
    """
    workers = min(workers, len(pieces), os.cpu_count() or 1)
    if workers <= 1:
        results = []
        for piece in pieces:
            results.append(piece())
            done(len(results))
        return results
    spawn = multiprocessing.get_context("spawn")  # a fork of a process that has used torch may hang
    stop = spawn.Event()
    with ProcessPoolExecutor(
        workers, mp_context=spawn, initializer=_enter, initargs=(stop, os.getpid())
    ) as pool:
        try:
            futures = [pool.submit(piece) for piece in pieces]
            waiting = set(futures)
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in finished:
                    one.result()
                done(len(futures) - len(waiting))
            return [one.result() for one in futures]
        except BrokenProcessPool:
            raise AssayError(
                "a process that answered for a system was killed: most likely there is not enough memory for "
                f"{workers} at once",
                fix="set params.evaluate.workers to 1, then: assay evaluate",
            ) from None
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _enter(stop: Any, parent: int) -> None:
    """In a worker: end with the run, however that ends."""

    def watch() -> None:
        while not stop.is_set() and os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
