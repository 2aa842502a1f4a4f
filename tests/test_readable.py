"""Forms that a reader stumbles over, kept out of the whole tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("assay", "benchmarks", "curate", "governance", "recipes", "sample", "tests", "train")
COMPREHENSION = (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)


def nested_conditionals(tree: ast.AST) -> Iterator[int]:
    """Lines of the conditionals in comprehensions that are arguments: three ideas at once."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            inner = [each.value if isinstance(each, ast.Starred) else each for each in arguments]
            for argument in inner:
                if isinstance(argument, COMPREHENSION):
                    yield from (part.lineno for part in ast.walk(argument) if isinstance(part, ast.IfExp))


def test_no_conditional_stands_inside_a_comprehension_inside_a_call() -> None:
    assert list(nested_conditionals(ast.parse("sum(a if a else b for a in c)"))) == [1]
    assert list(nested_conditionals(ast.parse("f(x=[*(1 for a in c)], y=[(a if a else 0) for a in c])"))) == [
        1
    ]
    assert list(nested_conditionals(ast.parse("d = [a if a else b for a in c]; sum(d)"))) == []
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        for line in nested_conditionals(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert paths and found == [], "name the comprehension first, or give the choice a function"
