"""`assay ledger`: the journal of what was decided and done."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from governance.cli.rim import format_option


@click.group()
def ledger() -> None:
    """Verify, read, add to and close the journal of records.

    Every publication, training, look at the held-out rows, batch of verdicts, approval, review, incident and
    checkpoint is one file under `records/`, named by its SHA-256 and saying which records came before it.
    Nothing that another record has seen can be changed or dropped unseen. Commit the folder; git merges it
    without conflicts.

    \b
    Examples:
      assay ledger verify
      assay ledger log -n 5
      assay ledger checkpoint
    """


@ledger.command()
@click.option("--checkpoint", metavar="DIGEST", help="A checkpoint kept outside this repository.")
@format_option
def verify(checkpoint: str | None, shape: str) -> None:
    """Look at every record, and say what is wrong and what could not be told.

    Exit code 0 when all is sound, 1 when a record is damaged, missing, forged or out of place.

    \b
    Examples:
      assay ledger verify
      assay ledger verify --checkpoint 5f2c8a90
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.show.blocks import Block, Item, Listing, Paragraph, Table
    from curate.show.terminal import draw
    from curate.text import plural
    from governance.cli.rim import emit_json, stdout
    from governance.records.ledger import UNSEEN
    from governance.records.ledger import verify as look

    project = Project.find()
    found = look(project.root, project=project.task.name, checkpoint=checkpoint)
    if shape == "json":
        emit_json({"schema": "assay.ledger/1", "sound": found.sound, **asdict(found), "not_told": UNSEEN})
    else:
        blocks: list[Block] = []
        if found.faults:
            rows = [(f"records/{fault.path}", fault.what) for fault in found.faults]
            blocks.append(Table(("file", "what is wrong"), rows))
        held = ""
        if found.checkpoint and found.sound:
            held = (
                f"; nothing is gone since checkpoint {found.checkpoint[:12]}, "
                f"{plural(found.newer, 'record')} newer"
            )
        state = "sound" if found.sound else plural(len(found.faults), "fault")
        blocks.append(Paragraph(f"{plural(found.records, 'record')}: {state}{held}."))
        blocks.append(Paragraph(UNSEEN))
        if found.faults:
            blocks.append(Listing([Item("Take the files back from git:", "git checkout -- records")]))
        draw(blocks, stdout())
    sys.exit(0 if found.sound else 1)


@ledger.command()
@click.option("--limit", "-n", type=click.IntRange(1), help="Newest records only.")
@format_option
def log(limit: int | None, shape: str) -> None:
    """Read the journal, newest first.

    \b
    Examples:
      assay ledger log
      assay ledger log -n 5
      assay ledger log --format json
    """
    from curate.project import Project
    from curate.show.blocks import Heading, Table
    from curate.show.terminal import draw
    from governance.cli.rim import emit_json, stdout
    from governance.records.read import entries

    project = Project.find()
    told = entries(project.root)[: limit or None]
    if shape == "json":
        emit_json({"schema": "assay.ledger-log/1", "records": [entry.document() for entry in told]})
        return
    for entry in told:
        draw([Heading(entry.heading), Table(("", ""), entry.rows())], stdout())


@ledger.command()
def checkpoint() -> None:
    """Record all records that there are, and print the digest to keep elsewhere.

    Put it where whoever could drop a record cannot change it: a signed git tag, the log of a CI run, a
    letter.

    \b
    Examples:
      assay ledger checkpoint
      git tag -s ledger-$(date +%F) -m "$(assay ledger checkpoint)"
    """
    from curate.project import Project
    from governance.records.ledger import make_checkpoint

    project = Project.find()
    click.echo(make_checkpoint(project.root, project.task.name).id)


@ledger.command()
@click.argument("kind", type=click.Choice(["review", "incident"]))
@click.argument("what")
@click.option("--outcome", type=click.Choice(["passed", "failed", "open"]), help="Of a review.")
@click.option("--severity", type=click.Choice(["none", "low", "medium", "high"]), help="Of an incident.")
@click.option("--note", default="", help="A sentence or two; no personal value in it.")
@click.option(
    "--evidence",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of the project whose digest is recorded along; may be repeated.",
)
@click.option("--key", type=click.Path(path_type=Path), help="SSH key; default for a review: git's.")
def add(
    kind: str,
    what: str,
    outcome: str | None,
    severity: str | None,
    note: str,
    evidence: tuple[Path, ...],
    key: Path | None,
) -> None:
    """Record a review and its outcome, or an incident and its severity.

    A review is signed with the SSH key that you have for git, by somebody whom governance/allowed_signers
    names; it speaks of the task card and gold as they stand. While the last review of a thing has failed, so
    does gate `review`. An incident is signed where --key is given.

    \b
    Examples:
      assay ledger add review "label guide" --outcome passed --evidence docs/labels.md
      assay ledger add review "task card" --outcome open --note "the label orders is two things"
      assay ledger add incident "export sent to the wrong team" --severity low
    """
    from curate.journal import holds_raw
    from curate.project import Project
    from governance.cli.rim import say
    from governance.records.reviews import add_incident, add_review

    if (kind == "review") != (outcome is not None) or (kind == "incident") != (severity is not None):
        raise click.UsageError("a review has an --outcome, an incident a --severity")
    if holds_raw(what) or holds_raw(note):
        raise click.UsageError("what is recorded stays in git for ever: name no person, address or number")
    project = Project.find()
    if outcome is not None:
        record = add_review(project, what, outcome, note=note, evidence=evidence, key=key)
    else:
        record = add_incident(project, what, str(severity), note=note, evidence=evidence, key=key)
    say(f"recorded: {kind}, record {record.id[:12]}; commit the folder records/")
