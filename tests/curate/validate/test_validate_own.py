"""A user's own rules: what a file may declare, and what is said where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.params import parse
from curate.plain.rules import rules
from curate.validate.catalogue import catalogue
from curate.validate.own import judge as judging
from curate.validate.own.load import load
from curate.validate.params import ValidateParams
from curate.validate.stage import validate

HEAD = "import polars as pl\nimport pandera.polars as pa\nfrom assay import rule\n\n"
LOUD = """@rule(level="quarantine")
def loud() -> pl.Expr:
    "more than half of the letters are capitals"
    return pl.col("output").str.count_matches(r"\\p{Lu}") * 2 > pl.col("output").str.count_matches(r"\\p{L}")
"""
SECRET = "Ethel-Weeter-7731"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Rules behind the imports -> the file."""

    def build(*declared: str, head: str = HEAD) -> Path:
        path = tmp_path / "rules.py"
        path.write_text(head + "\n".join(declared), encoding="utf-8")
        return path

    return build


def table() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "q": ["say it softly", "call me later", f"I am {SECRET}"],
            "a": ["VERY LOUD", "fine by me", "well, so it is"],
        }
    )


def broken(path: Path, kind: str = "rewriting") -> list[tuple[Any, ...]]:
    found = rules(table(), "q", "a", kind=kind, rules_file=path).details()
    return found.select("row", "rule").rows()


def test_a_rule_is_an_expression_or_a_function_of_the_rows(write: Any) -> None:
    path = write(
        LOUD,
        '@rule(field="input")\ndef calls(rows):\n    "asks to be called"\n'
        '    return rows["input"].str.contains("call")',
    )
    found = rules(table(), "q", "a", kind="rewriting", rules_file=path).details()
    assert found.rows() == [
        (0, "loud", "output: more than half of the letters are capitals"),
        (1, "calls", "input: asks to be called"),
    ]


def test_a_rule_looks_at_its_kinds_alone(write: Any) -> None:
    path = write(LOUD.replace('level="quarantine"', 'kinds=["summary"]'))
    assert broken(path) == [] and (0, "loud") in broken(path, "summary")


def test_checks_of_a_pandera_schema_and_of_a_model_are_rules(write: Any) -> None:
    path = write(
        "most = pa.Check.str_length(max_value=10)",
        "brief = pa.DataFrameSchema({'output': pa.Column(str, most, nullable=True)},"
        " metadata={'level': 'quarantine'})",
        "class Model(pa.DataFrameModel):",
        "    input: str = pa.Field(str_contains='me')",
    )
    assert [(rule.code, rule.level) for rule in load(path)] == [
        ("brief_output_str_length", "quarantine"),
        ("model_input_str_contains", "warn"),
        ("model_input_null", "warn"),
    ]
    assert broken(path) == [
        (0, "model_input_str_contains"),
        (2, "brief_output_str_length"),
        (2, "model_input_str_contains"),
    ]


def test_a_checks_own_name_is_its_code_and_a_check_of_the_rows_sees_all_columns(write: Any) -> None:
    path = write(
        "same = pa.DataFrameSchema(checks=[pa.Check(lambda data: data.lazyframe.select("
        "pl.col('output').str.len_chars() > pl.col('input').str.len_chars() - 5), name='much_shorter')])"
    )
    assert broken(path) == [(2, "much_shorter")]


def test_levels_work_as_those_of_the_named_rules(write: Any, examples: Any, card: Any) -> None:
    own = load(write(LOUD))
    rows = examples(["say it", "and this"], ["VERY LOUD", "fine"])
    for level, dropped, warned in (("quarantine", 1, 0), ("warn", 0, 1), ("off", 0, 0)):
        params = ValidateParams(rules_file="rules.py", rules={"loud": level})
        result = validate(rows, card("rewriting"), params, own=own)
        assert (result.dropped.height, result.tables["warnings"].height) == (dropped, warned)
        assert result.report["rules"]["loud"] == level
        if dropped:
            assert result.dropped.select("stage", "reason", "evidence").rows() == [
                ("validate", "loud", "output: more than half of the letters are capitals")
            ]


def test_a_row_that_somebody_kept_passes_with_a_warning(write: Any, examples: Any, card: Any) -> None:
    rows = examples(["say it"], ["VERY LOUD"])
    verdicts = pl.DataFrame({"example_id": ["r0"], "verdict": ["keep"]})
    result = validate(rows, card("rewriting"), None, verdicts, load(write(LOUD)))
    assert result.dropped.is_empty() and result.tables["warnings"]["rule"].to_list() == ["loud"]


def test_results_do_not_follow_the_order_of_rows(write: Any, examples: Any, card: Any) -> None:
    path = write("@rule\ndef second(rows):\n    return pl.Series([at % 2 == 1 for at in range(rows.height)])")
    rows = examples(["one here", "two here", "three here", "four here"], ["a b", "c d", "e f", "g h"])
    one, other = (validate(frame, card("rewriting"), own=load(path)) for frame in (rows, rows.reverse()))
    assert one.tables["warnings"].equals(other.tables["warnings"])


def test_the_list_of_rules_has_them(write: Any) -> None:
    listed = catalogue(own=load(write(LOUD))).filter(pl.col("rule") == "loud")
    assert listed.select("level", "description").rows() == [
        ("quarantine", "more than half of the letters are capitals")
    ]


@pytest.mark.parametrize(
    ("declared", "line", "says"),
    [
        ("def broken(:", 5, "is not Python: SyntaxError"),
        ("1 / 0", 5, "fails when the file is read: ZeroDivisionError"),
        ("import sys\nsys.exit(3)", 6, "fails when the file is read: SystemExit"),
        ("raise ValueError('a secret')", 5, "fails when the file is read: ValueError"),
        ("import no_such_module", 5, "fails when the file is read: ModuleNotFoundError"),
        ("@rule(level='drop')\ndef a(): ...", 5, "rule `a` has level 'drop'"),
        ("@rule(kinds=['prose'])\ndef a(): ...", 5, "rule `a` has kinds"),
        ("@rule(field='label')\ndef a(): ...", 5, "rule `a` has field 'label'"),
        ("@rule\ndef Loud(): ...", 5, "not a reason code"),
        ("@rule\ndef loud(a, b): ...", 5, "takes more than one argument"),
        ("@rule\ndef mojibake(): ...", 5, "the name of one of assay's own rules"),
        ("@rule\ndef invalid_json(): ...", 5, "the name of one of assay's own rules"),
        ("@rule\ndef loud(): ...\n@rule\ndef loud(): ...\n", 7, "declared twice"),
        ("x = 1", 0, "declares neither a rule nor a pandera schema"),
        ("s = pa.DataFrameSchema({'label': pa.Column(str)})", 0, "names column label"),
        (
            "s = pa.DataFrameSchema({'input': pa.Column(str)}, metadata={'level': 'hot'})",
            0,
            "has level 'hot'",
        ),
    ],
)
def test_a_file_that_cannot_be_used_names_itself_and_the_line(
    write: Any, declared: str, line: int, says: str
) -> None:
    path = write(declared)
    with pytest.raises(AssayError) as caught:
        load(path)
    assert says in caught.value.problem and "a secret" not in str(caught.value)
    assert caught.value.problem.startswith(f"{path}:{line}" if line else str(path)) and caught.value.fix


def test_a_file_that_is_missing_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(AssayError, match=r"rules\.py, a file of rules, cannot be read: No such file"):
        load(tmp_path / "rules.py")
    (tmp_path / "rules.py").write_bytes(b"x = 1\ny = '\xe9'\n")
    with pytest.raises(AssayError, match=r"rules.py:2 is not UTF-8"):
        load(tmp_path / "rules.py")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("    raise ValueError(rows['input'][2])", "fails at line 7: ValueError"),
        ("    return rows['output'].str.len_chars()", "gives UInt32, not Boolean"),
        ("    return pl.Series([True])", "gives 1 verdicts for 3 rows"),
        ("    return [True, False, True]", "gives list"),
        ("    return pl.Series([None, True, False])", r"gives no verdict \(null\) for 1 rows"),
        ("    return pl.col('answer').is_null()", "ColumnNotFoundError"),
    ],
)
def test_a_rule_that_judges_wrongly_is_named_with_its_line_and_without_any_text(
    write: Any, body: str, says: str
) -> None:
    path = write(f"@rule\ndef odd(rows):\n{body}")
    with pytest.raises(AssayError, match=says) as caught:
        broken(path)
    assert f"{path}:5: rule `odd`" in str(caught.value) and caught.value.fix
    assert SECRET not in str(caught.value)


def test_a_check_that_judges_the_table_as_a_whole_is_refused(write: Any) -> None:
    path = write("s = pa.DataFrameSchema(checks=[pa.Check(lambda data: False, name='whole')])")
    with pytest.raises(AssayError, match=r"rule `whole` fails.*TypeError"):
        broken(path)


def test_a_rule_that_is_too_slow_is_stopped_waiting_for(write: Any, examples: Any, card: Any) -> None:
    path = write("import time\n@rule\ndef slow(rows):\n    time.sleep(5)\n    return rows['input'].is_null()")
    with pytest.raises(AssayError, match=r"rules.py:6: rule `slow` takes longer than 0.2 seconds"):
        validate(
            examples(["one"], ["two"]), card("rewriting"), ValidateParams(rules_seconds=0.2), own=load(path)
        )


def test_nulls_where_the_row_itself_is_empty_are_no_breach(write: Any) -> None:
    own = load(write(LOUD))
    rows = pl.DataFrame({"example_id": ["a", "b"], "input": ["x", "y"], "output": [None, "LOUD"]})
    assert judging.own_breaches(rows, own[0].kinds[0], own, 10)["example_id"].to_list() == ["b"]


def test_what_the_file_prints_goes_to_stderr(write: Any, capfd: pytest.CaptureFixture[str]) -> None:
    broken(
        write(
            "print('while it loads')\n@rule\ndef a(rows):\n    print('judged')\n"
            "    return rows['input'].is_null()"
        )
    )
    out, err = capfd.readouterr()
    assert out == "" and "while it loads" in err and "judged" in err


def test_a_level_for_a_rule_that_neither_the_file_nor_assay_has(write: Any) -> None:
    path = write(LOUD)
    params = parse(ValidateParams, {"rules": {"lout": "warn"}, "rules_file": "rules.py"}, "params.validate")
    with pytest.raises(AssayError, match="no rule named lout"):
        rules(table(), "q", "a", kind="rewriting", params=params, rules_file=path)
    with pytest.raises(AssayError, match="which is run only where the call names it"):
        rules(table(), "q", "a", kind="rewriting", params=params)


def test_without_a_file_nothing_new_is_recorded() -> None:
    assert "rules_file" not in ValidateParams().model_dump(mode="json")
    assert ValidateParams().recorded(Path(), None) == {}
