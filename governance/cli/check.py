"""`assay check`: every gate, for CI."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "markdown", "github"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@click.option(
    "--base", metavar="REV", help="Revision that the change goes to: its policy asks for approvals."
)
def check(shape: str, base: str | None) -> None:
    """Judge every gate of the task card and policy on the published version.

    card, review, version, held-out, schema, personal-data, audit, targets, leakage, target, answers,
    forgetting, overfitting, membership, verbatim, canaries, retention, retrain, records, approvals. Exit
    code 0 when all pass, 1 when one fails, 2 when they cannot be judged for want of a valid configuration,
    70 when a gate crashed: it is shown as ERROR, and says nothing of the data.

    `params.check.skip` names gates to leave out, each with a reason and a date; they are printed as SKIPPED,
    and where all are skipped the check fails. Without the project's key nothing can be authenticated, and
    the gates that need it fail.

    \b
    Examples:
      assay check
      assay check --base origin/main   # approvals, by the policy of the branch that the change goes to
      assay check --format github      # annotations in a workflow
    """
    from dataclasses import asdict
    from datetime import date

    from curate.errors import AssayError, Unexpected
    from curate.project import Project
    from curate.show.blocks import Block, Code, Heading, Item, Listing, Notice, Table
    from curate.show.door import commands
    from curate.show.github import workflow_commands
    from curate.show.markdown import block_text
    from curate.show.terminal import draw
    from curate.text import plain
    from curate.versions.revisions import revision
    from governance.cli.rim import emit_json, in_cells, stdout
    from governance.gate import all_pass, judge

    project = Project.find()
    _ = project.task
    at = revision(project.root, base) if base else None
    if base and at is None:
        raise AssayError(f"git knows no revision {plain(base)}", fix="git branch -a   lists what there is")
    gates = judge(project, date.today(), at)
    if shape == "json":
        emit_json(
            {
                "schema": "assay.check/1",
                "passed": all_pass(gates),
                "gates": [{**asdict(gate), "state": gate.state} for gate in gates],
            }
        )
    elif shape == "github":
        failed = [gate for gate in gates if not gate.passed]
        notices = [
            Notice(gate.message, f"assay check: {gate.name} SKIPPED", "warning")
            if gate.skipped
            else Notice(gate.message, f"assay check: {gate.name}", "error", gate.fix)
            for gate in failed
        ]
        commands(workflow_commands(notices, about="assay check", rest="in `assay check`"))
    elif shape == "markdown":
        rows = [
            (gate.name * first, gate.state * first, part, gate.fix * first)
            for gate in gates
            for first, part in in_cells(gate.message)
        ]
        table = Table(("gate", "", "what was seen", "to fix it"), rows, kinds={1: "state"})
        click.echo(block_text(table), nl=False)
    else:
        lines = [
            (gate.state * first, gate.name * first, part)
            for gate in gates
            for first, part in in_cells(gate.message)
        ]
        fixes = [Item(["", Code(gate.fix)], gate.name) for gate in gates if gate.fix and gate.failed]
        blocks: list[Block] = [Table(("", "gate", "what was seen"), lines, kinds={0: "state"})]
        blocks += [Heading("To fix it"), Listing(fixes)] if fixes else []
        draw(blocks, stdout())
    if any(gate.crashed for gate in gates):
        sys.exit(Unexpected.exit_code)
    sys.exit(0 if all_pass(gates) else 1)
