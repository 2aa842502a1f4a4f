"""`assay review-checklist`: what a reviewer of a new version should confirm."""

from __future__ import annotations

import click


@click.command("review-checklist")
@click.argument("before", metavar="[A]", default="HEAD")
@click.argument("after", metavar="[B]", required=False)
@click.option(
    "--key", "--id", "keys", multiple=True, metavar="COL", help="Plain files: the column that names a row."
)
@click.option("--label", metavar="COL", help="Plain files: the column whose change is a relabelling.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "json"]),
    default="markdown",
    show_default=True,
    help="How to print.",
)
@click.option(
    "--fetch", is_flag=True, help="Bring an old version that DVC's cache lacks from the DVC remote."
)
@click.option(
    "--gates",
    "with_gates",
    is_flag=True,
    help="Judge the gates of `assay check` too; B must be the work tree.",
)
def review_checklist(
    before: str,
    after: str | None,
    keys: tuple[str, ...],
    label: str | None,
    form: str,
    fetch: bool,
    with_gates: bool,
) -> None:
    """What to confirm before version B takes the place of A, as a task list with ids to sign.

    A and B are as in `assay diff`. The ids are digests of what each point says about these two contents: the
    same on every machine, and other ones as soon as anything differs.

    \b
    Examples:
      assay review-checklist main > review.md
      assay review-checklist v1.0..v2.0 --format json
    """
    from dataclasses import asdict

    from curate.diff import compare, open_both
    from curate.diff.show.checklist import SCHEMA, checklist, checklist_document, whole
    from curate.show.html import as_html
    from curate.show.markdown import as_markdown
    from governance.cli.gates import judged
    from governance.cli.rim import emit_json

    difference = compare(*open_both(before, after, keys=keys, label=label, fetch=fetch))
    points = checklist(
        difference, judged(difference.before.name, difference.after.name) if with_gates else ()
    )
    if form == "json":
        emit_json(
            {"schema": SCHEMA, "checklist": whole(points), "points": [asdict(point) for point in points]}
        )
    else:
        document = checklist_document(difference, points)
        click.echo(as_html(document) if form == "html" else as_markdown(document), nl=False)
