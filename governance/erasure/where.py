"""What was removed, and what could not be reached: facts for the certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Where(NamedTuple):
    """What was removed.

    Parameters
    ----------
    place
        The place it was removed from: `cache`, `remote NAME`, `run cache of PLACE`, `experiments`, ...
    oid
        The object's digest as DVC writes it; empty for what is not an object.
    path
        Its name in the place, where that is not the digest: a run cache entry, a ref, a file.
    """

    place: str
    oid: str
    path: str = ""


@dataclass(frozen=True)
class Removed:
    """What was removed, and which places were out of reach, each with the reason."""

    removed: tuple[Where, ...]
    unreachable: tuple[tuple[str, str], ...]
