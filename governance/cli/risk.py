"""`assay risk`: how easily the published rows are tied to persons, and what special categories they seem to
reveal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.text import plural
from governance.cli.rim import format_option

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write special-category rows as Parquet, without text.",
)
@format_option
def risk(out: Path | None, shape: str) -> None:
    """Re-identification risk of the published version, and rows that seem to hold special-category data.

    k-anonymity over `params.risk.quasi_identifiers`, how often a few words of free text single a row out, and
    rows that a lexicon takes for special-category (UK GDPR Art. 9) or criminal (Art. 10) data: to be looked
    at, never redacted by themselves. A measurement, not a gate: exit code 0 whatever it finds.

    \b
    Examples:
      assay risk
      assay risk --format json
      assay risk -o special.parquet     # example_id, category, field, evidence: then `assay why ID`
    """
    from curate.files import write_parquet
    from curate.pii.risk.params import RiskParams
    from curate.pii.risk.singling_out import free_text, k_anonymity
    from curate.pii.risk.special import by_category, special_categories, unread
    from curate.pii.scan.stage import ScanParams, scanned_fields
    from curate.project import Project
    from curate.publish.gold import load_gold
    from governance.cli.plain_files import checked_place
    from governance.cli.rim import emit_json

    checked_place(out)
    import polars as pl

    project = Project.find()
    params = project.params("risk", RiskParams)
    fields = scanned_fields(ScanParams(), project.task.kind)
    gold = load_gold(project.gold)
    rows = pl.concat(gold.splits.values())
    special = special_categories(rows, fields=fields)
    if out:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        write_parquet(special, out)
    facts: dict[str, Any] = {
        "schema": "assay.risk/1",
        "gold": gold.manifest["version"],
        "rows": rows.height,
        "fields": fields,
        "k_anonymity": k_anonymity(rows, params, fields),
        "free_text": free_text(rows, params, fields),
        "special_categories": {
            "rows": special["example_id"].n_unique(),
            "unread_rows": unread(rows),
            "categories": by_category(special),
        },
    }
    if shape == "json":
        emit_json(facts)
    else:
        _print(facts)


def _print(facts: dict[str, Any]) -> None:
    """Three short blocks: classes, words, categories."""
    from rich.table import Table

    from governance.cli.rim import stdout

    console = stdout()
    group, words, special = facts["k_anonymity"], facts["free_text"], facts["special_categories"]
    people = plural(group["people"], "person", "people")
    console.print(f"gold {facts['gold']}: {plural(facts['rows'], 'row')} about {people}", markup=False)
    if not facts["rows"]:
        return
    _print_k(console, group)
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        title="free text alone",
        title_justify="left",
        title_style="bold",
    )
    table.add_row(
        f"{words['words']} words drawn at random single out",
        f"{words['random']:.1%} of {plural(words['rows'], 'row')} sampled",
    )
    table.add_row(f"the {words['words']} rarest words single out", f"{words['rarest']:.1%}")
    console.print(table)
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        title="special categories, to be looked at",
        title_justify="left",
        title_style="bold",
    )
    for one in special["categories"]:
        table.add_row(one["category"].replace("_", " "), one["article"], plural(one["rows"], "row"))
    if not special["categories"]:
        table.add_row("none found by the lexicon")
    if special["unread_rows"]:
        table.add_row(
            "not read", "", f"{plural(special['unread_rows'], 'row')} in other languages than English"
        )
    console.print(table)
    if special["rows"]:
        console.print("which rows: assay risk -o special.parquet, then assay why ID", markup=False)


def _print_k(console: Console, group: dict[str, Any]) -> None:
    """k-anonymity, or why it was not computed."""
    from rich.table import Table

    names = ", ".join(group["quasi_identifiers"])
    if group["smallest_k"] is None:
        why = (
            f"no row holds any of {names}"
            if names
            else "no quasi-identifier is declared under `risk.quasi_identifiers` in params.yaml"
        )
        console.print(f"k-anonymity was not computed: {why}", markup=False)
        return
    table = Table(
        box=None,
        show_header=False,
        pad_edge=False,
        title="k-anonymity",
        title_justify="left",
        title_style="bold",
    )
    table.add_row("quasi-identifiers", names)
    table.add_row("smallest k", f"{group['smallest_k']}   ({group['classes']:,} classes)")
    table.add_row(f"rows with k < {group['k']}", f"{group['below_k']:,} ({group['below_k_share']:.1%})")
    table.add_row("unique rows", f"{group['unique']:,} ({group['unique_share']:.1%})")
    if group["unique"]:
        best = min(group["unique_without"].items(), key=lambda item: (item[1], item[0]))
        table.add_row(
            "coarsen first", f"{best[0]}: without it {plural(best[1], 'row is', 'rows are')} unique"
        )
    console.print(table)
