"""What stands around a name and says whose or what it is: a person does and suffers things that no place or firm
does ("is on sick leave"), is asked and told; firms come in chains and with sons ("Khan & Sons"), places in a
list with places, projects and storms behind their kind ("Project Jasper"). Regexes and one look for chains.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import re

from curate.pii.detect.names.endings import Ending
from curate.pii.detect.names.features import Lexicon
from curate.pii.detect.names.signs import RELATION
from curate.pii.detect.names.tokens import fold

_FIRST, _SURNAME, _PLACE = 3, 12, 48  # bits of `Lexicon.ranks`

# What persons do and firms and places do as well ("Chelsea signed him"): it tells of a word, not of a place.
DOES = re.compile(
    r"\s+(?:said|says|told|tells|asked|asks|replied|complained|apologi[sz]ed|wrote|explained|promised|admitted|insisted"
    r"|thinks|thought|wants|wanted|refused|agreed|pays|paid|signed|declined (?:the|my|our|his|her|to)|called|applied|likes|loves|hates)\b",
    re.IGNORECASE,
)
# What nobody but a person does.
LIVES = re.compile(
    r"\s+(?:(?:rang|phoned|texted|emailed|forgot|resigned|retired|married|hopes|hoped)\b"
    r"|(?:has|had|have) (?:left us|resigned|asked|forgotten|told|agreed|been (?:off|sick|ill|promoted|told))"
    r"|(?:is|was|are|were) (?:both |all |also |still |now |currently |away |back ){0,2}(?:off|on) (?:sick|leave|holiday|annual"
    r"|maternity|paternity|parental|compassionate|shift|duty|the (?:late|early|night) shift|until|till|today|tomorrow|work|his|her)"
    r"|(?:is|was) (?:allergic|lactose|gluten|vegan|vegetarian|pregnant|diabetic|asthmatic|poorly|retiring|leaving us|locked out"
    rf"|(?:my|our|his|her|their) (?:{RELATION}))"
    r"|(?:hurt|cut|broke|lost|forgot|left|has|changed|cancelled|missed|dropped|returned|needs|wants) (?:his|her)\b"
    r"|(?:is|was|has|had|will|can|does|did|said|went|\w{3,12}ed)\b[^.?!\n]{0,60}[,;] (?:and |but |so )?(?:he|she)\b)",
    re.IGNORECASE,
)
_KIN = (
    r"payslip|payslips|rota|shift|shifts|salary|wages?|overtime|desk|locker|birthday|mum|mom|dad|wife|husband|son|daughter|manager"
    r"|password|log-?in|badge|cv|probation|leave|notice|sick note|mileage|expenses|appraisal|prescription|medication|address"
)
OWNS = re.compile(rf"['’]s\s+(?:{_KIN})\b", re.IGNORECASE)
# Asked and told: the words before the name, and, for a word that stands in lower case, those behind it.
ASKED = Ending(
    r"\b(?:ask|asked|tell|told|remind|reminded|inform|informed|notify|thank|thanked|invite|let)\s+$",
    re.IGNORECASE,
)
TO_DO = re.compile(
    r"\s+(?:that|to|if|when|why|how|whether|what|where|know|his|her|their|about|for (?:his|her|their|the))\b",
    re.IGNORECASE,
)

_HERE = re.compile(r"[\s,]+(?:here|speaking)\b", re.IGNORECASE)
_GREETS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya|morning|good (?:morning|afternoon|evening))\W+)?(?:this is|it['’]?s|i am|i['’]?m)\s+$",
    re.IGNORECASE,
)
# "Khan & Sons", "Smith, Jones and Partners".
FIRM_BEHIND = re.compile(
    r"(?:,? (?:[A-Z][\w’'-]+,? ){0,2})?\s*(?:&|\+|\band\b)\s+(?-i:Sons?|Daughters?|Co\b|Company|Partners|Associates|Bro(?:ther)?s)\b"
    r"|\s+(?-i:Bros|Brothers|Sons|LLP|Ltd|Limited|plc|PLC|Inc|LLC|GmbH)\b",
)
# An establishment or an event with a name's genitive: "Earl's Court", "Valentine's Day".
ITS_BEHIND = re.compile(
    r"['’]s? (?i:day|night|week|eve)\b|(?:['’]s?|s)? (?i:place|court|square|street|cross|gate|wharf|island|cathedral|church|hospital|head|bridge|park"
    r"|market|wine bar|bar|café|cafe|kitchen|bakery|deli|diner|grill|restaurant|pizzeria|brasserie|bistro|tavern|cup|award|theatre)\b"
)
# "the Zac Brown Band", "the Kati Roll Company"; "the Oliver Wyman office".
_LATER = re.compile(
    r"(?: [A-Z][\w’'-]+)? (?:Band|Company|Foundation|Trust|Group|Restaurant|Kitchen|Orchestra|Quartet|Academy|Arena|Centre|Center|Ward)\b"
)
_OFFICE = re.compile(r"\s+(?:office|offices|account|contract|deal|store|shop|branch|outlet|brand|merger)\b")
_THE = Ending(r"\b[Tt]he\s+$")
# Eaten at: "lunch at Harry Ramsden's on Victoria Street".
_EATEN = Ending(
    r"\b(?:lunch|dinner|breakfast|supper|table|meal|eat|eating|ate|drinks|book|booked|booking)\b[^.?!\n]{0,30}\bat\s+$",
    re.IGNORECASE,
)
_GENITIVE = re.compile(r"['’]s?(?:\s+(?:on|near|in|at|for|by|tonight|tomorrow)\b|[.,?!]|$)")
# An order stands at a sentence's start or after these.
PLEASE = Ending(r"(?:^|[.!?:;,\n\"'])\s*$|\b(?:please|and|then|just|not|or)\s+$", re.IGNORECASE)
# Kinds of things before their names.
KIND = Ending(
    r"\b(?:project|operation|storm|hurricane|typhoon|cyclone|code ?name(?:d)?|hms|uss|ward|release|cluster|server|laptop|hostname"
    r"|sprint|codenamed|exercise|typeface|font)\s+$",
    re.IGNORECASE,
)
# Words that begin an order or a question and are names as well, with what follows them in one.
ORDERS = re.compile(
    r"(?:hope|grant|mark|chase|bill|will|may|sue|pat|rob|bob|nick|jack|drew|pierce|hunt|skip|wade|carry|dean|frank|guy|art|gene|buck|max)$",
    re.IGNORECASE,
)
ORDERED = re.compile(
    r"\s+(?:this|that|these|those|it|you|your|me|my|us|our|them|him|the|a|an|all|any|every|each|both|some|up|down|off|out|access"
    r"|permission|amount|total|payment|number|attached|enclosed|date|due|for (?!his|her|their)|from|is wrong|was wrong|advice|answer|direction|opinion|feedback|discussion|talk|and (?:honest|open|fair|true|simple))\b",
    re.IGNORECASE,
)
# What papers and forms call their numbers, which German spells with a capital.
_LABEL = re.compile(r"(?:^| )\w{2,}(?:nummer|nummern|adresse|anschrift|straße|strasse)$", re.IGNORECASE)
# A time of the year and what it has, or is asked for.
TIMES_BEHIND = re.compile(
    r"(?:['’]s)?[\s-]+(?:invoices?|bills?|statements?|payments?|rent|salary|payslips?|wages?|figures|report|reports|sales|newsletter"
    r"|edition|issue|deadline|holidays?|bank holiday|weekend|meeting|numbers|accounts|payroll|forecast|budget|usage|reading|intake"
    r"|or (?:june|july|may|april|august)|is too late|came|will follow|half)\b",
    re.IGNORECASE,
)
MONTHS = frozenset("april may june august january".split())  # noqa: SIM905

# Wanted, asked about or gone to: a person with a first name, or an establishment.
WANTED = Ending(
    r"(?:\b(?:i'd like|i would like|would like to have|looking for|(?:inquire|enquire|know|information|details|hear) about|"
    r"let's try|try|tried|located (?:in|near|anywhere but)|anywhere but|neighbou?rhood(?: is)?|area(?: is)?|prefer|isn't|all i want is"
    r"|restaurant name(?:d)?|by the name of|lunch (?:was )?(?:booked )?at|dinner (?:was )?(?:booked )?at|table at|eat at|ate at)"
    r"(?: the)?)[\s,]+$",
    re.IGNORECASE,
)
NAMED_PLACE = Ending(
    r"\b(?:restaurant|bar|pub|cafe|café|bistro|hotel|diner|brasserie|takeaway)\b[^.?!\n]{0,25}\b(?:called|named?(?: is)?|by (?:the )?name(?: of)?)\s+"
    r"(?:[\w'’]+ ){0,2}$|\bburger\s+$",
    re.IGNORECASE,
)
_CHAIN = re.compile(
    r"(?<![\w.])[A-Z][\w’'-]+(?:(?:, | [-/] |,? (?:and|or|to|&|\+) )[A-Z][\w’'-]+){1,6}(?P<behind>[^\n]{0,14})"
)
_LINK = re.compile(r"(?:, | [-/] |,? (?:and|or|to|&|\+) )")
_FIRM_SAYS = re.compile(
    r"(?:'s)? (?:is|was|has|does|isn't|acted|quoted|LLP|Ltd|plc|Inc|office|account|audited)\b", re.IGNORECASE
)


def is_person(before: str, behind: str, *, word: bool, place: bool, lower: bool) -> bool:
    """Whether the words around a name say that it is a person's.

    Parameters
    ----------
    word, place
        Whether it is a word of the language, or a place's name, as well.
    lower
        Whether it is written in lower case: then it must be asked or told something.
    """
    if LIVES.match(behind) or (OWNS.match(behind) and not lower):
        return True
    if ASKED.search(before) and (TO_DO.match(behind) or not (word or place or lower)):
        return True
    return not place and not lower and bool(DOES.match(behind))


def is_introduced(before: str, behind: str) -> bool:
    """Whether somebody gives the name as theirs: "it's ted baker here", at a text's start "this is ted baker"."""
    return bool(_HERE.match(behind) or _GREETS.search(before))


def is_establishment(before: str, behind: str) -> bool:
    """Whether a name is that of a house where people eat, or of a firm or band that bears more words."""
    if _EATEN.search(before) and _GENITIVE.match(behind):
        return True
    return bool(_LATER.match(behind) or (_THE.search(before) and _OFFICE.match(behind)))


def is_label(value: str) -> bool:
    """Whether a name's last word is what a form calls a number ("Meine Handynummer")."""
    return bool(_LABEL.search(value))


def is_order(value: str, before: str, behind: str) -> bool:
    """Whether a capitalised word begins an order, a wish or a heading: "Grant access", "Bill for March"."""
    return bool(ORDERS.match(value) and ORDERED.match(behind) and PLEASE.search(before))


def chained(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """The chains of capitalised words that are a firm's name or a list of places."""
    found = []
    for match in _CHAIN.finditer(text):
        end = match.start("behind")
        chain = text[match.start() : end]
        words = _LINK.split(chain)
        ranks = [lexicon.ranks.get(fold(word), 0) for word in words]
        if _is_firm(chain, words, ranks, match["behind"]) or _are_places(ranks):
            found.append((match.start(), end))
    return found


def _is_firm(chain: str, words: list[str], ranks: list[int], behind: str) -> bool:
    """Surnames with an "&", or of which the sentence speaks as of one thing."""
    last = [(rank & _SURNAME) >> 2 >= (rank & _FIRST) for rank in ranks]
    if "&" in chain or "+" in chain:
        return sum(last) * 2 >= len(last)
    return len(words) > 2 and sum(last) >= 2 and bool(_FIRM_SAYS.match(behind))


def _are_places(ranks: list[int]) -> bool:
    """All may be places, and one at least is no commoner as a first name."""
    places = [(rank & _PLACE) >> 4 for rank in ranks]
    sure = any(place and place >= (rank & _FIRST) for place, rank in zip(places, ranks, strict=True))
    return all(places) and sure
