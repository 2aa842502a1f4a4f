"""Assay in Python: what the commands do, on any table, from a notebook or a service.

    import assay

    assay.scan(df, fields="text").counts()              # personal data: what and where
    assay.redact(df, fields="text").kept                # the same rows without it
    assay.dedup(df, "text").kept                        # one row for each thing said
    assay.leaks(train, test, "text").dropped            # test rows known from training
    assay.rules(df, "text", "label").details()          # rows that break a rule, and which
    assay.labels(df, "text", "label").suspects          # labels that look wrong
    assay.select(df, "text", "label", budget=500).kept  # the rows to keep when there is room for a few
    assay.diff(old, new, key="id").counts()             # what changed
    assay.open_gold("my-task").train                    # a published version
    assay.guard("my-task")(inputs, outputs).kept        # a model's answers that may be used
    assay.Project("my-task").run("ingest")              # a project's stages

A table is a polars, pandas or pyarrow table, a `datasets.Dataset`, or anything with `__arrow_c_stream__`.
Each function returns a frozen result: `kept` and `dropped` rows, `counts()`, `details()`, and where a score
decides, `at(threshold)` cuts it elsewhere without running again. Errors are `AssayError`s that say what to
do. Importing this loads nothing but these names; see docs/python.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.project import Project
    from curate import __version__
    from curate.errors import AssayError, GateFailed
    from curate.overlap.params import OverlapParams
    from curate.pii.detect.params import ScanParams
    from curate.pii.redact.params import RedactParams
    from curate.plain.dedup import DedupResult, dedup
    from curate.plain.diff import DiffResult, diff
    from curate.plain.frames import Table
    from curate.plain.gold import Gold, open_gold
    from curate.plain.leaks import LeaksResult, leaks
    from curate.plain.redact import RedactResult, redact
    from curate.plain.result import Result
    from curate.plain.rules import RulesResult, rules
    from curate.plain.scan import ScanResult, scan
    from curate.semantic.params import SemanticParams
    from curate.validate.own.declare import rule
    from curate.validate.params import ValidateParams
    from train.guard.guard import Guard, Guarded, guard
    from train.plain import LabelsResult, labels
    from train.plain_selection import SelectResult, select

__all__ = [
    "AssayError",
    "DedupResult",
    "DiffResult",
    "GateFailed",
    "Gold",
    "Guard",
    "Guarded",
    "LabelsResult",
    "LeaksResult",
    "OverlapParams",
    "Project",
    "RedactParams",
    "RedactResult",
    "Result",
    "RulesResult",
    "ScanParams",
    "ScanResult",
    "SelectResult",
    "SemanticParams",
    "Table",
    "ValidateParams",
    "__version__",
    "dedup",
    "diff",
    "guard",
    "labels",
    "leaks",
    "open_gold",
    "redact",
    "rule",
    "rules",
    "scan",
    "select",
]

# Where each name is found, on first use.
_HOMES = {
    "curate": ("__version__",),
    "curate.errors": ("AssayError", "GateFailed"),
    "curate.overlap.params": ("OverlapParams",),
    "curate.pii.detect.params": ("ScanParams",),
    "curate.semantic.params": ("SemanticParams",),
    "curate.pii.redact.params": ("RedactParams",),
    "curate.plain.dedup": ("DedupResult", "dedup"),
    "curate.plain.diff": ("DiffResult", "diff"),
    "curate.plain.frames": ("Table",),
    "curate.plain.gold": ("Gold", "open_gold"),
    "curate.plain.leaks": ("LeaksResult", "leaks"),
    "curate.plain.redact": ("RedactResult", "redact"),
    "curate.plain.result": ("Result",),
    "curate.plain.rules": ("RulesResult", "rules"),
    "curate.plain.scan": ("ScanResult", "scan"),
    "curate.validate.own.declare": ("rule",),
    "curate.validate.params": ("ValidateParams",),
    "train.guard.guard": ("Guard", "Guarded", "guard"),
    "train.plain": ("LabelsResult", "labels"),
    "train.plain_selection": ("SelectResult", "select"),
    "assay.project": ("Project",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
