"""Answers from a server: retries, budget, answers kept, and what must not leave the machine. Against a real
server process on loopback.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("httpx")
from curate.errors import AssayError
from curate.task import Kind
from train.lm.endpoint import Endpoint
from train.lm.prompt import Brief
from train.params import EndpointParams, TrainParams
from train.systems import Context, load_system, make_system, save_system
from train.systems.remote import label_in


@pytest.fixture
def server() -> Iterator[str]:
    """Address of a fresh server."""
    script = Path(__file__).with_name("chat_server.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        yield f"http://127.0.0.1:{port}/v1"
        process.terminate()


def asked_of(server: str) -> list[dict[str, Any]]:
    """The requests that a server has had."""
    with urllib.request.urlopen(server) as answer:
        requests: list[dict[str, Any]] = json.load(answer)["requests"]
    return requests


def endpoint(server: str, tmp_path: Path | None = None, **params: Any) -> Endpoint:
    chosen = EndpointParams(**{"url": server, "model": "echo", "retries": 3, **params})
    kept = tmp_path / ".assay" / "endpoint.sqlite" if tmp_path else None
    return Endpoint(chosen, kept, sleep=lambda seconds: None)


def said(*texts: str) -> list[list[dict[str, str]]]:
    return [[{"role": "user", "content": text}] for text in texts]


def test_answers_come_in_order_and_are_asked_for_once(server: str, tmp_path: Path) -> None:
    texts = [f"text {i}" for i in range(20)]
    one = endpoint(server, tmp_path, concurrency=8)
    assert one.answer(said(*texts)) == [text.upper() for text in texts]
    again = endpoint(server, tmp_path)
    assert again.answer(said(*texts, "new")) == [*(text.upper() for text in texts), "NEW"]
    assert len(asked_of(server)) == 21 and again.spent.kept == 20 and again.spent.requests == 1
    assert (tmp_path / ".assay" / "endpoint.sqlite").stat().st_mode & 0o077 == 0


def test_tokens_are_kept_beside_the_answers(server: str, tmp_path: Path) -> None:
    endpoint(server, tmp_path).answer(said("one two", "three"))
    again = endpoint(server, tmp_path)
    first, second, unknown = again.usage(said("one two", "three", "never asked"))
    assert first and second and unknown is None and again.spent.requests == 0
    assert first[0] > 0 and first[1] > 0


@pytest.mark.parametrize("trouble", ["busy", "broken", "cut"])
def test_what_fails_for_the_moment_is_repeated(server: str, trouble: str) -> None:
    assert endpoint(server, model=trouble).answer(said("a", "b")) == ["A", "B"]


@pytest.mark.parametrize(
    ("model", "what", "requests"), [("closed", "HTTP 401", 1), ("web", "something else than a chat", 1)]
)
def test_what_fails_for_good_stops_with_a_fix(server: str, model: str, what: str, requests: int) -> None:
    with pytest.raises(AssayError, match=what) as caught:
        endpoint(server, model=model).answer(said("a"))
    assert len(asked_of(server)) == requests
    assert caught.value.fix and "sk-12345" not in f"{caught.value} {caught.value.fix}"


def test_a_server_that_is_not_there_is_an_error_without_its_path() -> None:
    with pytest.raises(AssayError, match=r"http://127.0.0.1:9 did not answer: ConnectError") as caught:
        endpoint("http://127.0.0.1:9/secret/v1", retries=1).answer(said("a"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://user:pass@x/v1", "https://x/v1?key=k", "ftp://x", "x/v1"])
def test_an_address_holds_no_key(url: str) -> None:
    with pytest.raises(ValueError, match=r"key_env|not an http"):
        EndpointParams(url=url)


def test_the_key_comes_from_the_environment(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "abc")
    endpoint(server, key_env="MY_KEY").answer(said("a"))
    monkeypatch.delenv("MY_KEY")
    endpoint(server, key_env="MY_KEY").answer(said("b"))
    requests = asked_of(server)
    assert [one["key"] for one in requests] == ["Bearer abc", None]
    assert requests[0]["path"] == "/v1/chat/completions" and requests[0]["body"]["temperature"] == 0


def test_a_budget_is_never_passed_and_what_was_answered_is_kept(server: str, tmp_path: Path) -> None:
    # 15 tokens an answer are 0.015; the most a request could cost is (4 / 2 + 10) / 1000.
    prices = {"price_in": 1000.0, "price_out": 1000.0, "max_tokens": 10, "concurrency": 1}
    one = endpoint(server, tmp_path, budget=0.05, **prices)
    with pytest.raises(AssayError, match="stopped before it is passed") as caught:
        one.answer(said(*(f"row{i}" for i in range(9))))
    assert one.spent.cost <= 0.05 and one.spent.requests == 3 and "budget" in (caught.value.fix or "")
    more = endpoint(server, tmp_path, budget=1.0, **prices)
    assert len(more.answer(said(*(f"row{i}" for i in range(9))))) == 9
    assert more.spent.kept == 3 and more.spent.requests == 6
    assert more.spent.cost == pytest.approx(6 * 0.015)


def test_the_rate_is_kept_by_waiting() -> None:
    waits: list[float] = []
    one = Endpoint(EndpointParams(url="http://x", model="m", requests_per_minute=60), sleep=waits.append)
    for _ in range(4):
        one._take_turn()
    assert len(waits) == 3 and waits[0] == pytest.approx(1.0, abs=0.2)


def test_without_a_server_nothing_is_sent() -> None:
    with pytest.raises(AssayError, match="names no `url`"):
        Endpoint(EndpointParams()).answer(said("a"))


def fitted(server: str, encoder: Path, brief: Brief, **params: Any) -> Any:
    rows = pl.DataFrame(
        {
            "example_id": ["1", "2", "3"],
            "input": ["card lost", "refund please", "parcel late"],
            "output": ["a", "b", "c"],
        }
    )
    chosen = TrainParams(encoder=str(encoder), endpoint={"url": server, "model": "echo", **params})
    system: Any = make_system("endpoint")
    system.fit(rows, rows.clear(), ("a", "b", "c"), Context(chosen, {}, brief))
    return system


def test_the_system_asks_with_the_card_and_the_nearest_rows(
    server: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    brief = Brief(Kind.EXTRACTION, "Fill the form.", {"type": "object"})
    save_system(fitted(server, tiny_encoder, brief, shots=2), tmp_path / "models" / "endpoint", {})
    system: Any = load_system(tmp_path / "models" / "endpoint")
    system.settle_in(tmp_path / ".assay")
    assert system.answer(["card lost please"]) == ['{"said": "CARD LOST PLEASE"}']
    body = asked_of(server)[0]["body"]
    assert [turn["role"] for turn in body["messages"]] == [
        "system", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert body["messages"][0]["content"] == "Fill the form."
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (tmp_path / ".assay" / "endpoint.sqlite").exists()


def test_a_server_that_ignores_the_form_is_refused_and_its_answer_not_kept(
    server: str, tmp_path: Path
) -> None:
    schema = {"type": "object"}
    with pytest.raises(AssayError, match="ignores `response_format`") as caught:
        endpoint(server, tmp_path, model="deaf").answer(said("a"), schema)
    assert "response_format: false" in str(caught.value.fix)
    freely = endpoint(server, tmp_path, model="deaf", response_format=False)
    assert freely.answer(said("a"), schema) == ["A"] and freely.spent.kept == 0
    assert endpoint(server, model="short").answer(said("a"), schema) == ['{"said']  # cut, not ignored


def test_personal_data_does_not_leave_unless_it_may(server: str, tiny_encoder: Path) -> None:
    brief, text = Brief(Kind.REWRITING, "Rewrite."), "write to jo.miller@example.org"
    with pytest.raises(
        AssayError, match="hold personal data \\(EMAIL_ADDRESS\\): nothing was sent"
    ) as caught:
        fitted(server, tiny_encoder, brief).answer([text, "hello there"])
    assert "jo.miller" not in str(caught.value) and not asked_of(server)
    assert fitted(server, tiny_encoder, brief, personal_data="send").answer([text]) == [text.upper()]


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("refund", "refund"),
        (' "Refund".\n', "refund"),
        ("**card lost**\nsince the card is gone", "card lost"),
        ("It is not a refund", ""),
        ("", ""),
        ("refund, card lost", ""),
    ],
)
def test_a_label_is_only_read_where_the_answer_is_one(answer: str, label: str) -> None:
    assert label_in(answer, ("refund", "card lost")) == label
