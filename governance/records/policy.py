"""Who must approve what: section `approvals` of params.yaml and the file of allowed signers, as a base
revision has them.

A policy that is read from the change that it judges judges nothing: whoever proposes the change could loosen
it. So it is always read from the base, and a change of the policy is itself something that the old policy
must let pass.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator

from curate.errors import AssayError
from curate.params import Params
from curate.strict_yaml import NotYaml, parse_yaml
from curate.versions.revisions import Revision
from governance.records.ssh import Signers
from governance.records.statement import canonical

What = Literal["gold", "diff", "policy", "model", "erasure"]
WHATS: tuple[What, ...] = ("gold", "diff", "policy", "model", "erasure")
SECTION = "approvals"


class Needed(Params):
    """Approvals of one role."""

    role: str
    count: int = Field(1, ge=1, description="Distinct signers.")


class ApprovalParams(Params):
    """Section `approvals` of params.yaml."""

    signers: str = Field(
        "governance/allowed_signers", description="Who may sign: an OpenSSH allowed_signers file, in git."
    )
    revoked: str | None = Field(None, description="Revoked public keys, or an OpenSSH KRL, in git.")
    roles: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Role -> signers, by their name in the file of signers."
    )
    require: dict[What, tuple[Needed, ...]] = Field(
        default_factory=dict,
        description="What needs approval, and by whom: gold, diff, policy, model, erasure.",
    )
    not_by_author: Annotated[
        bool, Field(description="Whoever wrote the change does not count among those who approve it.")
    ] = True

    @field_validator("signers", "revoked")
    @classmethod
    def _inside(cls, path: str | None) -> str | None:
        if path is not None and (PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts):
            raise ValueError("name a file inside the project")
        return path


@dataclass(frozen=True)
class Policy:
    """A policy as it stood somewhere.

    Parameters
    ----------
    params
        The section.
    signers
        Who may sign.
    digest
        SHA-256 of both: what an approval of the policy signs.
    where
        The revision, in words; `the work tree` for the proposed one.
    """

    params: ApprovalParams
    signers: Signers
    digest: str
    where: str

    @property
    def asks(self) -> bool:
        """Whether anything needs approval."""
        return any(self.params.require.values())

    def may(self, who: str, role: str) -> bool:
        """Whether a signer has a role."""
        return who in self.params.roles.get(role, ())


def policy_at(root: Path, at: Revision) -> Policy:
    """The policy of a revision; an empty one if it has none."""

    def read(path: str) -> bytes:
        asked = ["git", "show", f"{at.commit}:./{path}"]
        return subprocess.run(asked, cwd=root, capture_output=True, check=False).stdout

    return _policy(read("params.yaml").decode("utf-8", "replace"), read, at.name)


def policy_here(root: Path) -> Policy:
    """The policy as the work tree proposes it."""
    path = root / "params.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""

    def read(name: str) -> bytes:
        file = root / name
        if file.is_symlink():
            raise AssayError(f"{name} is a link", fix=f"put the file itself in its place: {name}")
        return file.read_bytes() if file.exists() else b""

    return _policy(text, read, "the work tree")


def _policy(text: str, read: Callable[[str], bytes], where: str) -> Policy:
    try:
        document = parse_yaml(text) or {}
        params = ApprovalParams.model_validate(
            (document.get(SECTION) if isinstance(document, dict) else None) or {}
        )
    except (NotYaml, ValidationError) as error:
        raise AssayError(
            f"params.approvals of {where} is not valid: {_why(error)}",
            fix="correct section `approvals` in params.yaml; docs/governance.md has an example",
        ) from None
    signers = Signers(read(params.signers), read(params.revoked) if params.revoked else b"")
    if any(params.require.values()):
        _check(params, signers, where)
    said = {
        "section": params.model_dump(mode="json"),
        "signers": hashlib.sha256(signers.allowed).hexdigest(),
        "revoked": hashlib.sha256(signers.revoked).hexdigest(),
    }
    return Policy(params, signers, hashlib.sha256(canonical(said)).hexdigest(), where)


def _why(error: NotYaml | ValidationError) -> str:
    if isinstance(error, NotYaml):
        return str(error) or "params.yaml is not YAML"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or SECTION}: {first['msg']}"


def _check(params: ApprovalParams, signers: Signers, where: str) -> None:
    """A policy that nobody can fulfil, or that names strangers, is an error and not a pass."""
    known = set(signers.principals())
    fix = f"correct `approvals` in params.yaml, or {params.signers}"
    for role, names in params.roles.items():
        if strange := sorted(set(names) - known):
            named = ", ".join(map(ascii, strange))
            raise AssayError(
                f"the policy of {where} gives role {role} to {named}, whom {params.signers} does not name",
                fix=fix,
            )
    for what, all_needed in params.require.items():
        for needed in all_needed:
            have = len(set(params.roles.get(needed.role, ())))
            if have < needed.count:
                raise AssayError(
                    f"the policy of {where} asks for {needed.count} approvals of {what} by role "
                    f"{needed.role}, "
                    f"which {have} signers have",
                    fix=fix,
                )
