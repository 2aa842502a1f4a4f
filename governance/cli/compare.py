"""`assay compare`: outputs of two systems side by side, blind, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.rim import format_option

if TYPE_CHECKING:
    from curate.project import Project
    from governance.compare.items import Prepared
    from governance.triage.row_verdicts import Judge


@click.group(invoke_without_command=True)
@click.option("--reviewer", metavar="NAME", help="Who judges; default: git's user.name.")
@click.option("--reason", default="", metavar="TEXT", help="Goes on every verdict; no personal value in it.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask about N items at most.")
@click.option(
    "--keys",
    metavar="KEYS",
    help="Press these keys instead of reading a terminal, and print each screen: for scripts.",
)
@click.pass_context
def compare(
    context: click.Context, reviewer: str | None, reason: str, limit: int | None, keys: str | None
) -> None:
    """Say which of two systems' answers is better, blind: no screen names a system, and the side is drawn for
    each item and person.

    First `assay compare prepare` takes the answers in. Each verdict is appended to
    decisions/preferences.jsonl at once; everybody is asked in one order. `assay compare results` has the
    figures, `assay compare pairs` the preference pairs for training. `assay review` has the same in the
    browser.

    \b
    Keys: l left is better   r right is better   t equally good   b neither is usable
          s skip   z undo   ? help   q quit

    \b
    Examples:
      assay compare
      assay compare --limit 40 --reviewer "Ada Steward"
    """
    if context.invoked_subcommand is not None:
        return
    from datetime import date

    from curate.project import Project
    from governance.cli.rim import say
    from governance.cli.triage import git_name
    from governance.records.events import decided
    from governance.triage.row_verdicts import Judge

    project = Project.find()
    name = reviewer or git_name(project, "assay compare")
    say(_work(project, Judge(name, reason, date.today()), limit, keys))
    decided(project, by=name)


@compare.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--answers",
    "answers",
    multiple=True,
    metavar="NAME=FILE",
    help="What `assay predict` wrote for the rows of FILE, by the system's name; twice or more.",
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Compare what `assay evaluate` left of the held-out rows: for measuring alone.",
)
@click.option("--system", "systems", multiple=True, metavar="NAME", help="With --held-out: whose answers.")
def prepare(file: Path | None, answers: tuple[str, ...], held_out: bool, systems: tuple[str, ...]) -> None:
    """Take in the answers that are to be compared; those prepared before give place, verdicts on them stay.

    FILE is the file that `assay predict` read; without it the gold set's validation rows
    (gold/validation.parquet). Answers of the held-out rows may be compared, and never become training pairs:
    such rows are marked, by their id and by a text that is a held-out row's or nearly so. Texts are masked by
    the project's policy before they are kept, under .assay/compare.

    \b
    Examples:
      assay predict few_shot gold/validation.parquet -o few_shot.parquet
      assay predict lm_lora gold/validation.parquet -o lm_lora.parquet
      assay compare prepare --answers few_shot=few_shot.parquet --answers lm_lora=lm_lora.parquet
      assay compare prepare live.jsonl --answers a=a.parquet --answers b=b.parquet
      assay compare prepare --held-out --system few_shot --system lm_lora
    """
    from curate.project import Project
    from governance.cli.rim import say
    from governance.compare import items

    project = Project.find()
    if held_out and (answers or file):
        raise click.UsageError(
            "--held-out takes the answers of `assay evaluate`: leave FILE and --answers out"
        )
    if systems and not held_out:
        raise click.UsageError("--system goes with --held-out")
    if held_out:
        return say(_told(items.prepare_held_out(project, systems)))
    named: dict[str, Path] = {}
    for given in answers:
        name, sign, path = given.partition("=")
        if not sign or not path or name in named:
            raise click.UsageError(f"--answers {given!r}: one NAME=FILE for each system")
        if not Path(path).is_file():
            raise click.UsageError(f"--answers {given!r}: there is no such file")
        named[name] = Path(path)
    return say(_told(items.prepare(project, file, named)))


@compare.command()
@click.option("--reviewer", metavar="NAME", help="Who asks; default: git's user.name.")
@click.option("--early", is_flag=True, help="Show them though you have items left to judge.")
@format_option
def results(reviewer: str | None, early: bool, shape: str) -> None:
    """Show who is preferred, and how far people agree: win rates with their intervals, a sign test, and
    Krippendorff's alpha where two people judged.

    It names systems: who has items left to judge is refused, lest the rest be judged less blindly (--early).

    \b
    Examples:
      assay compare results
      assay compare results --format json
    """
    from datetime import date

    from curate.errors import AssayError
    from curate.project import Project
    from curate.show.terminal import draw
    from curate.text import plural
    from governance.cli.rim import emit_json, stdout
    from governance.cli.triage import git_name
    from governance.compare.items import read_items
    from governance.compare.journal import project_preferences
    from governance.compare.results import blocks, document, results_of
    from governance.compare.round import Round
    from governance.triage.row_verdicts import Judge

    project = Project.find()
    items, lines = read_items(project), project_preferences(project)
    if not early:
        name = reviewer or git_name(project, "assay compare results")
        round_ = Round(items, project.key, Judge(name, "", date.today()))
        left = len(round_.waiting(lines))
        if 0 < left < items.height:
            raise AssayError(
                f"{plural(left, 'item')} are left for {round_.judge.name} to judge, and this names systems",
                fix="assay compare   (or: assay compare results --early)",
            )
    found = results_of(items, lines)
    if shape == "json":
        return emit_json(document(found))
    draw(blocks(found), stdout())


@compare.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="JSON Lines.  [default: data/raw/preferences.jsonl]",
)
def pairs(out: Path | None) -> None:
    """Write the verdicts as preference pairs: prompt, chosen, rejected, and where each comes from.

    A pair is made where most of those who judged an item prefer the same answer. Held-out rows never make
    one: what a system is measured by must not teach it. The file is what `assay init --kind preference`
    takes.

    \b
    Examples:
      assay compare pairs
      assay init ../tone --kind preference --data data/raw/preferences.jsonl --input prompt --output chosen
    """
    from curate.project import Project
    from curate.text import plural
    from governance.cli.rim import say
    from governance.compare.pairs import OUT, make_pairs, write_pairs

    project = Project.find()
    made, place = make_pairs(project), out or project.root / OUT
    write_pairs(made, place)
    left = [f"{made.held_out:,} of held-out rows"] if made.held_out else []
    left += [f"{made.undecided:,} without a majority for one answer"] if made.undecided else []
    say(
        f"{place}: {plural(made.rows.height, 'preference pair')}"
        + (f"; none made of {', '.join(left)}" if left else "")
    )


def _told(made: Prepared) -> str:
    from curate.text import plural

    notes = (
        [f"{made.held_out:,} of held-out rows, which never become training pairs"] if made.held_out else []
    )
    notes += [f"{made.same:,} left out, answered the same"] if made.same else []
    notes += [f"{made.unanswered:,} left out, answered by one system only"] if made.unanswered else []
    head = f"{plural(made.items, 'item')} of {' and '.join(made.systems)} to compare"
    return head + (f" ({'; '.join(notes)})" if notes else "") + "\n  next: assay compare   (or assay review)"


def _work(project: Project, judge: Judge, limit: int | None, keys: str | None) -> str:
    """Ask; returns what was done in a line."""
    from curate.text import plural
    from governance.compare.items import read_items
    from governance.compare.journal import FILE, append_preferences, read_preferences
    from governance.compare.round import Round
    from governance.compare.session import Comparing, press
    from governance.compare.view import screen
    from governance.triage.terminal import loop

    round_ = Round(read_items(project), project.key, judge)
    waiting = round_.waiting(read_preferences(project.root))
    if not waiting:
        return "every item is judged\n  next: assay compare results"

    def step(session: Comparing, key: str) -> Comparing:
        after, choices = press(session, key)
        append_preferences(project.root, [round_.line(choice) for choice in choices])
        return after

    session = loop(
        Comparing(tuple(waiting[:limit])),
        lambda at: screen(at, round_.show(at.item) if at.item else None),
        step,
        lambda at: at.mode == "quit",
        keys,
    )
    left = len(waiting) - session.judged
    return f"{plural(session.judged, 'verdict')}; {plural(left, 'item')} left" + (
        f"\n  next: git add {FILE}" + ("" if left else " && assay compare results") if session.judged else ""
    )
