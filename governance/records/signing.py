"""The one way in which a record is signed, and in which it is told who did: approvals, reviews, certificates.

The signature travels with its record in a DSSE envelope (`statement.py`), made and checked by OpenSSH
(`ssh.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from curate.errors import AssayError
from governance.records.policy import Policy
from governance.records.ssh import NotSigned, fingerprint, public_key, sign, signing_key, verify
from governance.records.statement import Record, Signature, pae


def signer(root: Path, key: Path | None = None) -> Callable[[Record], Record]:
    """What signs a record with the key of whoever works here; see `ssh.signing_key`.

    Raises
    ------
    AssayError
        If there is no key, or the file is not one.
    """
    path = signing_key(root, key)
    keyid = fingerprint(path)

    def signed(record: Record) -> Record:
        signature = Signature(keyid, sign(pae(record.statement), path))
        return Record(record.predicate, record.subjects, (signature,))

    return signed


def allowed_signer(root: Path, policy: Policy, key: Path | None = None) -> Callable[[Record], Record]:
    """The same, once it is sure that the policy names the key and that it is valid now: nothing is signed in
    vain (a hardware key wants a touch each time), and no record is written that would not count.

    Raises
    ------
    AssayError
        If the policy does not name the key, or what it signs would not count.
    """
    path = signing_key(root, key)
    sign_it = signer(root, path)
    if not names_of(path, policy):
        raise stranger(fingerprint(path), policy, "is not by an allowed signer")

    def signed(record: Record) -> Record:
        made = sign_it(record)
        try:
            signer_of(made, policy, datetime.now(UTC))
        except NotSigned as error:
            raise stranger(made.signatures[0].keyid, policy, str(error)) from None
        return made

    return signed


def names_of(key: Path, policy: Policy) -> list[str]:
    """Whom the policy's signers give a key to, by its public half."""
    return policy.signers.owners(public_key(key))


def stranger(keyid: str, policy: Policy, why: str) -> AssayError:
    """The error of a signature that would not count."""
    return AssayError(
        f"a signature by {keyid} {why}, by {policy.params.signers} of {policy.where}",
        fix="sign with a key that the file names and that is valid now, or have yours added to it (which is "
        "a change of the policy)",
    )


def signer_of(record: Record, policy: Policy, at: datetime | None = None) -> str:
    """Who signed a record, by a policy's signers, at the time that it says of itself.

    Raises
    ------
    NotSigned
        If nobody whom the policy names did.
    """
    when = at or datetime.fromisoformat(record.predicate.at)
    last = NotSigned("carries no signature")
    for signature in record.signatures:
        try:
            return verify(pae(record.statement), signature.sig, policy.signers, when)
        except NotSigned as error:
            last = error
    raise last
