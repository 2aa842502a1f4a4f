"""Rule `tasks_in_doubt`: a prompt that seems to hold several tasks which have nothing to do with each other.

`merged_instructions` drops rows whose headings and numbers leave no doubt. Here are the others: pairs of question and
answer in one prompt (`Q: ... A: ... Q: ...`, a chat's turns, `Answer:` lines), and requests in a row without
answers. Few-shot prompts, chats and questions on one subject look alike, so this only warns, and each task must stand
for itself: it asks or orders, no word points back ("it", "these"), and no two share a content word, as examples of one
task do ("the capital of Peru", "the capital of Spain").

Cost: a regex for the labels or the orders over the prompts, Python over the few that have two.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re
from itertools import combinations

import polars as pl

from curate.validate.faults.rowwise import judged

_ASK_NAMES = (
    "question|q|prompt|instruction|task|exercise|request|problem|frage|f|aufgabe|anweisung|demande|consigne|tâche|pregunta|p|tarea|instrucción|domanda|d|compito|"
    "richiesta|istruzione|pergunta|instrução|vraag|v|opdracht|pytanie|zadanie|polecenie|input|eingabe|entrée|entrada"
)
_CHAT_NAMES = "user|human|customer|client|student|person|nutzer|benutzer|kunde|mensch|utilisateur|usuario|cliente|utente|usuário|gebruiker|klant|użytkownik|klient|me|ich"
_REPLY_NAMES = (
    "answer|a|response|output|completion|result|reply|solution|assistant|ai|bot|chatbot|chatgpt|gpt|model|antwort|ausgabe|lösung|assistent|réponse|r|sortie|respuesta|salida|"
    "asistente|risposta|uscita|assistente|resposta|saída|antwoord|uitvoer|odpowiedź|o|asystent"
)
_LABEL = re.compile(
    rf"(?im)(?:^|(?<=[.?!>|;\"”')\d\w])[ \t]+(?:[|/#=-]+[ \t]*)?)[ \t#*\[<(>-]*(?:(?P<ask>{_ASK_NAMES})|(?P<chat>{_CHAT_NAMES})|(?P<reply>{_REPLY_NAMES}))"
    r"(?:[ \t]?\d{1,2})?[ \t]*(?:[*_]{1,2}:|:[*_]{0,2}|[\])>]+:?)(?=\s|$|[\"“'])"
)
# As much of it as a linear regex says: the gate.
_HOLDS_REPLY = rf"(?im)(?:^|[.?!>|;\"”'\w]\s)[\s#*\[<(>-]*(?:{_REPLY_NAMES})(?:[ \t]?\d{{1,2}})?[ \t]*(?:[*_]{{1,2}}:|:|[\])>])"
_ORDERS = (
    "put draw fill fix correct check count sort rank solve finish spell state rate pick choose guess recite replace make provide label shorten expand mention translate convert calculate compute name define spell list write draft compose explain describe suggest give tell summari[sz]e classify create generate rewrite "
    "rephrase compare recommend outline invent propose find design plan correct identify "
    "übersetze?n? rechne?n? nenne?n? berechne?n? schreibe?n? erkläre?n? beschreibe?n? gib fasse schlage? formuliere?n? verfasse?n? liste "
    "traduis traduisez traduire calcule[zr]? convertis nomme[zr]? cite[zr]? écris écrivez explique[zr]? décris donne[zr]? propose[zr]? rédige[zr]? résume[zr]? "
    "traduce traduzca calcula nombra escribe escriba explica describe dame da propón redacta resume convierte enumera "
    "traduci calcola nomina scrivi spiega descrivi dammi proponi riassumi converti elenca "
    "vertaal bereken noem schrijf leg beschrijf geef stel maak "
    "traduza calcule nomeie escreva explique descreva dê sugira resuma converta liste "
    "przetłumacz oblicz wymień podaj napisz wyjaśnij opisz zaproponuj streść przelicz"
)
_ORDER = re.compile(
    rf"(?i)^(?:please |bitte |kindly |can you |could you |proszę )?(?P<verb>{'|'.join(_ORDERS.split())})\b"
)
_HOLDS_ORDERS = rf"(?is)(?:^|[.?!:;\n]\s*)(?:\d{{1,2}}[.)]\s*|[-*•]\s*)?(?:also,? |and |please |bitte )?(?:{'|'.join(_ORDERS.split())})\b.{{8,}}?[.?!;\n]\s*(?:\d{{1,2}}[.)]\s*|[-*•]\s*)?(?:also,? |and |please |bitte )?(?:{'|'.join(_ORDERS.split())}|what|who|how|when|where|which|why)\b"
_QUESTION = re.compile(
    r"(?i)^(?:what['’]?s?|who['’]?s|how['’]?s|where['’]?s|who|whom|whose|how|when|where|which|why|is|are|do|does|did|can|could|should|will|was|were|wer|wie|was|wann|wo|welche[rsn]?|warum|ist|sind|kann|hat|que|quel(?:le)?s?|qui|comment|quand|où|pourquoi|combien|est-ce|"
    r"qué|quién|cómo|cuándo|dónde|cuál(?:es)?|cuánt\w+|por qué|che|cosa|chi|come|quando|dove|quale|quali|quant\w+|perché|wat|wie|hoe|wanneer|waar|welke|waarom|o que|qual|quem|como|onde|quanto|por que|co|kto|jak|kiedy|gdzie|które|ile|dlaczego|czy)\b|\?[\"”']?$"
)
# Small facts and changes of form: next to another task they are one of their own.
_SMALL = re.compile(
    r"(?i)^(?:please )?(?:translate|convert|calculate|compute|name|define|spell|übersetze?|rechne|nenne|berechne|tradui\w+|calcule|convertis|traduce|traduci|calcola|calcula|convierte|converti|vertaal|bereken|noem|traduza|converta|przetłumacz|oblicz|podaj|wymień|przelicz|what(?:['’]s| is) the (?:capital|chemical|past tense|plural|square root))\b"
)
_POINTS_BACK = re.compile(
    r"(?i)\b(?:it|its|they|them|their|this|these|those|above|below|same|previous|each|instead|there|another|more|else|too|he|she|his|her|him|the (?:text|sentence|passage|story|list|answer)|"
    r"dies\w*|ihn|sie|ihre?|diese\w*|davon|dazu|cela|ça|ce|cette|ces|eux|elle|eso|esto|est[aeo]s?|ell[oa]s?|quest[oaei]|quell[oaei]|ess[oa]|dit|dat|deze|isso|isto|ele|ela|tego|jego)\b|^(?:and|or|but|then|so|ok|okay|now|next|und|dann|et|puis|y|luego|e|poi|en|dan|i|potem|thanks?|danke|merci|gracias)\b"
)
_WANTS_SEVERAL = re.compile(
    r"(?i)\b(?:quiz|faq|q ?& ?a|dialog\w*|conversation|transcript|interview|chat (?:log|history)|continue|complete|examples?|few-shot|worksheet|exam|following|beispiel\w*|ejemplos?|exemples?|esempi\w*|exemplos?|voorbeelden|przykład\w*|summari[sz]e th|classify th)\b"
)
# Words that tasks share without being of one subject.
_COMMON = {
    "what", "which", "who", "whom", "whose", "where", "when", "why", "how", "does", "did", "is", "are",
    "was", "were", "with", "from", "into", "about", "that", "this", "have", "has", "been", "will",
    "would", "could", "should", "your", "for", "and", "the", "one", "two", "three", "four", "five",
    "ten", "sentence", "sentences", "word", "words", "line", "lines", "short", "please", "some", "many",
    "much", "make", "like", "used", "mean", "means", "give", "tell", "write", "explain", "describe",
    "name", "list", "welche", "welcher", "welches", "eine", "einen", "einem", "einer", "sind", "wird",
    "haben", "kann", "nach", "über", "drei", "zwei", "satz", "wörter", "quelle", "quelles", "sont",
    "dans", "pour", "avec", "trois", "phrase", "qual", "quais", "como", "para", "cuál", "cuáles",
    "tiene", "hacer", "tres", "frase", "quale", "quali", "sono", "della", "delle", "nella", "welke",
    "hoeveel", "heeft", "zijn", "voor", "jaki", "jakie", "jest",
}  # fmt: skip


def may_hold_pairs(_field: str) -> pl.Expr:
    """The gate: a label of an answer, or two orders in a row."""
    prompt = pl.col("input").str.head(_LONGEST)
    return (
        prompt.str.contains(_HOLDS_REPLY)
        | prompt.str.contains(_HOLDS_BLOCKS)
        | prompt.str.contains(_HOLDS_ORDERS)
    )


_LONGEST = 4_000
_HOLDS_BLOCKS = r"\S[^\n]*\n[^\n]*\S[^\n]*\n\s*\n\s*\S"
# Requests without answers: of a longer text they are parts.
_ROW_OF_REQUESTS = 500


def _parts(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text before the first label, and each label's kind (`ask`, `chat`, `reply`) with its text."""
    labels = list(_LABEL.finditer(text))
    if not labels:
        return text.strip(), []
    ends = [label.start() for label in labels[1:]] + [len(text)]
    parts = [
        (str(label.lastgroup), text[label.end() : end].strip(" \t\n#=*|-"))
        for label, end in zip(labels, ends, strict=True)
    ]
    return text[: labels[0].start()].strip(" \t\n#=*|-"), parts


def _questions(text: str) -> tuple[list[str], bool]:
    """The questions of a prompt that holds answers as well, and whether they are turns of a chat."""
    before, parts = _parts(text)
    kinds = [kind for kind, _ in parts]
    if "reply" not in kinds:
        return [], False
    if before and kinds[0] != "reply":
        # Words before the first label are an order for all of them.
        return [], False
    asked = [before] if before else []
    for number, (kind, part) in enumerate(parts):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        if kind != "reply":
            asked.append(part)
        elif len(lines) > 1 and kinds[number + 1 : number + 2] in ([], ["reply"]):
            # Answers have a label, questions none: a question is the last line before each.
            asked.append(lines[-1])
    return asked, "chat" in kinds


def _content(task: str) -> set[str]:
    """The beginnings of a task's content words."""
    words = re.findall(r"[^\W\d_]{4,}", task.lower())
    return {word[:5] for word in words if word not in _COMMON and not _ORDER.match(word)}


def _unrelated(tasks: list[str], least: int) -> bool:
    """Whether each of some tasks stands for itself and no two share a content word."""
    if any(_POINTS_BACK.search(re.sub(r"[\"“„«'‘][^\"”»'’]*[\"”»'’]", "", task)) for task in tasks):
        return False
    contents = [_content(task) for task in tasks]
    return all(len(words) >= least for words in contents) and not any(
        one & other for one, other in combinations(contents, 2)
    )


def several(prompt: str, _text: str) -> int:
    """1 where `prompt` holds several tasks that have nothing to do with each other."""
    text = prompt[:_LONGEST]
    asked, chat = _questions(text)
    if asked:
        tasks = [re.sub(r"^\d{1,2}[.)]\s*", "", task).strip() for task in asked if task.strip()]
        stand = len(tasks) >= 2 and all(_ORDER.match(task) or _QUESTION.search(task) for task in tasks)
        orders = [match["verb"].lower() for task in tasks if (match := _ORDER.match(task))]
        if chat and not orders:
            return 0
        return int(stand and not _WANTS_SEVERAL.search(text) and _unrelated(tasks, 1))
    if _blocks_of_pairs(text) or _alternates(text):
        return 1
    if len(text) > _ROW_OF_REQUESTS or _WANTS_SEVERAL.search(text):
        return 0
    return int(_row_of_requests(text))


def _is_task(text: str) -> bool:
    return bool(_ORDER.match(text) or _QUESTION.search(text))


def _blocks_of_pairs(text: str) -> bool:
    """Whether paragraphs are a task with its answer on the next line, the last one a task alone."""
    paragraphs = re.split(r"\n\s*\n", text)
    blocks = [[line.strip() for line in part.splitlines() if line.strip()] for part in paragraphs]
    blocks = [block for block in blocks if block]
    if len(blocks) < 2 or not all(_is_task(block[0]) for block in blocks):
        return False
    answered = all(len(block) >= 2 and not _is_task(block[1]) for block in blocks[:-1])
    return answered and len(blocks[-1]) == 1 and _unrelated([block[0] for block in blocks], 1)


# Words of an answer that stands between two tasks on one line.
_SHORT_ANSWER = 8


def _alternates(text: str) -> bool:
    """Whether sentences are a task and a short answer by turns, the last one a task."""
    parts = [part.strip() for part in re.split(r"(?<=[.?!])\s+|\n+", text) if part.strip()]
    tasks, answers = parts[::2], parts[1::2]
    return (
        len(tasks) >= 3
        and len(parts) % 2 == 1
        and all(_is_task(task) for task in tasks)
        and not any(_is_task(answer) or len(answer.split()) > _SHORT_ANSWER for answer in answers)
        and _unrelated(tasks, 1)
    )


def _row_of_requests(text: str) -> bool:
    """Whether a prompt is nothing but requests, of several kinds and on several things."""
    tasks = []
    for piece in re.split(r"(?<=[.?!;])\s+|\n+|\s[/|]\s", text):
        bare = re.sub(
            r"^\W*(?:\d{1,2}[.):]\s*)?(?:also,? |and |plus,? |außerdem |aussi,? |también |anche )?",
            "",
            piece,
            flags=re.IGNORECASE,
        ).strip()
        if bare:
            tasks.append(bare)
    verbs = [match["verb"].lower() if (match := _ORDER.match(task)) else "" for task in tasks]
    asks = all(verb or _QUESTION.search(task) for verb, task in zip(verbs, tasks, strict=True))
    kinds = len(set(verbs))
    several_kinds = kinds >= 2 and any(verbs)
    enough = len(tasks) >= 3 or (len(tasks) == 2 and any(_SMALL.match(task) for task in tasks))
    return asks and several_kinds and enough and kinds >= min(len(tasks), 3) and _unrelated(tasks, 1)


def tasks_in_doubt(_field: str) -> pl.Expr:
    """1 where the prompt seems to hold several tasks."""
    return judged("input", several)
