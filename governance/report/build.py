"""From facts to the report: its answer, and its sections in order.

Pure: reads nothing, and the same facts give the same document.
"""

from __future__ import annotations

from collections.abc import Sequence

from curate.show.blocks import Answer, Document
from curate.splits import SPLITS
from governance.report.comparison import learning_curve, paired_tests, systems
from governance.report.contradictions import contradictions
from governance.report.costs import costs
from governance.report.curation import (
    duplicates,
    funnel,
    label_mix,
    label_suspects,
    planted_faults,
    provenance,
)
from governance.report.document import as_document
from governance.report.encoded import encoded_decisions
from governance.report.errors import where_it_goes_wrong
from governance.report.facts import Facts
from governance.report.further import constraint, enough, personal_answers, worst_parts
from governance.report.meaning import meaning
from governance.report.planted import Score
from governance.report.redaction import personal_data
from governance.report.remembered import remembered
from governance.report.representative import representativeness
from governance.report.rows import fields, sample_rows, warnings

VERDICTS = {
    "fine_tune": "Fine-tune",
    "simpler_is_enough": "The simpler system is enough",
    "not_enough_data": "Not enough data to tell",
}


def build(facts: Facts, planted: Sequence[Score] = ()) -> Document:
    """The whole report."""
    manifest, sections = facts.manifest, []
    if facts.comparison is not None:
        sections += [
            systems(facts, facts.comparison),
            enough(facts.comparison),
            paired_tests(facts.comparison),
            learning_curve(facts),
            constraint(facts.comparison),
            worst_parts(facts, facts.comparison),
            personal_answers(facts.comparison),
            remembered(facts, facts.comparison),
            where_it_goes_wrong(facts, facts.comparison),
            costs(facts, facts.comparison),
        ]
    sections += [
        planted_faults(planted),
        funnel(facts),
        sample_rows(facts),
        fields(facts),
        warnings(facts),
        personal_data(facts),
        duplicates(facts),
        contradictions(facts),
        *meaning(facts),
        label_mix(facts),
        label_suspects(facts),
        encoded_decisions(facts),
        representativeness(facts),
        provenance(facts),
    ]
    rows = manifest["splits"]
    return as_document(
        facts.task,
        manifest["version"],
        ", ".join(f"{rows[split]['rows']:,} {split}" for split in SPLITS),
        _answer(facts),
        sections,
    )


def _answer(facts: Facts) -> Answer:
    if facts.must_retrain:
        names = ", ".join(facts.must_retrain)
        words = f"Rows were erased that these models learned from: {names}. dvc repro trains them without."
        return Answer("To be trained again", "note", [words], "Verdict")
    if facts.comparison is None:
        return Answer("No comparison", "note", [_no_comparison()])
    verdict = facts.comparison["verdict"]
    reasons = [
        *verdict["reasons"],
        *([facts.cost["sentence"]] if facts.cost.get("sentence") else []),
        *facts.comparison["warnings"],
    ]
    title = VERDICTS[verdict["outcome"]]
    # The judge's own words say where the target is missed: "fine-tuning helps, but misses the target: +0.031
    # ..."
    said = verdict["headline"].split(":")[0]
    if "target" in said:
        title = said[0].upper() + said[1:]
    return Answer(title, "note", reasons, "Verdict")


def _no_comparison() -> str:
    return "No evaluation yet: run `assay train` and `assay evaluate`, or `dvc repro`."
