"""How a prompt points at what it asks about: a file that was handed over, a picture that is there to be seen,
a stand-in for it, an address, a text that should follow.

Patterns for Rust's regex engine: linear time, no look-around, so what a reference must not be is a pattern of
its own (`NAMED`).
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

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
    r"(?:(?:that (?:is|are) |which (?:is|are) |is |are )?(?:(?:shown |given |provided |pictured |displayed |"
    r"attached |presented |linked |included |pasted )?(?:attached|provided|given|uploaded|enclosed|"
    r"supplied|shown|displayed|pictured|presented|linked|on the (?:right|left|next page))\b"
    # Not "the picture above the sofa".
    r"|(?:shown |given |provided |pictured |displayed |attached |presented |linked |included |pasted )?"
    r"(?:below|above|here)(?:\s*(?:[.?!,;:)\n]|$)| (?:and|is|are|was|were|has|have|shows?|to|do|does|can|in|for|as|which|what|"
    r"depicts?|illustrates?|refers?|represents?|compares?|into|using|so)\b)))"
)
_HAS_SENT = (
    r"(?:that |which )?(?:i|we)(?:['’]ve|['’]m| have| am)? (?:just |now )?"
    r"(?:uploaded|attached|linked|attaching|uploading|including)\b"
)
_PICTURE_FILE = r"(?:jpe?g|png|gif|webp|bmp|svg|heic|tiff?|mp3|mp4|m4a|wav|ogg|avi|mov|mkv|webm)"
_PAPER_FILE = r"(?:pdf|docx?|xlsx?|pptx?|csv|odt|rtf)"
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
            rf"\b{VISUAL} (?:of {_SOME}{{1,4}})?{_BEHIND}",
            r"\bPFA\b",
            rf"\b(?:i|we)(?:['’]ve| have|['’]m| am)? (?:just |now )?(?:attached|attaching|uploaded|uploading|enclosing) "
            rf"(?:an?|the|my|some|our) {_SOME}?[\w-]+{_CLAUSE_END}",
            rf"\b(?:{_THE}|an|\w+['’]s) {_SOME}?{_HANDED_OVER} {_SOME}{{0,2}}(?:{FILE}|{WRITING}|{ELECTRONIC})\b",
            rf"^\W*\w+ (?:attached|uploaded|enclosed|accompanying) {_SOME}{{0,2}}(?:{FILE}|{WRITING}|"
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
            rf"\b(?:i|we)(?:['’]ve| have|['’]m)? (?:just |now )?(?:attached|uploaded|enclosed) "
            rf"(?:an?|the|my|some|two|three|both|our|this|these|here)? ?{_SOME}{{0,3}}"
            rf"(?:{WRITING}|proof|evidence|copy|copies)\b",
            # in brackets: (see photo), (pic attached)
            rf"\(\s*(?:see|cf\.?|per|in) (?:the |my |attached )?(?:{VISUAL}|{ELECTRONIC}|attachments?|files?)"
            r"[^)\n]{0,20}\)",
            rf"\((?:{VISUAL}|{ELECTRONIC}|{FILE}) (?:attached|below|above|enclosed|uploaded|included)\)",
            rf"\b(?:i|we)(?:['’]ve| have|['’]m)? (?:just |now )?(?:attached|uploaded|included|enclosed|"
            rf"shared|attaching|"
            rf"sharing|uploading|linked|pasted|posted|sending you) "
            rf"(?:an?|the|my|some|two|three|our|this|these|here)? ?{_SOME}{{0,3}}(?:{VISUAL}|{FILE}|"
            rf"{ELECTRONIC})\b",
            rf"\bhere(?:['’]?s| is| are) (?:the |an? |my |our |some |two |a few )?{_SOME}{{0,2}}"
            rf"(?:links?|urls?|{VISUAL}|{ELECTRONIC})\b",
        )
    )
)
_HAS_MAILED = (
    r"(?:that |which )?(?:i|we)(?:['’]ve| have)? (?:just |now )?"
    r"(?:sent(?: you| over)?|shared|e-?mailed|mailed|forwarded|dropped|provided|posted|pasted)\b"
)
# Somebody sent it, at some time and somewhere: who answers may have seen it, and may not need to.
SENT = english(
    rf"(?i)\b(?:the|this|these|my|our) {_SOME}{{0,2}}(?:{VISUAL}|{FILE}|{ELECTRONIC}) {_HAS_MAILED}"
    rf"|\b(?:i|we)(?:['’]ve| have)? (?:just |now |already )?(?:dropped|put|e-?mailed|mailed|forwarded|scanned|"
    rf"sent(?: you| over| in)?|submitted|shared|enclose|attach) (?:an?|the|my|some|our|this|these|you the) "
    rf"{_SOME}{{0,3}}(?:{VISUAL}|{FILE}|{ELECTRONIC})\b"
    # named, or said to hold something
    rf"|(?:^|[.?!\n]\s*)\W*(?:please )?(?:open|read|check|look at|summari[sz]e|load) [^\s/]{{1,60}}\.(?:{_PAPER_FILE})\b"
    rf"|(?:^|[.?!\n]\s*)the {_SOME}{{0,2}}{ELECTRONIC} (?:contains?|lists?|has|have|holds?|covers?)\b"
    rf"|\b(?:customers?|clients?|cust|users?|buyers?|tenants?|patients?|they|he|she|colleague|boss|teacher|"
    rf"applicant|seller)(?: has| have)? (?:just )?(?:attached|sent|uploaded|enclosed|e-?mailed|shared|forwarded)"
    rf"(?: me| us| over| in)? {_SOME}{{0,3}}(?:{VISUAL}|{FILE}|{ELECTRONIC}|proof)\b"
)
# ... of which the question speaks.
OF_WHAT_WAS_SENT = english(
    rf"(?i)\b(?:plot|tell|list|count|show)\b|\b{_HAS_MAILED}|\b(?:it|its|they|these|this|that|columns?|pages?|slides?|rows?|total)\b"
)
# A statement of what a medium shows, before the question.
SHOWS = english(
    rf"(?i)(?:^|[.?!\n]\s*)(?:the|this|these|my|our) {_SOME}{{0,2}}{VISUAL} (?:below |above )?"
    r"(?:shows?|depicts?|illustrates?|represents?|displays?|compares?|presents?)\b"
)
# An order to look at it, whatever it shows: "look at the map of the shopping centre".
LOOK = english(
    rf"(?i)(?:^|[.?!\n:]\s*)\W*(?:please )?(?:look(?: closely| carefully)? at|study|listen to|observe) (?:the|this|these) "
    rf"{_SOME}{{0,2}}{VISUAL} of\b"
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
    "for_an? for_someone for_my for_the on_page in_the_chat on_the_next_page "
    "suggests? represents? portrays? convey[s]? belongs? start(?:s)? taken made"
)
IN_SIGHT = english(rf"(?i)\b{_THE} {_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+{_GOES_ON}\b)")
# ... said to be the source: looked into, used, listened to.
SOURCE = english(
    rf"(?i)\b(?:in|on|from|using|use|based on|based upon|according to|per|via|looking at|judging by|"
    rf"judging from|"
    rf"refer(?:ring)? to|consult(?:ing)?|given|with|into|look at|at|see|study|open|with the help of|"
    rf"(?:description|summary|summari[sz]ation|transcript|transcription|caption|title|analysis|interpretation|review|"
    rf"translation|part|parts|top|bottom|left|right|corner|middle|background|foreground|mood|tone|subject|theme) of) "
    rf"(?:only )?"
    rf"{_THE} {_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+(?:{_GOES_ON}|that)\b)"
)
# ... or is what the verb is about: "describe the image", "what does the graph show", "this photo".
LOOKED_AT = english(
    rf"(?i)(?:^|[.?!\n,]\s*|\b(?:and|please|to|you) )(?:describe|caption|transcribe|interpret|analy[sz]e|identify|"
    rf"examine|study|compare|inspect|label|annotate|critique|review) "
    rf"{_THE} {_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+{_GOES_ON}\b)"
    # Readers are told to watch *our* video.
    rf"|(?:^|[.?!\n,:]\s*|\b(?:and|please|to|you) )(?:look at|watch|listen to|read) (?:the|this|these|those|both|all) "
    rf"{_SOME}{{0,2}}(?:{VISUAL}|{ELECTRONIC})(?:{_CLAUSE_END}|\s+{_GOES_ON}\b)"
    rf"|\b(?:does|do|is|are|what['’]?s|can be seen) (?:being )?(?:shown |depicted |seen )?(?:in |on |by )?{_THE} "
    rf"{_SOME}{{0,2}}{VISUAL} (?:shows?|depicts?|represents?|illustrates?|suggests?|tells? us|say)\b"
    rf"|\b(?:this|these) {_SOME}{{0,2}}{VISUAL}(?:{_CLAUSE_END}|\s+{_GOES_ON}\b)"
)
NUMBERED = english(
    r"(?i)\b(?:in|from|using|see|refer to|study|look at|read|on|of|to) (?:the )?(?:data (?:in|from|of) )?(?:figure|fig\.?|"
    r"table|chart|"
    r"graph|diagram|exhibit|source|map|image|photo|picture|slide|appendix|plate|illustration)s? ?"
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
# By a stand-in: on a line of its own, at the end, or at the beginning.
STAND_IN = (
    rf"(?im)(?:^|[:.?!]\s)\s*{_BRACKET}\s*$"
    r"|\A\s*[<\[](?:image|img|picture|photo|pic|screenshot|video|audio|imagen|imagem|immagine|bild|foto)"
    r"(?: ?\d+)?(?:(?::| of\b| from\b| showing\b)[^\]>\n]{1,80}|[ _](?:attached|adjunta|anexa|allegata))?[>\]]"
    r"(?:\s|[\[<])"
    r"|^\s*!\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)\s*$"
    rf"|(?:^|[:.?!]\s)\s*\[?(?:https?://)?[^\s\[\]]{{1,200}}\.(?:{_PICTURE_FILE}|"
    rf"{_PAPER_FILE})(?:\?\S{{0,200}})?\]?\s*$"
    rf"|(?:^|[:.?!]\s)\s*[\[(<][^\[\]\n]{{1,60}}\.(?:{_PICTURE_FILE}|{_PAPER_FILE})[\])>]\s*$"
    r"|[:.?!]\s*<img [^>\n]{1,200}>\s*$"
)

# A name of a file before the request: "IMG_2041.jpg what plant is this".
FILE_FIRST = rf"(?i)\A\s*[^\s\[\]/]{{1,80}}\.(?:{_PICTURE_FILE}|{_PAPER_FILE})[\s:,]"

URL = (
    r"(?i)\b(?:https?://|www\.)[^\s<>\"')\]]{3,500}"
    r"|(?::|\b(?:page|site|website|visit|open|at|to|from|on|read|see|out|article)(?: (?:at|on|from))?:?) "
    r"[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40}){0,3}\.(?:com|org|net|io|gov|edu|info|example|co\.uk|de|fr|es|"
    r"it|nl|pl|eu)(?:/\S{0,300})?"
)
LINK = english(
    r"(?i)\b(?:at|in|from|on|of|via|open|visit|click(?: on)?|follow|read|watch|using|see|check(?: out)?) (?:the |this "
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
        "summari[sz]e summary read describe caption watch listen transcribe review headlines? "
        "main_(?:idea|point)s? key_(?:points|takeaways) takeaways analy[sz]e critique identify extract "
        "article "
        "story blog_post news video image picture photo sentiment tone author rate design layout web_?site "
        "web_?page visit open browse this_page this_site resume résume résumé fasse zusammen resumen "
        "riassumi "
        "samenvatting vat lies lis lee leggi lees leia streszcz proofread feedback"
    )
    + r")\b"
)
# ... for an answer: readers, too, are told to watch, to read and to have a look.
WANTED = english(
    r"(?i)(?:^|[.!?\n,:;]\s*|\b(?:and|then|please|pls|you|to) )(?:tl;?dr|"
    + either(
        "summari[sz]e describe caption transcribe review analy[sz]e critique identify extract rate translate list "
        "tell_me give let_me_know explain feedback_on proofread compare find_the find_me write answer name quote what_is_(?:this|it) "
        "suggest improve rewrite "
        "what_(?:do|does|did|are|is)_(?:you|this|it|the) who_wrote is_(?:this|it) résume résumez fasse resumen resume riassumi "
        "vat streszcz"
    )
    + r")\b|\b(?:tl;?dr|summary of|main points? of|key points of|takeaways from)\b"
    r"|\b(?:this|the|that|its) (?:page|site|website|article|post|blog|author|video|story|link|recipe)\b[^.!\n]*\?"
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
    rf"|\b(?:the|this|these|those|a set of|our|my) {_SOME}{{0,2}}(?:{WRITING}|resumes?|cvs?|files?|forms?|papers?)(?: of [\w-]+)?"
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
for _language, (_before, _nouns, _pointer, _pointed, _of) in OTHER_LANGUAGES.items():
    _POINTED.append(rf"\b{_pointer}{_nouns}\b|\b{_nouns}{_pointed}\b")
    _PRESENT.append(rf"\b(?:{_before}){_nouns}\b")
    # ... or a name behind it, in quotation marks (which have become a sign by then) or, where nouns have
    # none, with a capital.
    _named = r"\W?\ue000" if _language == "de" else r"\W?\ue000|(?-i:\p{Lu})"
    _NAMES.append(rf"\b{_nouns} (?:(?:{_of})\b|{_named})")
OTHER_POINTED = "(?i)" + "|".join(_POINTED)
OTHER_PRESENT = "(?i)" + "|".join(_PRESENT)
OTHER_NAMED = "(?i)" + "|".join(_NAMES)
OTHER_SEE = (
    r"(?i)\b(?:siehe|s\.) (?:den |das |die |meinen )?(?:screenshot|bild|foto|anhang|anlage|pdf|scan|datei)\b"
    r"|\bvoici (?:la |le |ma |mon |une? |les |mes )(?:photo|image|capture|document|lien|fichier)"
    r"|\becco (?:la |il |una |un |le )(?:foto|immagine|schermata|documento|link|file)"
    r"|\baqu[ií] (?:está |tienes |va )?(?:la |el |una |un |mi )(?:foto|imagen|captura|documento|enlace|archivo)"
    r"|\bhier (?:ist )?(?:der|mein|das|ein) (?:link|screenshot|bild|foto|scan)\b"
    r"|\bliegt (?:der |dieser |meiner )?(?:e-?mail|mail|nachricht|anfrage)?\s?bei\b"
    r"|\b(?:voir|cf\.?) (?:la |le )?(?:capture|photo|image|pièce jointe)\b|\bver (?:captura|foto|imagen|adjunto)\b"
    r"|\bvedi (?:foto|allegato|immagine)\b|\bzie (?:foto|bijlage|afbeelding|screenshot)\b"
    r"|\b(?:veja|ver) (?:a foto|o anexo|anexo)\b|\bzobacz (?:zdjęcie|załącznik)\b"
)
OTHER_SENT = (
    r"(?i)\b(?:ich habe?|wir haben)\b[^.?!\n]{1,60}\b(?:geschickt|gesendet|hochgeladen|angehängt|beigelegt|weitergeleitet)\b"
    r"|\bje (?:t['’]|vous |te )?(?:ai (?:envoyé|joint)e?s?|viens d(?:e |['’])(?:téléverser|envoyer|charger|partager))"
    r"|\b(?:te|le|os|les) (?:he )?(?:enviado|mandado|mandé|envié|subí|subido)\b"
    r"|\b(?:ti|vi|le) ho (?:mandato|inviato|allegato|caricato)\b"
    r"|\bik heb (?:je|u|jullie)\b[^.?!\n]{1,60}\b(?:gestuurd|geüpload)\b|\b(?:te |lhe )(?:enviei|mandei|carreguei)\b"
    r"|\b(?:wysłał[ae]m|przesłał[ae]m|załączył[ae]m)\b"
)
OTHER_HOW_TO = (
    r"(?i)^\W*(?:wie|warum|comment|pourquoi|cómo|por qué|como|come|perché|hoe|waarom|por que|jak|dlaczego)\b"
)
