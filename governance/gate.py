"""The gates of `assay check`: the task card's promises, judged on the published version.

Each gate is a pure-ish function of the project that returns passed or failed with the command that fixes it.
A gate that cannot be judged (no gold set, no evaluation) never passes: a missing measurement is not a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import polars as pl

from curate.documents import load_parquet
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.files import read_stage_frame
from curate.project import Project
from curate.provenance import read_report, version_of
from curate.seal import notice
from curate.text import plain
from curate.versions.revisions import Revision
from governance import record_gates
from governance.alike_gates import leaks_in_meaning, leaks_in_text
from governance.evaluation_gates import EVALUATION_GATES
from governance.gate_answer import Gate, all_pass
from governance.last_words import as_error
from governance.params import CheckParams
from governance.state import (
    cache_faults,
    checkout_faults,
    conflict_faults,
    lock_faults,
    stale_faults,
)

__all__ = ["GATES", "Gate", "all_pass", "judge"]

# Of a reason that a gate's message quotes.
REASON_CHARACTERS = 200


def judge(project: Project, today: date, base: Revision | None = None) -> list[Gate]:
    """All gates, in the order of the pipeline; one that raises an `AssayError` fails with its words, one that
    raises something else has crashed.

    `base` is the revision that a change goes to, whose policy says what must be approved; without it the last
    commit's does.

    Where every gate is skipped, a last one called `check` says so and fails.
    """
    skip = {entry.gate: entry for entry in project.params("check", CheckParams).skip}
    unknown = sorted(set(skip) - set(GATES))
    if unknown:
        raise AssayError(
            f"params.check.skip names no gate: {', '.join(unknown)}", fix=f"choose from {', '.join(GATES)}"
        )
    gates = []
    for name, gate in GATES.items():
        if name in skip and (gate is not _approved or record_gates.may_skip_approvals(project, base)):
            why = f"not judged since {skip[name].date}: {plain(skip[name].reason, REASON_CHARACTERS)}"
            gates.append(Gate(name, False, why, skipped=True))
            continue
        try:
            gates += list(_approvals(project, base) if gate is _approved else gate(project, today))
        except AssayError as error:
            gates.append(Gate(name, False, error.problem, error.fix))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of polars is not an `Exception`
            ended = as_error(error)
            gates.append(Gate(name, False, ended.problem, ended.fix, crashed=True))
    if all(gate.skipped for gate in gates):
        words = "every gate is skipped: nothing was judged, and that is not a pass"
        gates.append(Gate("check", False, words, "take gates out of check.skip in params.yaml"))
    return gates


def _card(project: Project, today: date) -> Iterator[Gate]:
    blanks = project.task.blanks()
    if blanks:
        yield Gate("card", False, f"task.yaml has blanks: {', '.join(blanks)}", "fill them in task.yaml")
    else:
        yield Gate(
            "card", True, f"{project.task.name}: metric, target, owner, steward and every source are named"
        )


def _review(project: Project, today: date) -> Iterator[Gate]:
    from governance.review_gate import review

    yield Gate("review", *review(project, today))


def _version(project: Project, today: date) -> Iterator[Gate]:
    from curate.publish.gold import verify_gold
    from curate.publish.manifest import effective_params, task_digest

    if found := [*conflict_faults(project), *checkout_faults(project)]:
        yield Gate("version", False, found[0].problem, found[0].fix)
        return
    manifest = verify_gold(project.gold, project.key).manifest
    fix = "dvc repro   (or the stages by hand, from `assay ingest`)"
    if manifest["task_digest"] != task_digest(project.task):
        yield Gate("version", False, "task.yaml has changed since gold/ was published", fix)
    elif manifest["params"] != effective_params(project):
        changed = sorted(
            name for name, value in effective_params(project).items() if manifest["params"].get(name) != value
        )
        yield Gate(
            "version", False, f"params.yaml has changed since gold/ was published: {', '.join(changed)}", fix
        )
    elif found := [*stale_faults(project), *lock_faults(project), *cache_faults(project)]:
        yield Gate("version", False, found[0].problem, found[0].fix)
    else:
        here = (project.stage("ingest") / "report.json").exists()
        yield Gate(
            "version",
            True,
            f"gold {manifest['version']} is whole, sealed, and made with this card and these parameters"
            + f" ({notice(project.key)})" * bool(notice(project.key))
            + ("" if here else "; data/ is not in this working copy, so its stages were not judged"),
        )


def _held_out(project: Project, today: date) -> Iterator[Gate]:
    """Every row frozen as held out is held out, whatever the lock says today."""
    from governance.held_out_gate import held_out

    for verdict in held_out(project):
        yield Gate("held-out", *verdict)


def _schema(project: Project, today: date) -> Iterator[Gate]:
    from curate.publish.gold import load_gold
    from governance.schema_gate import schema

    yield Gate("schema", *schema(project, _published(load_gold(project.gold).splits)))


def _published(splits: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Gold rows as the Examples table."""
    return conform(
        pl.concat([frame.with_columns(pl.lit(False).alias("held_out")) for frame in splits.values()]),
        EXAMPLES,
    )


def _personal_data(project: Project, today: date) -> Iterator[Gate]:
    """Nothing that the policy takes out is left in the published text."""
    from curate.publish.gold import load_gold
    from governance.redaction_gates import personal_data

    for verdict in personal_data(project, _published(load_gold(project.gold).splits)):
        yield Gate("personal-data", *verdict)


def _audit(project: Project, today: date) -> Iterator[Gate]:
    """The PII audit: no unreviewed finding stands over policy, whatever the policy is."""
    from governance.audit.project import audit, taken_out, unnamed
    from governance.audit.words import fix, headline

    done = audit(project, today)
    passed = done.inventory.passed
    said = "; ".join([headline(done), *unnamed(project), *taken_out(project)])
    yield Gate("audit", passed, said, "" if passed else fix(done) or "assay audit")


def _targets(project: Project, today: date) -> Iterator[Gate]:
    """What redaction changed in the outputs is what somebody decided."""
    from governance.redaction_gates import targets

    for verdict in targets(project):
        yield Gate("targets", *verdict)


def _leakage(project: Project, today: date) -> Iterator[Gate]:
    from curate.dedup.leaks import leaks
    from curate.dedup.params import DedupParams
    from curate.publish.gold import load_gold

    gold = load_gold(project.gold)
    seen = pl.concat([gold.train, gold.validation])
    params, kind = project.params("dedup", DedupParams), project.task.kind
    written = _as_written(project)
    if written is not None:  # as `dedup` judges: by what people wrote
        train, test = (
            written.join(rows.select("example_id"), on="example_id", how="semi") for rows in (seen, gold.test)
        )
        pairs = leaks(train, test, kind, params)
    else:
        pairs = _written_alike(
            leaks(seen, gold.test, kind, params),
            load_parquet(project.gold / "edits.parquet"),
        )
    if pairs.height:
        example = pairs.row(0)
        yield Gate(
            "leakage",
            False,
            f"{pairs['train_id'].n_unique():,} training rows also stand in the held-out set, e.g. "
            f"{example[0]} and {example[1]}",
            "dvc repro dedup   (near-duplicates of held-out rows are dropped there)",
        )
    else:
        yield Gate(
            "leakage", True, f"no training row is a near-duplicate of the {gold.test.height:,} held-out rows"
        )


def _as_written(project: Project) -> pl.DataFrame | None:
    """The ingested rows that gold was made from; None if they are not here."""
    from curate.publish.gold import load_manifest

    if not (project.stage("ingest") / "report.json").exists():
        return None
    if load_manifest(project.gold).get("made_from", {}).get("ingest") != version_of(
        read_report(project, "ingest")
    ):
        return None
    return read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")


def _written_alike(pairs: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """`pairs` but for those whose inputs lost different values to redaction: nobody wrote these twice."""
    lost = (
        edits.filter((pl.col("field") == "input") & (pl.col("action") != "keep"))
        .group_by("example_id")
        .agg(pl.col("value_id").unique().sort().str.join(",").alias("lost"))
    )
    both = pairs.join(lost.rename({"example_id": "train_id"}), on="train_id", how="left").join(
        lost.rename({"example_id": "test_id"}), on="test_id", how="left", suffix="_test"
    )
    alike = pl.col("lost").fill_null("") == pl.col("lost_test").fill_null("")
    return both.filter(alike).select(pairs.columns)


def _retention(project: Project, today: date) -> Iterator[Gate]:
    yield Gate("retention", *record_gates.retention(project, today))


def _retrain(project: Project, today: date) -> Iterator[Gate]:
    yield Gate("retrain", *record_gates.retrain(project))


def _records(project: Project, today: date) -> Iterator[Gate]:
    yield Gate("records", *record_gates.records(project))


def _approved(project: Project, today: date) -> Iterator[Gate]:
    return _approvals(project, None)


def _approvals(project: Project, base: Revision | None) -> Iterator[Gate]:
    yield Gate("approvals", *record_gates.approvals(project, base))


GATES: dict[str, Callable[[Project, date], Iterator[Gate]]] = {
    "card": _card,
    "review": _review,
    "version": _version,
    "held-out": _held_out,
    "schema": _schema,
    "personal-data": _personal_data,
    "audit": _audit,
    "targets": _targets,
    "leakage": _leakage,
    "leakage-text": leaks_in_text,
    "leakage-meaning": leaks_in_meaning,
    **EVALUATION_GATES,
    "retention": _retention,
    "retrain": _retrain,
    "records": _records,
    "approvals": _approved,
}
