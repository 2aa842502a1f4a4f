"""Stage `report`: `reports/index.html` and `reports/report.md` from what the stages left.

Both are the same bytes for the same gold set and models. `reports/cost/index.html` is the page with the
seconds and latencies measured on this machine; neither git nor DVC tracks it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from curate.files import write_text
from curate.outside import inside
from curate.project import Project
from curate.provenance import refuse_stale_gold
from curate.seal import key_here
from curate.show.blocks import Document
from curate.show.html import as_html
from curate.show.markdown import as_markdown
from curate.stage import Progress
from governance.report.build import build
from governance.report.facts import gather
from governance.report.looks import Looked, look
from governance.report.params import ReportParams
from governance.report.planted import compare


def document(project: Project, *, costs: bool = False, looked: Looked | None = None) -> Document:
    """The report of the project's gold version; with `costs` it also tells what differs on every run.

    Parameters
    ----------
    looked
        What was computed for it already.
    """
    params = project.params("report", ReportParams)
    planted = compare(project, inside(project.root, params.truth, by="report.truth")) if params.truth else ()
    facts = gather(project, costs=costs)
    seen = looked or look(project, facts.gold, facts.comparison, params)
    return build(replace(facts, looked=seen), planted)


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Write both files; returns their paths in `summary`.

    Raises
    ------
    AssayError
        If there is no gold version, or it was made from something else than stands there now.
    """
    from curate.publish.gold import verify_gold

    refuse_stale_gold(project, "report", verify_gold(project.gold, key_here(project)).manifest)
    facts = gather(project)
    looked = look(project, facts.gold, facts.comparison, project.params("report", ReportParams))
    report = document(project, looked=looked)
    write_text(project.reports / "index.html", as_html(report))
    write_text(project.reports / "report.md", as_markdown(report))
    write_text(project.reports / "cost" / "index.html", as_html(document(project, costs=True, looked=looked)))
    if progress:
        progress(1, 1)
    return {"summary": "reports/index.html, reports/report.md"}
