"""Rule `json_broken`: the prompt asks for JSON and what the answer gives does not parse.

The answer may be JSON, JSON in a fence, JSON lines, or JSON with a sentence around it; a prompt about JSON (to
read it, to turn it into something else, an example of a bad one) asks for none. Only the JSON of RFC 8259
counts: no single quotes, comments, trailing commas, `NaN`.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import json
import re

import polars as pl

from curate.validate.faults.rowwise import judged

_ASKED = (
    r"(?i)(?:\b(?:as|in|into|to|als|im|en|au|em|jako|w|in formato|no formato|au format|en formato)\s+(?:an?\s+|the\s+|valid\s+|strict\s+|pure\s+|raw\s+|un\s+|einem?\s+|format\s+|formato\s+|formacie\s+)*json\b"
    r"|\b(?:return|returns?|output|produce|write|generate|create|give|provide|need|respond|reply|answer|make|send|emit|devuelve|genera|réponds|renvoie|produis|gib|erstelle|antworte|liefere|restituisci|rispondi|geef|retorne|responda|zwróć|must be|should be)\b[^.?!\n]{0,40}?\bjson\b|\bjson,? (?:only|please|bitte|s['’]il|por favor|per favore|alstublieft|proszę|format please)\b|\b(?:please|bitte)\b[^.?!\n]{0,30}\bjson\b|^\W*(?:an? |un |ein |una |um |een )?(?:valid |small )?json(?:[,:]| (?:for|with|of|object|array|list|record|document|containing|output|mit|für|avec|con|com|met|z)\b))"
)
_ABOUT_IT = (
    r"(?i)\b(?:invalid|broken|malformed|this|the given|the following|following|existing|without|from|my|your|load\w*|read\w*|pars\w+|validat\w+) json\b|\bjson (?:into|to) \w|\bjson (?:parser|escapes?|syntax|jargon|module|library|web token|path|lines?\b)"
    r"|\b(?:json['’]s|explain|difference|vs\.?|why|how (?:do|does|can|to|would|is|are)|what(?:['’]s| is) (?:a )?json)\b"
    # A program, an article: not a field of that name.
    r"|\b(?:write|create|implement|build|develop|make|give me|need|want|show me|in|using|with|as|from|a|an|the|some) (?:(?:an?|the|some|small|short|simple|little|new) )?(?:python|javascript|typescript|java|php|ruby|golang|rust|c#|sql|bash|shell|node(?:\.js)?)\b"
    r"|\b(?:write|create|implement|build|develop|make) (?:me )?(?:an?|the|some) (?:[a-z-]+ ){0,2}(?:script|program|function|method|class|code|essay|article|tutorial|poem|story)\b[^.\n]{0,60}\bjson\b"
    r"|\bjson\b[^.\n]{0,20}\b(?:script|program|function|method|essay|tutorial|poem)\b"
    r"|(?:python|javascript|typescript|java|php|ruby|golang|rust|c#|sql|bash) (?:script|code|function|program|class|dict\w*|object|list|snippet)"
)
_FENCE = re.compile(r"```(?:json|JSON)?[ \t]*\n(.*?)(?:\n```|```|\Z)", re.DOTALL)
_OPENS = re.compile(r"[{\[]")
_DECODER = json.JSONDecoder(parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
# Deeper or longer than any answer; the parser is recursive.
_LONGEST = 200_000


def speaks_of_json(_field: str) -> pl.Expr:
    """The first gate: the prompt has the word."""
    return pl.col("input").str.contains(r"(?i)\bjson\b")


def asks_for_json(field: str) -> pl.Expr:
    """The second gate: the prompt wants JSON, and the answer is there."""
    prompt = pl.col("input")
    return (
        prompt.str.contains(_ASKED)
        & ~prompt.str.contains(_ABOUT_IT)
        & (pl.col(field).str.strip_chars() != "")
    )


def _parses(text: str) -> bool:
    try:
        _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return False
    return True


def broken(_prompt: str, answer: str) -> int:
    """1 where `answer` holds no JSON that parses."""
    text = answer[:_LONGEST]
    if _parses(text):
        return 0
    fences = _FENCE.findall(text)
    if fences:
        return int(not all(_parses(part) for part in fences))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(_parses(line) for line in lines):
        return 0
    start = _OPENS.search(text)
    if not start:
        return 1
    try:
        _, end = _DECODER.raw_decode(text, start.start())
    except (ValueError, RecursionError):
        return 1
    # Something of JSON behind the document: a bracket too many, a second one without a comma.
    return int(bool(re.match(r"\s*[\]}\[{,;\"]", text[end:])))


def json_broken(field: str) -> pl.Expr:
    """1 where the JSON that the prompt asked for does not parse."""
    return judged(field, broken)
