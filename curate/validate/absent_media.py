"""Rule `absent_media`: a prompt asks about an image, a recording, a file or a page that the row does not
hold, and the answer makes one up.

A system trained on such rows learns to describe what it cannot see. Four ways to speak of what is not there:
as given ("the attached image", "the picture below"), as present ("what is the man in the picture holding?"),
by a stand-in (`[image]`, `![](graph.png)`, `photo.jpg`), by an address to be read. Left alone: prompts that
bring the content (a table, text behind the colon, more than a few dozen words), tasks about a text that
speaks of an attachment, questions about pictures as such, and answers that say that they see nothing or ask
for it.
"""

from __future__ import annotations

import polars as pl

from curate.validate.patterns import either, words_in

_VISUAL = either(
    "images? pictures? photos? photographs? pics? screenshots? screen_?grabs? diagrams? charts? graphs? "
    "figures? paintings? drawings? illustrations? infographics? maps? posters? memes? x-?rays? selfies? "
    "videos? clips? recordings? audio(?:_files?|_clips?)? podcasts? floor_?plans? sketch(?:es)?"
)
_FILE = either(
    "pdfs? files? documents? docs? attachments? spreadsheets? csvs? slides? presentations? reports? "
    "essays? contracts? invoices? cvs? r[eé]sum[eé]s? papers? receipts? bills? letters? forms? menus? "
    "data_?sets? transcripts? logs? statements? brochures? manuals? articles? chapters? notes worksheets?"
)
_GIVEN = either(
    "attached uploaded provided given following accompanying above below enclosed displayed shared linked"
)
_AFTER = (
    r"(?:below|above|attached|provided|given|uploaded|here|enclosed|supplied|shown(?: (?:below|above|here))?)"
)
_SOME = r"(?:[\w'’-]+ )"
_THE = either("the this that these those")
_A = either("the this that these those two three an? my our")

# As given.
_AS_GIVEN = (
    rf"\b{_A} {_SOME}{{0,2}}{_GIVEN} {_SOME}{{0,2}}{_VISUAL}\b",
    r"\b(?:attached|uploaded|following|given|accompanying) "
    r"(?:image|picture|photo|photograph|screenshot|diagram|chart|graph|video|clip|recording|painting)\b",
    rf"\b{_A} {_SOME}{{0,3}}{_VISUAL} (?:(?:that )?(?:is|are) )?{_AFTER}\b",
    rf"\b{_A} {_SOME}{{0,2}}(?:{_VISUAL}|{_FILE}) (?:that |which )?(?:i|we)(?:['’]ve| have)? (?:just )?"
    r"(?:uploaded|attached|shared|sent|linked|provided)\b",
    rf"\b(?:attached|uploaded|enclosed) {_SOME}{{0,2}}{_FILE}\b|\b{_FILE} (?:attached|uploaded|enclosed)\b",
    r"\b(?:at|in|from|on|via|open|visit|click|follow|read|watch|using) (?:the |this |that )?"
    r"(?:following |attached |given |provided |above )?(?:link|url|web ?site|web ?page)"
    r"(?: (?:below|above|provided|given|attached|here))?"
    r"(?:\s*(?:[.?!,:\n]|$)|\s+(?:and|then|to|in (?:one|two|your))\b)",
    # the commonest forms of other languages
    r"\b(?:angehängte|beigefügte|folgende)[snmr]? (?:bild(?:es)?|foto|diagramm|video|datei|grafik)\b",
    r"\b(?:image|photo|vidéo|graphique) (?:ci-jointe?|ci-dessous|suivante?|fournie?)\b",
    r"\b(?:imagen|foto|vídeo|gráfico) (?:adjunt[ao]|siguiente|de abajo|proporcionad[ao])\b|\bsiguiente "
    r"(?:imagen|foto)\b",
    r"\b(?:immagine|foto) (?:allegata|seguente|sottostante)\b|\bbijgevoegde (?:afbeelding|foto)\b",
    r"\b(?:imagem|foto) (?:anexa|abaixo|a seguir)\b",
)
_REFERS = "(?:" + "|".join(_AS_GIVEN) + ")"
_CONTENT = rf"(?is){_REFERS}[^\n:]*[:\n](.*)$"
_I_ATTACHED = (
    rf"(?i)\b(?:i|we)(?:['’]ve| have)? (?:just )?(?:attached|uploaded|included|enclosed|shared) "
    rf"(?:an?|the|my|some|two|our|this) {_SOME}{{0,2}}(?:{_VISUAL}|{_FILE})\b"
    rf"|^\W*(?:see|view|check) (?:the )?(?:attached )?{_VISUAL}\s*[.:,!]"
)

# As present: a definite picture, at the end of a phrase or before a verb.
_PRESENT = (
    rf"(?i)\b(?:the|this|these|those) {_SOME}{{0,2}}{_VISUAL}(?:\s*(?:[.?!,;]|$)|\s+(?:in "
    rf"(?:one|two|a|detail|your)|"
    + either(
        "and is are was were has have do does did shows? depicts? looks? say holding doing wearing above "
        "below using as to with about provided given shown attached"
    )
    + r")\b)"
)
# ... but not one that is named: "the painting The Kiss", "the graph of y = x", "the map in Treasure Island".
_NAMED = (
    rf"(?i){_VISUAL} (?:(?-i:[\p{{Lu}}\d'\"“‘«])|of (?:y|the function|f)\b|(?:in|from|by) "
    rf"(?-i:[\p{{Lu}}'\"“‘]))"
)
_LOOKS_AT = (
    r"(?i)^\W*(?:please |can you |could you |now |then )*(?:where (?:is|are|was)|is (?:there|this|the)|"
    r"are (?:there|these|the)|"
    + either(
        "see view describe analy[sz]e interpret caption identify look examine study observe inspect name "
        "transcribe watch listen read classify categori[sz]e label compare count title critique rate judge "
        "evaluate assess use using refer based according tell guess extract list find determine infer "
        "estimate suggest give create write generate explain_what what which who whose how_many does from "
        "in"
    )
    + r")\b"
)

# By a stand-in on a line of its own, at the end or at the beginning.
_THING = rf"(?:link to (?:the |an? )?)?(?:{_VISUAL}|img|link|url|attachment|file)"
_BRACKET = (
    r"[<\[({]+\s*(?:insert|attached|attach|paste|upload|see|your|an?|the)?\s*(?:the |an? |your )?"
    rf"{_THING}(?:[ _:](?:of|here|url|link|goes|\d)[^\])>}}\n]{{0,60}})?\s*[>\])}}]+"
)
_STAND_IN = (
    rf"(?im)(?:^|[:.?!]\s)\s*{_BRACKET}\s*$|\A\s*[<\[](?:image|img|picture|photo|video|audio)(?: \d+)?[>\]]\s"
    r"|^\s*!\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)\s*$"
    r"|^\s*(?:https?://)?\S{1,200}\.(?:jpe?g|png|gif|webp|bmp|svg|mp3|mp4|wav|avi|mov)(?:\?\S{0,200})?\s*$"
)

# By an address, where the task is to read what stands behind it and not about the address.
_URL = r"(?i)\b(?:https?://|www\.)[^\s<>\"')\]]{3,500}"
_FETCH = (
    r"(?i)\b"
    + either(
        "summari[sz]e summary read describe caption watch listen transcribe review headline "
        "main_(?:idea|point)s? key_(?:points|takeaways) analy[sz]e critique identify extract article story "
        "blog_post news video image picture photo sentiment tone author rate design layout web_?site "
        "web_?page"
    )
    + r"\b"
)
_ABOUT_ADDRESS = (
    r"(?i)\b"
    + either(
        "valid shorten parse domain format regex hostname scheme protocol encode decode redirect curl wget "
        "fetch request hyperlink markdown html python script scrap\\w+ code function status_code qr"
    )
    + r"\b"
)

# The row's task is a text that speaks of an attachment (a letter, a sentence to correct) ...
_TEXT_TASK = (
    r"(?i)^\W*(?:please |can you |could you )?(?:make (?:this|it)|write an? (?:polite |short |formal "
    r"|friendly )?"
    r"(?:reply|response|answer|e-?mail|letter|note|message)|"
    + either(
        "rewrite rephrase paraphrase correct fix proofread translate reply respond edit polish improve "
        "reword shorten punctuate turn change convert draft"
    )
    + r")\b"
)
# ... and not the words in a picture; or how something is done with pictures as such.
_TEXT_IN_IT = (
    rf"(?i)\b(?:text|words?|sign|writing|caption|letters|sentence)s? (?:in|on|from|shown in) "
    rf"(?:the|this) {_VISUAL}\b"
    rf"|(?:in|on|from|of) (?:the|this) (?:attached|uploaded|enclosed) (?:{_FILE}|{_VISUAL})\b"
    rf"|^\W*[a-z]+ (?:the|this) (?:attached|uploaded|enclosed) (?:{_FILE}|{_VISUAL})\b"
)
_HOW_TO = r"(?i)^\W*(?:how|where|why|when) (?:do|can|could|should|would|to|does|is it)\b"
_SEES_NOTHING = (
    r"(?i)\b(?:do not|cannot|can not|unable to|not able "
    r"to|no|without|(?:do|ca|could|did|have|is|does|was)n['’]?t) "
    r"(?:[\w'’]+ ){0,4}(?:come through|"
    + either(
        "see view open access browse find read watch listen hear received? image picture photo attachment "
        "attached link file document video audio screenshot diagram chart graph visible"
    )
    + r")|\b(?:please|could you|can you|would you) (?:[\w'’]+ ){0,3}"
    + either("upload share paste attach provide send describe copy")
    + r"\b"
)
_STILL_ATTACHED = r"(?i)\b(?:attach(?:ed|ment|ments|ing)?|enclosed?)\b"
_TABLE = r"(?m)^\s*\|.*\|\s*$"
# A request: a question, or a sentence that begins with a verb of asking or with a verb and its object.
_REQUEST = (
    r"(?i)[?]|(?:^|[.?!:,\n]\s*|\band |\bplease |\byou )(?:as (?:you can see|shown|seen|in)|is there|are "
    r"there|how m(?:any|uch)|"
    r"look at|take a look|tell me|listen to|based on|according to|refer to|point out|proofread|"
    + either(
        "describe analy[sz]e interpret caption identify explain examine study observe view inspect name "
        "transcribe watch see read summari[sz]e review translate classify categori[sz]e label compare "
        "count title critique rate evaluate use using guess from extract list convert check give create "
        "write generate find suggest what which who where why does tell continue answer solve complete "
        "estimate calculate determine assess recommend make turn pick choose judge"
    )
    + r")\b"
    r"|^(?:beschreib|erklär|analysier|fass|décri|expliqu|analys|résum|descri|explic|analiz|resum|beschrijf|wat|was|qu)"
)

# A verb and its object at the beginning, whatever the verb; not one that handles a picture as such.
_IMPERATIVE = (
    r"(?i)^\W*(?:please |now |then )?[a-z]+(?: (?:on|in|with|for|at|through|over|out|feedback|tips|ideas|"
    r"advice))* "
    r"(?:the|this|these|those|an?|what|which|how|all|any|each|every|my|your|me|one|two|three|if|whether)\b"
)
_NOT_ASKING = (
    r"(?i)^\W*(?:please )?"
    + either(
        "the this that these those my our your i we you he she it they there in on at is are was were did "
        "do does have has had can could would should will may how why when where and but or so if as add "
        "insert put place thanks? hi hello hey dear sorry welcome move resize hang upload attach print "
        "download open crop delete send save set imagine paint draw get find_me"
    )
    + r"\b"
)

# In a longer prompt such words stand in a text that is quoted there.
_PROMPT_WORDS = 80
_SHORT_PROMPT = 30
# As many words behind "the chart below:" are its content.
_CONTENT_WORDS = 6
_NAMES = """
    image img pic photo screen diagram chart graph figure painting drawing illustration map poster meme
    x-ray xray selfie video clip recording audio podcast floor sketch pdf file doc attach spreadsheet
    csv slides presentation report essay contract invoice cv sum paper receipt bill letter form menu
    data transcript log statement brochure manual article chapter note worksheet link url web http www.
    ![ bild foto grafik vidéo imagen vídeo gráfico immagin afbeelding imagem .png .jp .gif .mp .mov .svg
    .web .wav
""".split()  # noqa: SIM905


def names_media(field: str) -> pl.Expr:
    """The gate of `absent_media`: a prompt of some hundred words at most that names a medium."""
    text = pl.col(field)
    return (text.str.len_chars() <= 15 * _PROMPT_WORDS) & text.str.contains_any(
        _NAMES, ascii_case_insensitive=True
    )


def absent_media(field: str) -> pl.Expr:
    """1 where the prompt asks about what the row does not hold."""
    prompt, answer = pl.col(field), pl.col("output").fill_null("")
    said = prompt.str.replace_all(_URL, " ").str.replace_all(_STAND_IN, " ")
    length = words_in(said)
    asks = said.str.contains(_IMPERATIVE) & ~said.str.contains(_NOT_ASKING)
    requested = said.str.contains(_REQUEST) | asks
    content = words_in(said.str.extract(_CONTENT, 1).fill_null(""))
    as_given = said.str.contains(rf"(?i){_REFERS}") & requested & (content < _CONTENT_WORDS)
    attached = said.str.contains(_I_ATTACHED) & requested
    head = prompt.str.extract(r"^([^\n:]*)", 1)
    present = (
        head.str.contains(_PRESENT)
        & ~head.str.contains(_NAMED)
        & (head.str.contains(_LOOKS_AT) | asks)
        & (length <= _SHORT_PROMPT)
        & (length < words_in(head) + _CONTENT_WORDS)
    )
    stand_in = prompt.str.contains(_STAND_IN)
    address = prompt.str.contains(_URL)
    to_be_read = (
        address
        & (length <= 25)
        & said.str.contains(_FETCH)
        & ~prompt.str.contains(r"https?://\S+(?:\s+\S+){5}")
    )
    fine = (
        (prompt.str.contains(_TEXT_TASK) & ~stand_in & ~prompt.str.contains(_TEXT_IN_IT))
        | prompt.str.contains(_HOW_TO)
        | (address & prompt.str.contains(_ABOUT_ADDRESS))
        | answer.str.contains(_SEES_NOTHING)
        | answer.str.contains(_STILL_ATTACHED)
        | prompt.str.contains(_TABLE)
        | (words_in(prompt) > _PROMPT_WORDS)
    )
    return ((as_given | attached | present | stand_in | to_be_read) & ~fine).cast(pl.UInt32)
