"""The language that a prompt names for its answer: "Answer in French", "ins Niederländische", "po polsku", EN > DE.

One language must be named as the wanted one, no other. Then an answer in another language is wrong, whatever the
prompt itself is written in.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re

# Names of each language in the eight.
_NAMES = {
    "en": "english|englisch\\w*|anglais|inglés|inglese|engels|inglês|angielsk\\w*|en",
    "de": "german|deutsch\\w*|allemand|alemán|tedesco|duits|alemão|niemieck\\w*|de",
    "fr": "french|französisch\\w*|français|francés|francese|frans|francês|francusk\\w*|fr",
    "es": "spanish|spanisch\\w*|espagnol|español|castellano|spagnolo|spaans|espanhol|hiszpańsk\\w*|es",
    "it": "italian|italienisch\\w*|italien|italiano|italiaans|włosk\\w*|it",
    "nl": "dutch|niederländisch\\w*|holländisch\\w*|néerlandais|neerlandés|holandés|olandese|nederlands|holandês|neerlandês|niderlandzk\\w*|holendersk\\w*|nl",
    "pt": "portuguese|portugiesisch\\w*|portugais|portugués|portoghese|portugees|português|portugalsk\\w*|pt",
    "pl": "polish|polnisch\\w*|polonais|polaco|polacco|pools|polonês|polsk\\w*|pl",
}
_ANY = "|".join(f"(?P<{code}>{names.removesuffix('|' + code)})" for code, names in _NAMES.items())
_IN = r"\b(?:in(?:to|s)?|to|auf|in (?:das|gutem|einfachem|simple|plain|good|correct|formal)|en|al?|in|nel|naar het|naar|in het|em|para o?|ao|po|na(?: język)?|w języku|vers l['’]|en langue)\s+(?:the )?(?:l['’])?"
# Behind the name nothing that it could be the adjective of ("in Polish cities").
_ENDS = (
    r"\b(?=\s*(?:[.,:;!?\"“„«'‘()\n–—-]|$)|\s+(?:please|kindly|bitte|proszę|por|per|s['’]il|alstublieft|what|how|why|where|when|who|which|to|for|with|about|using|that|so|in|on|an?|the|my|our|was|wie|wo|warum|eine?[nrm]?|"
    r"den|die|das|für|an|que|quel\w*|un[ea]?|le|la|les|el|los|à|pour|para|qué|cómo|che|come|il|lo|om|een|het|de|aan|voor|o|uma?|do|dla|co|jak)\b)"
)
_WANTED = re.compile(rf"{_IN}(?:{_ANY}){_ENDS}", re.IGNORECASE)
_EVERY = re.compile(rf"\b(?:{_ANY})\b", re.IGNORECASE)
# "One English sentence", "a short French reply".
_KIND = (
    r"(?:sentences?|summary|version|translation|reply|answer|response|paragraph|e-?mails?|texts?|message|title|abstract|description|slogan|letter|note|satz|sätzen?|zusammenfassung|fassung|übersetzung|antwort|text|nachricht|"
    r"phrase|résumé|traduction|réponse|texte|frase|resumen|traducción|respuesta|texto|riassunto|traduzione|risposta|testo|resumo|tradução|resposta|zin|samenvatting|vertaling|antwoord|zdani\w+|streszczenie|tłumaczenie|odpowiedź)"
)
_AS_KIND = re.compile(
    rf"\b(?:an?|one|two|three|four|five|ein(?:e[nrm]?)?|zwei|drei)\s+(?:[a-z-]+\s+)?(?:{_ANY})(?:\s+[a-z-]+)?\s+{_KIND}\b|"
    rf"\b(?:une?|una?|uno|deux|dos|due|duas|trois|tres|tre|três|een|twee|jedno|jedn[ąa])\s+{_KIND}\s+(?:\w+\s+)?(?:{_ANY.replace('?P<', '?P<_')})\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?i)\b(?:describ\w*|list|create|make|prepare|generate|provide|suggest|beschreib\w*|décri\w*|descriv\w*|descrev\w*|opisz|nenne|erstelle|translat\w*|answer|reply|respond|response|write|draft|compose|say|put|render|give|explain|tell|summari[sz]e|rewrite|version|please|übersetze?\w*|antworte?\w*|schreib\w*|formulier\w*|sag\w*|bitte|erklär\w*|"
    r"tradui\w*|répond\w*|écri\w*|rédige\w*|explique\w*|traduc\w*|traduzca|respond\w*|escrib\w*|redacta|explica|traduci\w*|rispond\w*|scriv\w*|spiega|vertaal\w*|antwoord\w*|schrijf\w*|traduz\w*|escrev\w*|przetłumacz\w*|odpowiedz\w*|napisz\w*|proszę|kindly)\b"
)
_ARROW = re.compile(
    r"\b(en|de|fr|es|it|nl|pt|pl)\s?(?:->|→|>|=>|–>)\s?(?P<to>en|de|fr|es|it|nl|pt|pl)\b", re.IGNORECASE
)
_OTHERS = re.compile(
    r"(?i)\b(?:chinese|japanese|korean|arabic|hindi|russian|turkish|latin|swedish|danish|norwegian|greek|hebrew|croatian|czech|slovak|serbian|romanian|hungarian|finnish|icelandic|vietnamese|thai|indonesian|malay|swahili|"
    r"ukrainian|bulgarian|persian|farsi|urdu|bengali|tamil|welsh|irish|gaelic|catalan|basque|mandarin|cantonese|estonian|latvian|lithuanian|russisch\w*|spaniards?|frenchm[ae]n)\b"
)
# Not one answer in one language.
_SEVERAL = re.compile(
    r"(?i)\b(?:both|bilingual|zweisprachig|bilingüe|bilingue|tweetalig|and (?:then )?(?:in|into)|original|explain (?:the |this )?(?:\w+ )?(?:word|phrase|saying|proverb|idiom|expression)|explain in|mean|means|meaning|how do (?:i|you|we)|what(?:['’]s| is) (?:the )?|word for|wie sagt|wie hei|comment dit|cómo se dice|come si dice|hoe zeg|como se diz|jak (?:jest|powiedzieć)|words|wörter|phrases|vocabulary|teach|lesson|learn\w*|from \w+ to)\b"
)

# "How much does it cost to translate ... into French?"
_NO_ORDER = (
    r"(?i)\W*(?:how (?:much|long|many|often|good)|who|where|when|why|does|do|is|are|did|should|was|were)\b"
)


def asked_for(prompt: str) -> str | None:
    """The one language that a prompt wants its answer in, or None where it names none, or several."""
    arrow = _ARROW.search(prompt)
    if arrow:
        return arrow["to"].lower()
    bare = re.sub(r"[\"“„«][^\"”»“]{2,600}[\"”»“]|(?:^|(?<=[\s(:]))['‘].{2,600}?['’](?=\W|$)", " ", prompt)
    order, _, _ = bare.partition("\n\n")
    if re.match(_NO_ORDER, order) or not _ASKS.search(order) or _SEVERAL.search(order):
        return None
    wanted = {
        str(match.lastgroup).lstrip("_")
        for pattern in (_WANTED, _AS_KIND)
        for match in pattern.finditer(order)
    }
    named = {match.lastgroup for match in _EVERY.finditer(order)}
    return next(iter(wanted)) if len(wanted) == 1 and named == wanted else None


def names_of(prompt: str) -> set[str]:
    """The languages among the eight that a prompt names, and `other` where it names one beside them."""
    named = {str(match.lastgroup) for match in _EVERY.finditer(prompt)}
    return named | ({"other"} if _OTHERS.search(prompt) else set())
