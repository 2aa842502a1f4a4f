"""Rules `null_marker` and `null_in_doubt`: a field that says that there is nothing, in place of text (`No input`,
`<noinput>`, `N/A`).

What is unmistakable always counts, in eight languages (`placeholders_left`). `None`, `null`, `-` and the like are
good answers to some tasks ("Which of these are prime?", "What does typeof print?", "List the known allergies"), so
there the prompt decides: where it asks for something to be written (a letter, a summary, why and how) they are
`null_marker`, which drops the row; where it asks for what may be none, nothing; elsewhere `null_in_doubt`, which
warns. A marker behind a prompt ("Give three tips.\\n\\nNo input": columns joined without a look) can be taken out
and the row kept.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either
from curate.validate.placeholders_left import (
    DUMMY,
    NOTHING,
    NOTHING_IN_DOUBT,
    OPEN,
    OPEN_IN_DOUBT,
    STAND_IN,
    STAND_IN_BRACKETS,
    TOKENS,
)

_IS = r"(?:\s+(?:is|was|were|are|has been|being))?"
_NOT_THERE = either(
    "required needed necessary provided given available specified supplied found entered generated submitted "
    "applicable present returned produced"
)
_NEEDED = (
    rf"(?:{_IS}\s*{_NOT_THERE}"
    r"(?: (?:for|in|by|to|with) (?:this|the|your)(?: [a-z]+){1,2}| here| by (?:the )?user)?)?"
)
_FIELD = (
    r"(?:inputs?|outputs?|contexts?|responses?|answers?|completions?|repl(?:y|ies)|text|content|data|"
    r"description|value)"
)
# What is unmistakable: nobody writes these as a request or an answer. A negative, the name of a field, and
# whether it was needed, in any order; an error value of a spreadsheet; an object printed by mistake.
_STRONG = (
    rf"(?:empty|blank|null|missing) (?:input|output|context|response)"
    rf"|no[\s_-]?(?:[a-z]+ )?(?:input|output|context|response)s?{_NEEDED}"
    rf"|no (?:further |additional |extra |other )?{_FIELD}{_IS}\s+{_NOT_THERE}"
    rf"|{_FIELD}\s*(?:is |was |were |are )?(?:not|un)\s*-?{_NOT_THERE}"
    rf"|(?:input|output|context|response|answer) ?[:=] ?(?:none|n/?a|null|nan|nil|empty|blank|-+|"
    rf"(?:not|none) {_NOT_THERE})"
    r"|(?:(?:this|the) )?(?:task|instruction|question|prompt) (?:(?:does not|doesn['’]t) (?:require|need|"
    r"have) (?:any |an )?|"
    r"(?:has|needs|requires) no )(?:additional |further )?(?:input|context)"
    r"|\{\{ ?(?:input|output|response|answer|completion|instruction|text|content|prompt) ?\}\}"
    rf"|there (?:is|was|are) no (?:input|context)s?{_NEEDED}(?: for (?:this|the) [a-z]+)?"
    r"|(?:input|output|response|field|context) (?:is |was |left )?(?:intentionally )?(?:left )?(?:empty|"
    r"blank|missing|omitted)"
    r"|(?:left )?intentionally (?:left )?blank|left blank"
    r"|#n/a|#ref!|#value!|#null!|#name\?|\[object object\]|<na>|\\n|\bnat\b"
    # Other languages: a negative and the field, or "not" and "needed".
    r"|keine? (?:weitere |zusätzliche )?(?:eingabe|ausgabe|angaben?|kontext|antwort|daten)n?"
    r"(?: (?:erforderlich|nötig|notwendig|vorhanden|angegeben|benötigt|verfügbar))?"
    r"|(?:nicht|keine) (?:angegeben|zutreffend|anwendbar|verfügbar|erforderlich|vorhanden)"
    r"|(?:pas|aucune?) (?:d['’]|de )?(?:entrée|contexte|saisie|sortie|réponse|donnée)s?"
    r"(?: (?:n['’]est |supplémentaire )?(?:requise?|nécessaire|fournie?|disponible))?"
    r"|(?:non (?:applicable|fourni|disponible|renseigné)e?|sans objet)"
    r"|(?:sin|ninguna|no hay) (?:entrada|contexto|salida|respuesta|datos)(?: (?:requerida|necesaria|"
    r"adicional))?"
    r"|no (?:se (?:requiere|necesita) (?:ninguna )?(?:entrada|contexto)|aplica|disponible|especificado|"
    r"corresponde)"
    r"|(?:nessun[ao]?|senza) (?:input|contesto|output|risposta|dato)(?: (?:richiesto|necessario|fornito))?"
    r"|non (?:applicabile|disponibile|specificato|fornito)"
    r"|(?:sem|nenhuma?) (?:entrada|contexto|saída|resposta)(?: (?:necessária|fornecida|adicional))?"
    r"|não (?:aplicável|disponível|especificado|se aplica|há entrada)"
    r"|geen (?:invoer|input|context|uitvoer|antwoord)(?: (?:nodig|vereist|gegeven|vereiste))?|niet van "
    r"toepassing"
    r"|niet (?:beschikbaar|opgegeven)"
    r"|brak (?:danych|wejścia|kontekstu|odpowiedzi)(?: (?:wejściowych|wejściowego))?|nie dotyczy|nie podano"
)
# A word of its own in some tasks, so that an answer of it is judged by its prompt.
_WEAK = (
    r"none|null|nil|nan|na|n\s?/\s?[ad]|n\.\s?a\.?|n\.\s?/\s?a\.|undefined|empty|blank|tbd|tba|todo|to do|"
    r"tbc|void"
    r"|nothing here|no data|no value|missing|placeholder|"
    rf"(?:none|nothing|not) {_NOT_THERE}|unavailable"
    r"|keine?r?s?|nichts|aucune?|néant|ningun[oa]|nada|nessun[oa]|nenhum[a]?|geen|niets|brak|k\.\s?a\.|"
    r"leer|vide|vacío|vuoto|leeg|s/d|s/o|n\.\s?v\.\s?t\.?|nvt|n\.\s?d\.?|n\.\s?c\.?|n\.\s?b\.?|nd|x{2,6}|"
    r"entfällt|rien|niente|nic|pusto|pusty|puste|vazio|vacía|vuota|brak informacji|ohne angabe|o\.\s?a\."
)
# What a whole field may be; behind a prompt only the above is a marker.
_STRONG_ALONE = rf"{_STRONG}|{NOTHING}"
_WEAK_ALONE = rf"{_WEAK}|{NOTHING_IN_DOUBT}|{OPEN}|{OPEN_IN_DOUBT}|{DUMMY}"
# As an input never: it is a fine answer.
_WEAK_INPUT = (
    r"unknown|unspecified|not known|nothing|same|see above|same as above|instruction|input|no|false|0"
)
# Signs that stand for nothing; whole fields only, or behind a blank line.
_SIGNS = r"[-–—_.…*?/\\|~·\s]{1,12}|\{\s*\}|\[\s*\]|\(\s*\)|<\s*>|[\"'`“”‘’]{2,6}"
# The heading of a template with nothing behind it.
_HEADING = r"(?:###\s*)?(?:input|output|response|answer|completion|assistant|ai|bot|result)\s*:"
_OPEN, _SHUT = r"[\s\"'`*_~=#-]*[<\[({]{0,2}[\s/|*]*", r"[\s/|*]*[>\])}]{0,2}[\s.!…:\"'`*_~=#-]*"
_BRACKETED = rf"[<\[({{]+\s*(?:{_STRONG}|{_WEAK}|{_WEAK_INPUT}|{STAND_IN}|{STAND_IN_BRACKETS})\s*[>\])}}]+"
_BRACKETED_ALONE = (
    rf"[<\[({{]+\s*(?:{_STRONG_ALONE}|{_WEAK_ALONE}|{_WEAK_INPUT}|{STAND_IN}|{STAND_IN_BRACKETS})\s*[>\])}}]+"
)
_WEAK_ANSWER = r"no (?:answer|reply|results?|completion|comment|solution)s?"
_WHOLE = rf"(?is)^(?:{_OPEN}(?:{_STRONG_ALONE}|{_WEAK_ALONE}|{_WEAK_ANSWER}|{STAND_IN}){_SHUT}|{_SIGNS}|\s*{_HEADING}\s*)$"
_WHOLE_INPUT = (
    rf"(?is)^(?:{_OPEN}(?:{_STRONG_ALONE}|{_WEAK_ALONE}){_SHUT}|\s*{TOKENS}\s*|\s*{_BRACKETED_ALONE}\s*|\s*(?:unknown|unspecified|not known|no (?:text|"
    rf"content|data|question|prompt|description|information|info))[\s.]*|[<\[({{]+\s*no (?:message|body|subject|text)\s*[>\])}}]+\s*|{_SIGNS}|\s*{_HEADING}\s*)$"
)
_WHOLE_STRONG = (
    rf"(?is)^(?:{_OPEN}(?:{_STRONG_ALONE}|{STAND_IN}){_SHUT}|\W*[<\[{{]+\s*(?:{_STRONG_ALONE}|{_WEAK_ALONE}|{STAND_IN}|{STAND_IN_BRACKETS})\s*[>\]}}]+\W*|"
    rf"\s*{_HEADING}\s*|\s*{TOKENS}\s*)$"
)
# The same marker twice ("N/A N/A", "null, null").
_TWICE = r"(?i)^\W*(?:(?:none|null|nil|nan|n/a|undefined|empty|blank|tbd|todo)\b\W*){2,6}$"
# Before a prompt: a label and the marker, on a line of their own.
_HEAD = (
    rf"(?i)^\s*(?:###\s*)?(?:input|context|eingabe|kontext|entrée|contexte|entrada|contexto|invoer|contesto|wejście):[ \t]*(?:\r?\n)?[ \t]*{_OPEN}(?:{_STRONG}|{_WEAK})[ "
    rf"\t.>\])}}]*\r?\n\s*\S"
)
_HEAD_ALONE = (
    rf"(?i)^\s*(?:###\s*)?(?:input|context|eingabe|kontext|entrée|contexte|entrada|contexto|invoer|contesto|wejście):[ \t]*(?:\r?\n)?[ \t]*{_OPEN}(?:{_STRONG}|{_WEAK})[ "
    rf"\t.>\])}}]*\r?\n\s*"
)
# Behind a prompt: after a blank line or a label; what is unmistakable also after a line or a sentence. The
# template's own heading for the answer may follow.
_ANSWER_HEADING = r"(?:\s*###\s*(?:response|output|answer)\s*:\s*)?"
_TAIL = (
    r"(?is)(?:\n[ \t]*\r?\n|\n?[ \t]*(?:###\s*)?\b(?:input|context|eingabe|kontext|entrée|contexte|entrada|contexto|invoer|contesto|wejście):)\s*"
    rf"(?:{_OPEN}(?:{_STRONG}|{_WEAK}){_SHUT}|{_BRACKETED}\s*|(?:-{{1,3}}|\.{{3}}|…|\{{\}}|\[\]|"
    rf"\"\")\s*){_ANSWER_HEADING}$"
    rf"|(?:([.?!])\s|\n)\s*(?:{_OPEN}(?:{_STRONG}){_SHUT}|{_BRACKETED}\s*){_ANSWER_HEADING}$"
)
# Characters of the longest marker and the sentence end before it.
_LONGEST = 160
# Tasks with "none" for a good answer: a closed question, a look-up in the text, a form to fill in, a prompt
# that names the word itself.
_MAY_BE_NONE = (
    r"(?is)\b(?:which|any|anything|how (?:many|much)|whose|what do you call|what (?:is|was) left|what "
    r"remains)\b[^\n]*[?:]"
    r"|(?:^|[.!?:,;\n]\s*)"
    + either("does did is are was were has have can could should will do")
    + r"\b[^\n]*[?:]|(?:^|[.!?:\n]\s*)(?:list (?:all|any|the|every)|fill (?:in|out)|"
    + either(
        "extract identify detect find classify label spot tag count pull_out pick_out check look_for read "
        "return annotate mark flag determine choose select"
    )
    + r")\b|\bif (?:any|there|it|not|no|none|nothing|you|the)\b"
    r"|\b(?:none|nil|n/a|not applicable|nan|null|undefined|blank|empty|(?-i:NA)|nothing|zero|gap|field|(?:does not|doesn['’]t|do not|don['’]t) apply)\b|"
    r"_{2,}|^[^.?!\n]{0,60}:\s*$"
    # A question asked of a text that stands there: who is the villain? '...'
    r"|\b(?:who|what|when|where|why)\b[^\n?]*\?\s*['\"“‘\n]\s*\S+ \S+"
    r"|['\"”’\n.]\s*(?:question: )?(?:who|what|when|where|whom)\b[^\n?]*\?\s*$"
)
# The same in other languages: a closed question, a question of which, a word for "if there is none".
_MAY_BE_NONE_ELSEWHERE = (
    r"(?is)(?:^|[.!?:,;\n]\s*)¿?(?:gibt|hat|haben|ist|sind|kann|können|war|waren|muss|welche[rsn]?|wie viele|y a-t-il|"
    r"est-ce|avez|ont|a-t-|quel(?:le)?s?|combien|hay|tienen?|es|son|está|cuál(?:es)?|quién|cuánt[oa]s|ci sono|c['’]è|ha|hanno|"
    r"sono|quali|quant[ei]|zijn|is er|heeft|welke|hoeveel|há|tem|existem?|quais|quant[oa]s|czy|które|ile)\b[^\n]*\?"
    r"|\b(?:falls|wenn (?:es )?(?:kein\w*|nicht\w*)|gibt es keine?|sinon|s['’]il n['’]y|si (?:aucune?|non|no)|se (?:non|não)|indien|als er|jeśli|"
    r"jeżeli)\b|\b(?:nenne|liste|finde|suche|trouve|cherche|relève|extrais|busca|extrae|señala|trova|cerca|estrai|zoek|"
    r"encontre|extraia|znajdź)\b"
)
# ... or for "null", "NaN" and "undefined": a question about code or numbers.
_MAY_BE_CODE = (
    r"(?i)\b(?:"
    + either(
        "json sql python javascript java ruby kotlin swift lua pandas excel golang php perl matlab julia "
        "returns? returned prints? printed evaluates? typeof outputs? iso code_of abbreviation symbol "
        "keyword "
        "constant division not_a_number floating[-_]point divided_by variable type_of initials subtag regex "
        "spreadsheet cell dataframe hypothesis mean_of_an_empty"
    )
    + r"\b|0 ?/ ?0)|\w\([^)\n]{0,60}\)|`[^`\n]+`|\w\[\w+\]|==|\bin (?:R|Rust|Go|C)\b"
)
# A marker to be put into other words, which the prompt holds.
_SPEAKS_OF_ONE = (
    r"(?i)\b(?:translat\w+|übersetz\w*|tradui\w*|traduc\w*|vertaal|traduz\w*|rewrite|rephrase|paraphrase|"
    r"synonym|say|"
    rf"word|phrase|mean|repeat|copy|echo|output|print|return|write|respond with|answer "
    rf"with)\b.*\b(?:{_STRONG}|{_WEAK})\b"
)
# A question whose answer is a sign.
_MAY_BE_SIGN = (
    r"(?i)\b(?:sign|symbol|character|punctuation|notation|operator|morse|braille|json|empty|list|set|object|"
    r"dict\w*|array|tuple|ellipsis|dash|hyphen|dots?|emoticon|ascii|regex|code|look like|draw|blank|"
    r"delimiter|"
    r"separator|glob|path|directory|prompt|string|literal|brackets?|quot\w+|mark)s?\b"
)


# The prompt is about such a marker: what it is, where it shows.
_ABOUT_MARKERS = (
    r"(?i)\b(?:placeholders?|platzhalter|markers?|marcador|segnaposto|default (?:text|value)|template|vorlage|modèle|plantilla|"
    r"modello|sjabloon|szablon|form says|shown (?:if|when|for)|displayed|stands? for|wording|tooltip|label for|button|watermark|"
    r"html|xml|line break|tags?|entity|empty state|error message|literal(?:ly)?|token|keyword)\b"
)
# What cannot be answered by "none": something is to be written, told or thought through.
_WRITES = (
    r"(?i)(?:^|[.!?:;\n]\s*|\bplease |\bbitte |\byou |\bto |\bproszę )"
    + either(
        "write draft compose explain describe summari[sz]e rewrite rephrase paraphrase translate outline discuss suggest "
        "propose create generate design develop compare prepare produce elaborate analy[sz]e brainstorm recommend reply "
        "respond turn make_(?:it|this|up|me) come_up_with tell_(?:me|us)_(?:about|how|why|what|a) how_(?:do|does|can|to|should|would|did) "
        "why give_(?:me_|us_)?(?:an?|some|two|three|four|five|ten|\\d+) what_(?:are|were)_(?:the|some)_(?:main|key|best|most|common|"
        "advantages|benefits|steps|reasons|differences?|risks|symptoms|side) what(?:['’]s|_is)_the_(?:best_way|difference) advise shorten simplify "
        "schreibe?n? schreib verfasse?n? formuliere?n? erkläre?n? erklär beschreibe?n? fasse?n? übersetze?n? erläutere?n? entwirf entwerfen_Sie erstelle?n? "
        "schlage?n? vergleiche?n? wie_(?:kann|funktioniert|mache|bereite|geht|schreibe) warum wieso weshalb "
        "écris écrivez rédige[zr]? explique[zr]? décris décrivez résume[zr]? traduis traduisez propose[zr]? compare[zr]? comment pourquoi reformule[zr]? prépare[zr]? "
        "escribe escriba redacta redacte explica explique describe describa resume resuma traduce traduzca propón proponga compara cómo por_qué prepara reformula "
        "scrivi scriva redigi spiega spieghi descrivi riassumi traduci proponi confronta come perché prepara riformula "
        "schrijf leg_uit beschrijf vat vertaal stel_op leg hoe_(?:kan|moet|werkt|maak) waarom "
        "escreva redija descreva resuma traduza proponha compare como porque por_que prepare reformule "
        "napisz wyjaśnij opisz streść przetłumacz zaproponuj porównaj jak_(?:zrobić|działa|mogę|napisać) dlaczego przygotuj sformułuj "
        "napisać wytłumacz zredaguj"
    )
    + r"\b"
)
# ... and what of that may still be none: known facts of a person or a text, asked for by their name.
_FACTS = (
    r"(?i)\b(?:list|name|state|note|record|give|enter|report|summari[sz]e|what (?:is|are|were)|nenne|liste|notiere?|indique|énumère|cite|enumera|anota|elenca|noem|liste|wymień|podaj)\b[^.?!\n]{0,60}"
    r"\b(?:allerg\w*|medications?|medicines|symptoms|complaints|conditions|illness\w*|surger\w*|operations|side effects|findings|injur\w*|damage|defects?|errors?|mistakes|faults?|issues|objections|exceptions|"
    r"exclusions|restrictions|convictions|debts?|deductions|claims|absences|changes|deviations|complications|remarks|comments|witnesses|children|dependants|disabilities|open (?:points|items)|"
    r"missing|overdue|outstanding|unpaid|known|previous|existing|additional|remaining|left over|common (?:factors|elements)|duplicates|matches|vorerkrankungen|mängel|fehler|einwände|allergien|antécédents|défauts|erreurs|"
    r"alergias|defectos|errores|allergie|difetti|errori|gebreken|fouten|uwagi|wady|błędy)\b"
)


_NOT_APPLICABLE = r"(?i)^\W*(?:not|nicht|keine|non|no|não|niet van|nie|sans)\s+(?:applicable|zutreffend|anwendbar|applicabile|aplica|aplicável|se aplica|toepassing|dotyczy|objet|corresponde|available|verfügbar|disponible|disponibile|disponível)\W*$"


_MACHINE = r"(?i)^\W*(?:#|null|nan|nil|none|undefined|object|<|\$|%|n/?a|empty|void)"
_WANTS_WORDS = (
    r"(?i)(?:^|[.!?:;\n]\s*|\bplease |\bbitte |\bproszę )"
    + either(
        "write draft compose explain describe summari[sz]e rewrite rephrase paraphrase translate outline discuss elaborate reply schreibe?n? verfasse?n? formuliere?n? "
        "erkläre?n? beschreibe?n? fasse?n? übersetze?n? écri(?:s|vez) rédige[zr]? explique[zr]? décri(?:s|vez) résume[zr]? tradui(?:s|sez) escrib[ea] redact[ea] "
        "explic[ae] describ[ea] resum[ea] traduc[ea] scriv[ia] redigi spiega descrivi riassumi traduci schrijf beschrijf vat vertaal escreva redija descreva "
        "resuma traduza napisz wyjaśnij opisz streść przetłumacz"
    )
    + r"\b"
)
_IF_NONE = r"(?i)\b(?:if (?:any|there|it|not|no|none|nothing|un\w+)|none|nil|null|nan|undefined|unknown|n/a|nothing|anything|blank|empty|falls|wenn (?:es )?kein\w*|sinon|si (?:aucun|no|non)|se (?:non|não)|indien|jeśli|(?:any|all) (?:allerg|known|open|errors|issues))\b"


# A request that "none" may answer, as a text that is to be summarised or rewritten holds none.
_REQUESTS = (
    r"(?i)\?|(?:^|[.!:;,\n]\s*|\bplease |\band |\bthen |\bbitte )"
    + either(
        "list name state note record give enter report extract return find tell show identify classify fill provide answer "
        "indicate specify select choose pick quote cite count mark flag put supply look check get take determine write "
        "nenne?n? gib geben notiere?n? trage?n? finde?n? suche?n? zeige?n? indique[zr]? donne[zr]? note[zr]? cite[zr]? trouve[zr]? "
        "indica indique nombra nombre anota da dé busca elenca nomina trova noem geef noteer vind zoek indica nomeie dê encontre "
        "podaj wymień wskaż znajdź"
    )
    + r"\b"
)
# Of the weak markers those that nobody says.
_WRITTEN_ALONE = r"(?i)^\W*(?:n\s?/\s?[ad]|null|nil|nan|undefined|tb[adc]|todo|empty|blank|placeholder)\W*$"
# A text of fewer characters may be a heading or a field's name.
_TEXT = 40


def _plain_marker(field: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Whether the answer is surely a marker, whether it is one of the weak ones, and whether it may be sound."""
    text, prompt = pl.col(field), pl.col("input").fill_null("")
    brief = (text.str.len_chars() <= _LONGEST) & text.str.contains(r"\S")
    head = text.str.head(_LONGEST)
    spoken_of = prompt.str.contains(_SPEAKS_OF_ONE) | prompt.str.contains(_ABOUT_MARKERS)
    code = prompt.str.contains(_MAY_BE_CODE)
    closed = prompt.str.contains(_MAY_BE_NONE) | prompt.str.contains(_MAY_BE_NONE_ELSEWHERE)
    # "Which is better? Explain." wants words, whatever its question is.
    wants_words = prompt.str.contains(_WANTS_WORDS) & ~prompt.str.contains(_IF_NONE)
    code &= ~wants_words
    plausible = (closed & ~wants_words) | code | prompt.str.contains(_FACTS) | spoken_of
    sign = head.str.contains(rf"^(?:{_SIGNS})$")
    plausible = pl.when(sign).then(prompt.str.contains(_MAY_BE_SIGN)).otherwise(plausible)
    # "Not applicable" is an answer to some questions, "#N/A" to one about spreadsheets.
    machine = head.str.contains(_MACHINE) & code
    strong = brief & head.str.contains(_WHOLE_STRONG) & ~head.str.contains(_NOT_APPLICABLE) & ~spoken_of
    strong &= ~machine
    weak = brief & (head.str.contains(_WHOLE) | head.str.contains(_TWICE))
    return strong, weak, plausible


def null_marker(field: str) -> pl.Expr:
    """1 where the field is nothing but a null marker, or an input ends in one."""
    text = pl.col(field)
    if field == "input":
        head = text.str.head(_LONGEST)
        whole = (
            (text.str.len_chars() <= _LONGEST) & text.str.contains(r"\S") & head.str.contains(_WHOLE_INPUT)
        )
        return (whole | text.str.tail(_LONGEST).str.contains(_TAIL) | head.str.contains(_HEAD)).cast(
            pl.UInt32
        )
    strong, weak, plausible = _plain_marker(field)
    return (strong | (weak & _wants_text(field) & ~plausible)).cast(pl.UInt32)


def _wants_text(field: str) -> pl.Expr:
    """Whether the prompt asks for something to be written, or is a text of which another is to be made."""
    prompt = pl.col("input").fill_null("")
    is_text = (prompt.str.len_chars() >= _TEXT) & ~prompt.str.contains(_REQUESTS)
    return prompt.str.contains(_WRITES) | (pl.col(field).str.contains(_WRITTEN_ALONE) & is_text)


def null_in_doubt(field: str) -> pl.Expr:
    """1 where the answer is a marker that some tasks want, and this one hardly."""
    strong, weak, plausible = _plain_marker(field)
    return (~strong & weak & ~_wants_text(field) & ~plausible).cast(pl.UInt32)


def may_be_null(field: str) -> pl.Expr:
    """The gate of `null_marker`: an answer as short as a marker; an input of that kind, or with a word of one near its end or its
    beginning.
    """
    text = pl.col(field)
    if field != "input":
        return text.str.len_chars() <= _LONGEST
    return (
        text.str.tail(_LONGEST).str.contains(r"[\])>}\n]|[.?!:]\s+\S[^.?!\n]{0,60}[.!]?\s*$")
        | text.str.contains(r"^[^\n]{0,60}$")
        | text.str.head(_LONGEST).str.contains(r"\n")
    )


def is_brief(field: str) -> pl.Expr:
    """The gate of `null_in_doubt`: as short as a marker."""
    return pl.col(field).str.len_chars() <= _LONGEST


def without_null_tail(field: str) -> pl.Expr:
    """The field without a null marker behind its text; a field that is nothing but a marker stays."""
    text = pl.col(field)
    begins = text.str.head(_LONGEST).str.contains(_HEAD)
    text = pl.when(begins).then(text.str.replace(_HEAD_ALONE, "")).otherwise(text)
    # Only the end is searched: the pattern could begin at any space of a long text.
    body = text.str.head(-_LONGEST)
    bare = (body + text.str.tail(_LONGEST).str.replace(_TAIL, "${1}")).str.strip_chars_end()
    ends_in_marker = text.str.tail(_LONGEST).str.contains(_TAIL) & ~text.str.head(_LONGEST).str.contains(
        _WHOLE_INPUT
    )
    return pl.when(ends_in_marker & (bare != "")).then(bare).otherwise(text)
