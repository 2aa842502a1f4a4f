"""Answers from a server that speaks the OpenAI chat protocol: vLLM, llama.cpp, Ollama, or a hosted one.

Nothing is sent unless params name a server. The key comes from the environment and is never written. Answers
are kept in a file of the project that git does not see, by the digest of what was asked, so that a run that
stopped asks only for the rest, and asking twice costs nothing.

A request that is refused for the moment (429, 5xx) or cut off is repeated after a growing pause, or after
the one that the server names. Before each request its largest possible cost is added to what was spent: a
budget is never passed, not even by one answer.
"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.files import canonical_json
from curate.stage import Progress
from curate.strict_json import NotJson, parse_json
from train.params import EndpointParams

if TYPE_CHECKING:
    import httpx

Messages = list[dict[str, str]]

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
# Longest pause between two tries, seconds.
_LONGEST = 60.0
# Characters of a token, at the least: what a prompt may cost is counted with it before it is sent.
_LETTERS = 2.0


@dataclass
class Spent:
    """What a run asked and paid for; answers that were kept cost nothing."""

    requests: int = 0
    kept: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    reserved: float = 0.0


@dataclass
class Endpoint:
    """A server, what it costs, and what it has answered so far.

    Parameters
    ----------
    params
        Section `train.endpoint`.
    kept
        File of answers; None keeps none.
    spent
        Tokens and cost of this run.
    """

    params: EndpointParams
    kept: Path | None = None
    spent: Spent = field(default_factory=Spent)
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def answer(
        self,
        asked: Sequence[Messages],
        schema: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> list[str]:
        """The answer to each conversation.

        Parameters
        ----------
        asked
            Chat messages, the last of the user's.
        schema
            JSON Schema that the server is asked to keep to.

        Raises
        ------
        AssayError
            If no server is named, it refuses for good, it cannot be reached, or the budget would be passed.
        """
        if not self.params.url or not self.params.model:
            raise AssayError(
                "system `endpoint` needs a server: params.train.endpoint names no `url` or no `model`",
                fix="params.yaml:  train: {endpoint: {url: http://localhost:8000/v1, model: NAME}}",
            )
        bodies = [self._body(messages, schema) for messages in asked]
        with self._store() as store, self._client() as client:
            done = [0]

            def one(body: dict[str, Any]) -> str:
                text = self._one(client, store, body)
                with self._lock:
                    done[0] += 1
                if progress:
                    progress(done[0], len(bodies))
                return text

            with ThreadPoolExecutor(self.params.concurrency) as pool:
                futures = [pool.submit(one, body) for body in bodies]
                try:
                    return [future.result() for future in futures]
                except BaseException:
                    for future in futures:
                        future.cancel()
                    raise

    def usage(
        self, asked: Sequence[Messages], schema: dict[str, Any] | None = None
    ) -> list[tuple[int, int] | None]:
        """Tokens read and written by each of these requests, as kept beside their answers; None where they
        are not.
        """
        with self._store() as store:
            return [store.usage(self._name(self._body(messages, schema))) for messages in asked]

    def _body(self, messages: Messages, schema: dict[str, Any] | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.params.model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": self.params.max_tokens,
        }
        if schema is not None and self.params.response_format:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            }
        return body

    def _one(self, client: httpx.Client, store: _Store, body: dict[str, Any]) -> str:
        name = self._name(body)
        if (known := store.get(name)) is not None:
            with self._lock:
                self.spent.kept += 1
            return known
        largest = self._largest_cost(body)
        self._reserve(largest)
        try:
            document = self._send(client, body)
        finally:
            with self._lock:
                self.spent.reserved -= largest
        text = self._read(document)
        paid = self._pay(document, body, text)
        self._refuse_other_form(document, body, text)
        store.put(name, text, paid)
        return text

    def _name(self, body: dict[str, Any]) -> str:
        """What an answer is kept under."""
        asked = canonical_json([self.params.url, body])
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()

    def _largest_cost(self, body: dict[str, Any]) -> float:
        letters = sum(len(message["content"]) for message in body["messages"])
        return self._price(letters / _LETTERS, self.params.max_tokens)

    def _price(self, tokens_in: float, tokens_out: float) -> float:
        """Currency of so many tokens, at the prices of a million that params state."""
        return (tokens_in * self.params.price_in + tokens_out * self.params.price_out) / 1e6

    def _reserve(self, largest: float) -> None:
        budget = self.params.budget
        with self._lock:
            committed = self.spent.cost + self.spent.reserved + largest
            if budget is not None and committed > budget:
                raise AssayError(
                    f"the next request could cost {largest:.4f}, and {self.spent.cost:.4f} of the budget of "
                    f"{budget:g} is spent: stopped before it is passed; what was answered is kept",
                    fix="raise params.train.endpoint.budget, then run again: only the rest is asked",
                )
            self.spent.reserved += largest

    def _pay(self, document: dict[str, Any], body: dict[str, Any], text: str) -> tuple[int, int]:
        """Add what a request cost; returns its tokens in and out, as the server says or, if not, guessed."""
        usage = document.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        letters = sum(len(message["content"]) for message in body["messages"])
        counted = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
        guess = [letters / _LETTERS, len(text) / _LETTERS]
        tokens = [
            said if isinstance(said, int) and said >= 0 else int(guessed) + 1
            for said, guessed in zip(counted, guess, strict=True)
        ]
        with self._lock:
            self.spent.requests += 1
            self.spent.tokens_in += tokens[0]
            self.spent.tokens_out += tokens[1]
            self.spent.cost += self._price(*tokens)
        return tokens[0], tokens[1]

    def _send(self, client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
        import httpx

        why = ""
        for tried in range(self.params.retries + 1):
            self._take_turn()
            pause = min(_LONGEST, 2.0**tried) * (0.5 + random.random() / 2)
            try:
                response = client.post("chat/completions", json=body)
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if response.status_code == 200:
                    return self._document(response)
                why = f"HTTP {response.status_code}"
                if response.status_code not in _AGAIN:
                    break
                pause = _named_pause(response.headers.get("retry-after")) or pause
            if tried < self.params.retries:
                self.sleep(pause)
        raise AssayError(
            f"the server at {host(self.params.url)} did not answer: {why}; what was answered before is kept",
            fix=f"check params.train.endpoint (url, model) and the key in ${self.params.key_env}, then run "
            "again",
        )

    @staticmethod
    def _document(response: httpx.Response) -> dict[str, Any]:
        try:
            document = response.json()
        except ValueError:
            document = None
        return document if isinstance(document, dict) else {}

    def _read(self, document: dict[str, Any]) -> str:
        try:
            text = document["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            text = None
        if not isinstance(text, str):
            raise AssayError(
                f"the server at {host(self.params.url)} answered with something else than a chat message",
                fix="name the server's address up to /v1 in params.train.endpoint.url",
            )
        return text

    def _refuse_other_form(self, document: dict[str, Any], body: dict[str, Any], text: str) -> None:
        """Refuse a server that was sent a `response_format` and writes as if it was not; an answer cut at the
        limit is another matter. What form it has beyond being an object is judged with all other answers.
        """
        if "response_format" not in body or document["choices"][0].get("finish_reason") == "length":
            return
        try:
            whole = isinstance(parse_json(text.strip()), dict)
        except NotJson:
            whole = False
        if not whole:
            raise AssayError(
                f"the server at {host(self.params.url)} ignores `response_format`: it was sent a JSON Schema "
                "and answered with something else than a JSON object",
                fix="ask without it, answers are validated all the same: params.yaml: train: {endpoint: "
                "{response_format: false}}",
            )

    def _take_turn(self) -> None:
        """Wait until the rate allows another request."""
        if self.params.requests_per_minute is None:
            return
        gap = 60.0 / self.params.requests_per_minute
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            self._next = max(now, self._next) + gap
        if wait:
            self.sleep(wait)

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        import httpx

        key = os.environ.get(self.params.key_env, "")
        with httpx.Client(
            base_url=f"{str(self.params.url).rstrip('/')}/",
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=self.params.timeout,
            follow_redirects=False,
            trust_env=False,
        ) as client:
            yield client

    @contextmanager
    def _store(self) -> Iterator[_Store]:
        if self.kept is None:
            yield _Store(None)
            return
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.kept, timeout=30, check_same_thread=False)) as database:
            self.kept.chmod(0o600)
            database.execute("create table if not exists answers (asked text primary key, answer text)")
            database.execute(
                "create table if not exists usage "
                "(asked text primary key, tokens_in integer, tokens_out integer)"
            )
            yield _Store(database)


class _Store:
    """Answers by the digest of what was asked; safe for threads and for two runs at once."""

    def __init__(self, database: sqlite3.Connection | None) -> None:
        self._database, self._lock = database, threading.Lock()

    def get(self, asked: str) -> str | None:
        """The answer kept, if there is one."""
        if self._database is None:
            return None
        with self._lock:
            row = self._database.execute("select answer from answers where asked = ?", (asked,)).fetchone()
        return None if row is None else str(row[0])

    def usage(self, asked: str) -> tuple[int, int] | None:
        """Tokens in and out of a request, if they were kept."""
        if self._database is None:
            return None
        with self._lock:
            query = "select tokens_in, tokens_out from usage where asked = ?"
            row = self._database.execute(query, (asked,)).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def put(self, asked: str, answer: str, tokens: tuple[int, int]) -> None:
        """Keep an answer and its tokens."""
        if self._database is None:
            return
        with self._lock, self._database:
            self._database.execute("insert or replace into answers values (?, ?)", (asked, answer))
            self._database.execute("insert or replace into usage values (?, ?, ?)", (asked, *tokens))


def _named_pause(header: str | None) -> float | None:
    """Seconds that a server asks to wait; a date or nonsense is left to our own pause."""
    try:
        return min(_LONGEST, max(0.0, float(header))) if header else None
    except ValueError:
        return None


def host(url: str | None) -> str:
    """Scheme, host and port of an address: what may stand in a message (no user, no path, no query)."""
    from urllib.parse import urlsplit

    parts = urlsplit(url or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
