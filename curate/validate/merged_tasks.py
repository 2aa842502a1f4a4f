"""Rule `merged_instructions`: a field holds a second task of a generator's batch, or several tasks with one
answer.

Generators of instruction data write tasks in numbered batches, and where the batch is cut in the wrong place
the next task stays in the row: `\\n11. Instruction: ...`, `\\n\\nQ: ...\\nA: ...`, `### Input:`. Left alone:
numbered steps, questions that were asked for, dialogues and quizzes that are the answer, few-shot prompts
that wait for an output.
"""

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either

_TASK = either(
    "write translate generate summari[sz]e explain calculate compute describe list name classify rewrite "
    "compose identify give create suggest provide find convert tell compare define construct design "
    "develop come_up outline propose rank sort edit draft produce determine evaluate analy[sz]e predict "
    "categori[sz]e choose select formulate paraphrase brainstorm devise make what which who how why when "
    "where state imagine given"
)
# A heading on a line of its own or behind an end-of-text token, bare or in brackets, bold or numbered.
_LINE = r"(?:\n|<\|?(?:endoftext|im_end|eot_id)\|?>|</s>)[#*\s\[<(-]*(?:\d{1,3}[.)]\s?)?"
_COLON = r"(?:\s?\d+)?(?:[ \t*]*:|[\])>*]+[ \t]*:?)"


def _blocks(first: str, then: str) -> str:
    """Behind some text, a line `first:` and later a line `then:`."""
    return rf"(?s)\S.*?{_LINE}{first}{_COLON}.*?{_LINE}{then}{_COLON}"


_NUMBERED = (
    r"(?s)\S.*?(?:\n|[.?!:;]\s)[#*\s]*\d{1,3}\s?[.):][ \t*]*(?:Instruction|INSTRUCTION)s?\s?\d*[ \t*]*:"
)
# Behind a task a second one on the same line, "Instruction:" before it and no number.
_INSTRUCTION = rf"(?i)^\W*{_TASK}\b[^\n:]*[.?!]\s+instruction:\s+{_TASK}\b"
_BLOCK = _blocks(
    "(?:(?:New |Next )?(?:Instruction|INSTRUCTION)|New instruction)", "(?i:input|output|response|answer)"
)
_AGAIN = r"(?m)^[#*\s]*Instruction(?:\s?\d+)?[ \t*]*:"
_NEXT_TASK = _blocks(
    "(?i:task|question|problem|prompt|example|exercise)",
    "(?i:input|output|response|answer|solution|completion|result)",
)
_TURNS = _blocks(
    "(?i:human|user|q|question|prompt|customer)",
    "(?i:assistant|ai|a|answer|bot|response|model|completion|chatbot|gpt)",
)
# The same in other languages.
_FOREIGN = _blocks(
    "(?i:anweisung|aufgabe|frage|consigne|instruction|question|instrucción|pregunta|tarea|istruzione|domanda|"
    "instrução|pergunta|tarefa|opdracht|vraag|polecenie|pytanie|zadanie)",
    "(?i:antwort|ausgabe|eingabe|lösung|réponse|sortie|entrée|respuesta|salida|entrada|risposta|uscita|"
    "resposta|"
    "saída|antwoord|uitvoer|invoer|odpowiedź|wyjście|wejście)",
)
_PAIR = _blocks("Input", "Output")
_OPENS_WITH_TURN = (
    r"(?i)^[#*\s]*(?:\d{1,2}[.)]\s*)?(?:human|user|q|question|prompt|task|problem|example|customer|input)"
    r"(?:\s?\d+)?[ \t*]*:"
)
# The task asks for turns, questions or examples: an answer that holds them is what was wanted.
_WANTS_TURNS = (
    r"(?i)\b"
    + either(
        "dialogues? conversations? scripts? transcripts? chat(?:bot)?s? faqs? quiz(?:zes)? q_?&_?a q_and_a "
        "questions? interviews? examples? exercises? problems? worksheets? tests? exam flash_?cards? "
        "prompts? tasks? plays? scenes? few-shot template format lesson inputs? outputs?"
    )
    + r"\b"
)
_RUN_ON = rf"(?i)\S[^\n]*\n\s*(?:[2-9]|[1-9]\d)\s?[.)]\s+{_TASK}\b"
_FIRST = r"(?im)^[\s*#]*(?:1|one|step 1|a|i)\s?[.):]"
_SECOND = r"(?m)^\s*2\s?[.)]\s"
_NUMBER = r"(?m)^\s*\d{1,2}\s?[.)]\s"
_ITEM = rf"(?im)^\s*\d{{1,2}}\s?[.)]\s+{_TASK}\b"
_INLINE = rf"(?i)^\s*1\s?[.)]\s+{_TASK}\b[^\n]*[.?!]\s+2\s?[.)]\s+{_TASK}\b"
# Lines that are a task each, of different kinds, none of which says "it": an unnumbered batch.
_LINE_TASK = (
    r"(?m)^(?:Translate|Write|Name|Calculate|Convert|Explain|Define|Give|List|Classify|Suggest|Compose) "
    r"[^\n]{5,}[.?!]?$"
)
_GOES_WITH = (
    r"(?i)\b(?:it|its|them|their|this|that|these|those|above|below|each|the (?:text|sentence|answer|"
    r"result|list|story|words?))\b"
)
_AWAITS = r"(?i)(?:output|response|answer|label|sentiment|a)[ \t*]*:\s*$"


def may_hold_tasks(field: str) -> pl.Expr:
    """The gate of `merged_instructions`: a number or a heading that could begin a task."""
    return pl.col(field).str.contains(
        r"[.?!]\s+(?i:instruction:)|\d\s?[.):][ "
        r"\t*]*(?:Instruction|INSTRUCTION)|"
        rf"\n\s*(?:[2-9]|[1-9]\d)\s?[.)]\s+(?i:{_TASK})\b|^\s*1\s?[.)]\s+(?i:{_TASK})\b|"
        r"\n[#*\s\[<(-]*(?:\d{1,3}[.)]\s?)?"
        r"(?i:(?:new |next )?instruction|task|question|problem|prompt|example|exercise|human|user|"
        r"customer|q|input|"
        r"anweisung|aufgabe|frage|consigne|instrucción|pregunta|tarea|istruzione|domanda|instrução|"
        r"pergunta|tarefa|"
        r"opdracht|vraag|polecenie|pytanie|zadanie)(?:\s?\d+)?(?:[ \t*]*:|[\])>*]+)|<\|?(?:endoftext|"
        r"im_end|eot_id)|</s>|"
        r"\n(?:Translate|Write|Name|Calculate|Convert|Explain|Define|Give|List|Classify|Suggest|Compose)\b"
    )


def merged_instructions(field: str) -> pl.Expr:
    """1 where the field holds more than the one task of the row."""
    text = pl.col(field)
    numbered = text.str.contains(_NUMBERED)
    numbers = text.str.count_matches(_NUMBER)
    # The next task alone, or a batch that goes on from 2: a list that begins at 9 was cut from a longer one.
    run_on = (
        text.str.contains(_RUN_ON)
        & ~text.str.contains(_FIRST)
        & ((numbers == 1) | text.str.contains(_SECOND))
    )
    if field == "input":
        answer = pl.col("output").fill_null("")
        verbs = text.str.extract_all(_ITEM).list.eval(
            pl.element().str.to_lowercase().str.replace(r"^\s*\d+\s?[.)]\s+", "")
        )
        # Nothing but tasks of several kinds, and an answer to one of them.
        batch = (
            text.str.contains(r"^\s*1\s?[.)]\s")
            & (verbs.list.n_unique() >= 2)
            & (verbs.list.len() == numbers)
        ) | text.str.contains(_INLINE)
        lines = text.str.extract_all(_LINE_TASK)
        line_verbs = lines.list.eval(pl.element().str.extract(r"^(\w+)", 1)).list.n_unique()
        unnumbered = (
            (lines.list.len() >= 2)
            & (lines.list.len() == text.str.count_matches(r"(?m)^.*\S.*$"))
            & (line_verbs >= 2)
            & ~text.str.contains(_GOES_WITH)
            & ~answer.str.contains(r"\n")
        )
        batch |= unnumbered
        one_answer = ~answer.str.contains(r"(?m)^\s*2\s?[.)]|^\s*[-*]\s|[.?!]\s+2\s?[.)]")
        blocks = (text.str.contains(_BLOCK) & text.str.contains(rf"(?i)^\W*{_TASK}\b")) | (
            text.str.count_matches(_AGAIN) >= 2
        )
        numbered |= text.str.contains(_INSTRUCTION)
        return (numbered | run_on | (batch & one_answer) | (blocks & ~text.str.contains(_AWAITS))).cast(
            pl.UInt32
        )
    unasked = ~pl.col("input").fill_null("").str.contains(_WANTS_TURNS) & ~text.str.contains(_OPENS_WITH_TURN)
    turns = (
        text.str.contains(_NEXT_TASK)
        | text.str.contains(_TURNS)
        | text.str.contains(_PAIR)
        | text.str.contains(_FOREIGN)
    )
    return (numbered | text.str.contains(_BLOCK) | ((turns | run_on) & unasked)).cast(pl.UInt32)
