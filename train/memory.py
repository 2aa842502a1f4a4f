"""The most memory that a piece of work took: the kernel's own high-water mark, set back before it.

Linux counts it page by page at no cost (`VmHWM`, and `clear_refs` sets it back). It is that of the whole
process, Python and its libraries included: what a machine must have to do the work. Elsewhere, or where the
mark may not be set back, it is unknown and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROCESS = Path("/proc/self")


@dataclass
class Peak:
    """The most memory while a block ran, megabytes; None before its end and where it cannot be told."""

    megabytes: float | None = None


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the block; blocks must not stand in one another, since there is one mark a process."""
    peak = Peak()
    try:
        (_PROCESS / "clear_refs").write_text("5")
    except OSError:
        yield peak
        return
    yield peak
    peak.megabytes = high_water()


def high_water() -> float | None:
    """The mark as it stands now, megabytes."""
    try:
        lines = (_PROCESS / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:")), None)
