"""The options that say what a near-duplicate is, for `assay dedup` and `assay leaks`."""

from __future__ import annotations

import click

from governance.cli.rim import Command


def similarity_options(command: Command) -> Command:
    """`--threshold`, `--unit` and `--n`."""
    for option in (
        click.option(
            "--n",
            "n",
            type=click.IntRange(1, 32),
            help="Characters or words a shingle.  [default: 4 for char, 3 for word]",
        ),
        click.option(
            "--unit",
            type=click.Choice(["char", "word"]),
            help="What a shingle is made of.  [default: char]",
        ),
        click.option(
            "--threshold",
            type=click.FloatRange(0, 1, min_open=True),
            help="Jaccard index from which two texts are near-duplicates.  [default: 0.8]",
        ),
    ):
        command = option(command)
    return command


def texts_option(command: Command) -> Command:
    """`--show-texts/--hide-texts`, None where neither is given."""
    return click.option(
        "--show-texts/--hide-texts",
        default=None,
        help="Show the texts of the pairs listed, digits and addresses dotted.  [default: on a terminal]",
    )(command)
