"""Rule `code_missing`: code is asked for and the answer talks about it.

The prompt must want code itself: a verb of making, then a thing that only code can be ("a SQL query", "a
regex") or a thing that may be code beside the name of a language ("a function ... in Rust"). Whatever looks
like code in the answer clears the row: a fence, a call, braces, an option, an assignment.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either

_LANGUAGE = (
    r"\b(?:python|java|javascript|js|typescript|sql|mysql|postgres(?:ql)?|sqlite|bash|shell|zsh|powershell|rust|ruby|golang|kotlin|swift|"
    r"scala|perl|php|haskell|lua|matlab|julia|html5?|css3?|react|vue|angular|node(?:\.?js)?|jquery|pandas|numpy|"
    r"pytest|junit|regex|excel|vba|awk|sed|latex|terraform|yaml|flask|django|fastapi|express|unix|linux)\b|\bc\+\+|\bc#|\b(?-i:in (?:C|R|Go|Dart))\b|\b(?-i:C) (?:program|function|code)"
)
_MAKES = either(
    "write implement create generate provide show give code develop build make need want produce design construct refactor fix debug optimi[sz]e rewrite convert complete "
    "schreibe? erstelle? implementiere gib programmiere écris écrivez crée donne implémente escribe crea implementa dame genera "
    "scrivi crea implementa dammi schrijf maak geef escreva crie implemente napisz stwórz"
)
# Code and nothing else.
_ALWAYS = (
    r"(?:sql|mysql|postgres\w*)[ -](?:query|queries|statement|abfrage|anweisung)|bash[ -]script\w*|shell[ -]?(?:script|command|skript)\w*|python[ -]?(?:script|skript|program|programm|code|function|funktion|one-liner|class)\w*|"
    r"regex(?:es|p)?|regular expressions?|dockerfile|makefile|code snippet|source code|unit tests?|recursive (?:function|method)|"
    r"(?:html|web) (?:page|form|table|document)|css|stylesheet|list comprehension|docker-compose|(?:sed|awk) (?:command|one-liner|script)|one-line(?:r)? (?:awk|sed|bash|python|perl)\w*(?: command)?|requête sql|consulta sql|"
    r"expresión regular|expression régulière|regulären? ausdruck"
)
# Code where a language is named.
_OFTEN = either(
    "functions? methods? class(?:es)? scripts? skripte? programs? programme? programmes? quer(?:y|ies) abfragen? code snippets? modules? commands? befehle? algorithms? interface endpoint decorators? "
    "loops? tests? macros? components? app apps application calculator game server parser crawler scraper bot api funktion fonction función programma programa código codice funzione functie função funkcj[aę] skrypt program "
    "quicksort mergesort bubble_sort binary_search linked_list stack queue fibonacci factorials? palindrome"
)
_WANTS = (
    rf"(?i)(?:^|[.!?:\n]\s*)(?:please |can you |could you |i (?:need|want) |help me |bitte |now )*{_MAKES}\b[^.!?\n]{{0,90}}?\b(?:{_ALWAYS}|{_OFTEN})\b"
    rf"|(?i)(?:^|[.!?:\n]\s*)(?:please )?(?:fix|debug|refactor|correct|optimi[sz]e) (?:this|the(?: following)?|my)\b[^\n]{{0,60}}:?\s*\n"
    rf"|(?i)(?:^|[.!?:\n]\s*)(?:please )?(?:show|give) me (?:the )?(?:css|html|sql|code|regex)\b|(?i)^(?:code|implement|program) \w|(?i)^\W*(?:an? )?(?:one-?liner|script|regex|query|snippet|function) (?:in|for|to|that|which)\b"
)
_ONLY_CODE = rf"(?i)\b(?:{_ALWAYS})\b"
_LINES_OF_CODE = r"(?m)^\s*(?:def |for |if |while |class |import |from \w+ import|return |print\(|var |let |const |#include|public |SELECT |select )|[;{}]\s*$|\w\(.*\)|\w = \S"
# A text about code.
_NOT_CODE = (
    r"(?i)\b(?:poem|haiku|limerick|song|story|essay|e-?mail|article|blog|letter|tweet|advert\w*|job|résumé|resume|cv|paragraph|speech|"
    r"joke|tutorial|lesson|quiz|questions?|interview|review|slogan|description|documentation|explanation|summary|comparison|report|plan|pseudo-?code|"
    r"no code|without (?:any )?code|in (?:plain )?words|in plain english|difference|pros and cons|dress code|code of conduct|reasons?|benefits|advantages|"
    r"user story|design document|name for|title)\b"
)
_CODE = (
    r"```|~~~|`[^`\n]+`|[{}<>|$]|==|=>|->|\w\(|\w\[|\)\s*;|;\s*(?:\n|$)|\\[dwsnb]|\^\S|(?m:^\s*(?:def|class|import|from|return|let|const|var|function|public|package|#include|FROM|RUN|CMD|SELECT|UPDATE|DELETE|INSERT|CREATE|WITH|docker|git|sudo|pip|npm|cd|ls|df|du|cat|grep|find|awk|sed|curl|rm|mv|cp|chmod|echo)\s)"
    r"|\s--?[a-zA-Z]|\S\s?[+*/%]?=\s?\S|(?-i:\bSELECT\b)|(?i:^\s*select\b.*\bfrom\b[^.]*$)|\w\.\w+\("
)


def may_want_code(_field: str) -> pl.Expr:
    """The first gate: the prompt makes or fixes code."""
    return pl.col("input").str.contains(_WANTS)


def shows_no_code(field: str) -> pl.Expr:
    """The second gate: no sign of code is in the answer."""
    return ~pl.col(field).str.contains(_CODE) & (pl.col(field).str.len_chars() >= 25)


def code_missing(field: str) -> pl.Expr:
    """1 where the prompt wants code and the field holds none."""
    prompt = pl.col("input")
    named = prompt.str.contains(_ONLY_CODE) | prompt.str.contains(f"(?i){_LANGUAGE}")
    given = prompt.str.contains(r"(?i)\b(?:code|refactor|fix|debug)\b") & prompt.str.contains(_LINES_OF_CODE)
    return (
        (named | given | prompt.str.contains(r"(?i)^(?:implement|code) ")) & ~prompt.str.contains(_NOT_CODE)
    ).cast(pl.UInt32)
