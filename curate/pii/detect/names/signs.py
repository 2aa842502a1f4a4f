"""What in a text speaks for a name or against it: relations, roles and titles, eponyms and things, places,
orders of a till, and code. Regexes alone; `acting` says what follows from them.
"""

from __future__ import annotations

import re

from curate.pii.detect.names.endings import Ending

# ruff: noqa: SIM905 (a list of words reads better as words)

RELATION = (
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
ROLE = (
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
SAYS_BEFORE = Ending(
    rf"(?:\b(?:(?:my|your|his|her|their|our|whose|the|a) (?:\w+ )?(?:sur|fore|user|nick|"
    rf"maiden )?name(?:'s| is| was)?"
    rf"|(?:under|in) the name(?: of)?|name on (?:the )?card|i am|i'm|im|i was|this is|it's|its|it is|"
    rf"that's|call me|"
    rf"known as|speaking to|spoke (?:to|with)|speak (?:to|with)|talk(?:ed|ing)? (?:to|with)|"
    rf"chatting (?:to|with)"
    rf"|on behalf of|care of|c/o|(?:my|our|your) (?:\w+ ){{0,2}}(?:{RELATION})(?: is)?"
    rf"|ask(?:ed)? for|sign(?:ed)? (?:for )?by|aunt|auntie|uncle|nana?|pc|sgt|nurse|sister|"
    rf"(?:dear|hi|hello|hey|hiya|morning|afternoon|evening|thanks|thx|ta|cheers|regards|wishes|"
    rf"sincerely|faithfully|"
    rf"truly|love|yours|best|birthday|congratulations|welcome))[\s,:!-]*"
    rf"|(?m:^|[,;(\n])[ \t#/*-]*(?:{ROLE}|{RELATION})[ \t]*[:=-][ \t]*)['\"“‘]?$",
    re.IGNORECASE,
)
NAMES_IT = Ending(
    rf"\b(?:(?:my|your|his|her|our|the) (?:full |first |last |sur)?name(?:'s| is| was)|(?:under|"
    rf"in) the name(?: of)?|"
    rf"(?:my|our) (?:{RELATION})|regards|wishes|sincerely|faithfully)[\s,:]*$",
    re.IGNORECASE,
)
TITLE_BEFORE = Ending(r"\b(?:mr|mrs|ms|miss|mx|dr|prof)\.?\s*$", re.IGNORECASE)
TITLED = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|professor)\b", re.IGNORECASE)
SAYS_BEHIND = re.compile(
    r"\s+(?:here\b|speaking\b|from (?:accounts|billing|support|sales|your|the (?:team|office|branch|shop)))"
    r"|(?:'s|’s)\s+(?:e-?mail|phone|mobile|number|account|order|booking|address|probation|birthday|"
    r"laptop|contract|"
    r"salary|payslip|leave|appointment|prescription|parcel|card|details|line manager|date of birth)\b"
    r"|,?\s+(?:date of birth|dob|born (?:on )?\d|aged? \d|is my (?:real |full |first )?name|"
    r"has been off sick|is on (?:annual |sick )?leave)",
    re.IGNORECASE,
)

# Nouns that a discoverer's name goes before, with or without its 's.
EPONYM = (
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
THING = (
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
EPONYM_BEHIND = re.compile(
    rf"(?:['’]s?(?:\s+\w+)?)?(?:,? (?:and |or )?(?-i:[A-Z])[\w’'-]{{2,20}}){{0,3}}[\s-]+(?:{EPONYM})s?\b",
    re.IGNORECASE,
)
# Some of these are verbs as well: "Anil ring me back".
THING_BEHIND = re.compile(
    rf"[\s-]+(?:{THING})\b(?!\s+(?:me|you|us|him|her|it|them|back|up|the|my|your)\b)", re.IGNORECASE
)
PLACE_BEFORE = Ending(
    r"\b(?:st|lake|mount|mt|isle of|island of|river|cape|port|fort|gulf of|bay of|city of|county|jalan|"
    r"taman|lorong|san|"
    r"santa|saint|los|las|el|new|north|south|east|west)\s+$",
    re.IGNORECASE,
)
# Streets whose kind stands first.
STREET_FIRST = re.compile(
    r"(?:jalan|lorong|persiaran|taman|lebuh(?:raya)?|kampung|jln|rue|calle|avenida|piazza|plaza|viale) ",
    re.IGNORECASE,
)
# "the restaurant called Stax", "a product named Nova", "the Burger" King.
CALLED = Ending(
    r"\b(?:restaurant|bar|pub|cafe|café|bistro|hotel|shop|store|place|company|firm|brand|product|app|tool|city|town|"
    r"village|ship|dog|cat|horse|band|project|file|server|branch|model|event|game|team) (?:is |was )?"
    r"(?:called|named|nearby|in)\s+$|\bburger\s+$",
    re.IGNORECASE,
)
WHERE = Ending(r"\b(?:in|at|near|via|around|across|throughout|to|from|of|visit|visiting)\s+$", re.IGNORECASE)
ARTICLE = Ending(r"\b(?:the|a|an|each|every|any|this|that|some)\s+$")
AUXILIARY = re.compile(
    r"\s+(?:you|i|we|he|she|it|they|the|this|these|that|those|there|my|your|his|her|our|their|anyone|someone|not|be|"
    r"a|an)\b"
)

# Words of texts that name people whom the writer does not know: one of the first, or two of the second.
ABOUT = re.compile(
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
HINTS = re.compile(
    r"\b(?:authors?|characters?|book|director|songs?|albums?|bands?|plot|speech|essay|quiz|sentence|"
    r"languages?|decade|"
    r"recording|president|century|reign|theory|read it|killer|dialogue|legend|virtue|history|historical|"
    r"war|"
    r"revolution|king|queen|volunteers?|writes|wrote|writer|played|audience|stage|verb|noun|legendary|"
    r"famous)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
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
SUMS = re.compile(
    r"\b(?:how many|how much|how far|in total|altogether|left\?|apples|marbles|oranges|miles per hour|"
    r"km/h)\b",
    re.IGNORECASE,
)
FOOD = re.compile(
    r"\b(?:simmer|saut[ée]+|whisk|preheat|teaspoons?|tablespoons?|tbsp|tsp|marinate|garnish|butter|"
    r"flour|oven|bake[ds]?|"
    r"baking|roast(?:ies)?|poach|fry|chop|slice|stir|pinch of|clove of|serves \w+|recipe|pastry|sauce|"
    r"gas mark|dough|"
    r"beef|chicken|potatoes|cream|cheese|lemon)\b",
    re.IGNORECASE,
)
# What a text is about, for texts as they come and for small letters of those without `ODD_CASES`: letters
# that are the same as one of ASCII without regard to case, or become two when they are made small.
ODD_CASES = re.compile("[\u0130\u0131\u017f\u212a]")
OF_ANY = (ABOUT, HINTS, SUMS, FOOD)
OF_SMALL = tuple(re.compile(form.pattern) for form in OF_ANY)
TILL = re.compile(
    r"\b(?:SDN|BHD|SUBTOTAL|TOTAL|CASH(?:IER)?|GST|VAT NO|INVOICE|RECEIPT|QTY|ROUNDING|CHANGE|"
    r"TAX INVOICE|JALAN|TAMAN|LOT)\b"
)
# What code looks like: a pattern, and what stands in all that it finds, which is sought ten times as fast and
# stands in few texts. None looks past its own line's beginning or its next like: a text of a hundred thousand
# "return" would take the square of its length.
_CODE = (
    (("def ", "("), r"\bdef \w+\("),
    (("class ",), r"\bclass \w+[(:{ ]"),
    (("import ",), r"\bimport \w+"),
    (("from ", " import"), r"\bfrom \w+ import\b"),
    (("return",), r"\breturn\b(?:(?!\breturn\b)[^.\n;)\]])*[;)\]]"),
    (("=>",), ""),
    (("function", "("), r"\bfunction\b\s*\w*\("),
    ((";",), r";\s*$"),
    (("{",), r"\{\s*$"),
    (("SELECT", "FROM"), r"\bSELECT\b(?:(?!\bSELECT\b).)+\bFROM\b"),
    (("console.",), ""),
    (("printf",), ""),
    (("println",), ""),
    (("#include",), ""),
    (("::",), ""),
    (("()",), r"(?<=\w)\(\)"),
    (("==",), ""),
    (("!=",), ""),
    (("+=",), ""),
    (("=", "const "), r"\bconst \w+ ?="),
    (("=", "let "), r"\blet \w+ ?="),
    (("=", "var "), r"\bvar \w+ ?="),
    (("fn ", "("), r"\bfn \w+\("),
    (("try:",), r"^[^\S\n]*try:"),
    (("else:",), r"^[^\S\n]*else:"),
    (("except", ":"), r"^[^\S\n]*except\b.*:"),
    (("kubectl ",), r"\bkubectl "),
    (("npm ",), r"\bnpm "),
    (("git ",), r"\bgit \w+"),
    (("self.",), r"\bself\."),
    (("pip install",), r"\bpip install"),
    (("</",), r"</\w+>"),
    (("GRANT ",), r"\bGRANT \w+"),
    ((".", "("), r"(?<=\w)\.\w+\("),
    (("[", "]"), r"(?<=\w)\[\w+\]"),
    (("= [",), ""),
    (("=[",), ""),
    (("{", ":"), r"\{['\"]\w+['\"]:"),
    (("for ", " in "), r"\bfor \w+ in \w+"),
    (("&lt;",), ""),
    (("\\begin{",), ""),
    (("{{",), r"\{\{ ?\w+\.\w"),
)


def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(pattern, re.MULTILINE) if pattern else None


CODE = tuple((needed, _compiled(pattern)) for needed, pattern in _CODE)


def is_code(text: str) -> bool:
    """Whether anything of `CODE` stands in the text."""
    return any(
        all(sign in text for sign in needed) and (pattern is None or pattern.search(text) is not None)
        for needed, pattern in CODE
    )


# Words of programs and shells that are not words of a sentence.
KEYWORDS = frozenset(
    "elif elsif endif def len fi esac const func fn impl struct enum str int bool float char void nil "
    "argv argc args kwargs async await init repr iter dict tuple zip enumerate isinstance printf println "
    "stdout stdin stderr cls sudo chmod grep sed awk curl wget cd ls mkdir rm href src div img svg px "
    "rgba json yaml toml xml html css js ts sql varchar foo bar baz qux lorem ipsum lambda yield range "
    "print else if in is not and or none true false null self todo fixme eval exec goto typeof instanceof "
    "sizeof malloc uint usize mut pub crate mod ret arr idx tmp ptr obj val var let elems el els ".split()
)
TITLES = frozenset("mr mrs ms miss mx dr prof professor rev sir madam lord lady jr sr esq".split())
IN_CODE = re.compile(r"[\w)\]]?[.(\[{=<>;`_/\\#$]|\s*(?:=|\(|\[|\]|\{|:=|\+|\*)|['\"`]\s*[:,)\]}]")
TABLE = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)
