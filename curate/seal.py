"""Seals: keyed digests that show that a document was written by somebody who holds the project's key.

Whoever can write a file can recompute every plain digest in it, so a digest alone shows accidents only.
A seal is a keyed digest (`curate.keys`) of a document's canonical JSON without the seal itself, bound to what
the document is, so that one cannot be passed off as another. It proves the holder of the key, not a person;
and a key that is published (the `demo_key` of a sample) proves nothing at all, which `notice` says.

Without the key nobody can tell a true seal from a false one: `standing` then says `NO_KEY`, and whoever asks
states that instead of passing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError, GateFailed

if TYPE_CHECKING:
    from curate.keys import Key
    from curate.project import Project

FIELD = "seal"


class Standing(StrEnum):
    """What can be said of a document's seal."""

    TRUE = "true"
    NONE = "none"  # it carries none
    FALSE = "false"  # it was changed after it was sealed
    OTHER_KEY = "other_key"  # it may be true under the key it names
    NO_KEY = "no_key"  # there is no key here to tell


def seal(document: Mapping[str, Any], key: Key, kind: str) -> dict[str, Any]:
    """`document` with its seal.

    Parameters
    ----------
    document
        JSON-safe; a seal that it carries already is replaced.
    kind
        What it is, such as `gold`: a seal of one kind is not a seal of another.
    """
    bare = {name: value for name, value in document.items() if name != FIELD}
    return {**bare, FIELD: {"key_id": key.key_id, "digest": _digest(bare, key, kind)}}


def standing(document: Mapping[str, Any], key: Key | None, kind: str) -> Standing:
    """Whether the seal of `document` is true."""
    stated = document.get(FIELD)
    if not isinstance(stated, Mapping) or not isinstance(stated.get("digest"), str):
        return Standing.NONE
    if key is None:
        return Standing.NO_KEY
    if stated.get("key_id") != key.key_id:
        return Standing.OTHER_KEY
    bare = {name: value for name, value in document.items() if name != FIELD}
    true = hmac.compare_digest(stated["digest"], _digest(bare, key, kind))
    return Standing.TRUE if true else Standing.FALSE


def problem(found: Standing, what: str) -> str:
    """What is wrong with the seal of `what`, in words; empty if it is true."""
    return {
        Standing.TRUE: "",
        Standing.NONE: f"{what} carries no seal: an older assay wrote it, or somebody without the key",
        Standing.FALSE: f"{what} is not what was sealed with this project's key: it was changed afterwards",
        Standing.OTHER_KEY: f"{what} was sealed with another key than the one here",
        Standing.NO_KEY: f"{what} is NOT AUTHENTICATED: there is no secret key here to check its seal with",
    }[found]


def require(document: Mapping[str, Any], key: Key, kind: str, what: str, fix: str) -> None:
    """Fail unless the seal of `document` is true.

    Raises
    ------
    GateFailed
        With `problem` and `fix`.
    """
    if words := problem(standing(document, key, kind), what):
        raise GateFailed(words, fix=fix)


def key_here(project: Project) -> Key | None:
    """The project's key; None on a machine without it."""
    try:
        return project.key
    except AssayError:
        return None


def notice(key: Key) -> str:
    """What a true seal does not prove; empty for a key that is secret."""
    return (
        "sealed with the demo key that task.yaml publishes, so anybody could have sealed it"
        if key.origin == "demo"
        else ""
    )


def _digest(bare: Mapping[str, Any], key: Key, kind: str) -> str:
    from curate.files import canonical_json  # which loads polars, and `assay diff` begins without it

    return key.digest("seal", kind, canonical_json(bare), length=16)
