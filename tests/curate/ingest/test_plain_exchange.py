"""The short way for conversations of a question and an answer gives what the long way gives."""

from __future__ import annotations

import json
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.ingest import conversations
from curate.ingest.chat.turns import plain_exchange
from curate.task import Kind

_SAID = st.sampled_from(
    ["hi", "", "  ", "role", '"role": x', "content", 'a "content"', "é\n", None, 1, "\\", "NaN"]
)
_TURN = st.tuples(
    st.sampled_from(["role", "from", "Role", "content"]),
    st.sampled_from(["user", "assistant", "system", "human", "gpt", "User", None]),
    st.sampled_from(["content", "value", "role"]),
    _SAID,
    st.sampled_from(["", ', "weight": 0', ', "role": "user"', ', "content": "b"', ', "name": "jo"']),
).map(lambda one: f'{{"{one[0]}": {json.dumps(one[1])}, "{one[2]}": {json.dumps(one[3])}{one[4]}}}')
_PLAIN = st.tuples(st.sampled_from(["user", "assistant", "system"]), _SAID).map(
    lambda one: json.dumps({"role": one[0], "content": one[1]}, ensure_ascii=False)
)


@given(turns=st.lists(_PLAIN | _TURN, max_size=4), around=st.sampled_from(["[{}]", "{}", "[{}", " [{}] "]))
@example(turns=[json.dumps({"role": role, "content": "x"}) for role in ("user", "assistant")], around="[{}]")
@settings(max_examples=400, deadline=None)
def test_a_question_and_its_answer_are_read_as_every_conversation_is(turns: list[str], around: str) -> None:
    cell = around.format(", ".join(turns))
    for kind in (Kind.REWRITING, Kind.EXTRACTION):
        quick = conversations.rows_of_conversations(1, {}, {"messages": [cell]}, {}, kind=kind, each=False)
        with patch.object(conversations, "plain_exchange", lambda _: None):
            slow = conversations.rows_of_conversations(1, {}, {"messages": [cell]}, {}, kind=kind, each=False)
        assert quick[0].equals(slow[0]) and quick[1] == slow[1]


def test_the_short_way_is_taken() -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    assert plain_exchange(json.dumps(turns)) == ("Hi", "Hello")
    twice = '[{"role": "user", "content": "a", "content": "b"}, {"role": "assistant", "content": "c"}]'
    assert plain_exchange(twice) is None
