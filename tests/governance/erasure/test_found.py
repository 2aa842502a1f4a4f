"""What `assay subject find` names is what `assay erase` takes out."""

from __future__ import annotations

import pytest

from curate.errors import AssayError
from curate.project import Project
from governance.cli.main import main
from governance.erasure.erase import Request, plan_of, refuse_doubtful
from governance.subjects.doubts import doubts
from governance.subjects.find import find
from governance.subjects.wanted import wanted
from tests.governance.erasure.tiny import CUSTOMER, JO, SYSTEMS, THEIRS, VALUES


@pytest.mark.parametrize("values", [VALUES, (CUSTOMER,), ("c 9001",), (JO,)])
def test_find_names_the_rows_and_models_of_an_erasure(tiny: Project, values: tuple[str, ...]) -> None:
    plan, found = plan_of(tiny, Request(values)), find(tiny, values)
    assert set(THEIRS) <= plan.rows  # of a customer's number gold holds a digest alone
    in_gold = [place for place in found.search.places if place.kind == "version" and place.split]
    assert {row for place in in_gold for row in place.rows} == plan.rows
    assert {place.version for place in in_gold} == {version.name for version in plan.versions}
    assert {place.path for place in found.search.places} >= {"gold/train.parquet"}
    learned = {name for name in found.models if not name.endswith("@here")}
    assert learned >= set(plan.models) and {name.split("@")[0] for name in found.models} == set(SYSTEMS)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("Billing", "is a label of the task"),
        ("desk", "is the name of a source"),
        ("apache-2.0", "is the licence of a source"),
        ("train", "is the name of a split"),
        ("example_id", "is the name of a column"),
        ("number", "stands in 26 of 26 rows: no person's value does that; give something longer"),
        (CUSTOMER, ""),
        ("Jo Miller", ""),
        ("Zoe Quill", ""),
    ],
)
def test_what_is_hardly_a_persons_is_said(tiny: Project, value: str, why: str) -> None:
    assert [one.why for one in doubts(tiny, [value], wanted([value], tiny.key))] == ([why] if why else [])


def test_a_doubtful_value_is_erased_by_force_alone(tiny: Project, capsys: pytest.CaptureFixture[str]) -> None:
    plan = plan_of(tiny, Request(("billing",)))
    with pytest.raises(AssayError, match="is a label of the task"):
        refuse_doubtful(tiny, plan)
    with pytest.raises(SystemExit) as stop:
        main(["erase", "billing", "--yes"])
    assert stop.value.code == 2 and "--force" in capsys.readouterr().err
    refuse_doubtful(tiny, plan_of(tiny, Request((CUSTOMER,))))
