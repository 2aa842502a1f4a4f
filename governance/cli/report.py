"""`assay report`: the stage, and its terminal face."""

from __future__ import annotations

import click

# What a person wants after `make demo`; the page has the rest.
SHORT = frozenset({"comparison", "enough", "cost", "planted", "funnel"})


@click.command()
@click.option(
    "--show",
    is_flag=True,
    help="Print the comparison, costs, found against planted and the funnel instead of writing files.",
)
@click.option("--all", "everything", is_flag=True, help="With --show: every section.")
def report(show: bool, everything: bool) -> None:
    """Write reports/index.html and reports/report.md from what the stages left, or print them.

    \b
    Examples:
      assay report            # same as: dvc repro -s report
      assay report --show
    """
    from governance.cli.rim import run_stage, say, stdout

    if not show:
        run_stage("report")
        return
    from curate.project import Project
    from curate.show.blocks import Answer, only
    from curate.show.terminal import draw
    from governance.report.stage import document

    project = Project.find()
    blocks = document(project, costs=True).blocks
    shown = list(blocks) if everything else only(blocks, SHORT)
    # The answer last: there a terminal leaves the eye.
    draw(sorted(shown, key=lambda block: isinstance(block, Answer)), stdout())
    say(f"\nThe whole report: {project.reports / 'index.html'}")
