"""A sheet by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from curate.project import Project
from governance.sheets.ai_act import ai_act
from governance.sheets.article_30 import article_30
from governance.sheets.dpia import dpia
from governance.sheets.evidence import Evidence, gather
from governance.sheets.ropa import ropa
from governance.sheets.sheet import Sheet
from governance.sheets.training_summary import training_summary

SHEETS: Mapping[str, Callable[[Evidence], Sheet]] = {
    "ropa": ropa,
    "dpia": dpia,
    "ai-act": ai_act,
    "art-30": article_30,
    "training-summary": training_summary,
}


def build(project: Project, name: str) -> Sheet:
    """The sheet called `name`, of the project as it stands.

    Raises
    ------
    AssayError
        If there is no gold version.
    GateFailed
        If what would be told of was changed since it was written.
    """
    return SHEETS[name](gather(project))
