"""A second look at a name, with its place in the text and the text's own kind: acting on a name asks for more
than reporting it.

The tagger sees a name and cannot tell whose. Two things follow from this look. What is not a name at all
goes: identifiers in code, words in lower case that no list of names has, eponyms (`Ohm's law`), products
(`the Margot dress`), streets and companies. And what names nobody of the writer's own acquaintance is kept as
a finding at `NOT_ACTED`, below the score from which redaction acts by default: public and fictional persons,
names in texts about books, history, science or food and in exercises. A name that the text itself introduces
as a person's ("my name is", "Dear", "my sister", "patient:") keeps its score wherever it stands.

Only texts with a name are looked at, a few compiled patterns each. English; texts of other languages hold
none of these words, and their names keep their scores.
"""

# ruff: noqa: SIM905 (a list of words reads better as words)

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path

from curate.pii.detect.names.borders import name_borders
from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.overlap import Hit

# Reported, for 0.4 is the threshold of a finding, and not acted on, for that takes 0.6
# (`redact.act_threshold`).
NOT_ACTED = 0.5
# What a name scores at least that the text itself calls one.
NAMED = 0.6
_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`

_RELATION = (
    "wife|husband|partner|spouse|son|daughter|brother|sister|mother|father|mum|mom|mam|dad|nan|nana|"
    "gran|granny|"
    "grandma|grandad|grandpa|grandmother|grandfather|aunt|auntie|uncle|cousin|niece|nephew|friend|mate|"
    "boss|manager|"
    "colleague|neighbour|neighbor|landlord|landlady|tenant|flatmate|housemate|roommate|girlfriend|"
    "boyfriend|fiancee?|"
    "fiancée?|child|kid|baby|boy|girl|carer|solicitor|doctor|gp|teacher|tutor|student|pupil|assistant|"
    "secretary|"
    "supervisor|driver|courier|agent|adviser|advisor"
)
_ROLE = (
    "patient|customer|client|employee|applicant|candidate|passenger|guest|witness|cashier|claimant|"
    "defendant|member|"
    "holder|cardholder|payee|beneficiary|recipient|attendee|author|maintainer|written by|reporter|"
    "assignee|contact|"
    "signatory|signed|submitted by|approved by|requested by|reported by|referred by|served by|sold to|"
    "bill to|ship to|"
    "attn|attention|fao|cc|from|to|name|surname|forename|line manager|tenant|landlord|next of kin|"
    "referee|interviewer"
)
# What says, right before a name, that it is that of somebody who has to do with the text.
_SAYS_BEFORE = re.compile(
    rf"(?:\b(?:(?:my|your|his|her|their|our|whose|the|a) (?:\w+ )?(?:sur|fore|user|nick|"
    rf"maiden )?name(?:'s| is| was)?"
    rf"|(?:under|in) the name(?: of)?|name on (?:the )?card|i am|i'm|im|i was|this is|it's|its|it is|"
    rf"that's|call me|"
    rf"known as|speaking to|spoke (?:to|with)|speak (?:to|with)|talk(?:ed|ing)? (?:to|with)|"
    rf"chatting (?:to|with)"
    rf"|on behalf of|care of|c/o|(?:my|our|your) (?:\w+ ){{0,2}}(?:{_RELATION})(?: is)?"
    rf"|ask(?:ed)? for|sign(?:ed)? (?:for )?by|aunt|auntie|uncle|nana?|pc|sgt|nurse|sister|"
    rf"(?:dear|hi|hello|hey|hiya|morning|afternoon|evening|thanks|thx|ta|cheers|regards|wishes|"
    rf"sincerely|faithfully|"
    rf"truly|love|yours|best|birthday|congratulations|welcome))[\s,:!-]*"
    rf"|(?m:^|[,;(\n])[ \t#/*-]*(?:{_ROLE}|{_RELATION})[ \t]*[:=-][ \t]*)['\"“‘]?$",
    re.IGNORECASE,
)
_NAMES_IT = re.compile(
    rf"\b(?:(?:my|your|his|her|our|the) (?:full |first |last |sur)?name(?:'s| is| was)|(?:under|"
    rf"in) the name(?: of)?|"
    rf"(?:my|our) (?:{_RELATION})|regards|wishes|sincerely|faithfully)[\s,:]*$",
    re.IGNORECASE,
)
_TITLE_BEFORE = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|prof)\.?\s*$", re.IGNORECASE)
_TITLED = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|professor)\b", re.IGNORECASE)
_SAYS_BEHIND = re.compile(
    r"\s+(?:here\b|speaking\b|from (?:accounts|billing|support|sales|your|the (?:team|office|branch|shop)))"
    r"|(?:'s|’s)\s+(?:e-?mail|phone|mobile|number|account|order|booking|address|probation|birthday|"
    r"laptop|contract|"
    r"salary|payslip|leave|appointment|prescription|parcel|card|details|line manager|date of birth)\b"
    r"|,?\s+(?:date of birth|dob|born (?:on )?\d|aged? \d|is my (?:real |full |first )?name|"
    r"has been off sick|is on (?:annual |sick )?leave)",
    re.IGNORECASE,
)

# Nouns that a discoverer's name goes before, with or without its 's.
_EPONYM = (
    "law|laws|theorem|theory|lemma|syndrome|disease|disorder|lymphoma|method|algorithm|test|ratio|"
    "effect|cycle|scale|"
    "number|numbers|constant|equation|equations|principle|paradox|man(?:oeuvre|euver)|catheter|score|"
    "sign|procedure|"
    "reflex|index|distribution|process|model|series|transform|generator|cage|cipher|curve|circuit|"
    "diagram|matrix|"
    "quotient|sort|code|hypothesis|conjecture|experiment|telescope|comet|nebula|crater|counter|tube|"
    "cell|engine|razor|"
    "complex|therapy|triangle|sequence|spiral|prize|award|medal|warning|exchange|protocol|hierarchy|"
    "pyramid|syndrome|"
    "act|doctrine|amendment|catalogue|code|criterion|attractor|set|space|function|integral|motion|"
    "relativity|step|factor|filter|kernel|loss|prior|norm|divergence|distance|decomposition|estimator|"
    "coefficient|inequality|identity|rule|formula|polynomial|expansion|operator|hypercube|sampling|"
    "regression|simulation|regulari[sz]ation|basis|graph|tree|machine|network|unit|optimi[sz]er|plot|notation|wave"
)
# What goods, dishes and houses are called by, without an 's.
_THING = (
    "sofa|lamp|dress|boots?|table|chair|bag|shoes?|shirt|coat|jacket|jeans|hat|ring|watch|bookcase|"
    "shelf|desk|bed|"
    "mattress|rug|curtains?|mirror|vase|candle|mug|range|collection|model|hoover|vacuum|mixer|drill|"
    "oven|kettle|skill|"
    "app|plugin|server|build|library|framework|dashboard|test|runner|pipeline|chart|release|driver|"
    "cable|lens|"
    "sauce|salad|cake|biscuits?|cookies?|crackers|sandwich|rice|potato(?:es)?|apples?|tea|tart|pie|gin|"
    "wine|loaf|bread|"
    "soup|stew|pasta|pizza|cheese|sponge|tomato(?:es)?|onions?|plums?|trees?|roses?|bush(?:es)?|seeds|"
    "street|road|avenue|lane|square|bridge|park|airport|station|university|college|school|hospital|"
    "foundation|museum|"
    "stadium|institute|hotel|arms|inn|hall|house|tower|island|islands|valley|river|lake|beach|falls|county|"
    "bank|group|ltd|limited|plc|inc|llc|co|corp|gmbh|sdn|bhd|brothers|partners|associates|stores?|shop|"
    "restaurants?|"
    "neighbou?rhood|area|district|cuisine|bakery|bakeries|marketing|enterprise|trading|supermarket|pharmacy|clinic|motors|studios|records|"
    "books|press|fwy|hwy|pkwy|blvd|expy|ave|terminal|stadium|pin|wren|gun|plug|alert|reports?|merch"
)
# A list of them has its noun at its end: "Poisson and Weibull distributions".
_EPONYM_BEHIND = re.compile(
    rf"(?:['’]s?(?:\s+\w+)?)?(?:,? (?:and |or )?(?-i:[A-Z])[\w’'-]{{2,20}}){{0,3}}[\s-]+(?:{_EPONYM})s?\b",
    re.IGNORECASE,
)
# Some of these are verbs as well: "Anil ring me back".
_THING_BEHIND = re.compile(
    rf"[\s-]+(?:{_THING})\b(?!\s+(?:me|you|us|him|her|it|them|back|up|the|my|your)\b)", re.IGNORECASE
)
_PLACE_BEFORE = re.compile(
    r"\b(?:st|lake|mount|mt|isle of|island of|river|cape|port|fort|gulf of|bay of|city of|county|jalan|"
    r"taman|lorong|san|"
    r"santa|saint|los|las|el|new|north|south|east|west)\s+$",
    re.IGNORECASE,
)
# Streets whose kind stands first.
_STREET_FIRST = re.compile(
    r"(?:jalan|lorong|persiaran|taman|lebuh(?:raya)?|kampung|jln|rue|calle|avenida|piazza|plaza|viale) ",
    re.IGNORECASE,
)
# "the restaurant called Stax", "a product named Nova", "the Burger" King.
_CALLED = re.compile(
    r"\b(?:restaurant|bar|pub|cafe|café|bistro|hotel|shop|store|place|company|firm|brand|product|app|tool|city|town|"
    r"village|ship|dog|cat|horse|band|project|file|server|branch|model|event|game|team) (?:is |was )?"
    r"(?:called|named|nearby|in)\s+$|\bburger\s+$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:in|at|near|via|around|across|throughout|to|from|of|visit|visiting)\s+$", re.IGNORECASE
)
_ARTICLE = re.compile(r"\b(?:the|a|an|each|every|any|this|that|some)\s+$")
_AUXILIARY = re.compile(
    r"\s+(?:you|i|we|he|she|it|they|the|this|these|that|those|there|my|your|his|her|our|their|anyone|someone|not|be|"
    r"a|an)\b"
)

# Words of texts that name people whom the writer does not know: one of the first, or two of the second.
_ABOUT = re.compile(
    r"\b(?:novels?|chapter (?:\w+)|films?|movies?|directed by|starring|stars? (?:as|in)|protagonists?|"
    r"narrators?|"
    r"heroine|villain|poems?|poets?|poetry|singers?|composer|symphony|opera|paintings?|painters?|"
    r"sculptor|audiobook|"
    r"memoir|biograph(?:y|ies)|sequel|trilogy|bestseller|translator|literature|theorems?|theory of|"
    r"philosoph\w+|"
    r"scientists?|physicist|mathematician|chemist|inventor|discovered|presidency|\d+th president|"
    r"president of the|"
    r"prime minister|emperor|empress|dynasty|tudors?|monarch|nobel|olympics?|championship|quarterback|"
    r"footballer|"
    r"once upon a time|a (?:boy|girl|man|woman|princess|prince|king) (?:called|named)|fictional|"
    r"fairy ?tale|"
    r"myth(?:s|ology)?|haiku|short story|tweet about|screenplay|civil rights|synonyms?|antonyms?|"
    r"adjective|idiom|"
    r"passive voice|grammar|paraphrase|translate (?:to|into)|programming|wizards?|dragons?|"
    r"reference recording|"
    r"dialogue between|in the book|the book|this book|her book|his book|books by)\b",
    re.IGNORECASE,
)
_HINTS = re.compile(
    r"\b(?:authors?|characters?|book|director|songs?|albums?|bands?|plot|speech|essay|quiz|sentence|"
    r"languages?|decade|"
    r"recording|president|century|reign|theory|read it|killer|dialogue|legend|virtue|history|historical|"
    r"war|"
    r"revolution|king|queen|volunteers?|writes|wrote|writer|played|audience|stage|verb|noun|legendary|"
    r"famous)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\s*(?:write|describe|explain|summari[sz]e|compare|contrast|generate|list|identify|classify|create|"
    r"compose|"
    r"convert|rewrite|discuss|define|construct|design|arrange|sort|edit the|paraphrase|suggest|"
    r"analy[sz]e|evaluate|"
    r"calculate|compute|solve|draft a|name (?:the|two|three|four|five|some|an?)\b(?!.*\bon\b)|"
    r"give (?:an?|two|three|four|five|some|me (?:an?|three|some))|tell me about|who (?:is|was|are|were|"
    r"wrote|"
    r"invented|discovered|painted|won|directed|played|sang|said)\b|what (?:was|were|did|happened|would)\b|"
    r"how did|play|output:|translate|find the (?:area|value|sum)|develop an?|devise|come up with|"
    r"imagine|add an?|"
    r"implement|use)\b",
    re.IGNORECASE,
)
# A person of an exercise: counted, bought and eaten.
_SUMS = re.compile(
    r"\b(?:how many|how much|how far|in total|altogether|left\?|apples|marbles|oranges|miles per hour|"
    r"km/h)\b",
    re.IGNORECASE,
)
_FOOD = re.compile(
    r"\b(?:simmer|saut[ée]+|whisk|preheat|teaspoons?|tablespoons?|tbsp|tsp|marinate|garnish|butter|"
    r"flour|oven|bake[ds]?|"
    r"baking|roast(?:ies)?|poach|fry|chop|slice|stir|pinch of|clove of|serves \w+|recipe|pastry|sauce|"
    r"gas mark|dough|"
    r"beef|chicken|potatoes|cream|cheese|lemon)\b",
    re.IGNORECASE,
)
_TILL = re.compile(
    r"\b(?:SDN|BHD|SUBTOTAL|TOTAL|CASH(?:IER)?|GST|VAT NO|INVOICE|RECEIPT|QTY|ROUNDING|CHANGE|"
    r"TAX INVOICE|JALAN|TAMAN|LOT)\b"
)
_CODE = re.compile(
    r"(?:\bdef \w+\(|\bclass \w+[(:{ ]|\bimport \w+|\bfrom \w+ import\b|\breturn\b[^.\n]*[;)\]]|=>|"
    r"\bfunction\b\s*\w*\(|"
    r"[;{]\s*$|\bSELECT\b.+\bFROM\b|console\.|printf|println|#include|::|\w\(\)|==|!=|\+=|\b(?:const|"
    r"let|var) \w+ ?=|"
    r"\bfn \w+\(|^\s*(?:try|else|except\b.*):|\bkubectl |\bnpm |\bgit \w+|\bself\.|\bpip install|</\w+>|"
    r"\bGRANT \w+|"
    r"\w+\.\w+\(|\w\[\w+\]|= ?\[|\{['\"]\w+['\"]:|\bfor \w+ in \w+|&lt;|\\begin\{|\{\{ ?\w+\.\w)",
    re.MULTILINE,
)
# Words of programs and shells that are no words of a sentence.
_KEYWORDS = frozenset(
    "elif elsif endif def len fi esac const func fn impl struct enum str int bool float char void nil "
    "argv argc args kwargs async await init repr iter dict tuple zip enumerate isinstance printf println "
    "stdout stdin stderr cls sudo chmod grep sed awk curl wget cd ls mkdir rm href src div img svg px "
    "rgba json yaml toml xml html css js ts sql varchar foo bar baz qux lorem ipsum lambda yield range "
    "print else if in is not and or none true false null self todo fixme eval exec goto typeof instanceof "
    "sizeof malloc uint usize mut pub crate mod ret arr idx tmp ptr obj val var let elems el els ".split()
)
_TITLES = frozenset("mr mrs ms miss mx dr prof professor rev sir madam lord lady jr sr esq".split())
_IN_CODE = re.compile(r"[\w)\]]?[.(\[{=<>;`_/\\#$]|\s*(?:=|\(|\[|\]|\{|:=|\+|\*)|['\"`]\s*[:,)\]}]")
_TABLE = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)


@lru_cache(maxsize=1)
def known() -> tuple[frozenset[str], frozenset[str]]:
    """Folded names of public and fictional persons, and of things, from `known.txt`."""
    text = Path(__file__).with_name("known.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    middle = lines.index("")
    persons, things = (
        frozenset(_plain(name) for line in part for name in line.split(",") if name.strip())
        for part in (lines[:middle], lines[middle:])
    )
    return persons, things


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """Words of the language that are names as well."""
    return frozenset(Path(__file__).with_name("plain_words.txt").read_text(encoding="utf-8").split())


def _plain(name: str) -> str:
    return " ".join(fold(word) for word in re.split(r"[\s]+", name.strip(" .,'’")))


class Look:
    """One text and what kind of text it is; each kind is worked out when it is asked for.

    Parameters
    ----------
    lexicon
        The tagger's lists of names.
    public
        Whether somebody known to all is named in it: then it speaks of such people.
    """

    def __init__(self, text: str, lexicon: Lexicon, public: bool = False) -> None:
        self.text, self.lexicon, self.public = text, lexicon, public
        self._judged: dict[tuple[str, str, str, float], float] = {}

    @cached_property
    def code(self) -> bool:
        """Whether the text is a program, a query, markup, or speaks of one."""
        return bool(_CODE.search(self.text)) or "```" in self.text

    @cached_property
    def general(self) -> bool:
        """Whether the text is about books, history, science, food or an exercise, or is a till receipt."""
        text = self.text
        return bool(
            _ABOUT.search(text)
            or len({word.lower() for word in _HINTS.findall(text)}) >= 2
            or _ASKS.match(text)
            or _SUMS.search(text)
            or len(set(_FOOD.findall(text.lower()))) >= 2
            or self.public
            or self.till
            or self.code
            or _TABLE.search(text)
        )

    @cached_property
    def till(self) -> bool:
        """Whether it is a till receipt: two of its words, in capitals."""
        return len(set(_TILL.findall(self.text))) >= 2

    def score(self, hit: Hit) -> float:
        """The score of a found person: as it was, `NOT_ACTED`, or 0 where it is none.

        A hostile text repeats one name a hundred thousand times: the same name between the same words is
        judged once.
        """
        text, start, end = self.text, hit.start, hit.end
        place = (text[start:end], text[max(0, start - 60) : start], text[end : end + 40], hit.score)
        if place not in self._judged:
            self._judged[place] = self._judge(*place)
        return self._judged[place]

    def _judge(self, value: str, before: str, behind: str, found: float) -> float:
        """`score` of the name `value` between `before` and `behind`, found with the score `found`."""
        words = re.findall(r"[^\W\d_]+", value)
        lone = len(words) == 1
        lower = value == value.lower() and value != value.upper()
        said = bool(_SAYS_BEFORE.search(before) or _SAYS_BEHIND.match(behind))
        if self._is_code(words, lower, before, behind):
            return 0.0
        if said and not (lower and lone and self._is_word(value)):
            return max(found, NAMED) if _NAMES_IT.search(before) else found
        if self._is_thing(value, lone, before, behind):
            return 0.0
        if lower and lone and not self._is_name(value):
            return min(found, NOT_ACTED)
        opens = not before.strip() or before.rstrip()[-1:] in ".!?:\n\"'"
        if lone and opens and self._is_word(value) and _AUXILIARY.match(behind) and value[0].isupper():
            return 0.0
        persons, things = known()
        if _plain(value) in things:
            return 0.0
        if _plain(value) in persons:
            return min(found, NOT_ACTED)
        if self._titled(value, before) and not self.general:
            return found
        if lone and _ARTICLE.search(before):
            return min(found, NOT_ACTED)
        if self.general or (lone and self._is_place(value, before)):
            return min(found, NOT_ACTED)
        return found

    def _is_code(self, words: list[str], lower: bool, before: str, behind: str) -> bool:
        """A name in a program: keywords, or one word right beside a sign of code or in lower case."""
        lone = len(words) == 1
        if lower and all(len(word) == 1 or word in _KEYWORDS for word in words):
            return True
        if before[-1:].isdigit() or (lone and words[0].lower() in _TITLES):  # "4chan"; "Rev. A"
            return True
        if not self.code or not lone:
            return False
        beside = before[-1:] in tuple(".([{=<>`_/\\#$'\"&") or bool(_IN_CODE.match(behind))
        return beside or lower

    def _is_thing(self, value: str, lone: bool, before: str, behind: str) -> bool:
        """An eponym, a product, a street, a place, a company."""
        if self._titled(value, before) or "\n" in value:
            return False
        if _EPONYM_BEHIND.match(behind) or re.search(rf"\s(?:{_EPONYM})$", value, re.IGNORECASE):
            return True
        if lone and _THING_BEHIND.match(behind) and value[0].isupper():
            return True
        if re.search(rf"\s(?:{_THING})$", value, re.IGNORECASE):
            return True
        if _CALLED.search(before):
            return True
        return bool(_PLACE_BEFORE.search(before) or _STREET_FIRST.match(value)) and value[0].isupper()

    def _is_name(self, value: str) -> bool:
        """Whether a lower-case word is on a list of names and no word of the language."""
        rank = self.lexicon.ranks.get(fold(value), 0)
        return bool(rank & (_FIRST | _SURNAME)) and not self._is_word(value)

    def _is_word(self, value: str) -> bool:
        return fold(value) in plain_words()

    def _titled(self, value: str, before: str) -> bool:
        return bool(_TITLED.match(value) or _TITLE_BEFORE.search(before))

    def _is_place(self, value: str, before: str) -> bool:
        """A place's name where a place stands, unless it is at least as common as a first name."""
        rank = self.lexicon.ranks.get(fold(value), 0)
        place, first = (rank & _PLACE) >> 4, rank & _FIRST
        return place > first and bool(_WHERE.search(before))


def _bordered(text: str, hit: Hit) -> Hit:
    start, end = name_borders(text, hit.start, hit.end)
    return hit if (start, end) == (hit.start, hit.end) else hit._replace(start=start, end=end)


def second_look(text: str, hits: list[Hit], lexicon: Lexicon) -> list[Hit]:
    """`hits` of one text with the scores of persons as `Look` judges them; those that are none left out."""
    if not any(hit.entity == "PERSON" for hit in hits):
        return hits
    hits = [_bordered(text, hit) if hit.entity == "PERSON" else hit for hit in hits]
    persons = known()[0]
    values = {text[hit.start : hit.end] for hit in hits}
    public = any(_plain(value) in persons for value in values)
    look = Look(text, lexicon, public)
    judged = []
    for hit in hits:
        score = look.score(hit) if hit.entity == "PERSON" else hit.score
        if score > 0:
            judged.append(hit if score == hit.score else hit._replace(score=score))
    return judged if look.general else _in_two_cases(text, judged)


def _in_two_cases(text: str, hits: list[Hit]) -> list[Hit]:
    """`hits` with a full name acted on that stands in two cases ("john smith ... JOHN SMITH"): words of the
    language do not.
    """
    written: dict[str, set[str]] = {}
    for hit in hits:
        value = text[hit.start : hit.end]
        if hit.entity == "PERSON" and " " in value:
            written.setdefault(_plain(value), set()).add(value)
    twice = {name for name, values in written.items() if len(values) > 1} - known()[0] - known()[1]
    return [
        hit._replace(score=NAMED)
        if hit.score < NAMED and hit.entity == "PERSON" and _plain(text[hit.start : hit.end]) in twice
        else hit
        for hit in hits
    ]
