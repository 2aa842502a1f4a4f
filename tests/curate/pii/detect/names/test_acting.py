"""The second look at names."""

from __future__ import annotations

import re
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.pii.detect.names import signs
from curate.pii.detect.names.acting import Look, second_look
from curate.pii.detect.names.recognizer import bundled
from curate.pii.detect.overlap import Hit


def test_one_name_between_the_same_words_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile text repeats it, and every look takes some ten regexes."""
    judged: list[str] = []
    judge = Look._judge

    def counted(look: Look, value: str, before: str, behind: str, found: float) -> float:
        judged.append(value)
        return judge(look, value, before, behind, found)

    monkeypatch.setattr(Look, "_judge", counted)
    text = "/@a" * 2_000
    hits = [Hit(at, at + 1, "PERSON", 0.8, "NameTagger", False) for at in range(2, len(text), 3)]
    second_look(text, hits, bundled().tagger.lexicon)
    assert len(judged) < 50


_PIECES = [
    "def f(",
    "x",
    " ",
    "=",
    "=>",
    "()",
    "[",
    "a[i]",
    "for a in b",
    "import os",
    "self.",
    "{{ a.b",
    "ok",
    "\n",
]


_LONGER = [
    "return",
    " return ",
    ")",
    "SELECT ",
    " FROM ",
    "else:",
    "except E:",
    "  ",
    "\r\n",
    "\x0b",
    "from x import",
]


@settings(max_examples=400, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            [*_PIECES, *_LONGER, "try:", ";", "&lt;", "</b>", "git push", "print", "console.log", "::"]
        )
        | st.text(max_size=4)
    )
)
def test_the_quick_look_for_code_says_what_the_whole_one_says(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert signs.is_code(text) == bool(_WHOLE.search(text))


@pytest.mark.parametrize(
    "piece", ["return ", "SELECT ", "\n", " ", ";", "a.", "[a", "for a ", "except ", "function ", "{{ a"]
)
def test_no_text_makes_the_look_for_code_slow(piece: str) -> None:
    text = piece * (300_000 // len(piece)) + "x\n.FROM try else except in ( ] } :x"
    began = time.process_time()
    signs.is_code(text)
    assert time.process_time() - began < 30  # the square of the length takes minutes


_WHOLE = re.compile(
    r"(?:\bdef \w+\(|\bclass \w+[(:{ ]|\bimport \w+|\bfrom \w+ import\b|\breturn\b[^.\n]*[;)\]]|=>"
    r"|\bfunction\b\s*\w*\(|[;{]\s*$|\bSELECT\b.+\bFROM\b|console\.|printf|println|#include|::|\w\(\)|==|!="
    r"|\+=|\b(?:const|let|var) \w+ ?=|\bfn \w+\(|^\s*(?:try|else|except\b.*):|\bkubectl |\bnpm |\bgit \w+"
    r"|\bself\.|\bpip install|</\w+>|\bGRANT \w+|\w+\.\w+\(|\w\[\w+\]|= ?\[|\{['\"]\w+['\"]:"
    r"|\bfor \w+ in \w+|&lt;|\\begin\{|\{\{ ?\w+\.\w)",
    re.MULTILINE,
)


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "Novel",
                "the book",
                "CHAPTER two",
                "author",
                "Songs",
                "how many",
                "Butter",
                "whisk",
                "x",
                "43rd president",
                "SAUTÉE",
                "ÉTUDES of the book",
                "ς Ǆ ẞ Ω ﬁ",
            ]
        )
        | st.text(max_size=3)
    )
)
def test_small_letters_say_what_a_text_is_about(pieces: list[str]) -> None:
    text = " ".join(pieces)
    if not signs.ODD_CASES.search(text):
        for any_case, small in zip(signs.OF_ANY, signs.OF_SMALL, strict=True):
            assert [one.group().lower() for one in any_case.finditer(text)] == [
                one.group() for one in small.finditer(text.lower())
            ]


def test_only_odd_letters_are_one_of_ascii_in_another_case() -> None:
    for code in range(128, sys.maxunicode + 1):
        letter = chr(code)
        alike = re.fullmatch("(?i)[a-zé]", letter) is not None
        assert signs.ODD_CASES.search(letter) or not alike or letter in "éÉ"
        assert letter.isalnum() == letter.lower().isalnum() or signs.ODD_CASES.search(letter)
