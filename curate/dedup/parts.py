"""Which parts of a text are compared: what rows share by design is set apart, and what differs is judged.

A system prompt of 400 characters before a question of 40 makes any two chats 0.9 alike. So the *frame* of a
text (its system turn, and a prompt template that many rows begin or end with) is set apart, and twins must be
similar in the rest. Their frames must be similar too: the distinct frames are covered like documents, and
only rows under one keeper are compared, so that the same question under another instruction stays another
example, and a frame that differs in its date does not hide a copy.

A template is known by its support: at least `SUPPORT` distinct texts, and 0.5 % of all, share their first (or
last) lines of `LEAST` characters or more; within a line a fifth of all texts must. It ends where the texts
part ways: at the longest beginning that half of those who share it still have. Copies of one long text with
different last lines look like a template, too; `parts: whole` compares everything.

Cost: one count of beginnings over the texts; a sort and a few comparisons for texts that share one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from curate.dedup.cover import cover
from curate.dedup.normalise import folded
from curate.dedup.params import Parts
from curate.dedup.shingles import Documents, Unit
from curate.text import common_beginning

# Fewer texts with one beginning are copies rather than a template.
SUPPORT = 5
SHARE = 0.005
# A template that ends inside a line ("Classify this review: ...") is known from a manner of speaking by its
# share.
SHARE_WITHIN_A_LINE = 0.2
# Characters of a beginning that says more than a greeting: "I would like to know how I can" has 30.
LEAST = 40
# Characters that the median text must have besides: in "... a week late now thanks" and "... now please" the
# ends are manner, not content. Copies that differ in more than that are seldom 0.8 alike.
CONTENT = 12
# A template within a template (one text under several headings) is peeled off in so many rounds.
ROUNDS = 3

# As `curate.ingest.chat.dialogue.render` writes turns; a role may have a name behind it: `tool (find): ...`.
_ROLES = "user|human|assistant|tool|function|ipython"
_NAME = r"(?: \([^)\n]*\))?"
_SYSTEM = rf"(?s)\A(?:system|developer|tools){_NAME}: (?<frame>.*?)\n\n(?<rest>(?:{_ROLES}){_NAME}: .*)\z"
_LAST = rf"(?s)\A(?<frame>.*)(?:\A|\n\n)(?<rest>(?:user|human){_NAME}: .*)\z"


@dataclass(frozen=True)
class Compared:
    """What is compared of each text, in row order: `rest` is the text without its frame (all of it where that
    would leave nothing), `frame` names the family of frames that it had (empty for none).
    """

    rest: pl.Series
    frame: pl.Series
    whole: bool = False


def compared(texts: pl.Series, parts: Parts, unit: Unit, n: int, threshold: float) -> Compared:
    """Set the shared frames of `texts` apart.

    Parameters
    ----------
    texts
        String series as written (line breaks say where a turn or a template ends).
    parts
        `auto` sets system turns and templates apart, `last_turn` everything before the last turn of the user
        (whatever was said before counts for nothing), `whole` nothing.
    unit, n, threshold
        When two frames are similar, as for texts.
    """
    texts = texts.cast(pl.String).fill_null("").rename("text")
    if parts == "whole":
        return Compared(texts, _none(texts), whole=True)
    turns = texts.to_frame().select(
        pl.col("text").str.extract_groups(_SYSTEM if parts == "auto" else _LAST).alias("turns")
    )
    split = turns.unnest("turns")
    rest = split["rest"].fill_null(texts)
    if parts == "last_turn":
        return Compared(rest, _none(texts))
    frames = [split["frame"].fill_null("")]
    for _ in range(ROUNDS):
        before, rest, after = without_template(rest)
        frames += [before, after]
        if not (before != "").any() and not (after != "").any():
            break
    empty = ~rest.str.contains(r"[\p{L}\p{N}]")
    if empty.any():
        rest = pl.select(pl.when(empty).then(texts).otherwise(rest)).to_series()
    frame = pl.select(pl.concat_str(*frames, separator="\x1f").str.strip_chars("\x1f")).to_series()
    if not (frame != "").any():
        return Compared(texts, _none(texts), whole=True)
    return Compared(rest.rename("rest"), _families(frame, unit, n, threshold))


def system_turns(texts: pl.Series) -> pl.Series:
    """Which texts have a system turn, which `auto` sets apart."""
    return texts.str.contains(_SYSTEM)


def _none(texts: pl.Series) -> pl.Series:
    return pl.Series("frame", [""], dtype=pl.String).new_from_index(0, len(texts))


def _families(frames: pl.Series, unit: Unit, n: int, threshold: float) -> pl.Series:
    """A short name of the family of each frame, empty for none: frames under one keeper have one name."""
    if not (frames != "").any():
        return _none(frames)
    seen = pl.DataFrame({"raw": frames, "frame": folded(frames)})
    order = [pl.col("frame").str.len_chars(), pl.col("frame")]
    distinct = seen.select("frame").unique().sort(order, descending=[True, False])["frame"]
    keeper = cover(Documents(distinct, unit, n), threshold).keeper
    # Python's loop: blake2b has no vectorised form, and frames are few.
    names = [
        hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else ""
        for text in distinct.gather(keeper).to_list()
    ]
    table = pl.DataFrame({"frame": distinct, "name": pl.Series(names, dtype=pl.String)})
    return seen.join(table, on="frame", how="left", maintain_order="left")["name"].rename("frame")


def without_template(texts: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The template that each text begins with, what is left, and the template that it ends with; empty for
    none.
    """
    length = pl.col("text").str.len_chars().cast(pl.Int64)
    frame = pl.DataFrame({"text": texts, "begins": _shared(texts, at_end=False)})
    frame = frame.with_columns(
        pl.col("text").str.head(pl.col("begins")).alias("before"), pl.col("text").str.slice(pl.col("begins"))
    )
    frame = frame.with_columns(_shared(frame["text"], at_end=True).alias("ends"))
    return (
        frame["before"],
        frame.select(pl.col("text").str.slice(0, length - pl.col("ends"))).to_series(),
        frame.select(pl.col("text").str.slice(length - pl.col("ends")).alias("after")).to_series(),
    )


def _shared(texts: pl.Series, *, at_end: bool) -> pl.Series:
    """How many characters of each text are a template that it begins with, or ends with."""
    edge = pl.col("text").str.tail(LEAST) if at_end else pl.col("text").str.head(LEAST)
    edges = pl.DataFrame({"text": texts}).with_row_index("row").with_columns(edge.alias("edge"))
    edges = edges.filter(pl.col("edge").str.len_chars() == LEAST)
    # Rows of one edge first: that count is cheaper than the count of its distinct texts, and mostly settles
    # it.
    common = edges.group_by("edge").len().filter(pl.col("len") >= SUPPORT)
    edges = edges.join(common, on="edge", how="semi")
    lengths = np.zeros(len(texts), np.int64)
    if edges.height:
        least = least_support(texts.n_unique())
        supported = edges.group_by("edge").agg(pl.col("text").n_unique().alias("support"))
        edges = edges.join(supported.filter(pl.col("support") >= least.line), on="edge", how="semi")
        # One step an edge: there are no more than templates.
        for part in edges.sort("edge", "text").partition_by("edge", maintain_order=True):
            distinct = part["text"].unique(maintain_order=True).to_list()
            template = _template([text[::-1] for text in distinct] if at_end else distinct, least)
            if template:
                has = pl.col("text")
                has = has.str.ends_with(template[::-1]) if at_end else has.str.starts_with(template)
                lengths[part.filter(has)["row"].to_numpy()] = len(template)
    return pl.Series("shared", lengths)


@dataclass(frozen=True)
class Support:
    """Distinct texts that must share a template which ends with its line, or within a line."""

    line: int
    within: int


def least_support(distinct: int) -> Support:
    """The support that a template needs among so many distinct texts."""
    return Support(
        max(SUPPORT, math.ceil(SHARE * distinct)), max(SUPPORT, math.ceil(SHARE_WITHIN_A_LINE * distinct))
    )


def _template(texts: list[str], least: Support) -> str:
    """The beginning at which `texts`, which share their first `LEAST` characters, part ways; empty if it is
    too short, has too little support, or leaves too little.
    """
    # The longest beginning that half of the texts have is that of two texts half the list apart in sorted
    # order.
    need = max(SUPPORT, math.ceil(len(texts) / 2))
    texts = sorted(texts)
    longest = ""
    for first, last in zip(texts, texts[need - 1 :], strict=False):
        length = common_beginning(first, last)
        if length > len(longest):
            longest = first[:length]
    ends = longest.rfind("\n") + 1
    if len(texts) >= least.within:
        ends = max(ends, longest.rfind(" ") + 1)
    left = sorted(len(text) - ends for text in texts if text.startswith(longest))
    return longest[:ends] if ends >= LEAST and left[len(left) // 2] >= CONTENT else ""
