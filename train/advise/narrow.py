"""Is it one task? Labels by their entropy; written outputs by their forms, and by the orders in the inputs.

A file of instructions holds many tasks: outputs of several forms (JSON, code, lists, numbers, sentences), or
inputs that open with many different orders (translate, classify, write, ...). One metric then judges none of
them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from curate.task import Kind
from train.advise.case import Case, Evidence, Signal

# Effective number (exponential of the entropy) of forms and of orders from which a file holds several tasks;
# orders only where most inputs begin with one.
FORMS, ORDERS, ORDERING = 2.5, 4.0, 0.5
# Rows a label below which nothing is learned of it.
ROWS_A_LABEL = 5
_ORDERS = """
write translate generate summarize summarise explain calculate compute describe list name classify rewrite
compose identify give create suggest provide find convert compare define design develop propose rank sort edit
draft determine evaluate analyze analyse predict categorize choose select paraphrase make add extract correct
count solve answer complete
"""
_ORDER = frozenset(_ORDERS.split())
_CODE = re.compile(r"(?m)^\s*(?:def |class |import |function |#include|SELECT |```|for .*:$)|[;{]\s*$")
_LIST = re.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s")
_NUMBER = re.compile(r"\s*[-+£$€]?\s?\d[\d.,]*\s*%?\s*")


def narrow(case: Case) -> Signal:
    """Labels and their entropy, or forms and orders."""
    case = case.part
    if case.kind is Kind.CLASSIFICATION:
        return _of_labels(case)
    forms = Counter(form_of(text) for text in case.outputs)
    orders = [words[0] if words and words[0] in _ORDER else None for words in case.words]
    given = Counter(order for order in orders if order)
    figures = {
        "forms": round(effective(forms.values()), 2),
        "orders": round(effective(given.values()), 2) if given else 0.0,
        "share_of_orders": round(sum(given.values()) / max(case.height, 1), 4),
    }
    several = case.kind is not Kind.EXTRACTION and (
        figures["forms"] >= FORMS or (figures["share_of_orders"] >= ORDERING and figures["orders"] >= ORDERS)
    )
    said = f"outputs have {figures['forms']:.1f} forms in effect"
    if given:
        said += (
            f", and {figures['share_of_orders']:.0%} of the inputs open with one of {figures['orders']:.1f} "
            "orders in effect"
        )
    evidence = []
    if several:
        firsts: dict[tuple[str, str | None], int] = {}
        for at, text in enumerate(case.outputs):
            firsts.setdefault((form_of(text), orders[at]), at)
        evidence = [
            Evidence(case.ids[at], f"{f'order {order}, ' if order else ''}output is {form}")
            for (form, order), at in firsts.items()
        ]
    return Signal("narrow", said, {**figures, "several_tasks": several}, evidence)


def _of_labels(case: Case) -> Signal:
    counted = Counter(case.answers)
    few = sum(rows < ROWS_A_LABEL for rows in counted.values())
    inside = effective(counted.values())
    said = f"{len(counted):,} labels, {inside:.1f} in effect"
    if few:
        said += f"; {few:,} of them on fewer than {ROWS_A_LABEL} rows"
    return Signal(
        "narrow",
        said,
        {"labels": len(counted), "effective": round(inside, 2), "rare": few, "several_tasks": False},
    )


def form_of(text: str) -> str:
    """`JSON`, `code`, `a list`, `a number` or `text`."""
    bare = text.strip()
    if bare[:1] in "{[" and bare[-1:] in "}]":
        return "JSON"
    if _NUMBER.fullmatch(bare):
        return "a number"
    if _LIST.search(bare) and len(_LIST.findall(bare)) > 1:
        return "a list"
    return "code" if _CODE.search(bare) else "text"


def effective(counts: Iterable[int]) -> float:
    """The exponential of the entropy: as many equally frequent kinds would be as diverse."""
    sizes = [size for size in counts if size]
    whole = sum(sizes)
    return math.exp(-sum(size / whole * math.log(size / whole) for size in sizes)) if whole else 0.0
