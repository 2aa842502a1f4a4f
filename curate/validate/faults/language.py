"""The language of an answer against that of its input, for rows that do not say which they are in.

Small words and words of asking settle nearly every row: an answer with two of its input's language is in it.
What is left and speaks for two languages is asked of the model (`identify`, two seconds to load, a third of a
millisecond a text), and counts only where the small words bear the model out, or where the two are written in
different scripts. Code, names and quotations in the prompt do not count. A prompt that names the language which it
wants ("answer in French", "ins Polnische", EN > DE) is held to that one; one that only speaks of languages is left
alone.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import polars as pl

from curate.validate.faults.language_asked import asked_for, names_of
from curate.validate.patterns import english

# Small words that are of one of these languages alone.
SMALL_WORDS = {
    "en": "the and of is you that it with your are this will have from our they for be can been would should which there not or by",
    "de": "der und ist nicht ein eine mit auf für wir sie von dem zu im den ihr werden kann oder bei nach wird haben sind wenn dass noch nur über durch ihre sich",
    "fr": "les est et des une vous nous dans pour avec sur du pas votre au sont cette ces aux leur elle mais être je qui ont",
    "es": "el las los y está para por del muy pero su al más puede sus hay desde hasta cuando tiene también",
    "it": "il che è sono per gli della nel alla dei una di più questo questa anche può essere dal alle degli",
    "nl": "het een van niet voor zijn met dat wij naar ook deze worden wordt bij maar hebben uw",
    "pt": "não uma você os com em do são na ao para pode seu sua pelo pela isso também foi",
    "pl": "jest nie się na z w do że oraz przez dla lub można może aby",
}
# Words that begin a request in one of the languages alone.
_ASKING = {
    "en": "what how why who where when which does do to my i need want can could should give tell write explain describe name show please",
    "de": "wie mein meine ich mir kostet warum wer wo wann welche welcher welches schreibe nenne erkläre gib fasse bitte kannst wieviel wieso weshalb wohin woher womit darf soll muss meinem meinen meiner",
    "fr": "que quel quelle quels puis mon mes faire pourquoi qui où quand donne écris explique recommande est-ce peux combien quelles mes dois faut",
    "es": "qué cómo cuál cuándo dónde quién puedo explica escribe dime cuánto cuántos cuántas cuánta cuáles quiénes mis me debo tengo hacer",
    "it": "cosa quali quale mio mia fare quando dove chi perché scrivi spiega posso quanti quante miei devo",
    "nl": "wat hoe wie waar wanneer welke schrijf leg geef waarom kan ik hoeveel mijn moet mag",
    "pt": "qual quais quando onde quem faço escreva explique posso quanto quantos quantas minha meu devo",
    "pl": "jak co kto gdzie kiedy jaki jakie napisz podaj czy mogę mojego dlaczego ile które jaka mój moja moich moje",
}
TRANSLATES = r"(?i)translat|übersetz|tradu|vertaal|przet[łl]um|\bauf \w+isch\b"
SPEAKS_OF_LANGUAGE = (
    TRANSLATES + r"|\b(?:english|german|french|spanish|italian|dutch|"
    r"portuguese|polish|chinese|japanese|korean|arabic|hindi|russian|turkish|latin|swedish|danish|"
    r"norwegian|greek|hebrew|englisch\w*|deutsch\w*|französisch\w*|spanisch\w*|italienisch\w*|"
    r"anglais\w*|allemand\w*|français\w*|espagnol\w*|italien\w*|inglés|alemán|francés|español|"
    r"inglese|tedesco|francese|spagnolo|italiano|spaniards?|frenchm[ae]n|croatian|czech|slovak|serbian|romanian|"
    r"hungarian|finnish|icelandic|vietnamese|thai|indonesian|malay|swahili|ukrainian|bulgarian|persian|farsi|urdu|"
    r"bengali|tamil|welsh|irish|gaelic|catalan|basque|mandarin|cantonese|estonian|latvian|lithuanian|russisch\w*|"
    r"polnisch\w*)\b"
)
# "EN -> DE"
_ARROW = r"(?i)\b(?:en|de|fr|es|it|nl|pt|pl)\s?(?:->|→|>|=>|–>)\s?(?:en|de|fr|es|it|nl|pt|pl)\b"
# Its beginning tells the language of a text.
BEGINNING = 240
# Letters that an input, words that an answer must have for its language to be told.
_INPUT_LETTERS = 18
WORDS = 6
# Where the prompt names the language.
_ASKED_WORDS = 4
_OTHER_LETTERS = r"[\p{Cyrillic}\p{Greek}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Thai}]"
# Small words that leave no doubt where the other language has none.
_PLAIN = 3
# What is quoted in a prompt may be in any language.
_QUOTED = r"[\"“«„][^\"”»“\n]{2,300}[\"”»“]|(?:^|(?<=[\s(:]))['‘][^'’\n]{2,300}['’]"
# Code and commands are in none.
_CODE_LIKE = r"[{};<>|\\]|\w\(|==|```|\bSELECT\b"


@cache
def _words(language: str, *, asking: bool = False, twice: bool = False) -> str:
    words = SMALL_WORDS[language] + (" " + _ASKING[language] if asking else "")
    # "do" is a Polish and a Portuguese word as well.
    words = words.replace(" do ", " ") if language == "en" else words
    if asking:
        # "para" in a prompt says nothing: it is Spanish and Portuguese.
        known = _languages_of()
        words = " ".join(
            word
            for word in words.split()
            if len(known[word]) == 1 or word not in SMALL_WORDS[language].split()
        )
    one = rf"\b(?:{'|'.join(words.split())})\b"
    pattern = rf"(?is){one}.*?{one}" if twice else rf"(?i){one}"
    return english(pattern) if language == "en" else pattern


def other_than_input(examples: pl.DataFrame) -> pl.DataFrame:
    """Rows of `examples` (`input, output` and more) whose answer is in another language than their input.

    Returns
    -------
    pl.DataFrame
        The rows with `asked` and `told`, the two languages.
    """
    from curate.pii.detect.languages.identify import identify

    unclear = examples.with_columns(
        pl.col("output").fill_null("").str.head(BEGINNING).alias("answer"),
        pl.col("input").fill_null("").str.head(2 * BEGINNING).alias("prompt"),
    )
    answer, prompt = pl.col("answer"), pl.col("prompt")
    for language in SMALL_WORDS:
        same = answer.str.contains(_words(language, twice=True)) & prompt.str.contains(
            _words(language, asking=True)
        )
        unclear = unclear.filter(~same)
    foreign = answer.str.count_matches(_OTHER_LETTERS)
    unclear = unclear.filter(
        told_enough(answer, foreign)
        & (prompt.str.count_matches(r"\p{L}") >= _INPUT_LETTERS)
        & ~pl.col("input").str.contains(TRANSLATES)
        & ~answer.str.contains(_CODE_LIKE)
    ).with_columns(
        script=(foreign * 2 > answer.str.count_matches(r"\p{L}")) & ~prompt.str.contains(_OTHER_LETTERS)
    )
    texts = unclear.select("script", "prompt", "answer").iter_rows()
    unclear = unclear.filter(
        pl.Series([other or _speak_for_two(*pair) for other, *pair in texts], dtype=pl.Boolean)
    )
    if not unclear.height:
        return unclear.with_columns(asked=pl.lit(""), told=pl.lit(""))
    pairs = [_plainly(*pair) for pair in unclear.select("prompt", "answer").iter_rows()]
    plain = unclear.with_columns(
        asked=pl.Series([pair and pair[0] for pair in pairs], dtype=pl.String),
        told=pl.Series([pair and pair[1] for pair in pairs], dtype=pl.String),
    )
    unclear, plain = unclear.filter(plain["asked"].is_null()), plain.drop_nulls("asked")
    if not unclear.height:
        return _not_named(plain)
    told = unclear.with_columns(asked=identify(unclear["prompt"]), told=identify(unclear["answer"])).filter(
        pl.col("told") != pl.col("asked")
    )
    rows = told.select("script", "asked", "told", "prompt", "answer").iter_rows()
    sure = [script or _borne_out(*rest) for script, *rest in rows]
    return _not_named(pl.concat([plain, told.filter(pl.Series(sure, dtype=pl.Boolean))]))


def _not_named(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose prompt names neither the answer's language nor one that is not known here."""
    kept = []
    for prompt, told in rows.select("prompt", "told").iter_rows():
        named = names_of(str(prompt))
        speaks = bool(re.search(SPEAKS_OF_LANGUAGE, str(prompt)))
        kept.append((not speaks and not named) or (bool(named) and not named & {told, "other"}))
    return rows.filter(pl.Series(kept, dtype=pl.Boolean))


def other_than_asked(examples: pl.DataFrame) -> pl.DataFrame:
    """Rows of `examples` (`input, output` and more) whose answer is in another language than their prompt names.

    Returns
    -------
    pl.DataFrame
        The rows with `asked` and `told`, the two languages.
    """
    from curate.pii.detect.languages.identify import identify

    answer = pl.col("answer")
    named = examples.filter(
        pl.col("input").fill_null("").str.contains(SPEAKS_OF_LANGUAGE)
        | pl.col("input").fill_null("").str.contains(_ARROW)
    ).with_columns(
        pl.col("output").fill_null("").str.head(BEGINNING).alias("answer"),
        pl.col("input").fill_null("").str.head(2 * BEGINNING).alias("prompt"),
    )
    enough = answer.str.count_matches(r"\p{L}+") >= _ASKED_WORDS
    named = named.filter(enough & ~answer.str.contains(_CODE_LIKE))
    asked = [asked_for(prompt) for prompt in named["prompt"]]
    named = named.with_columns(pl.Series("asked", asked, dtype=pl.String)).drop_nulls("asked")
    if not named.height:
        return named.with_columns(told=pl.lit(""))
    told = named.with_columns(identify(named["answer"]).alias("told")).filter(
        (pl.col("told") != pl.col("asked")) & pl.col("told").is_in(list(SMALL_WORDS))
    )
    pairs = told.select("asked", "told", "answer").iter_rows()
    # Not where the asked language has a small word in it, nor titles and names.
    sure = [
        _counts(answer, 2)[asked] <= _counts(answer, 2)[language] // 3 and not names_alone(language, answer)
        for asked, language, answer in pairs
    ]
    return told.filter(pl.Series(sure, dtype=pl.Boolean))


def told_enough(answer: pl.Expr, foreign: pl.Expr | None = None) -> pl.Expr:
    """Whether an answer is long enough for its language to be told."""
    enough = answer.str.count_matches(r"\p{L}+") >= WORDS
    return enough if foreign is None else enough | (foreign >= 2 * WORDS)


@cache
def _languages_of() -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Word -> for each language that has it: the language, what it counts in a prompt, and in an answer."""
    told: dict[str, list[tuple[str, int, int]]] = {}
    for language, words in SMALL_WORDS.items():
        small, asking = words.split(), _ASKING[language].split()
        for word in sorted({*small, *asking}):
            told.setdefault(word, []).append(
                (language, (word in small) + 2 * (word in asking), int(word in small))
            )
    return {word: tuple(languages) for word, languages in told.items()}


def _counts(text: str, at: int) -> Counter[str]:
    """How much each language has of a text's words; `at` is 1 for a prompt, 2 for an answer."""
    known, counts = _languages_of(), Counter[str]()
    for word in re.findall(r"[^\W\d_]+(?:-ce)?", text.lower()):
        for told in known.get(word, ()):
            counts[told[0]] += int(told[at])
    return counts


def _speak_for_two(prompt: str, answer: str) -> bool:
    """Whether another language has more small words in the answer than the one that asks."""
    asks, answered = _counts(re.sub(_QUOTED, " ", prompt), 1), _counts(answer, 2)
    asked = max(SMALL_WORDS, key=lambda language: (asks[language], language))
    return asks[asked] > 0 and any(
        answered[language] > answered[asked] and asks[language] < asks[asked] for language in SMALL_WORDS
    )


def names_alone(told: str, answer: str) -> bool:
    """Whether most words of an answer have a capital, as titles and names do."""
    # Dishes, songs, places: a list of short items.
    items = [item for item in re.split(r"[,;\n•]\s*", answer.strip(" .")) if item.strip()]
    small = {
        word for word in re.findall(r"[^\W\d_]+", answer.lower()) if word in SMALL_WORDS.get(told, "").split()
    }
    if len(items) >= 3 and len(small) < 2 and sum(len(item.split()) for item in items) <= 3 * len(items):
        return True
    words = re.findall(r"[^\W\d_]{3,}", answer)
    return told != "de" and sum(word[0].isupper() for word in words) * 2 > len(words)


def _plainly(prompt: str, answer: str) -> tuple[str, str] | None:
    """The two languages where small words alone leave no doubt."""
    asks, answered = _counts(re.sub(_QUOTED, " ", prompt), 1), _counts(answer, 2)
    asked, told = (max(SMALL_WORDS, key=lambda one: (counts[one], one)) for counts in (asks, answered))
    sure = asks[asked] >= _PLAIN and answered[told] >= _PLAIN
    apart = 2 * asks[told] <= asks[asked] and not answered[asked] and asked != told
    return (asked, told) if sure and apart and not names_alone(told, answer) else None


def _borne_out(asked: str, told: str, prompt: str, answer: str) -> bool:
    """Whether small words bear out both languages; titles and names do not count as one."""
    if asked not in SMALL_WORDS or told not in SMALL_WORDS:
        return False
    if names_alone(told, answer):
        return False
    asks, answered = _counts(re.sub(_QUOTED, " ", prompt), 1), _counts(answer, 2)
    return answered[told] > answered[asked] and asks[asked] > max(1, asks[told])
