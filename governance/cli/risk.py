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
@click.option(
    "--record",
    "outcome",
    type=click.Choice(["nobody-identified", "somebody-identified", "inconclusive"]),
    help="Record a motivated-intruder test of this version, with its outcome.",
)
@click.option("--tried", type=click.IntRange(1), help="With --record: rows that were tried.")
@click.option("--note", default="", help="With --record: how it was tried; no personal data.")
@click.option("--by", metavar="NAME", help="With --record: who tried; default: as git names you.")
@format_option
def risk(
    out: Path | None, outcome: str | None, tried: int | None, note: str, by: str | None, shape: str
) -> None:
    """Re-identification risk of the published version, and rows that seem to hold special-category data.

    k-anonymity over `params.risk.quasi_identifiers`, how often a few words of free text single a row out, and
    rows that a lexicon takes for special-category (UK GDPR Art. 9) or criminal (Art. 10) data: to be looked
    at, never redacted by themselves. A measurement, not a gate: exit code 0 whatever it finds.

    The ICO's motivated-intruder test is made by a person: somebody who wants to, with the means that anybody
    has, tries to tie rows to persons. --record writes its outcome into the journal; `assay records dpia`
    shows the last one.

    \b
    Examples:
      assay risk
      assay risk --format json
      assay risk -o special.parquet     # example_id, category, field, evidence: then `assay why ID`
      assay risk --record nobody-identified --tried 40 --note "search engines, the shop's own reviews"
    """
    from typing import cast

    from curate.project import Project
    from curate.text import plural
    from governance.cli.plain_files import checked_out, write_out
    from governance.cli.rim import emit_json, say
    from governance.risk import Outcome, last_test, record_test, risk_facts

    if (outcome is None) != (tried is None) or (outcome is None and (note or by)):
        raise click.UsageError("--record and --tried go together; --note and --by go with them")
    checked_out(out)
    project = Project.find()
    facts, special = risk_facts(project)
    if outcome is not None and tried is not None:
        record = record_test(project, facts, cast(Outcome, outcome), tried, note, by)
        say(f"recorded: intruder-test {record.id[:12]}; commit the folder records/")
    facts["intruder_test"] = last_test(project)
    if out:
        write_out(special, out, plural(special.height, "finding"))
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
    _print_test(console, facts["intruder_test"])
    if special["rows"]:
        console.print("which rows: assay risk -o special.parquet, then assay why ID", markup=False)


def _print_test(console: Console, test: dict[str, Any] | None) -> None:
    """The last motivated-intruder test, or how to record one."""
    if test is None:
        said = "none recorded (assay risk --record OUTCOME --tried ROWS)"
    else:
        version = "this version" if test["of_this_version"] else f"version {test['version']}, not this one"
        rows = plural(test["tried"], "row")
        said = f"{test['at'][:10]}, {test['outcome'].replace('-', ' ')}, {rows} tried, of {version}"
    console.print(f"motivated-intruder test: {said}", markup=False)


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
