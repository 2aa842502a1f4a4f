"""Which engine a command runs on: as asked, else as params.yaml says, else by the size of what it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curate.engine import Engine, using
from curate.files import sweep_folder

# Bytes of text from which `auto` is `stream`: in memory the stages take some three times their texts and the
# widest some six times (1 M rows of 300 characters: 3 GB), so that 2 GB of text want a machine of 12 GB.
LARGE = 2 << 30


def size_of(path: Path) -> int:
    """Bytes of a file's text: as it lies there, or of a Parquet file without its compression."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return path.stat().st_size
        import pyarrow.parquet as pq

        metadata = pq.read_metadata(path)
        return sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    except Exception:  # whoever reads the file says what is wrong with it
        return 0


def by_size(size: int) -> str:
    """The engine for so many bytes of text."""
    return "stream" if size > LARGE else "local"


@contextmanager
def chosen(
    name: str,
    size: Callable[[], int],
    folder: Path,
    say: Callable[[str], None] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Engine]:
    """Run the block on the engine called `name`.

    Parameters
    ----------
    name
        One of `ENGINES`, or `auto`: by what `size()` gives.
    folder
        Where engines keep what lies on disk meanwhile; what killed runs left there is removed.
    say
        Told when `auto` is another engine than `local`.
    settings
        What the engine's class is given besides.
    """
    if name == "auto":
        there = size()
        name = by_size(there)
        if name != "local" and say:
            say(
                f"note: {there / 1e9:.1f} GB of text, over the {LARGE / 1e9:.1f} GB that are worked on in "
                f"memory: partition by partition, on disk under {folder} (--engine local: in memory)"
            )
    # As files that are half made: the name says whose it is, and `sweep_folder` removes those of the dead.
    sweep_folder(folder)
    with using(name, folder / f".engine.{os.getpid()}-0.new", **(settings or {})) as engine:
        yield engine
