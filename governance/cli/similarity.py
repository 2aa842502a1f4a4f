"""The options that say what a duplicate is, for `assay dedup` and `assay leaks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from governance.cli.rim import Command

if TYPE_CHECKING:
    from curate.semantic.params import SemanticParams


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


def semantic_options(command: Command) -> Command:
    """`--semantic` and `--cosine`."""
    for option in (
        click.option(
            "--cosine",
            type=click.FloatRange(0, 1, min_open=True),
            help="Cosine from which --semantic lists two texts.  [default: 0.9]",
        ),
        click.option(
            "--semantic",
            is_flag=True,
            help="List pairs of one meaning in other words, too (kind `semantic`); wants the `train` extra.",
        ),
    ):
        command = option(command)
    return command


def semantic_params(semantic: bool, cosine: float | None) -> SemanticParams | None:
    """What the two options ask for."""
    if not semantic:
        if cosine is not None:
            raise click.UsageError("--cosine goes with --semantic")
        return None
    from curate.semantic.params import SemanticParams

    return SemanticParams() if cosine is None else SemanticParams(threshold=cosine)
