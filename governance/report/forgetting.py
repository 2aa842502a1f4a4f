"""The report's blocks on what fine-tuned language models forgot."""

from __future__ import annotations

from typing import Any

from curate.show.blocks import Block, Heading, Paragraph, Table


def forgotten(comparison: dict[str, Any]) -> list[Block]:
    """Loss and pass rate on general instructions, before and after; nothing where none was measured."""
    told = comparison.get("forgetting")
    if not told:
        return []
    titles = {one["name"]: one["title"] for one in comparison["systems"]}
    allowed = told["allowed"]
    words = (
        f"{told['instructions']} general instructions that have nothing to do with the task, asked of each "
        f"fine-tuned language model and of the base it started from. A rise of {allowed['loss']:.2f} nats a "
        f"token and a fall of {allowed['pass_rate']:.0%} of answers that pass are allowed. The level says "
        f"little, since the rules are plain patterns; the change says what was lost. A loss that falls is a "
        f"model that has learned to answer briefly, as the good answers do."
    )
    rows = [
        [
            titles.get(system["name"], system["name"]),
            f"{system['loss']['before']:.2f}",
            f"{system['loss']['after']:.2f}",
            _signed(system["loss"]["difference"], "+.2f"),
            f"{system['pass_rate']['before']:.0%}",
            f"{system['pass_rate']['after']:.0%}",
            _signed(system["pass_rate"]["difference"], "+.0%"),
        ]
        for system in told["systems"]
    ]
    columns = [
        "system",
        "loss before",
        "loss after",
        "change [95 %]",
        "passed before",
        "passed after",
        "change [95 %]",
    ]
    kinds = [
        [
            titles.get(system["name"], system["name"]),
            *(
                f"{kind['before']} → {kind['after']} of {kind['instructions']}"
                for kind in system["kinds"].values()
            ),
        ]
        for system in told["systems"]
    ]
    return [
        Heading("Forgetting", 3),
        Paragraph(words),
        Table(columns, rows, frozenset(range(1, len(columns)))),
        Table(
            ["instructions passed", *told["systems"][0]["kinds"]],
            kinds,
            frozenset(range(1, 1 + len(told["systems"][0]["kinds"]))),
        ),
    ]


def _signed(interval: dict[str, float], form: str) -> str:
    return f"{interval['point']:{form}} [{interval['low']:{form}}, {interval['high']:{form}}]"
