"""What an erasure has set out to do and how far it has come: `.assay/erasure/plan.json`, written before the
first change.

It holds digests and paths. What the person is known by, and the ids and texts of their rows, are needed to
the end, for the proof, and stand there enciphered under the project's key, so that a run that was killed goes
on without being told again; the file goes when the erasure is done. What will take the place of files that
hold the person lies made ready beside it, without them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.files import write_json
from curate.keys import Key
from governance.erasure.plan import FOLDER

SCHEMA = "assay.erasure-plan/1"
PLAN = "plan.json"
READY = "ready"


@dataclass
class Journal:
    """See the module; every field is JSON-safe.

    Parameters
    ----------
    digest
        Of the plan, as approved.
    sealed, texts, rows
        What the person is known by, texts of their rows and ids of these, enciphered.
    twins
        DVC's digest of a version -> that of its twin, and the content digest before and after, and whether
        systems learned from it.
    raw
        Raw files: path, records cut out and redacted.
    tracked
        What `.dvc` files name anew: name of what is made ready, DVC's digest before and after.
    kept
        Objects of raw files that somebody edits by hand.
    fresh
        Digests that were new on the list of who is suppressed; None until that is looked up.
    done
        Steps that are behind us.
    removed
        What was removed: place, digest, name.
    failed
        Whether the proof found the person: what has come back is planned anew.
    erasures
        Files of `decisions/erasures/` that earlier rounds of it wrote.
    """

    digest: str
    why: str
    names: list[str]
    sealed: str
    texts: str
    rows: str
    twins: dict[str, dict[str, Any]]
    erasure: str
    objects: list[str]
    remove: list[str]
    outside: list[str]
    replace: list[list[str]]
    raw: list[list[Any]]
    models: list[str]
    unreachable: list[list[str]]
    approvals: list[str]
    signer: str
    files: list[str]
    kept: list[str]
    versions: list[dict[str, Any]]
    done: list[str] = field(default_factory=list)
    removed: list[list[str]] = field(default_factory=list)
    hits: list[list[str]] = field(default_factory=list)
    record: str = ""
    fresh: int | None = None
    tracked: list[list[str]] = field(default_factory=list)
    failed: bool = False
    erasures: list[str] = field(default_factory=list)

    def write(self, root: Path) -> None:
        """Write it whole."""
        write_json(root / FOLDER / PLAN, {"schema": SCHEMA, **asdict(self)})


def pending(root: Path) -> Journal | None:
    """The erasure that was begun here and is not done.

    Raises
    ------
    AssayError
        If its file is damaged.
    """
    path = root / FOLDER / PLAN
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("schema") != SCHEMA:
            raise ValueError
        return Journal(**document)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AssayError(
            f"{FOLDER}/{PLAN} is damaged, or another assay wrote it: how far the erasure came is not known",
            fix=f"rm -r {FOLDER}; git checkout -- .; then the erasure from its beginning",
        ) from None


def ready(root: Path) -> Path:
    """The folder of what is made ready."""
    return root / FOLDER / READY


def finish(root: Path) -> None:
    """Forget an erasure that is done: the plan goes last."""
    shutil.rmtree(ready(root), ignore_errors=True)
    (root / FOLDER / PLAN).unlink(missing_ok=True)
    shutil.rmtree(root / FOLDER, ignore_errors=True)


def encipher(texts: Sequence[str], key: Key) -> str:
    """Texts enciphered under the project's key: a keyed BLAKE2b in counter mode over a fresh nonce, as hex.

    Not authenticated: what comes out wrong is not JSON, and an edited plan is the doing of whoever may edit
    the project.
    """
    nonce = secrets.token_hex(16)
    plain = json.dumps(list(texts)).encode()
    stream = _stream(key, nonce, len(plain))
    return nonce + bytes(a ^ b for a, b in zip(plain, stream, strict=True)).hex()


def decipher(sealed: str, key: Key) -> list[str]:
    """The texts.

    Raises
    ------
    AssayError
        If they were enciphered under another key.
    """
    nonce, body = sealed[:32], bytes.fromhex(sealed[32:])
    stream = _stream(key, nonce, len(body))
    try:
        texts = json.loads(bytes(a ^ b for a, b in zip(body, stream, strict=True)))
    except ValueError:
        raise AssayError(
            "the erasure was begun under another key than the one here", fix="set ASSAY_KEY to that key"
        ) from None
    return [str(text) for text in texts]


def _stream(key: Key, nonce: str, length: int) -> bytes:
    blocks = (
        hashlib.blake2b(f"{nonce}{number}".encode(), key=key.secret[:64], person=b"erasure-sealed").digest()
        for number in range(length // 64 + 1)
    )
    return b"".join(blocks)[:length]
