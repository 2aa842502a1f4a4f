"""Rule `null_marker`: a field that says that there is nothing, in place of text (`No input`, `<noinput>`,
`N/A`).

What is unmistakable always counts. `None`, `null` and the like are good answers to some tasks ("Which of
these are prime?", "What does typeof print?"), so there the prompt decides. A marker behind a prompt ("Give
three tips.\\n\\nNo input": columns joined without a look) can be taken out and the row kept.
"""

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either

_NEEDED = (
    r"(?:\s+(?:is|was)?\s*"
    + either("required needed necessary provided given available specified supplied found entered generated")
    + r"(?: (?:for|in|by|to) (?:this|the)(?: [a-z]+){1,2})?)?"
)
# Nobody writes these as a request or an answer.
_STRONG = (
    rf"no[\s_-]?(?:[a-z]+ )?(?:input|output|context|response)s?{_NEEDED}"
    r"|(?:input|output|context) ?: ?(?:none|n/?a|null|not (?:provided|required|needed|applicable|available))"
    r"|(?:none|nothing|not) (?:provided|required|needed|specified|supplied|applicable|available)"
    r"|(?:this|the) (?:task|instruction|question|prompt) (?:does not|doesn['’]t) (?:require|need|have) "
    r"(?:any |an )?(?:additional )?input"
    rf"|there (?:is|was|are) no (?:input|context)s?{_NEEDED}(?: for (?:this|the) [a-z]+)?"
    r"|#n/a|#ref!|#value!|#null!|\[object object\]"
    r"|keine eingabe|keine angabe|pas d['’]entrée|sin entrada|nessun input|sem entrada|geen invoer|brak "
    r"danych"
)
# A word of its own in some tasks.
_WEAK = r"none|null|nil|nan|na|n\s?/\s?a|n\.\s?a\.?|undefined|empty|blank|tbd|todo"
_OPEN, _SHUT = r"[\s\"'`*_-]*[<\[({]{0,2}[\s/]*", r"[\s/]*[>\])}]{0,2}[\s.!\"'`*_-]*"
_BRACKETED = rf"[<\[(]+\s*(?:{_STRONG}|{_WEAK})\s*[>\])]+"
_WHOLE = rf"(?is)^{_OPEN}(?:{_STRONG}|{_WEAK}){_SHUT}$"
_WHOLE_STRONG = rf"(?is)^(?:{_OPEN}(?:{_STRONG}){_SHUT}|\s*{_BRACKETED}\s*)$"
# Behind a prompt: after a blank line or a label; what is unmistakable also after a line or a sentence.
_TAIL = (
    rf"(?is)(?:\n[ \t]*\r?\n|\n?(?:###\s*)?\b(?:input|context):)\s*{_OPEN}(?:{_STRONG}|{_WEAK}){_SHUT}$"
    rf"|(?:([.?!:])\s|\n)\s*(?:{_OPEN}(?:{_STRONG}){_SHUT}|{_BRACKETED}\s*)$"
)
# Characters of the longest marker and the sentence end before it.
_LONGEST = 160
# Tasks with "none" for a good answer: a closed question, a look-up in the text, a prompt that names the word
# itself.
_MAY_BE_NONE = (
    r"(?is)\b(?:which|any|anything|how (?:many|much)|whose|what do you call)\b[^\n]*[?:]"
    r"|(?:^|[.!?:,;\n]\s*)"
    + either("does do did is are was were has have can could should will")
    + r"\b[^\n]*[?:]|(?:^|[.!?:\n]\s*)(?:list (?:all|any|the|every)|"
    + either(
        "extract identify detect find classify label spot tag count pull_out pick_out check look_for read"
    )
    + r")\b|\bif (?:any|there|it|not|no|none|nothing|you|the)\b"
    r"|\b(?:none|nil|n/a|not applicable|nan|null|undefined|blank|empty)\b"
)
# ... or for "null", "NaN" and "undefined": a question about code or numbers.
_MAY_BE_CODE = (
    r"(?i)\b(?:"
    + either(
        "json sql python javascript java ruby kotlin swift lua pandas excel returns? returned prints? "
        "printed evaluates? typeof outputs? iso code_of abbreviation symbol keyword constant division "
        "not_a_number floating[-_]point divided_by variable type_of"
    )
    + r"\b|0 ?/ ?0)"
)


def null_marker(field: str) -> pl.Expr:
    """1 where the field is nothing but a null marker, or an input ends in one."""
    text = pl.col(field)
    whole = (text.str.len_chars() <= _LONGEST) & text.str.head(_LONGEST).str.contains(_WHOLE)
    if field == "input":
        return (whole | text.str.tail(_LONGEST).str.contains(_TAIL)).cast(pl.UInt32)
    prompt = pl.col("input").fill_null("")
    plausible = prompt.str.contains(_MAY_BE_NONE) | prompt.str.contains(_MAY_BE_CODE)
    strong = (text.str.len_chars() <= _LONGEST) & text.str.head(_LONGEST).str.contains(_WHOLE_STRONG)
    return (strong | (whole & ~plausible)).cast(pl.UInt32)


def without_null_tail(field: str) -> pl.Expr:
    """The field without a null marker behind its text; a field that is nothing but a marker stays."""
    text = pl.col(field)
    # Only the end is searched: the pattern could begin at any space of a long text.
    body = text.str.head(-_LONGEST)
    bare = (body + text.str.tail(_LONGEST).str.replace(_TAIL, "${1}")).str.strip_chars_end()
    ends_in_marker = text.str.tail(_LONGEST).str.contains(_TAIL) & ~text.str.head(_LONGEST).str.contains(
        _WHOLE
    )
    return pl.when(ends_in_marker & (bare != "")).then(bare).otherwise(text)
