"""How a prompt points at what it asks about: a file that was handed over, a picture that is there to be seen,
a stand-in for it, an address, a text that should follow.

Patterns for Rust's regex engine: linear time, no look-around, so what a reference must not be is a pattern of
its own (`NAMED`).
"""

from __future__ import annotations

from curate.validate.media.nouns import (
    ELECTRONIC,
    FILE,
    OTHER_FOLLOWING,
    OTHER_LANGUAGES,
    VISUAL,
    WRITING,
)
from curate.validate.patterns import either, english

_SOME = r"(?:[0-9A-Za-z'’°%-]+ )"
_THE = either("the this that these those my our your both all each_of_the")
_A = either("the this that these those two three four an? my our your some both all")
_GIVEN = either(
    "attached uploaded provided given following accompanying above below enclosed displayed shared linked "
    "embedded supplied"
)
_HANDED_OVER = either(
    "attached uploaded enclosed accompanying embedded shared scanned linked_(?:to|here|below)"
)
_BEHIND = (
    r"(?:(?:that (?:is|are) |which (?:is|are) |is |are )?(?:shown |given |provided |pictured |displayed |"
    r"attached "
    r"|presented |linked |included |pasted )?(?:below|above|attached|provided|given|uploaded|here|enclosed|"
    r"supplied|shown|displayed|pictured|presented|linked|on the (?:right|left|next page)))"
)
_HAS_SENT = (
    r"(?:that |which )?(?:i|we)(?:['’]ve|['’]m| have| am)? (?:just |now )?"
    r"(?:uploaded|attached|sent(?: you| over)?|linked|provided|posted|pasted|attaching|uploading|including)\b"
)
_CLAUSE_END = r"\s*(?:[.?!,;:)\n]|$)"

# The prompt says that a medium or a file was handed over.
HANDED_OVER = english(
    "(?i)"
    + "|".join(
        (
            rf"\b{_A} {_SOME}{{0,2}}{_GIVEN} {_SOME}{{0,3}}{VISUAL}\b",
            r"\b(?:attached|uploaded|following|given|accompanying|provided) "
            r"(?:image|picture|photo|photograph|screenshot|diagram|chart|graph|video|clip|recording|"
            r"painting|audio)\b",
            rf"\b(?:this|these) {_SOME}?{VISUAL} of\b",
            rf"\byou (?:are|will be|have been|were) (?:given|shown|presented with|provided with) "
            rf"(?:an?|the|two|three|some|several) {_SOME}{{0,2}}{VISUAL}\b",
            # a figure in mathematics
            r"\bthe shaded (?:region|area|part|sector|portion)s?\b|\blabell?ed (?-i:[A-Z])\b",
            rf"^\W*(?:see|view|check|look at) {VISUAL}\s*[.:,!]",
            rf"\b{VISUAL} (?:of {_SOME}{{1,4}})?{_BEHIND}\b",
            rf"\b(?:{_THE}|an|\w+['’]s|^\W*\w+) {_SOME}?{_HANDED_OVER} {_SOME}{{0,2}}(?:{FILE}|{WRITING}|"
            rf"{ELECTRONIC})\b",
            rf"\b(?:{FILE}|{WRITING}|{ELECTRONIC}) (?:is |are |was |were |that is |as )?(?:attached|"
            rf"uploaded|enclosed|"
            r"linked (?:here|below|above)|in the (?:attachment|link))\b",
            rf"\b(?:{VISUAL}|{FILE}|{ELECTRONIC}) {_HAS_SENT}",
            rf"\b(?:{VISUAL}|{FILE}|{ELECTRONIC}|{WRITING})(?: {_SOME}?[\w-]+)? \((?:attached|uploaded|"
            rf"enclosed|see "
            r"[^)\n]{1,20}|pictured|shown|linked|link|pdf|image|photo|below|above|in "
            r"attachment)[^)\n]{0,20}\)",
            r"\b(?:see|view|check|refer to|as per|in|look at|find|review|use|read|open|from|check out|"
            r"have a look at) "
            r"(?:the |my |our )?(?:attached|attachments?|enclosed|enclosure|upload)\b",
            rf"(?:^|[.?!\n,]\s*)(?:attached|enclosed|uploaded) (?:is|are|you will find|you['’]ll find|"
            rf"please find|"
            rf"(?:the|an?|my|our) {_SOME}{{0,2}}(?:{VISUAL}|{FILE}|{ELECTRONIC}))\b",
            r"\b(?:it['’]?s|they['’]?re|it is|they are) (?:in|on) the (?:upload|attachments?|link|picture|"
            r"photo)s?\b",
            # a shape, a circuit, a formula that is shown
            rf"\b(?:the|these|this) {_SOME}{{0,3}}[\w-]+ (?:shown|pictured|depicted|illustrated)"
            rf"(?: (?:below|above|here))?(?:{_CLAUSE_END}| (?:is|are|has|have|and|belongs?)\b)",
            rf"\b(?:look at|listen to|watch|see|view|check out|have a look at|take a look at) (?:this|these)"
            rf"(?:{_CLAUSE_END}| (?:and|then|to|first)\b)",
            rf"\b(?:i|we)(?:['’]ve| have|['’]m)? (?:just |now )?(?:attached|uploaded|included|enclosed|"
            rf"shared|attaching|"
            rf"sharing|uploading|linked|pasted|posted|sending you) "
            rf"(?:an?|the|my|some|two|three|our|this|these|here)? ?{_SOME}{{0,3}}(?:{VISUAL}|{FILE}|"
            rf"{ELECTRONIC})\b",
            rf"\bhere(?:['’]s| is| are) (?:the |an? |my |our |some |two |a few )?{_SOME}{{0,2}}"
            rf"(?:links?|urls?|{VISUAL}|{ELECTRONIC})\b",
        )
    )
)
# A statement of what a medium shows, before the question.
SHOWS = english(
    rf"(?i)(?:^|[.?!\n]\s*)(?:the|this|these|my|our) {_SOME}{{0,2}}{VISUAL} (?:below |above )?"
    r"(?:shows?|depicts?|illustrates?|represents?|displays?|compares?|presents?)\b"
)
# The medium is there to be looked at: a definite one, at the end of a phrase or before a word that cannot
# belong to its name ("the video game", "the chart of accounts").
_GOES_ON = either(
    "and or is are was were has have do does did can could shows? depicts? depicting looks? say says suits? "
    "contains? holding doing wearing above below using as to with about provided given shown attached "
    "that_(?:you|is|are|was|were) who what where when how in_one in_two in_a in_detail in_your in_words "
    "for_me into on_the_right "
    "on_the_left by but so if i we you it there please then carefully closely might may will would tells? "
    "should would must will shall also really actually most best first does_not now again while and_then "
    "both each "
    "only still already clearly correctly properly or_not because since before after until unless "
    "according than "
    "suggests? represents? portrays? convey[s]? belongs? start(?:s)? taken made"
)
IN_SIGHT = english(rf"(?i)\b{_THE} {_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+{_GOES_ON}\b)")
# ... said to be the source: looked into, used, listened to.
SOURCE = english(
    rf"(?i)\b(?:in|on|from|using|use|based on|based upon|according to|per|via|looking at|judging by|"
    rf"judging from|"
    rf"refer(?:ring)? to|consult(?:ing)?|given|with|into|look at|at|of|see|study|open|with the help of) "
    rf"(?:only )?"
    rf"{_THE} {_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+(?:{_GOES_ON}|that)\b)"
)
NUMBERED = english(
    r"(?i)\b(?:in|from|using|see|refer to|on|of|to) (?:the )?(?:data (?:in|from|of) )?(?:figure|fig\.?|"
    r"table|chart|"
    r"graph|diagram|exhibit|map|image|photo|picture|slide|appendix|plate|illustration)s? ?"
    r"(?-i:\d{1,2}(?:\.\d)?|[A-Z])(?:\s*(?:[,.?!;)]|$)|\s+(?:and|is|are|to|above|below|shows?|what|which|how|"
    r"compute|calculate|find)\b)"
)
TABLE = english(
    r"(?i)\b(?:in|from|using|use|based on|according to|per|see|read|of|with) (?:the|this|these) "
    rf"(?:\w+ ){{0,2}}(?:tables?|spreadsheet|data ?sheet|database table)(?:{_CLAUSE_END}|\s+"
    r"(?:and|what|which|how|who|to|is|are|find|calculate|compute|below|above)\b)"
)
# A medium that is named, and so known without being there: "the painting The Kiss", "the graph of y = x",
# "the map in Treasure Island", "the photo of the mayor".
NAMED = english(
    rf"(?i){VISUAL} (?:(?-i:[\p{{Lu}}\d'\"“‘«])|of\b|called|titled|entitled|(?:in|from|by|on the back of|at) "
    rf"(?-i:[\p{{Lu}}'\"“‘]))"
)

_THING = (
    rf"(?:links?[ _-]to[ _-](?:the |an? )?)?(?:{VISUAL}|{ELECTRONIC}|img|imgs|links?|urls?|attachments?|"
    rf"files?|"
    r"table|document|article|mri|scan|user upload)"
)
_BRACKET = (
    r"[<\[({]+\s*(?:\w+ )?(?:insert(?:ed)?|attached|attach|paste|uploaded|upload|see|your|include|add|an?|"
    r"the)?\s*"
    rf"(?:the |an? |your )?{_THING}"
    r"(?:[ _:-](?:of|here|url|link|goes|attached|inserted|removed|omitted|placeholder|not|below|above|\d)"
    r"[^\])>}\n]{0,60})?\s*(?:attached|here|above|below|omitted)?\s*[>\])}]+"
)
_PICTURE_FILE = r"(?:jpe?g|png|gif|webp|bmp|svg|heic|tiff?|mp3|mp4|m4a|wav|ogg|avi|mov|mkv|webm)"
_PAPER_FILE = r"(?:pdf|docx?|xlsx?|pptx?|csv|odt|rtf)"
# By a stand-in: on a line of its own, at the end, or at the beginning.
STAND_IN = (
    rf"(?im)(?:^|[:.?!]\s)\s*{_BRACKET}\s*$"
    r"|\A\s*[<\[](?:image|img|picture|photo|video|audio)(?: ?\d+)?(?::[^\]>\n]{1,80})?[>\]]\s"
    r"|^\s*!\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)\s*$"
    rf"|(?:^|[:.?!]\s)\s*\[?(?:https?://)?[^\s\[\]]{{1,200}}\.(?:{_PICTURE_FILE}|"
    rf"{_PAPER_FILE})(?:\?\S{{0,200}})?\]?\s*$"
    rf"|(?:^|[:.?!]\s)\s*[\[(<][^\[\]\n]{{1,60}}\.(?:{_PICTURE_FILE}|{_PAPER_FILE})[\])>]\s*$"
    r"|[:.?!]\s*<img [^>\n]{1,200}>\s*$"
)

URL = (
    r"(?i)\b(?:https?://|www\.)[^\s<>\"')\]]{3,500}"
    r"|(?::|\b(?:page|site|website|visit|open|at|to|from|on|read|see|out|article)(?: (?:at|on|from))?:?) "
    r"[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40}){0,3}\.(?:com|org|net|io|gov|edu|info|example|co\.uk|de|fr|es|"
    r"it|nl|pl|eu)(?:/\S{0,300})?"
)
LINK = english(
    r"(?i)\b(?:at|in|from|on|via|open|visit|click(?: on)?|follow|read|watch|using|see|check) (?:the |this "
    r"|that |my )"
    r"(?:following |attached |given |provided |above )?(?:link|url)(?: (?:below|above|provided|given|"
    r"attached|here))?"
    r"(?:\s*(?:[.?!,:\n]|$)|\s+(?:and|then|to|in (?:one|two|your))\b)"
    r"|\b(?:(?:this|the following|the given|the attached|the provided|the linked) (?:web ?site|web ?page)"
    r"|(?:web ?site|web ?page)s? (?:below|above|provided|given|linked))\b"
    rf"|\b(?:{WRITING}|{FILE}|{VISUAL}|page|site) (?:that is |which is )?linked(?: (?:here|below|above)|"
    rf"{_CLAUSE_END})"
)
# An address whose page is to be read ...
FETCH = english(
    r"(?i)\b(?:tl;?dr|go to|head to|look at|check out|"
    + either(
        "summari[sz]e summary read describe caption watch listen transcribe review headline "
        "main_(?:idea|point)s? key_(?:points|takeaways) takeaways analy[sz]e critique identify extract "
        "article "
        "story blog_post news video image picture photo sentiment tone author rate design layout web_?site "
        "web_?page visit open browse this_page this_site resume résume résumé fasse zusammen resumen "
        "riassumi "
        "samenvatting vat lies lis lee leggi lees leia streszcz proofread feedback"
    )
    + r")\b"
)
# ... and a task about the address itself.
ABOUT_ADDRESS = english(
    r"(?i)\b"
    + either(
        "valid shorten parse domain format regex hostname scheme protocol encode decode redirect curl wget "
        "fetch request hyperlink markdown html python script scrap\\w+ code function status_code qr "
        "query_parameters? parameter path port endpoint subdomain top-level slug anchor safe phishing"
    )
    + r"\b"
)

# A text that should follow, or that was given.
_NOT_TIME = either(
    "mondays? tuesdays? wednesdays? thursdays? fridays? saturdays? sundays? "
    "days? weeks? months? years? mornings? nights? evenings? summers? winters? seasons? manner way ways "
    "style "
    "format formats order languages? chapters? reasons? discussion conversation"
)
_ENGLISH_FOLLOWING = english(
    r"(?i)\b(?:the|these|this|those|of the|each of the|any of the) following\b(?: [\w'’-]+){0,2}"
    rf"|\b(?:given|provided|supplied) (?:the following|(?:\w+ )?{WRITING})(?:{_CLAUSE_END}|\s+(?:and|to|"
    rf"into|for|in|is|by)\b)"
    rf"|\b(?:the|this|these|those|a set of|our|my) {_SOME}{{0,2}}(?:{WRITING})(?: of [\w-]+)?"
    rf" (?:(?:given|provided|listed|written|shown|pasted|described|presented|mentioned) )?"
    rf"(?:below|above|provided|given)(?:{_CLAUSE_END}|\s+(?:and|to|into|for|in|is|are|by|using|so|with|as|"
    rf"from)\b)"
)
# Any thing that is said to stand there: "the two logos below", "the given family tree".
_ANYTHING = english(
    rf"\b(?:the|these|this|those) {_SOME}{{0,3}}[\w-]+ (?:below|above)(?:{_CLAUSE_END}|\s+(?:and|is|are|"
    rf"was|were|has|have|should|"
    r"do|does|can|could|would|into|for me|in|to|by|using)\b)"
    rf"|\b(?:the|this|these) (?:given|provided|supplied|attached|uploaded|accompanying|enclosed) "
    rf"{_SOME}{{0,2}}[\w-]+"
    rf"|\b[\w-]+s? linked (?:here|below|above|in (?:my|the|this) [\w-]+)"
)
FOLLOWING = rf"{_ENGLISH_FOLLOWING}|{_ANYTHING}|{OTHER_FOLLOWING}"
NOT_FOLLOWING = (
    rf"(?i)\bfollowing {_NOT_TIME}\b|\ba given\b|\bgiven (?:names?|circumstances|situation|moment)\b"
    r"|\battached hereto\b"
    r"|\b(?:attached|enclosed|provided|supplied) (?:garages?|houses?|bathrooms?|balcon\w+|apartments?|"
    r"lunch|meals?|space|area|"
    r"earlobes?|strings?)\b|\b(?:floors?|apartments?|flats?|rooms?|sky|skies|decks?|levels?|layers?|"
    r"streets?|units?|neighbou?rs?|"
    r"worlds?|clouds?|valleys?|waters?|ground|surface|seas?|land|ledges?|shelf|shelves|heavens?|stars?|"
    r"storey|"
    r"rock|soil|section) (?:above|below)\b"
)

# In other languages.
_POINTED, _PRESENT, _NAMES = [], [], []
for _before, _nouns, _pointer, _pointed, _of in OTHER_LANGUAGES.values():
    _POINTED.append(rf"\b{_pointer}{_nouns}\b|\b{_nouns}{_pointed}\b")
    _PRESENT.append(rf"\b(?:{_before}){_nouns}\b")
    _NAMES.append(rf"\b{_nouns} (?:{_of})\b")
OTHER_POINTED = "(?i)" + "|".join(_POINTED)
OTHER_PRESENT = "(?i)" + "|".join(_PRESENT)
OTHER_NAMED = "(?i)" + "|".join(_NAMES)
OTHER_HOW_TO = (
    r"(?i)^\W*(?:wie|warum|comment|pourquoi|cómo|por qué|como|come|perché|hoe|waarom|por que|jak|dlaczego)\b"
)
