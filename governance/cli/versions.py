"""`assay versions` and `assay checkout-gold`: the gold versions in git's history."""

from __future__ import annotations

from pathlib import Path

import click

from governance.cli.rim import format_option


@click.command()
@format_option
def versions(shape: str) -> None:
    """List every gold version in git's history, newest first.

    With rows by split, the commits that have it, models trained on it, approvals of it, and how often its
    held-out rows were looked at. Nothing is checked out; what DVC's cache lacks is said.

    \b
    Examples:
      assay versions
      assay versions --format json
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.show.blocks import Paragraph, Table
    from curate.show.terminal import draw
    from curate.splits import SPLITS
    from governance.cli.rim import emit_json, stdout
    from governance.lineage.versions import versions as find

    found = find(Project.find())
    if shape == "json":
        emit_json({"schema": "assay.versions/1", "versions": [asdict(version) for version in found]})
        return
    if not found:
        draw(
            [Paragraph("No commit's dvc.lock names a gold version yet: dvc repro, then commit dvc.lock.")],
            stdout(),
        )
        return
    rows = []
    for version in found:
        newest = version.commits[0]
        tags = [tag for state in version.commits for tag in state.tags]
        counts = " / ".join(f"{version.rows[split]:,}" for split in SPLITS if split in version.rows)
        rows.append(
            (
                version.name + "".join(f", was {digest[:12]}" for digest in version.before),
                newest.at[:10],
                ", ".join(tags) or newest.commit[:10],
                counts or "not in DVC's cache",
                ", ".join(version.systems),
                ", ".join(version.approvals),
                str(version.openings),
            )
        )
    if any(version.before for version in found):
        said = "A version that says `was` stands for an older one, out of which somebody was taken."
        draw([Paragraph(said)], stdout())
    heads = ("version", "date", "at", " / ".join(SPLITS), "trained", "approved", "test opened")
    draw([Table(heads, rows, numeric=frozenset({6}))], stdout())


@click.command("checkout-gold")
@click.argument("version")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--fetch", is_flag=True, help="Bring what DVC's cache lacks from the remote.")
@click.option("--delta", is_flag=True, help="As the next version of the Delta table FOLDER.")
def checkout_gold(version: str, folder: Path, fetch: bool, delta: bool) -> None:
    """Copy an old gold VERSION into a new FOLDER; the work tree stays as it is.

    VERSION is a version's digest, a commit, or the beginning of either, or a tag.

    With --delta FOLDER is a Delta table (made where there is none), for readers who want any version by
    number: its rows with their split, and the version's content digest beside the commit. It needs `pip
    install 'assay[delta]'`. An erasure does not reach the table: a table that holds somebody who was taken
    out since is refused, to be made anew.

    \b
    Examples:
      assay checkout-gold c970cd0f99ee /tmp/old-gold
      assay checkout-gold v1.2 old --fetch
      assay checkout-gold v1.2 /srv/tickets --delta
    """
    from curate.project import Project
    from curate.text import plural
    from governance.cli.rim import say
    from governance.lineage.versions import checkout

    if delta:
        from governance.lineage.delta import add_version

        project = Project.find()
        added = add_version(project, version, folder, fetch=fetch)
        words = "is written" if added.fresh else "stands there already"
        say(f"{folder}: gold version {added.name} {words} as version {added.number} of the table")
        return
    found = checkout(Project.find(), version, folder, fetch=fetch)
    say(f"{folder}: version {found.name}, {plural(sum(found.rows.values()), 'row')}")
