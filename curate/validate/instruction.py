"""What spoils instruction data: null markers, media that are not there, and tasks run together.

Each function makes the expression of one rule. Patterns are kept to what a person would call a fault on
sight; where the words alone do not tell (`None` is a good answer to "Which of these are prime?"), the other
field of the row is asked. Measured on `tests/curate/validate/labelled`, 400 rows and more that were labelled
by hand; half of them were written after the rules. English first: markers and requests in other languages are
found by a few common forms only. Cost: linear-time regexes (Rust `regex`), one pass each.
"""

from __future__ import annotations

import polars as pl

# ---- null markers
# --------------------------------------------------------------------------------------------

_NEEDED = (
    r"(?:\s+(?:is|was)?\s*(?:required|needed|necessary|provided|given|available|specified|supplied|found|"
    r"entered|generated|returned|applicable)(?: (?:for|in|by|to) (?:this|the)(?: [a-z]+){1,2})?)?"
)
# Unmistakable: nobody writes these as an answer or a request.
_STRONG = (
    rf"no[\s_-]?(?:additional |further |specific |extra )?(?:input|output|context|response)s?{_NEEDED}"
    r"|(?:input|output|context) ?: ?(?:none|n/?a|null|not (?:provided|required|needed|applicable|available))"
    r"|(?:none|nothing|not) (?:provided|required|needed|specified|supplied|applicable|available)"
    r"|#n/a|#ref!|#value!|#null!|\[object object\]"
    r"|keine eingabe|keine angabe|pas d['’]entrée|sin entrada|nessun input|sem entrada|geen invoer|brak "
    r"danych"
)
# A word of its own in some tasks; the row decides.
_WEAK = r"none|null|nil|nan|na|n\s?/\s?a|n\.\s?a\.?|undefined|empty|blank|tbd|todo"
_OPEN, _SHUT = r"[\s\"'`*_]*[<\[({]{0,2}[\s/]*", r"[\s/]*[>\])}]{0,2}[\s.!\"'`*_]*"
_BRACKETED = rf"[<\[(]+\s*(?:{_STRONG}|{_WEAK})\s*[>\])]+"
# As the last part of a prompt joined from columns: on a line of its own behind a blank one, behind a label,
# or, where it is unmistakable, behind the end of a sentence.
NULL_TAIL = (
    rf"(?is)(?:\n[ \t]*\r?\n|\n?(?:###\s*)?\b(?:input|context):)\s*{_OPEN}(?:{_STRONG}|{_WEAK}){_SHUT}$"
    rf"|(?:([.?!:])\s|\n)\s*(?:{_OPEN}(?:{_STRONG}){_SHUT}|{_BRACKETED}\s*)$"
)
NULL_WHOLE = rf"(?is)^{_OPEN}(?:{_STRONG}|{_WEAK}){_SHUT}$"
_NULL_STRONG = rf"(?is)^(?:{_OPEN}(?:{_STRONG}){_SHUT}|\s*{_BRACKETED}\s*)$"
# Tasks with "none" or "null" for a good answer: a closed question, a look-up in the text, a question about
# code, or a prompt that names the word itself.
_MAY_BE_NONE = (
    r"(?is)\b(?:which|any|anything|how (?:many|much)|whose|what do you call)\b[^\n]*[?:]"
    r"|(?:^|[.!?:,;\n]\s*)(?:does|do|did|is|are|was|were|has|have|can|could|should|will)\b[^\n]*[?:]"
    r"|\b(?:extract|identify|detect|find|classify|label|list|spot|tag|count|pull out|pick out|check|look "
    r"for)\b"
    r"|\bif (?:any|there|it|not|no|none|nothing|you|the)\b"
    r"|\b(?:none|nil|n/a|not applicable|nan|null|undefined|blank|empty)\b"
)
_MAY_BE_CODE = (
    r"(?i)\b(?:json|sql|python|javascript|java|ruby|kotlin|swift|lua|pandas|excel|returns?|returned|prints?|printed|"
    r"evaluates?|typeof|outputs?|iso|code of|abbreviation|symbol|keyword|constant|division|not a number|"
    r"floating[- ]point|divided by|0 ?/ ?0|variable|type of)\b"
)


def null_marker(field: str) -> pl.Expr:
    """1 where a field says that there is nothing (`No input`, `<noinput>`, `N/A`, a lone `None`)."""
    text = pl.col(field)
    whole = text.str.contains(NULL_WHOLE)
    if field == "input":
        return (whole | text.str.contains(NULL_TAIL)).cast(pl.UInt32)
    asked = pl.col("input").fill_null("")
    plausible = asked.str.contains(_MAY_BE_NONE) | asked.str.contains(_MAY_BE_CODE)
    return (text.str.contains(_NULL_STRONG) | (whole & ~plausible)).cast(pl.UInt32)


def without_null_tail(field: str) -> pl.Expr:
    """The field without a null marker behind its text; a field that is nothing but a marker stays."""
    text = pl.col(field)
    bare = text.str.replace(NULL_TAIL, "${1}").str.strip_chars_end()
    return (
        pl.when(text.str.contains(NULL_TAIL) & ~text.str.contains(NULL_WHOLE) & (bare != ""))
        .then(bare)
        .otherwise(text)
    )


# ---- absent media
# --------------------------------------------------------------------------------------------

_VISUAL = (
    r"(?:images?|pictures?|photos?|photographs?|pics?|screenshots?|screen ?grabs?|diagrams?|charts?|graphs?|"
    r"figures?|paintings?|drawings?|illustrations?|infographics?|maps?|posters?|memes?|x-?rays?|selfies?|"
    r"videos?|clips?|recordings?|audio(?: files?| clips?)?|podcasts?|floor ?plans?|sketch(?:es)?)"
)
_FILE = (
    r"(?:pdfs?|files?|documents?|docs?|attachments?|spreadsheets?|csvs?|slides?|presentations?|reports?|essays?|"
    r"contracts?|invoices?|cvs?|r[eé]sum[eé]s?|papers?|receipts?|bills?|letters?|forms?|menus?|data "
    r"?sets?|transcripts?|"
    r"logs?|statements?|brochures?|manuals?|articles?|chapters?|notes|worksheets?)"
)
_GIVEN = (
    r"(?:attached|uploaded|provided|given|following|accompanying|above|below|enclosed|displayed|shared|"
    r"linked)"
)
_AFTER = (
    r"(?:below|above|attached|provided|given|uploaded|here|enclosed|supplied|shown(?: (?:below|above|here))?)"
)
_VERB = (
    r"(?:describe|analy[sz]e|interpret|caption|identify|explain|look "
    r"at|examine|study|observe|view|inspect|name|"
    r"transcribe|watch|listen to|see|read|summari[sz]e|review|translate|classify|categori[sz]e|label|compare|"
    r"count|title|critique|rate|evaluate|use|using|refer to|based on|according to|tell me about|guess|from|"
    r"extract|list|convert|proofread|take a look "
    r"at|check|give|create|write|generate|find|suggest|what|which|who|"
    r"how many|how much|where|why|is there|are there|does|do "
    r"you|tell|continue|answer|solve|complete|estimate|calculate|"
    r"determine|assess|recommend|make|turn|identify|point out|pick|choose|as (?:you can see|shown|seen|in))"
)
_ENDS = (
    r"\s*(?:[.?!,:\n]|$|and\b|that\b|then\b|in (?:one|two|three|a|your)\b|with(?:in)?\b|as\b|using\b|to\b)"
)
_SHOWN = (
    # the attached image, the two given photographs
    rf"\b(?:the|this|these|those|that|my|our|an?|two|three) (?:[\w'’-]+ ){{0,2}}{_GIVEN} (?:[\w'’-]+ "
    rf"){{0,2}}{_VISUAL}\b"
    rf"|\b(?:attached|uploaded|following|given|accompanying) "
    rf"(?:image|picture|photo|photograph|screenshot|diagram|chart|"
    r"graph|video|clip|recording|painting)\b"
    # the picture below, the screenshot attached
    rf"|\b(?:the|this|that|these|those|two|a|an|my|our) (?:[\w'’-]+ ){{0,3}}{_VISUAL} (?:that (?:is|are) "
    rf"|(?:is|are) )?"
    rf"{_AFTER}\b"
    # what is in the picture?
    rf"|\b(?:in|seen on|shown in|depicted in) (?:the|this|these|those) {_VISUAL}(?:{_ENDS}|"
    r" (?:is|are|was|were|has|have|says?|shows?|looks?|doing|wearing|called|made|from|above|below)\b)"
    # give a title to this painting
    r"|\b(?:describe|in|of|from|to|is|about|on|at|with|for|caption|analy[sz]e|interpret|explain|classify|"
    r"identify) "
    rf""
    rf"(?:this|these) (?:[\w'’-]+ )?{_VISUAL}\b"
    # describe the image.
    rf"|\b(?:describe|analy[sz]e|interpret|caption|examine|observe|inspect|look "
    rf"at|transcribe|watch|listen to) (?:the|this|"
    rf"these) (?:[\w'’-]+ )?{_VISUAL}{_ENDS}"
    # the PDF I have uploaded
    rf"|\b(?:the|this|my|an?|these) (?:[\w'’-]+ ){{0,2}}(?:{_VISUAL}|{_FILE}) (?:that |which "
    rf")?(?:i|we)(?:['’]ve| have)? "
    r"(?:just )?(?:uploaded|attached|shared|sent|linked|provided)\b"
    rf"|\b(?:attached|uploaded|enclosed) (?:[\w'’-]+ ){{0,2}}{_FILE}\b|\b{_FILE} "
    rf"(?:attached|uploaded|enclosed)\b"
    # the article at the link below, the following link
    r"|\b(?:at|in|from|on|via|open|visit|click|follow|read|watch|using) (?:the |this |that "
    r")?(?:following |attached |given |"
    r"provided |above )?(?:link|url|web ?site|web ?page)(?: (?:below|above|provided|given|attached|here))?"
    rf"{_ENDS}"
    # the commonest forms of other languages
    r"|\b(?:angehängte[snmr]?|beigefügte[snmr]?|folgende[snmr]?) "
    r"(?:bild(?:es)?|foto|diagramm|video|datei|grafik)\b"
    r"|\b(?:image|photo|vidéo|graphique) (?:ci-jointe?|ci-dessous|suivante?|fournie?)\b"
    r"|\b(?:imagen|foto|vídeo|gráfico) (?:adjunt[ao]|siguiente|de abajo|proporcionad[ao])\b|\bsiguiente "
    r"(?:imagen|foto)\b"
    r"|\b(?:immagine|foto) (?:allegata|seguente|sottostante)\b|\bbijgevoegde (?:afbeelding|foto)\b"
    r"|\b(?:imagem|foto) (?:anexa|abaixo|a seguir)\b"
)
# A stand-in for what is not there, on a line of its own or at the end: [image], <image>, [insert link here],
# ![](x.png)
_STAND_IN = (
    r"(?im)(?:^|[:.?!]\s)\s*[<\[({]+\s*(?:insert|attached|attach|paste|upload|see|your|an?|the)?\s*(?:the "
    r"|an? |your )?(?:link to (?:the |an? )?)?"
    rf"(?:{_VISUAL}|img|link|url|attachment|file)(?:[ "
    rf"_:](?:of|here|url|link|goes|\d)[^\])>}}\n]{{0,60}})?\s*[>\])}}]+"
    r"\s*$|^\s*!\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)\s*$"
    r"|^\s*(?:https?://)?\S{1,200}\.(?:jpe?g|png|gif|webp|bmp|svg|mp3|mp4|wav|avi|mov)(?:\?\S{0,200})?\s*$"
)
_URL = r"(?i)\b(?:https?://|www\.)[^\s<>\"')\]]{3,500}"
# Asks for what stands behind an address (not about the address).
_FETCH = (
    r"(?i)\b(?:summari[sz]e|summary|read|describe|caption|watch|listen|transcribe|review|headline|main "
    r"(?:idea|point)s?|"
    r"key (?:points|takeaways)|analy[sz]e|critique|identify|extract|article|story|blog "
    r"post|news|video|image|picture|"
    r"photo|sentiment|tone|author)\b"
)
_ABOUT_ADDRESS = (
    r"(?i)\b(?:valid|shorten|parse|domain|format|regex|hostname|scheme|protocol|encode|decode|redirect|curl|wget|fetch|"
    r"request|hyperlink|markdown|html|python|script|scrap\w+|code|function|status code|qr)\b"
)
# The row's task is a text that speaks of an attachment (a letter, a sentence to correct), not the attachment
# itself.
_TEXT_TASK = (
    r"(?i)^\W*(?:please |can you |could you "
    r")?(?:rewrite|rephrase|paraphrase|correct|fix|proofread|translate|reply|"
    r"respond|edit|polish|improve|reword|shorten|punctuate|make this|make "
    r"it|turn|change|convert|draft|write an? "
    r"(?:polite |short |formal |friendly )?(?:reply|response|answer|e-?mail|letter|note|message))\b"
)
_HOW_TO = r"(?i)^\W*how (?:do|can|could|should|would|to|does)\b"
_TEXT_IN_IT = (
    rf"(?i)\b(?:text|words?|sign|writing|caption|letters|sentence)s? (?:in|on|from|shown in) "
    rf"(?:the|this) {_VISUAL}\b"
)
# The answer says that it sees nothing, or asks for it: a good example.
_SEES_NOTHING = (
    r"(?i)\b(?:don['’]?t|do not|cannot|can['’]?t|can not|couldn['’]?t|unable to|not able "
    r"to|didn['’]?t|haven['’]?t|isn['’]?t|"
    r"doesn['’]?t|wasn['’]?t|no|without) (?:[\w'’]+ "
    r"){0,4}(?:see|view|open|access|browse|find|read|watch|listen|hear|receive|"
    r"received|image|picture|photo|attachment|attached|link|file|document|video|audio|screenshot|diagram|chart|graph|"
    r"come through|visible)"
    r"|\b(?:please|could you|can you|would you) (?:[\w'’]+ "
    r"){0,3}(?:upload|share|paste|attach|provide|send|describe|copy)\b"
)
_STILL_ATTACHED = r"(?i)\b(?:attach(?:ed|ment|ments|ing)?|enclosed?)\b"
# In a longer prompt such words stand in a text that is quoted there.
_PROMPT_WORDS = 80
# As many words behind "the chart below:" are its content.
_CONTENT_WORDS = 6


def _words(text: pl.Expr) -> pl.Expr:
    return text.str.count_matches(r"\S+")


# Stored as one text: a list of sixty strings takes a line each.
_MEDIA_WORDS = """
    image img pic photo screen diagram chart graph figure painting drawing illustration map poster meme
    x-ray xray selfie video clip recording audio podcast floor sketch pdf file doc attach spreadsheet
    csv slides presentation report essay contract invoice cv sum paper receipt bill letter form menu
    data transcript log statement brochure manual article chapter note worksheet link url web http www.
    ![ bild foto grafik vidéo imagen vídeo gráfico immagin afbeelding imagem .png .jp .gif .mp
""".split()  # noqa: SIM905


def names_media(field: str) -> pl.Expr:
    """The gate of `absent_media`: a short prompt that names some medium."""
    text = pl.col(field)
    return (text.str.len_chars() <= 15 * _PROMPT_WORDS) & text.str.contains_any(
        _MEDIA_WORDS, ascii_case_insensitive=True
    )


def absent_media(field: str) -> pl.Expr:
    """1 where a prompt asks about an image, a recording, a file or a page that the row does not hold, and the
    answer makes one up.
    """
    prompt, answer = pl.col(field), pl.col("output").fill_null("")
    said = prompt.str.replace_all(_URL, " ").str.replace_all(_STAND_IN, " ")
    content = _words(said.str.extract(rf"(?is)(?:{_SHOWN})[^\n:]*[:\n](.*)$", 1).fill_null(""))
    requested = said.str.contains(
        rf"(?i)(?:^|[.?!:,\n]\s*|\band |\bplease |\byou )(?:{_VERB})\b|[?]"
    ) | said.str.contains(
        r"(?i)^(?:beschreib|erklär|analysier|fass|décri|expliqu|analys|résum|descri|explic|analiz|resum|beschrijf|wat|was|qu|cosa)"
    )
    refers = said.str.contains(rf"(?i)(?:{_SHOWN})") & requested & (content < _CONTENT_WORDS)
    bare_address = (
        prompt.str.contains(_URL)
        & (_words(said) <= 25)
        & said.str.contains(_FETCH)
        & ~said.str.contains(_ABOUT_ADDRESS)
        & ~prompt.str.contains(r"(?s)https?://\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+")
    )
    stand_in = prompt.str.contains(_STAND_IN)
    text_task = prompt.str.contains(_TEXT_TASK) & ~stand_in & ~prompt.str.contains(_TEXT_IN_IT)
    fine = (
        text_task
        | prompt.str.contains(_HOW_TO)
        | (prompt.str.contains(_URL) & prompt.str.contains(_ABOUT_ADDRESS))
        | answer.str.contains(_SEES_NOTHING)
        | answer.str.contains(_STILL_ATTACHED)
        | prompt.str.contains(r"(?m)^\s*\|.*\|\s*$")
        | (_words(prompt) > _PROMPT_WORDS)
    )
    return ((refers | bare_address | stand_in) & ~fine).cast(pl.UInt32)


# ---- tasks run together
# --------------------------------------------------------------------------------------

_TASK = (
    r"(?:write|translate|generate|summari[sz]e|explain|calculate|compute|describe|list|name|classify|rewrite|compose|"
    r"identify|give|create|suggest|provide|find|convert|tell|compare|define|construct|design|develop|come "
    r"up|outline|"
    r"propose|rank|sort|edit|draft|produce|determine|evaluate|analy[sz]e|predict|categori[sz]e|choose|select|formulate|"
    r"paraphrase|brainstorm|devise|make|what|which|who|how|why|when|where|state|imagine|given)"
)
_NUMBERED = (
    r"(?s)\S.*?(?:\n|[.?!:;]\s)[#*\s]*\d{1,3}\s?[.):][ \t*]*(?:Instruction|INSTRUCTION)s?\s?\d*[ \t*]*:"
)
_BLOCK = (
    r"(?s)\S.*?\n[#*\s]*(?:New )?Instruction(?:\s?\d+)?[ "
    r"\t*]*:.*?\n[#*\s]*(?:\d{1,3}[.)]\s?)?(?:Input|Output|Response|"
    r"Answer)(?:\s?\d+)?[ \t*]*:"
)
_NEXT_TASK = (
    r"(?s)\S.*?\n[#*\s]*(?:Task|Question|Problem|Prompt|Example)\s\d{1,3}[ "
    r"\t*]*:.*?\n[#*\s]*(?:Input|Output|Response|"
    r"Answer|Solution)(?:\s?\d+)?[ \t*]*:"
)
_TURNS = (
    r"(?s)\S.*?\n[#*\s]*(?:Human|User|Q|Question|Prompt)(?:\s?\d+)?[ "
    r"\t*]*:.*?\n[#*\s]*(?:Assistant|AI|A|Answer|Bot|"
    r"Response|Model)(?:\s?\d+)?[ \t*]*:"
)
_OPENS_WITH_TURN = (
    r"(?i)^[#*\s]*(?:\d{1,2}[.)]\s*)?(?:human|user|q|question|prompt|task|problem|example|customer)"
    r"(?:\s?\d+)?[ "
    r"\t*]*:"
)
# The task asks for turns, questions or examples: an answer that holds them is what was wanted.
_WANTS_TURNS = (
    r"(?i)\b(?:dialogues?|conversations?|scripts?|transcripts?|chat(?:bot)?s?|faqs?|quiz(?:zes)?|q ?& "
    r"?a|q and a|questions?|"
    r"interviews?|examples?|exercises?|problems?|worksheets?|tests?|exam|flash "
    r"?cards?|prompts?|tasks?|plays?|scenes?|"
    r"few-shot|template|format)\b"
)
_RUN_ON = rf"(?i)\S[^\n]*\n\s*(?:[2-9]|[1-9]\d)\s?[.)]\s+{_TASK}\b"
_FIRST = r"(?im)^[\s*#]*(?:1|one|step 1|a|i)\s?[.):]"
_ITEM = rf"(?im)^\s*\d{{1,2}}\s?[.)]\s+{_TASK}\b"
_AWAITS = r"(?i)(?:output|response|answer|label|sentiment|a)[ \t*]*:\s*$"


def may_hold_tasks(field: str) -> pl.Expr:
    """The gate of `merged_instructions`: a numbered line, or a heading of a turn or a task."""
    return pl.col(field).str.contains(
        r"\d\s?[.):][ "
        r"\t*]*(?:Instruction|INSTRUCTION)|\n[#*\s]*(?:\d{1,3}\s?[.)]\s|(?:\d{1,3}[.)]\s?)?(?:New "
        r")?(?:Instruction|"
        r"Task|Question|Problem|Prompt|Example|Human|User|Q)(?:\s?\d+)?[ \t*]*:)"
    )


def merged_instructions(field: str) -> pl.Expr:
    """1 where a field holds a second task of a generator's batch (`\\n11. Instruction:`), or several that
    have one answer.
    """
    text = pl.col(field)
    prompt = pl.col("input").fill_null("")
    numbered = text.str.contains(_NUMBERED)
    items = text.str.count_matches(r"(?m)^\s*\d{1,2}\s?[.)]\s")
    # The next task alone, or a batch that goes on from 2: a list that begins at 9 was cut from a longer one.
    run_on = (
        text.str.contains(_RUN_ON)
        & ~text.str.contains(_FIRST)
        & ((items == 1) | text.str.contains(r"(?m)^\s*2\s?[.)]\s"))
    )
    if field == "input":
        answer = pl.col("output").fill_null("")
        verbs = text.str.extract_all(_ITEM).list.eval(
            pl.element().str.to_lowercase().str.replace(r"^\s*\d+\s?[.)]\s+", "")
        )
        batch = (
            text.str.contains(r"^\s*1\s?[.)]\s")
            & (verbs.list.n_unique() >= 2)
            & (verbs.list.len() == items)
            & ~answer.str.contains(r"(?m)^\s*2\s?[.)]\s|^\s*[-*]\s")
        )
        block = (
            text.str.contains(_BLOCK)
            & text.str.contains(rf"(?i)^\W*(?:{_TASK})\b")
            & ~text.str.contains(_AWAITS)
        )
        return (numbered | run_on | batch | block).cast(pl.UInt32)
    unasked = ~prompt.str.contains(_WANTS_TURNS) & ~text.str.contains(_OPENS_WITH_TURN)
    turns = (text.str.contains(_NEXT_TASK) | text.str.contains(_TURNS)) & unasked
    return (numbered | (run_on & unasked) | text.str.contains(_BLOCK) | turns).cast(pl.UInt32)
