"""`assay approve`: sign what stands now."""

from __future__ import annotations

from pathlib import Path

import click

from governance.cli.rim import format_option


@click.command()
@click.option(
    "--of",
    "what",
    type=click.Choice(["gold", "diff", "policy", "model", "erasure"]),
    default="gold",
    show_default=True,
    help="What to vouch for.",
)
@click.option("--as", "role", metavar="ROLE", help="In which role; needed by who has several.")
@click.option("--base", metavar="REV", help="Revision that the change goes to; its policy judges.")
@click.option("--key", type=click.Path(path_type=Path), help="SSH key; default: git's user.signingkey.")
@click.option("--plan", default="", metavar="DIGEST", help="Of the erasure, as `assay erase` shows it.")
@click.option("--note", default="", help="A sentence that is signed along.")
@click.option("--list", "only_list", is_flag=True, help="Sign nothing; show what is asked for and given.")
@format_option
def approve(
    what: str,
    role: str | None,
    base: str | None,
    key: Path | None,
    plan: str,
    note: str,
    only_list: bool,
    shape: str,
) -> None:
    """Sign the digests of what stands now, with the SSH key that you have for git.

    gold signs the splits, the findings and verdicts on personal data and the policy; diff the same and the
    base's gold; model the systems, their metrics, the splits and the policy; policy the policy alone;
    erasure the plan of one. When one of them changes the approval is stale, and `assay check --base REV`
    says what changed.

    Who may approve what stands in params.yaml (`approvals`) and in governance/allowed_signers, as the base
    has them.

    \b
    Examples:
      assay approve --base main
      assay approve --of diff --as reviewer --base origin/main
      assay approve --list
    """
    from dataclasses import asdict
    from typing import cast

    from curate.errors import AssayError
    from curate.project import Project
    from curate.show.terminal import draw
    from curate.text import plain
    from curate.versions.revisions import revision
    from governance.cli.rim import emit_json, say, stdout
    from governance.records.approvals import approve as sign
    from governance.records.approvals import standing
    from governance.records.policy import What
    from governance.records.show import approval_blocks

    project = Project.find()
    at = revision(project.root, base) if base else None
    if base and at is None:
        raise AssayError(f"git knows no revision {plain(base)}", fix="git branch -a   lists what there is")
    if not only_list:
        record = sign(project, cast(What, what), role=role, base=at, key=key, note=note, plan=plan)
        say(f"approved: {what}, record {record.id[:12]}; commit the folder records/")
    found = standing(project, at)
    if shape == "json":
        document = {
            "judged_by": found.policy.where,
            "enough": found.enough,
            "changed_policy": found.changed_policy,
            "given": [{**asdict(given), "counts": given.counts} for given in found.given],
            "wants": [
                {
                    "of": want.of,
                    "role": want.needed.role,
                    "count": want.needed.count,
                    "by": want.by,
                    "met": want.met,
                }
                for want in found.wants
            ],
        }
        emit_json({"schema": "assay.approvals/1", **document})
        return
    draw(approval_blocks(found), stdout())
