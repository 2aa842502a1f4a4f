"""Signatures by the SSH key that a reviewer has in git already, made and checked by OpenSSH's own `ssh-keygen
-Y`.

Keys in an agent or on a hardware token work, since it is ssh-keygen that signs. Whom a key belongs to stands
in an `allowed_signers` file (see ssh-keygen(1), ALLOWED SIGNERS), with intervals in which it is valid; keys
that are revoked in a file of public keys or a KRL. Keyless signing (Sigstore) is another trust and not
offered.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from curate.errors import AssayError
from curate.text import plain

# What the signature is for: one made for git or for files is not one of ours.
NAMESPACE = "assay-record"
# A hardware key may wait for a touch; a forgotten prompt does not wait for ever.
_PATIENCE = 120
_PRINCIPAL = re.compile(r"[!-~]{1,200}")
# Type and blob of a public key, as OpenSSH writes it.
_PUBLIC = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.\-]+ AAAA[A-Za-z0-9+/]+=*")
_ENVIRONMENT = "ASSAY_SIGNING_KEY"


class NotSigned(ValueError):
    """Why a signature does not count, in words that follow whose it is: "is not by an allowed signer"."""


@dataclass(frozen=True)
class Signers:
    """Who may sign, as files have it at some revision.

    Parameters
    ----------
    allowed
        The `allowed_signers` file; CR LF line ends are taken for LF.
    revoked
        A file of revoked public keys, or a KRL; empty for none.
    """

    allowed: bytes
    revoked: bytes = b""

    def owners(self, public: str) -> list[str]:
        """The principals of the lines that hold a public key (type and blob)."""
        self.principals()  # refuses a file that is not plain
        lines = _unix(self.allowed).decode("utf-8", "replace").split("\n")
        held = [line for line in lines if public in line and not line.lstrip().startswith("#")]
        return [name for line in held for name in _first_word(line).split(",")]

    def principals(self) -> list[str]:
        """The names in the file, in its order.

        Raises
        ------
        AssayError
            If a line names nobody, holds a pattern or a certificate authority, a key that another name has
            too, or a name with characters that could be taken for others: whoever signs is named in plain
            ASCII.
        """
        names: list[str] = []
        owner: dict[str, str] = {}
        for number, line in enumerate(_unix(self.allowed).decode("utf-8", "replace").split("\n"), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            first = _first_word(line)
            for name in first.split(","):
                if not _PRINCIPAL.fullmatch(name) or set(name) & set('*?!"'):
                    raise AssayError(
                        f"line {number} of the allowed signers names {plain(name, 60)!a}: signers are "
                        f"named one by one, "
                        "in plain ASCII, without patterns",
                        fix="write: name@example.org ssh-ed25519 AAAA...   (see docs/governance.md)",
                    )
                if name not in names:
                    names.append(name)
            key = _PUBLIC.search(line)
            if key and owner.setdefault(key[0], first) != first:
                raise AssayError(
                    f"line {number} of the allowed signers gives {plain(first, 60)} the same key as "
                    f"{plain(owner[key[0]], 60)}: nobody could tell who signed",
                    fix="give each person a key of their own",
                )
            if "cert-authority" in line.split(" ssh-")[0]:
                raise AssayError(
                    f"line {number} of the allowed signers names a certificate authority, which is not "
                    f"supported",
                    fix="name each signer with a key of their own",
                )
        return names


def public_key(key: Path) -> str:
    """Type and blob of a key's public half (`ssh-ed25519 AAAA...`), from the file or the `.pub` beside it.

    Raises
    ------
    AssayError
        If there is neither, and ssh-keygen cannot make it of the private half.
    """
    for path in (key, key.with_name(f"{key.name}.pub")):
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        if found := _PUBLIC.search(text):
            return found[0]
    done = _run(["-y", "-f", str(key)], b"")
    found = _PUBLIC.search(done.stdout.decode("utf-8", "replace"))
    if done.returncode != 0 or found is None:
        raise AssayError(
            f"the public half of {key} is not to be had: {_last(done.stderr)}",
            fix=f"put it beside the key: {key.name}.pub",
        )
    return found[0]


def sign(message: bytes, key: Path) -> bytes:
    """A signature over `message` by the key in, or whose public half is in, the file `key`.

    Raises
    ------
    AssayError
        If ssh-keygen is missing or cannot use the key.
    """
    done = _run(["-Y", "sign", "-f", str(key), "-n", NAMESPACE], message)
    if done.returncode != 0 or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise AssayError(
            f"ssh-keygen could not sign with {key}: {_last(done.stderr)}",
            fix="ssh-add the key, or name another: --key FILE",
        )
    return done.stdout


def verify(message: bytes, signature: bytes, signers: Signers, at: datetime) -> str:
    """Who signed `message`: the principal of `signers` whose key it was, valid at `at` and not revoked.

    Raises
    ------
    NotSigned
        If it is by nobody allowed, by a revoked key, outside its interval, or not over this message.
    """
    names = signers.principals()
    with tempfile.TemporaryDirectory(prefix="assay-") as scratch:
        folder = Path(scratch)
        (folder / "signature").write_bytes(signature)
        (folder / "allowed").write_bytes(_unix(signers.allowed))
        (folder / "revoked").write_bytes(signers.revoked)
        when = at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
        common = ["-s", str(folder / "signature"), "-f", str(folder / "allowed"), "-O", f"verify-time={when}"]
        found = _run(["-Y", "find-principals", *common], message)
        who = found.stdout.decode("utf-8", "replace").split("\n")[0].strip()
        if found.returncode != 0 or who not in names:
            raise NotSigned("is not by an allowed signer whose key was valid then")
        asked = ["-Y", "verify", "-I", who, "-n", NAMESPACE, *common]
        if _run(asked, message).returncode != 0:
            raise NotSigned("is not over this record")
        revoked = ["-r", str(folder / "revoked")]
        if signers.revoked.strip() and _run([*asked, *revoked], message).returncode != 0:
            raise NotSigned("is by a revoked key")
    return who


def fingerprint(key: Path) -> str:
    """SHA-256 fingerprint of a key, as `ssh-keygen -l` prints it."""
    done = _run(["-l", "-f", str(key)], b"")
    found = re.search(rb"SHA256:[A-Za-z0-9+/]{43}", done.stdout)
    if done.returncode != 0 or found is None:
        raise AssayError(f"{key} is not an SSH key", fix="name one: --key ~/.ssh/id_ed25519")
    return found[0].decode()


def signing_key(root: Path, named: Path | None = None) -> Path:
    """The key to sign with: the one named, else $ASSAY_SIGNING_KEY, else git's `user.signingkey`.

    Raises
    ------
    AssayError
        If there is none, or the file is missing.
    """
    if named is None and (set_here := os.environ.get(_ENVIRONMENT)):
        named = Path(set_here)
    if named is None:
        said = subprocess.run(
            ["git", "config", "user.signingkey"], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()
        if said.startswith(("key::", "ssh-")):
            raise AssayError(
                "git's user.signingkey holds the key itself, not the name of its file",
                fix="--key FILE.pub   (the private half may be in the agent)",
            )
        named = Path(said).expanduser() if said else None
    if named is None:
        raise AssayError(
            "no key to sign with is named",
            fix="name it: --key ~/.ssh/id_ed25519, or: git config gpg.format ssh && git config "
            "user.signingkey ~/.ssh/id_ed25519.pub",
        )
    if not named.expanduser().exists():
        raise AssayError(f"the signing key {named} does not exist", fix="--key FILE")
    return named.expanduser()


def _first_word(line: str) -> str:
    """Up to the first blank, as ssh-keygen cuts a line: other spaces of Unicode belong to the word."""
    return re.split(r"[ \t]", line.lstrip(" \t"), maxsplit=1)[0]


def _unix(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf")


def _run(arguments: Sequence[str], message: bytes) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("ssh-keygen") is None:
        raise AssayError(
            "ssh-keygen is not installed, and it makes and checks signatures",
            fix="install OpenSSH's client (8.9 or newer)",
        )
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            input=message,
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise AssayError(
            f"ssh-keygen did not end within {_PATIENCE} s", fix="unlock the key (ssh-add), or touch the token"
        ) from error


def _last(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return plain(lines[-1], 160) if lines else "no reason given"
