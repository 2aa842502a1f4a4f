"""Has a file changed since it was read: its place, size and time."""

from __future__ import annotations

from pathlib import Path


def mark_of(path: Path) -> tuple[int, int, int]:
    """What tells two states of a file apart; zeros where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
