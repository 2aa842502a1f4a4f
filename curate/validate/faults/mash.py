"""Rule `keyboard_mash`: somebody's fingers on the keyboard instead of words (`asdfasdf`, `sdkfjh`).

A word is mashed if it is of the middle row alone and is no word (no vowel, or seven letters or more), or if its
letters follow each other on one row, or five consonants of the middle row stand together in it. Less sure signs (four
of them, a `q` without its `u`, a `j` between consonants, eight letters without a vowel) count where most words of a
text have one. Codes, addresses and words with digits or hyphens are not looked at, nor are laughs and texts about
keyboards and passwords.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import polars as pl

from curate.validate.faults.rowwise import judged
from curate.validate.truncation import WORDS

# QWERTY, its German and French cousins.
_ROWS = (
    "qwertyuiop",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;",
    "asdfghjklöä",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "wxcvbn",
)
_PLACES = [{letter: at for at, letter in enumerate(row)} for row in _ROWS]
_MIDDLE = set("asdfghjkl;öä")
_VOWELS = set("aeiouyäöüáéíóúàèìòùâêîôûåæøœ")
# The beginnings of rows, as people type them.
_STARTS = ("asdf", "qwer", "zxcv", "hjkl", "jkl;")
# Letters of laughs and chants.
_LAUGHS = set("haejioklnmpsx")
# How often a word of two letters must change between them to be none.
_SWITCHES = 4
# No word of the middle row alone has as many letters ("flagfalls", "haggadahs").
_LONG = 10
_ABOUT_KEYS = r"(?i)\b(?:keyboards?|passwords?|pass ?phrases?|layout|home row|typing|tastatur|clavier|teclado|passwort|mot de passe|contraseña|gibberish|random (?:letters|characters)|placeholder|key ?mash\w*)\b"
# What a mashed word holds and an English one hardly ever: three keys side by side (four where three are a common
# syllable, as in "were"), or a stretch of the middle row.
_SIDE_BY_SIDE = [
    "sdf",
    "dfg",
    "fgh",
    "ghj",
    "hjk",
    "jkl",
    "kl;",
    "lkj",
    "kjh",
    "jhg",
    "hgf",
    "gfd",
    "fds",
    "asdf",
    "fdsa",
    "qwe",
    "ewq",
    "wert",
    "rtyu",
    "tyu",
    "yui",
    "uio",
    "uiop",
    "iuy",
    "oiu",
    "poiu",
    "uyt",
    "ytr",
    "rewq",
    "trew",
    "zxc",
    "xcv",
    "cvb",
    "vbn",
    "bnm",
    "mnb",
    "nbv",
    "bvc",
    "vcx",
    "cxz",
    "yxc",
    "cxy",
    "qwer",
    "qwertz",
    "klö",
    "löä",
]
# Consonants of the middle row on end: no language that is written with these keys has five.
_HOME_RUN = re.compile(r"[sdfghjkl]{5,}")
# Less sure: each is found in some name or loanword, hardly in most words of a text.
_ODD = r"[sdfghjkl]{4,}|q[b-df-hj-npr-tv-z]|[bcdfghkpqrstvwxz]j[bcdfghklmnpqrstvwxz]|wj[^a\\W]|[^i\\W]jf|[bcdfghjklmnpqrstvxz]{6,}"
_ODD_WORD = re.compile(_ODD)
_SUSPECT = rf"(?i){'|'.join(_SIDE_BY_SIDE)}|[asdfghjkl;öä]{{10}}|{_ODD}"
# Share of neighbouring letters (at most two keys apart on one row) from which on a word is none.
_SHARE = 0.85
_LONGEST = 5_000


def may_be_mashed(field: str) -> pl.Expr:
    """The gate: a run of letters of one row of keys."""
    return pl.col(field).str.contains(_SUSPECT)


def _neighbours(word: str) -> float:
    """The largest share, over the rows, of letters that lie by their predecessor."""
    pairs = list(pairwise(word))
    return max(
        sum(a in row and b in row and abs(row[a] - row[b]) <= 2 for a, b in pairs) / len(pairs)
        for row in _PLACES
    )


def _run(word: str) -> int:
    """The longest stretch of keys that lie side by side, typed in one direction."""
    longest = 1
    for row in _PLACES:
        for step in (1, -1):
            run = 1
            for a, b in pairwise(word):
                run = run + 1 if a in row and b in row and row[b] - row[a] == step else 1
                longest = max(longest, run)
    return longest


@cache
def _words() -> frozenset[str]:
    """English words that lie on one row by chance ("pretty", "were")."""
    return frozenset(WORDS.read_text(encoding="utf-8").split())


def is_mash(word: str) -> bool:
    """Whether a word in lower case is fingers on keys."""
    letters = set(word) - {";"}
    if word in _STARTS:
        return True
    if len(word) < 5 or len(letters) < 2 or word in _words():
        return False
    voiceless = not letters & _VOWELS
    # "shhhh", "pffff" are said; "ghghghgh" is not.
    if len(letters) == 2 and sum(a != b for a, b in pairwise(word)) < _SWITCHES:
        return False
    # Laughs and chants ("hahahaha", "lalala") are of two or three letters, one of them a vowel.
    said = not voiceless and len(letters) <= 3 and letters <= _LAUGHS
    if set(word) <= _MIDDLE and (voiceless or (len(word) >= _LONG and not said)):
        return True
    enough = len(word) >= (9 if said else 5 if voiceless else 6) and letters != set("ha")
    if enough and (voiceless or _run(word) >= 3) and _neighbours(word) >= _SHARE:
        return True
    run = _HOME_RUN.search(word)
    if run and len(set(run[0])) >= 3:
        return True
    return len(word) >= 9 and voiceless and sum(letter in _MIDDLE for letter in word) >= 0.9 * len(word)


def _is_odd(word: str) -> bool:
    """Whether a word has one of the less sure signs."""
    run = _ODD_WORD.search(word)
    return bool(
        run
        and len(word) >= 5
        and len(set(run[0])) >= min(3, len(run[0]))
        # "Rechtsschutz", "Angstschweiß"
        and "ch" not in run[0]
        and not re.search(r"(.)\1\1", word)
        and word not in _words()
    )


def mashed(prompt: str, text: str) -> int:
    """How many words of `text` are fingers on keys."""
    if re.search(_ABOUT_KEYS, prompt) or re.search(_ABOUT_KEYS, text):
        return 0
    count = odd = home = words = 0
    for token in text[:_LONGEST].split():
        bare = token.strip(".,:!?\"'()[]…„“”‚‘’")
        if not bare or re.search(r"[\d@#/_\\-]|://|\.", bare) or (bare.isupper() and len(bare) < 7):
            continue
        word = bare.lower()
        words += 1
        # "DJRieba", "#nhsjc" are names.
        named = token[0] in "#@" or not (bare.islower() or bare.isupper() or bare[1:].islower())
        odd += not named and _is_odd(word)
        home += not named and bool(re.search(r"[sdfghjkl]{4}", word))
        count += (
            len(word) >= 4
            and word.rstrip(";").replace(";", "").isalpha()
            and is_mash(word if ";" in word[:-1] or word == "jkl;" else word.rstrip(";"))
        )
    return count or (odd if odd * 2 >= words and (odd >= 2 or (home and words <= 2)) else 0)


def keyboard_mash(field: str) -> pl.Expr:
    """How many words of the field are fingers on keys."""
    return judged(field, mashed)
