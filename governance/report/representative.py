"""The report's section on how the rows represent what they are for."""

from __future__ import annotations

from collections import Counter

import polars as pl

from curate.show.blocks import Block, Chart, Details, Paragraph, Table
from curate.text import plain, plural
from governance.report.document import Section
from governance.report.facts import Facts
from governance.report.scatter import Mark, scatter
from train.represent.classes import CHANGE, DISCORDANT, rows_that_show
from train.represent.live import TOLERATED, Live
from train.represent.represent import Representation

# Lines of a table shown, and characters of a text on the map.
LISTED, EXCERPT = 15, 90
# Labels with a colour of their own; the others share one.
COLOURED = 5
_PARTS = {"train": "training", "held_out": "held out", "live": "live"}


def representativeness(facts: Facts) -> Section:
    """Thin classes, the mix, declared shares, a sample of live inputs, and the map."""
    title = "Representativeness"
    told = facts.looked.representation if facts.looked else None
    if told is None:
        return Section("representative", title, [])
    return Section("representative", title, [*blocks_of(told), *_map(told, facts.gold)])


def blocks_of(told: Representation) -> list[Block]:
    """All but the map."""
    parts: list[Block] = []
    if told.classes.height:
        parts += _classes(told)
    if told.reference.height:
        parts += _reference(told.reference)
    if told.live is not None:
        parts += _live(told.live)
    return [*parts, _mix(told.mix)]


def _classes(told: Representation) -> list[Block]:
    table = told.classes
    needed = rows_that_show(CHANGE, DISCORDANT)
    thin = int(table["thin"].sum())
    words = (
        f"{plural(thin, 'class', 'classes')} of {table.height:,} {'is' if thin == 1 else 'are'} thin: a "
        f"change of {CHANGE:.0%} in the accuracy on a class shows (power 80 %, a fifth of the rows answered "
        f"otherwise) from {needed} held-out rows on. A mean over classes counts each alike, so one answer "
        f"on a thin one moves it far."
    )
    rows = [
        [
            plain(one["label"], 60),
            f"{one['train']:,}",
            f"{one['held_out']:,}",
            f"{one['moves']:.3f}",
            "" if one["detectable"] is None else f"{one['detectable']:.2f}",
            f"{one['missing']:,}",
        ]
        for one in table.head(LISTED).iter_rows(named=True)
    ]
    columns = ["class", "training", "held out", "one answer moves", "smallest change shown", "rows lacking"]
    return [
        Paragraph(words),
        Table(
            columns,
            rows,
            frozenset(range(1, 6)),
            caption="Classes with the fewest held-out rows",
            left_out=max(0, table.height - LISTED),
        ),
    ]


def _reference(table: pl.DataFrame) -> list[Block]:
    under = table.filter("under")
    words = (
        f"{plural(under.height, 'group')} of {table.height:,} with a declared share "
        f"{'is' if under.height == 1 else 'are'} under-represented: even the upper bound of its share lies "
        "below the declared one."
    )
    rows = [
        [
            f"{one['by']} {plain(one['value'], 60)}",
            f"{one['declared']:.1%}",
            f"{one['share']:.1%} [{one['low']:.1%}, {one['high']:.1%}]",
            f"{one['rows']:,}",
            f"{one['missing']:,}" if one["under"] else "",
        ]
        for one in table.iter_rows(named=True)
    ]
    bad = frozenset(at for at, one in enumerate(table["under"]) if one)
    columns = ["group", "declared", "share [95 % of all]", "rows", "rows lacking"]
    caption = "Shares beside those declared"
    return [Paragraph(words), Table(columns, rows, frozenset({1, 2, 3, 4}), caption=caption, bad=bad)]


def _live(live: Live) -> list[Block]:
    share = live.far / max(live.inputs, 1)
    words = (
        f"Of {plural(live.inputs, 'live input')} {live.far:,} ({share:.1%}) lie farther from every training "
        f"row than {1 - TOLERATED:.0%} of the held-out rows do; of inputs like those, {TOLERATED:.0%} would. "
        f"They form {plural(live.regions.height, 'region')} of three inputs or more. Their texts are not "
        "shown: they have not been redacted; rows are named as in the file."
    )
    blocks: list[Block] = [Paragraph(words)]
    if live.regions.height:
        rows = [
            [
                str(one["region"]),
                f"{one['inputs']:,}",
                f"{one['share']:.1%}",
                f"{one['similarity']:.2f}",
                plain(one["nearest"] or "", 60),
                ", ".join(plain(name, 30) for name in one["rows"]),
            ]
            for one in live.regions.head(LISTED).iter_rows(named=True)
        ]
        columns = ["region", "inputs", "share", "cosine to a row", "nearest label", "in its middle"]
        blocks.append(
            Table(
                columns,
                rows,
                frozenset({1, 2, 3}),
                caption="Regions of live inputs that no row is near",
                left_out=max(0, live.regions.height - LISTED),
            )
        )
    if live.candidates.height:
        rows = [
            [
                one["row"],
                f"{one['stands_for']:,}",
                f"{one['uncertainty']:.2f}",
                f"{one['similarity']:.2f}",
                " or ".join(plain(label, 40) for label in (one["first"], one["second"]) if label),
            ]
            for one in live.candidates.iter_rows(named=True)
        ]
        columns = ["live row", "stands for", "uncertainty", "cosine to a row", "between"]
        table = Table(
            columns, rows, frozenset({1, 2, 3}), kinds={0: "code"}, caption="Live inputs to label next"
        )
        said = "Each stands for inputs that no row is near, those most whose label is in doubt."
        blocks.append(Details("Live inputs to label next", [Paragraph(said), table]))
    return blocks


def _mix(table: pl.DataFrame) -> Block:
    parts = [part for part in _PARTS if part in set(table["part"])]
    shares = {(by, value, part): share for by, value, part, _, share in table.iter_rows()}
    lines = list(dict.fromkeys(table.select("by", "value").iter_rows()))
    rows = [
        [
            f"{by} {plain(value, 60)}" if value else f"no {by}",
            *(f"{shares.get((by, value, part), 0):.1%}" if _known(table, by, part) else "" for part in parts),
        ]
        for by, value in lines
    ]
    columns = ["", *(_PARTS[part] for part in parts)]
    caption = "Mix of the rows"
    return Details(
        f"Mix by {', '.join(dict.fromkeys(table['by']))}",
        [Table(columns, rows, frozenset(range(1, len(columns))), caption=caption)],
    )


def _known(table: pl.DataFrame, by: str, part: str) -> bool:
    return not table.filter(pl.col("by") == by, pl.col("part") == part).is_empty()


def _map(told: Representation, gold: pl.DataFrame) -> list[Block]:
    drawn = told.map
    if drawn.height < 3:
        return []
    texts = dict(gold.select("example_id", "input").iter_rows())
    common = [name for name, _ in Counter(drawn["label"].drop_nulls().sort().to_list()).most_common(COLOURED)]
    marks = []
    for one in drawn.iter_rows(named=True):
        if one["part"] == "live":
            marks.append(Mark(one["x"], one["y"], f"live row {plain(one['row'], 40)}", None))
            continue
        label = one["label"]
        colour = common.index(label) if label in common else COLOURED if label else 0
        said = f"{plain(label, 40)}: " if label else ""
        shown = f"{said}{plain(texts.get(one['row']) or '', EXCERPT)} ({one['row']})"
        marks.append(Mark(one["x"], one["y"], shown, colour))
    key = [plain(name, 40) for name in common]
    key += ["other labels"] if drawn["label"].n_unique() > len(common) + 1 else []
    compared = "by words" if told.vectors == "words" else f"by {plain(told.vectors, 60)}"
    count = sum(mark.colour is not None for mark in marks)
    words = (
        f"{plural(count, 'training row')}, texts compared {compared}, "
        f"in the two directions that show most ({told.shown:.0%}) of what parts them; rings are live inputs. "
        "Point at one to read it. What lies far apart here is unlike; what lies close may still be."
    )
    return [Chart(scatter(marks, "Map of the rows"), key, words)]
