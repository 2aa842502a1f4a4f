"""Stage `evaluate`: every system on the same held-out rows, what each costs, and the verdict.

Reads `gold/` and `models/*`; writes `reports/metrics.json` (flat figures for `dvc metrics show` and `diff`,
rounded to six places, no times) and, all or nothing, `reports/evaluation/`:

| file | columns or content |
|---|---|
| comparison.json | systems with intervals, paired comparisons, power, verdict and reasons, learning curve, warnings (no times) |
| comparison.csv | `system, title, family, accuracy, accuracy_low, accuracy_high, macro_f1, macro_f1_low, macro_f1_high, log_loss, brier, calibration_error, coverage, trainable_parameters` |
| per_class.csv | `system, label, precision, recall, f1, support` |
| confusion.csv | `actual, predicted`: one line a test row, for the fine-tuned system (else the best simpler one) |
| calibration.csv | `system, bin, rows, lowest, highest, confidence, accuracy`: equal-mass bins |
| learning_curve.csv | `system, rows, seeds, accuracy, accuracy_low, accuracy_high, macro_f1, macro_f1_low, macro_f1_high`: means over seeds, and their ranges |
| forgetting.csv | `system, kind, instruction, loss_before, loss_after, passed_before, passed_after`: what a fine-tuned language model still does of what its base did |
| predictions.parquet | every answer to every test row, raw and parsed, and what it scored: `train.judge.predictions` |
| slices.csv | every system on every class, language, source and group of enough rows: `train.judge.slices` |
| training_curves.csv | `system, seed, epoch, rows, loss, accuracy, chosen`: losses on `train` and `validation` rows, epoch by epoch |
| by_epoch.json | the template with which `dvc plots` draws them, the epoch kept marked |
| by_system.json | the template with which `dvc plots` draws one line a system |
| seal.json | the digest of each file, sealed with the project's key: what `assay check` believes |
| label_suspects.parquet | `example_id, split, given, suggested, score, flagged`, worst first, over the whole gold set |

Cost: one pass of each system over the test and validation rows, and of a fine-tuned one over a sample of the
training rows (for the gap between them, which is overfitting); then seconds for the statistics and a pass for
the labels. What varies from run to run goes to `reports/cost/` (`train.cost`, `train.judge.answering`).
"""  # noqa: E501

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.errors import AssayError, GateFailed
from curate.examples import conform
from curate.files import dump_json, replacing_folder, write_json, write_parquet
from curate.project import Project
from curate.provenance import refuse_stale_gold
from curate.seal import key_here
from curate.sealed_folder import folder_problem, seal_folder
from curate.stage import Progress
from curate.task import Kind
from curate.text import for_csv
from train.cost import read_costs, write_costs
from train.judge.answering import RETRAIN, evenly
from train.judge.asking import ask_models
from train.judge.comparison import Judgement, Settings, judge
from train.judge.curve import learning_curve_table
from train.judge.fine_tuned import fine_tuned
from train.judge.forgetting import KEPT, forgetting
from train.judge.further import look_further
from train.judge.params import EvaluateParams
from train.judge.plots import BY_EPOCH, BY_SYSTEM
from train.judge.seeds import over_seeds
from train.judge.sharding import with_sharding
from train.kinds import all_labels, scoring_of
from train.labels import COLUMNS, suspects
from train.pairs import pair_suspects
from train.systems import is_fine_tuned

if TYPE_CHECKING:
    from curate.keys import Key
    from train.systems.base import System


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Judge every model of the project on its test rows; write `reports/metrics.json` and
    `reports/evaluation/`.

    Raises
    ------
    AssayError
        If the kind cannot be judged, there are no test rows or no models, or a model was trained on another
        gold version.
    GateFailed
        If gold or a model is not what was sealed when it was made.
    """
    from curate.publish.gold import verify_gold

    task, params = project.task, project.params("evaluate", EvaluateParams)
    scoring_of(task)
    key = key_here(project)
    gold = verify_gold(project.gold, key)
    refuse_stale_gold(project, "evaluate", gold.manifest)
    if gold.test.is_empty():
        raise AssayError(
            f"{project.gold / 'test.parquet'} has no rows: nothing can be judged without held-out data",
            fix="raise params.split.test, or name a held-out file in task.yaml, then: dvc repro",
        )
    systems = _trained(project.models, gold.manifest["content_digest"], key)
    if all(is_fine_tuned(card["name"]) for card in systems.values()):
        raise AssayError(
            f"{project.models} holds no simpler system: a fine-tuned one cannot be worth it compared "
            f"with nothing",
            fix="name a simpler system in params.train.systems, then: assay train",
        )
    # Only what is fine-tuned answers training rows, and only a language model is slow at it.
    slow = any("base" in card and is_fine_tuned(card["name"]) for card in systems.values())
    fit_rows = min(params.fit_rows, params.written_fit_rows) if slow else params.fit_rows
    splits = {"train": evenly(gold.train, fit_rows), "validation": gold.validation, "test": gold.test}
    labels = all_labels(task, gold.train, gold.validation, gold.test)
    scoring = scoring_of(task, labels)
    trained = read_costs(project.reports, "train").get("systems", {})
    heard = ask_models(
        systems,
        partial(_load, project=project),
        splits,
        gold.train,
        labels,
        trained,
        params,
        project.root / ".assay" / KEPT,
        progress,
    )
    asked = heard.asked
    settings = Settings(
        task.metric.name,
        task.metric.target,
        params.worthwhile,
        params.risk,
        params.bootstrap,
        params.permutations,
        params.confidence,
        params.seed,
    )
    judgement = judge(splits, scoring, [one.answers for one in asked], settings)
    judgement = over_seeds(judgement, project.models, gold, scoring, task.metric.name)
    title = scoring.metrics[task.metric.name].title
    judgement = with_sharding(judgement, systems.values(), task.metric.name, title)
    measured, epochs = fine_tuned(
        project.models,
        heard.remembered,
        heard.shared,
        [one.answers for one in asked],
        splits,
        scoring,
        task.metric.name,
        params,
    )
    forgotten = forgetting(heard.retained, params)
    curve = learning_curve_table(project.models)
    search = params.label_suspects and (bool(labels) or task.kind is Kind.PREFERENCE)
    doubted = _suspects(gold.splits, project) if search else SUSPECTS.to_frame()
    judgement = look_further(
        judgement,
        pl.concat(gold.splits.values()),
        splits["test"],
        doubted,
        scoring,
        project,
        params,
        lambda name: _load(project.models / name, project),
    )
    document = {
        "schema": "assay.comparison/1",
        "gold": gold.manifest["content_digest"],
        "params": params.model_dump(),
        "learning_curve": curve.to_dicts(),
        "labels_flagged": int(doubted["flagged"].sum()),
        "forgetting": forgotten.document,
        **judgement.document,
        **measured,
    }
    tables = {
        **judgement.tables,
        "forgetting": forgotten.table,
        "learning_curve": curve,
        "training_curves": epochs,
        "label_suspects": doubted,
    }
    documents = {"comparison": _rounded(document), "by_system": BY_SYSTEM, "by_epoch": BY_EPOCH}
    _write(project.reports / "evaluation", tables, documents, key)
    write_costs(
        project.reports,
        "evaluate",
        {one.answers.name: one.cost for one in asked},
        {one.answers.name: one.samples for one in asked},
        sentence=judgement.verdict.cost,
    )
    write_json(project.reports / "metrics.json", _rounded(flat_metrics(judgement)))
    unsealed = "" if key else "; NOT AUTHENTICATED: there is no secret key here to seal the evaluation with"
    return {**document, "summary": f"{judgement.verdict.outcome}: {judgement.verdict.headline}{unsealed}"}


def _trained(models: Path, digest: str, key: Key | None) -> dict[Path, dict[str, Any]]:
    """The card of every model by its folder, each trained on the gold version `digest` and as `train` sealed
    it.
    """
    from train.systems import read_card

    paths = sorted(models.glob("*/model.json"))
    if not paths:
        raise AssayError(f"{models} holds no trained system", fix=RETRAIN)
    if words := folder_problem(models, key, "models"):
        raise GateFailed(f"{words}: a score of it would be a claim of whoever changed it", fix=RETRAIN)
    cards = {path.parent: read_card(path.parent, needs=("name", "labels", "gold")) for path in paths}
    for folder, card in cards.items():
        if card["gold"] != digest:
            raise AssayError(
                f"{folder} was trained on gold {str(card['gold'])[:12]}, but gold/ is "
                f"{digest[:12]}: its score would mean nothing",
                fix=RETRAIN,
            )
    return cards


def _load(folder: Path, project: Project) -> System:
    """The system in `folder`, at home in the project."""
    from train.systems import load_system

    system = load_system(folder)
    system.settle_in(project.root / ".assay")
    return system


SUSPECTS = pl.Schema(
    {
        "example_id": pl.String(),
        "split": pl.String(),
        **{name: kind for name, kind in COLUMNS.items() if name != "example_id"},
    }
)


def _suspects(splits: dict[str, pl.DataFrame], project: Project) -> pl.DataFrame:
    """Labels of the gold set that look wrong, or pairs that look exchanged; out-of-fold over all splits
    together, with the encoder of `train`.
    """
    from train.encoder import load_encoder
    from train.params import TrainParams

    chosen = project.params("train", TrainParams)
    frame = pl.concat(
        [
            rows.select("example_id", "input", "output", "rejected", pl.lit(split).alias("split"))
            for split, rows in splits.items()
        ]
    )
    encoder = load_encoder(chosen.encoder, max_length=chosen.max_length, threads=chosen.threads)
    if project.task.kind is Kind.PREFERENCE:
        suspected = pair_suspects(frame["example_id"], frame["output"], frame["rejected"], encoder=encoder)
    else:
        suspected = suspects(frame["example_id"], frame["input"], frame["output"], encoder=encoder)
    return conform(
        suspected.join(
            frame.select("example_id", "split"), on="example_id", how="left", maintain_order="left"
        ),
        SUSPECTS,
    )


def flat_metrics(judgement: Judgement) -> dict[str, Any]:
    """`{system: {figure: value}, "verdict": ..., "gain": {...}}`, the form DVC shows and diffs."""
    document = judgement.document
    figures: dict[str, Any] = {
        one["name"]: {
            name: part["point"] if isinstance(part, dict) else part
            for name, part in one.items()
            if name in ("calibration_error", "coverage") or (isinstance(part, dict) and "point" in part)
        }
        for one in document["systems"]
    }
    figures["verdict"] = document["verdict"]["outcome"]
    if document["comparisons"]:
        first = document["comparisons"][0]
        figures["gain"] = {
            **{name: first["difference"][name] for name in ("point", "low", "high")},
            "p": first["p_metric"],
            "detectable": document["power"]["detectable"],
        }
    return figures


def _rounded(value: Any, places: int = 6) -> Any:
    """`value` with every float rounded, so that the last bits of another machine do not show; infinities
    become null.
    """
    if isinstance(value, float):
        return round(value, places) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(part, places) for key, part in value.items()}
    return [_rounded(part, places) for part in value] if isinstance(value, list | tuple) else value


PARQUET = ("predictions", "label_suspects")


def _write(folder: Path, tables: dict[str, pl.DataFrame], documents: dict[str, Any], key: Key | None) -> None:
    """Replace `folder`, all or nothing; text cells of the CSV files cannot be a spreadsheet formula."""
    with replacing_folder(folder) as fresh:
        for name, table in tables.items():
            if name in PARQUET:
                write_parquet(table, fresh / f"{name}.parquet")
            else:
                safe = table.with_columns(
                    pl.col(pl.String).map_elements(for_csv, return_dtype=pl.String),
                    pl.col(pl.Float64).round(6),
                )
                safe.write_csv(fresh / f"{name}.csv")
        for name, document in documents.items():
            (fresh / f"{name}.json").write_text(dump_json(document), encoding="utf-8")
        seal_folder(fresh, key, "evaluation")
