"""Gates on leaks that letters do not show: held-out text inside longer training rows, and the same meaning.

Off unless `check.leaks` asks for them. The encoder is wrong too often to fail a build that did not ask for it
(docs/curation.md), and a gate that cries wolf is soon skipped with the rest; and it needs torch and seconds a
thousand rows. `warn` shows the count and passes, `fail` fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from curate.overlap.find import overlaps
from curate.project import Project
from curate.text import plural
from governance.gate_answer import Gate
from governance.params import CheckParams


def leaks_in_text(project: Project, today: date) -> Iterator[Gate]:
    """Whether a training row holds the text of a held-out row."""
    asked = project.params("check", CheckParams).leaks.text
    if asked != "off":
        seen, held = _rows(project)
        pairs = overlaps(seen, held).pairs
        words = _said(pairs, held.height, "hold the text of")
        fix = "assay leaks gold/train.parquet gold/test.parquet --field input --overlap"
        yield Gate("leakage-text", asked == "warn" or pairs.is_empty(), words, fix if pairs.height else "")


def leaks_in_meaning(project: Project, today: date) -> Iterator[Gate]:
    """Whether a training row says what a held-out row says in other words."""
    asked = project.params("check", CheckParams).leaks.meaning
    if asked != "off":
        from curate.dedup.params import DedupParams
        from curate.semantic.door import encoding
        from curate.semantic.find import near_between
        from curate.semantic.params import SemanticParams

        params = project.params("dedup", DedupParams).semantic or SemanticParams()
        seen, held = _rows(project)
        found = near_between(seen, held, params, encoding(params.encoder)).pairs
        pairs = found.rename({"left": "train_row", "right": "test_row"})
        words = _said(pairs, held.height, f"are near in meaning (cosine from {params.threshold} on) to")
        fix = "assay leaks gold/train.parquet gold/test.parquet --field input --semantic"
        yield Gate("leakage-meaning", asked == "warn" or pairs.is_empty(), words, fix if pairs.height else "")


def _rows(project: Project) -> tuple[pl.DataFrame, pl.DataFrame]:
    from curate.publish.gold import load_gold

    gold = load_gold(project.gold)
    columns = [pl.col("example_id").alias("id"), pl.col("input").alias("text")]
    return pl.concat([gold.train, gold.validation]).select(columns), gold.test.select(columns)


def _said(pairs: pl.DataFrame, held: int, verb: str) -> str:
    if pairs.is_empty():
        return f"no training rows {verb} any of the {held:,} held-out rows"
    first = pairs.row(0, named=True)
    return (
        f"{plural(pairs['train_row'].n_unique(), 'training row')} {verb} "
        f"{plural(pairs['test_row'].n_unique(), 'held-out row')}, e.g. {first['train_row']} and "
        f"{first['test_row']}"
    )
