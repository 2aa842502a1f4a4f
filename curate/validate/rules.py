"""The named quality rules (`curate.validate.rule` says what one is).

Rules look for damage that no task wants (mis-decoded text, control characters, markup, chat templates,
refusals). They are kept few and precise: on the inputs of banking77 and Bitext (14,517 rows of real and
generated customer text) the rules that are on by default flag nothing; `no_letters` alone speaks up
elsewhere, for bare numbers, and only warns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from curate.placeholders import is_empty_but_for_placeholders
from curate.validate.faults import (
    arithmetic,
    code,
    copied,
    dates,
    encoding,
    json_asked,
    mash,
    refusals,
    repeats,
    units,
)
from curate.validate.invisible import (
    CONTROLS,
    holds_invisible,
    invisible_characters,
    is_beyond_ascii,
    visible,
)
from curate.validate.media.absent import (
    absent_media,
    media_in_doubt,
    media_places,
    names_media,
)
from curate.validate.merged_tasks import may_hold_tasks, merged_instructions
from curate.validate.null_markers import is_brief, may_be_null, null_in_doubt, null_marker, without_null_tail
from curate.validate.patterns import holds_digit
from curate.validate.rule import Rule
from curate.validate.tasks_in_doubt import may_hold_pairs, tasks_in_doubt
from curate.validate.truncation import cut_off, cut_off_places, cut_short, cut_short_places, unfinished
from curate.validate.unsupported import places as unsupported_places


def _matches(pattern: str) -> Callable[[str], pl.Expr]:
    return lambda field: pl.col(field).str.count_matches(pattern)


def _when(holds: Callable[[pl.Expr], pl.Expr]) -> Callable[[str], pl.Expr]:
    return lambda field: holds(pl.col(field)).cast(pl.UInt32)


_TAGS = "a|abbr|b|body|br|code|div|em|font|form|h[1-6]|head|hr|html|i|iframe|img|input|li|link|meta|ol|p|pre|script|span|strong|style|svg|table|tbody|td|th|thead|tr|u|ul"  # noqa: E501
MARKUP = rf"(?i)</?(?:{_TAGS})(?:\s[^<>]{{0,500}})?/?>|&(?:nbsp|amp|lt|gt|quot|apos|rsquo|lsquo|ldquo|rdquo|ndash|mdash|#\d{{2,5}}|#x[0-9a-f]{{2,4}});"  # noqa: E501

# Turn markers of ChatML, Llama 2 and 3, Zephyr and Alpaca: left in a text, they break the training template.
CHAT_MARKERS = r"(?m)<\|[a-z_]{2,30}\|>|\[/?INST\]|<</?SYS>>|</?s>|^### (?:Instruction|Response|Input):"

# Ten of one letter in a row occurs in no word of any language; shorter runs are how people write ("sooooo").
_RUN = 10
REPEATED = "|".join(f"[{letter}{letter.upper()}]{{{_RUN},}}" for letter in "abcdefghijklmnopqrstuvwxyz")

# Something there, but no letter, digit or emoji; and no letter although there is a digit ("7" answers "for
# how many?").
_NO_TEXT = r"^[^\p{L}\p{N}\p{Extended_Pictographic}]*[^\p{L}\p{N}\p{Extended_Pictographic}\s][^\p{L}\p{N}\p{Extended_Pictographic}]*$"  # noqa: E501
_NO_LETTERS = r"^[^\p{L}]*\p{N}[^\p{L}]*$"


def _told_elsewhere(_field: str) -> pl.Expr:
    """No expression says it: row and card are looked at in `curate.validate.answers`."""
    return pl.lit(0, dtype=pl.UInt32)


def _only_placeholders(field: str) -> pl.Expr:
    return is_empty_but_for_placeholders(field).cast(pl.UInt32)


def _may_hold_markup(field: str) -> pl.Expr:
    return pl.col(field).str.contains("[<&]")


def _rare_spelling(field: str) -> pl.Expr:
    """A label that equals one at least ten times as common but for case, spaces and punctuation."""
    label = pl.col(field)
    return _is_rare(label, pl.len().over(label)).cast(pl.UInt32)


def _is_rare(label: pl.Expr, rows: pl.Expr) -> pl.Expr:
    folded = label.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
    return (folded != "") & (rows * 10 <= rows.max().over(folded))


def rule_on_labels(rule: Rule, labels: pl.DataFrame) -> Rule:
    """`rule` for some rows of a table whose labels are counted in `labels` (`output`, `rows`): rare is what
    is rare among all of them.
    """
    if rule.code != "label_variant":
        return rule
    rare = labels.filter(_is_rare(pl.col("output"), pl.col("rows").cast(pl.UInt64)))["output"]
    return replace(rule, places=lambda field: pl.col(field).is_in(rare.implode()).cast(pl.UInt32))


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "mojibake",
            "text decoded with the wrong encoding, or a replacement character",
            encoding.mojibake,
            "every",
            "quarantine",
            (encoding.may_be_mojibake,),
        ),
        Rule(
            "invisible_characters",
            "characters that nobody sees (zero-width space, soft hyphen, byte-order mark)",
            invisible_characters,
            "every",
            "warn",
            (is_beyond_ascii, holds_invisible),
            fix=visible,
            counts_characters=True,
        ),
        Rule(
            "control_characters",
            "control or direction-override characters",
            _matches(CONTROLS),
            "every",
            "quarantine",
        ),
        Rule(
            "no_text",
            "neither letter nor digit",
            _when(lambda text: text.str.contains(_NO_TEXT)),
            "prose",
            "quarantine",
        ),
        Rule(
            "placeholder_only",
            "nothing left but redaction placeholders",
            _only_placeholders,
            "prose",
            "quarantine",
        ),
        Rule(
            "chat_markers", "turn markers of a chat template", _matches(CHAT_MARKERS), "prose", "quarantine"
        ),
        Rule(
            "boilerplate_refusal",
            "the answer is an assistant's refusal",
            refusals.boilerplate_refusal,
            "answer",
            "quarantine",
            (refusals.may_be_refusal,),
        ),
        Rule(
            "output_copies_input",
            "the answer repeats the input",
            copied.copies_input,
            "answer",
            "quarantine",
            (copied.begins_alike, copied.begins_with_the_same),
        ),
        Rule(
            "no_letters",
            "digits without a letter",
            _when(lambda text: text.str.contains(_NO_LETTERS)),
            "prose",
            "warn",
        ),
        Rule(
            "markup_left",
            "HTML tags or entities",
            _matches(MARKUP),
            "prose",
            "warn",
            (_may_hold_markup,),
        ),
        Rule(
            "repeated_characters",
            f"one letter {_RUN} times or more in a row",
            _matches(f"(?:{REPEATED})"),
            "prose",
            "warn",
        ),
        Rule(
            "assistant_preamble",
            "the answer opens by announcing itself",
            _matches(refusals.PREAMBLE),
            "answer",
            "warn",
        ),
        Rule(
            "truncated",
            "the answer is cut off before its end",
            cut_off,
            "answer",
            "quarantine",
            (unfinished,),
            cut_off_places,
        ),
        Rule(
            "null_marker",
            "a null marker in place of text (No input, N/A, None)",
            null_marker,
            "task",
            "quarantine",
            (may_be_null,),
            fix=without_null_tail,
            fix_scope="input",
        ),
        Rule(
            "null_in_doubt",
            "may be a null marker in place of an answer (None, nothing, -)",
            null_in_doubt,
            "answer",
            "warn",
            (is_brief,),
        ),
        Rule(
            "absent_media",
            "asks about an image, recording, file or page that is not there",
            absent_media,
            "prompt",
            "warn",
            (names_media,),
            media_places,
        ),
        Rule(
            "media_in_doubt",
            "may ask about an image, recording, file or page that is not there",
            media_in_doubt,
            "prompt",
            "warn",
            (names_media,),
            media_places,
        ),
        Rule(
            "merged_instructions",
            "several tasks run together",
            merged_instructions,
            "task",
            "quarantine",
            (may_hold_tasks,),
        ),
        Rule(
            "tasks_in_doubt",
            "may hold several tasks that have nothing to do with each other",
            tasks_in_doubt,
            "prompt",
            "warn",
            (may_hold_pairs,),
        ),
        Rule(
            "cut_short",
            "the last sentence has no end, those before it have",
            cut_short,
            "answer",
            "warn",
            (unfinished,),
            cut_short_places,
        ),
        Rule(
            "prompt_in_answer",
            "the answer says its prompt again before it answers",
            copied.prompt_in_answer,
            "answer",
            "warn",
            (copied.may_repeat_prompt,),
        ),
        Rule(
            "code_missing",
            "code is asked for and none is given",
            code.code_missing,
            "answer",
            "warn",
            (code.speaks_of_code, code.may_want_code, code.shows_no_code),
        ),
        Rule(
            "json_broken",
            "JSON is asked for and does not parse",
            json_asked.json_broken,
            "answer",
            "warn",
            (json_asked.speaks_of_json, json_asked.asks_for_json),
        ),
        Rule(
            "wrong_arithmetic",
            "a sum that does not come out",
            arithmetic.wrong_arithmetic,
            "answer",
            "warn",
            (arithmetic.may_be_sum, arithmetic.may_hold_sum),
        ),
        Rule(
            "repeated_ngrams",
            "the answer says the same again and again",
            repeats.repeated_ngrams,
            "answer",
            "warn",
            (repeats.may_repeat, repeats.is_text),
        ),
        Rule(
            "refusal",
            "the answer refuses or speaks of itself as a machine",
            refusals.refusal,
            "answer",
            "warn",
            (refusals.may_refuse, refusals.refuses_somehow),
        ),
        Rule(
            "boilerplate",
            "phrases of a chatbot or a web page around the answer",
            refusals.boilerplate,
            "answer",
            "warn",
            (refusals.may_be_boilerplate,),
        ),
        Rule(
            "encoding_damage",
            "text decoded or escaped in a wrong way",
            encoding.encoding_damage,
            "prose",
            "warn",
            (encoding.may_hold_signs, encoding.may_be_damaged),
        ),
        Rule(
            "keyboard_mash",
            "fingers on the keyboard instead of words",
            mash.keyboard_mash,
            "prose",
            "warn",
            (mash.may_be_mashed,),
        ),
        Rule(
            "impossible_date",
            "a date that no calendar has",
            dates.impossible_date,
            "written",
            "warn",
            (holds_digit, dates.may_hold_day, dates.may_hold_date),
        ),
        Rule(
            "unit_slip",
            "an amount that is another one in its second unit",
            units.unit_slip,
            "answer",
            "warn",
            (holds_digit, units.may_hold_unit, units.may_hold_two_units),
        ),
        Rule(
            "unsupported",
            "a number or name that the input does not hold",
            unsupported_places,
            "summary",
            "warn",
        ),
        Rule(
            "answer_language",
            "the answer is in another language than its row",
            _told_elsewhere,
            "answer",
            "warn",
        ),
        Rule(
            "style_words",
            "the answer breaks the card's style: words never or always said, protected terms",
            _told_elsewhere,
            "answer",
            "quarantine",
        ),
        Rule(
            "style_shape",
            "the answer breaks the card's style: its length, or the numbers of the input",
            _told_elsewhere,
            "answer",
            "warn",
        ),
        Rule("label_variant", "a rare spelling of a common label", _rare_spelling, "label", "warn"),
        Rule(
            "template_left",
            "an unfilled template variable such as {{name}}",
            _matches(r"\{\{[^{}\n]{1,80}\}\}"),
            "prose",
            "warn",
        ),
    )
}
