"""The one table of stages: what each is called, where it lives, what it reads, and what it depends on.

Whoever needs a list of stages, of their parameters or of their folders takes it from here: the command line,
the freshness of inputs (`curate.provenance`), the manifest, `assay status`, `assay why`, and the tests that
compare `dvc.yaml` with it. Modules are named, not imported: the table costs nothing, and the ground floor
imports no other.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.params import Params


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline.

    Parameters
    ----------
    name
        Its name, which is also its section of `params.yaml` and, for a curation stage, its folder under
        `data/`.
    module
        Where its `run(project, progress) -> report` lives.
    params
        `module:Model` of its section of `params.yaml`; empty where it has none.
    reads
        The stages whose output it reads.
    card
        The fields of the task card that its output depends on.
    output
        What it writes, relative to the project.
    files
        Committed files or folders that it reads besides.
    files_if_any
        Committed files that it reads where they exist; one without a line counts as absent.
    keyed
        Whether its output depends on the project's secret key, if only by the seal of its report.
    drops
        Whether it can drop rows, and so keeps a ledger of them.
    only_speed
        Parameters that change how long it takes and nothing else.
    sources
        The module whose `edited(project, report)` names the files from outside the pipeline that changed
        since the stage read them.
    """

    name: str
    module: str
    params: str = ""
    reads: tuple[str, ...] = ()
    card: tuple[str, ...] = ()
    output: str = ""
    files: tuple[str, ...] = ()
    files_if_any: tuple[str, ...] = ()
    keyed: bool = False
    drops: bool = False
    only_speed: tuple[str, ...] = ()
    sources: str = ""

    def runner(self) -> Any:
        """The module that holds the stage's `run`."""
        return importlib.import_module(self.module)

    def sources_module(self) -> Any:
        """The module of `sources`."""
        return importlib.import_module(self.sources)

    def model(self) -> type[Params]:
        """The model of its section of `params.yaml`."""
        module, _, name = self.params.partition(":")
        model: type[Params] = getattr(importlib.import_module(module), name)
        return model


TABLE = (
    Stage(
        "ingest",
        "curate.ingest",
        "curate.ingest.params:IngestParams",
        card=("kind", "sources", "held_out"),
        output="data/ingest",
        files_if_any=("decisions/suppressed.jsonl",),
        keyed=True,
        drops=True,
        sources="curate.ingest.raw",
    ),
    Stage(
        "scan",
        "curate.pii.scan.stage",
        "curate.pii.detect.params:ScanParams",
        reads=("ingest",),
        card=("kind",),
        output="data/scan",
        keyed=True,
        only_speed=("processes",),
    ),
    Stage(
        "redact",
        "curate.pii.redact.stage",
        "curate.pii.redact.params:RedactParams",
        reads=("ingest", "scan"),
        card=("kind", "name", "output_schema", "sections"),
        output="data/redact",
        files=("decisions/pii.jsonl",),
        files_if_any=("decisions/suppressed.jsonl", "decisions/rows.jsonl"),
        keyed=True,
        drops=True,
    ),
    Stage(
        "dedup",
        "curate.dedup.stage",
        "curate.dedup.params:DedupParams",
        reads=("ingest", "redact"),
        card=("kind",),
        output="data/dedup",
        keyed=True,
        drops=True,
        sources="curate.overlap.stage",
    ),
    Stage(
        "validate",
        "curate.validate.stage",
        "curate.validate.params:ValidateParams",
        reads=("dedup",),
        card=("kind", "labels", "output_schema", "sections", "languages", "style"),
        output="data/validate",
        keyed=True,
        drops=True,
        only_speed=("rules_seconds",),
    ),
    Stage(
        "split",
        "curate.split",
        "curate.split.params:SplitParams",
        reads=("dedup", "validate"),
        card=("kind",),
        output="data/split",
        keyed=True,
        drops=True,
    ),
    Stage(
        "publish",
        "curate.publish.stage",
        "curate.publish.params:PublishParams",
        reads=("ingest", "scan", "redact", "dedup", "validate", "split"),
        output="gold",
        keyed=True,
    ),
    Stage("train", "train.fit", "train.params:TrainParams", reads=("publish",), output="models", keyed=True),
    Stage(
        "evaluate",
        "train.judge.evaluate",
        "train.judge.params:EvaluateParams",
        reads=("publish", "train"),
        output="reports/evaluation",
        keyed=True,
    ),
    Stage(
        "report",
        "governance.report.stage",
        "governance.report.params:ReportParams",
        reads=("scan", "redact", "dedup", "validate", "publish"),
        output="reports/index.html",
    ),
)

NAMES = tuple(stage.name for stage in TABLE)
# The stages that leave a folder under `data/` with a `report.json`, in the order in which they run.
CURATION = tuple(stage for stage in TABLE if stage.output.startswith("data/"))
REPORTING = tuple(stage.name for stage in CURATION)
DROPPING = tuple(stage.name for stage in CURATION if stage.drops)


def stage(name: str) -> Stage:
    """The stage called `name`."""
    return next(stage for stage in TABLE if stage.name == name)


def upstream(name: str) -> tuple[Stage, ...]:
    """The curation stages that `name` depends on, however far back, in the order in which they run."""
    needed: set[str] = set()
    waiting = list(stage(name).reads)
    while waiting:
        read = waiting.pop()
        if read not in needed:
            needed.add(read)
            waiting += stage(read).reads
    return tuple(stage for stage in CURATION if stage.name in needed)
