"""`assay review`: the review desk in the browser of this machine."""

from __future__ import annotations

import click

from governance.cli.review_calendar import list_reviews, record_review


@click.group(invoke_without_command=True)
@click.option("--reviewer", metavar="NAME", help="Who judges; default: git's user.name.")
@click.option("--reason", default="", metavar="TEXT", help="Goes on every verdict; no personal value in it.")
@click.option("--expires", type=click.IntRange(min=1), metavar="DAYS", help="Verdicts hold for so many days.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Another address of this machine: whoever reaches it and has the one-time address sees the project, "
    "unencrypted.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), help="Default: one of the project's own, the same every time."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--idle",
    type=click.IntRange(min=1),
    default=15,
    show_default=True,
    metavar="MINUTES",
    help="Lock after so long without a request.",
)
@click.pass_context
def review(
    context: click.Context,
    reviewer: str | None,
    reason: str,
    expires: int | None,
    host: str,
    port: int | None,
    no_browser: bool,
    idle: int,
) -> None:
    """Open the review desk: the queues of `assay triage` in the browser, for values and for rows.

    It serves this machine alone (127.0.0.1) until control-C. The address works once and opens a session; when
    that has been idle, the terminal prints a fresh one. Verdicts, reveals and edits are the lines in
    decisions/ that `assay triage` writes, each at once; `redact` and `dedup` obey them at their next run.

    Needs the extra `review`: pip install 'assay[review]'

    \b
    Examples:
      assay review
      assay review --no-browser --port 8642
      assay review --reviewer "Ada Steward" --reason "catalogue part codes"
    """
    if context.invoked_subcommand is not None:
        return
    from datetime import date

    from curate.errors import AssayError
    from curate.project import Project
    from governance.cli.rim import say
    from governance.cli.triage import git_name
    from governance.triage.reviewer import Reviewer

    try:
        from governance.desk.serve import LOCAL, serve
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise AssayError(
            f"the review desk needs {error.name}, which is not installed", fix="pip install 'assay[review]'"
        ) from error
    project = Project.find()
    who = Reviewer(
        reviewer or git_name(project, "assay review"), reason, date.today(), expires, project.key.key_id
    )
    if host != LOCAL:
        say(
            f"--host {host}: whoever reaches this address on the network and has the one-time address sees "
            "what you see; nothing is encrypted on the way"
        )
    serve(project, who, host=host, port=port, browser=not no_browser, idle=60.0 * idle, say=say)


review.add_command(list_reviews)
review.add_command(record_review)
