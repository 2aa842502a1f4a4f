"""The project's secret key and the keyed digests made with it.

A plain hash of a phone number is still a phone number: anyone can hash all of them. So every digest of text
or of a personal value is keyed (blake2b in its keyed mode, RFC 7693, an HMAC by design), and the key never
enters git.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from curate.errors import AssayError
from curate.text import shell_word

KEY_FILE = Path(".assay/key")
KEY_VARIABLE = "ASSAY_KEY"
# Below 128 bits of key a phone number's digest could be searched by brute force over keys.
MIN_KEY_CHARACTERS = 32


@dataclass(frozen=True)
class Key:
    """A project's secret, and where it came from (`environment`, `file` or `demo`)."""

    secret: bytes
    origin: str

    def __repr__(self) -> str:
        return f"Key(origin={self.origin!r}, key_id={self.key_id!r})"

    @property
    def key_id(self) -> str:
        """A short public name for the key: two outputs made with one key carry the same id."""
        return self.digest("key-id", "", length=4)

    def digest(self, purpose: str, *parts: str, length: int = 12) -> str:
        """Hex digest of `parts` under this key.

        Parameters
        ----------
        purpose
            Keeps digests made for different ends apart (at most 16 bytes: blake2b's `person`).
        parts
            Strings; their boundaries count.
        length
            Bytes of the digest; 12 (96 bits) keeps the chance of a collision among 1e9 values below 1e-11.
        """
        return self.digests(purpose, ("\x1f".join(parts),), length=length)[0]

    def digests(self, purpose: str, texts: Iterable[str], *, length: int = 12) -> list[str]:
        """`digest` of each text: one keyed state, copied per text. About 1.5 million a second."""
        start = _state(self.secret[:64], purpose, length)
        digests = []
        for text in texts:  # blake2b has no vectorised form; polars' own hash changes between releases
            state = start.copy()
            state.update(text.encode("utf-8", "surrogatepass"))
            digests.append(state.hexdigest())
        return digests


@lru_cache(maxsize=64)
def _state(secret: bytes, purpose: str, length: int) -> hashlib.blake2b:
    """A keyed state that has read nothing yet, to be copied: to make one takes longer than most digests."""
    return hashlib.blake2b(digest_size=length, key=secret, person=purpose.encode()[:16])


def new_secret() -> str:
    """A fresh random key: 64 hex characters."""
    return secrets.token_hex(32)


def _key(text: str, origin: str, where: str) -> Key:
    text = text.strip()
    if len(text) < MIN_KEY_CHARACTERS:
        raise AssayError(
            f"the key in {where} is shorter than {MIN_KEY_CHARACTERS} characters",
            fix="assay init --new-key   (or set ASSAY_KEY to 64 random hex digits)",
        )
    return Key(hashlib.blake2b(text.encode(), digest_size=32, person=b"assay-key").digest(), origin)


def find_key(root: Path, demo_key: str | None = None) -> Key:
    """The key from `ASSAY_KEY`, else from `.assay/key`, else the task card's published demo key.

    Raises
    ------
    AssayError
        If there is none, it is too short, or the file can be read by other users.
    """
    if os.environ.get(KEY_VARIABLE, "").strip():
        return _key(os.environ[KEY_VARIABLE], "environment", KEY_VARIABLE)
    path = root / KEY_FILE
    if path.exists():
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise AssayError(f"{path} can be read by other users", fix=f"chmod 600 {shell_word(path)}")
        return _key(path.read_text(encoding="utf-8"), "file", str(path))
    if demo_key:
        return _key(demo_key, "demo", "task.yaml `demo_key`")
    raise AssayError(
        f"no secret key: ASSAY_KEY is not set and {path} does not exist; digests of personal values must "
        f"be keyed",
        fix="ask the project's steward for its key and set ASSAY_KEY, or for a new project: assay init "
        "--new-key",
    )


def write_key(root: Path) -> Path:
    """Write a fresh key to `.assay/key`, mode 0600; an existing one is never overwritten."""
    path = root / KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AssayError(
            f"{path} exists; a new key would change every digest",
            fix=f"keep it, or move it away first: mv {shell_word(path)} {shell_word(path)}.old",
        ) from error
    with os.fdopen(handle, "w") as file:
        file.write(new_secret() + "\n")
    return path
