"""A text or a recording that the prompt reads from and that nothing names: "According to the passage, why ...?",
"Read this letter and ...", "please review my CV, see PDF", "what is the mood of this song?".

Patterns for Rust's regex engine, as in `references`. Whether the text stands there after all is for `absent`.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from curate.validate.patterns import either, english

_PLEASE = r"(?:please |now |can you |could you )*"
_READ_TEXT = either(
    "passage text article excerpt extract paragraph letter e-?mail report document receipt invoice transcript "
    "contract essay spreadsheet poem conversation dialogue memo advert table menu timetable schedule review "
    "story interview minutes"
)
_HEARD = either("song track tune melody piece_of_music podcast voice_note voicemail audio speech piece")
_THEN = (
    r"(?:\s*[,.?!]|\s*$|\s+(?:and|to) (?:tell|say|list|find|give|name|answer|explain|identify|summari[sz]e|"
    r"decide|calculate|work out|state|describe)\b|\s+(?:provided|given|shown)\b)"
)
READS = english(
    rf"(?i)(?:^|[.!\n]\s*)\W*{_PLEASE}(?:according to|based on|judging (?:from|by)|from|as (?:stated|described|"
    rf"mentioned) in|refer to|referring to|look at|looking at|read|reading|using|study|consult) (?:the|this|these) "
    rf"(?:[a-z]+ ){{0,1}}{_READ_TEXT}{_THEN}"
    rf"|(?:^|[.!\n]\s*)\W*{_PLEASE}(?:listen to|watch) (?:the|this|these) (?:[a-z]+ )?(?:{_READ_TEXT}|{_HEARD})"
    r"(?:\s*[,.?!:]|\s*$|\s+and\b)"
    rf"|\b(?:using|from|with) (?:only )?(?:the )?(?:information|facts|details|evidence|ideas|words) (?:in|from|of) (?:the|this) "
    rf"(?:[a-z]+ )?{_READ_TEXT}\b"
    rf"|(?:^|[.!\n]\s*)\W*{_PLEASE}(?:read|study|look at|look over|go through|review|check|consult|open) (?:the|this|these|my) "
    rf"(?:[a-z]+ )?{_READ_TEXT} and (?:then )?[a-z]+"
    rf"|\b(?:of|in|about|to|is|does|from|is said in) this {_HEARD}\s*(?:[?.!,]|$)"
    r"|,? \(?see (?:the )?(?:pdf|file|document|scan|attachment|image|photo|screenshot|spreadsheet)\)?\s*(?:[.?!]|$)"
    # The whole prompt: a verb and the text it is to be done to.
    rf"|^\W*{_PLEASE}(?:summari[sz]e|translate|proofread|review|edit|shorten|simplify|paraphrase|rewrite|rephrase|critique|"
    rf"condense|outline|check|correct|grade|annotate) (?:this|the|my) (?:[a-z]+ )?{_READ_TEXT}(?: (?:in|into|to|for) [^.?!\n]{{1,40}})?"
    r"\s*[.?!]?\s*$"
    rf"|^\W*{_PLEASE}(?:continue|finish|complete|extend) (?:the|this|my) {_READ_TEXT}\s*[.?!]?\s*$"
    rf"|^\W*{_PLEASE}(?:review|check|proofread|improve|grade|edit|fix|critique) (?:my|this) (?:[a-z]+ )?"
    r"(?:pull request|code|cv|resume|draft|thesis|homework|cover letter|answer|speech|slides?)\s*[.?!]?\s*$"
    rf"|\b(?:change|improve|fix|add|cut|remove|wrong|missing|unclear) (?:in|to|from|with|about) (?:this|my) (?:[a-z]+ )?"
    rf"(?:{_READ_TEXT}|draft|cv|code)\s*\?\s*$"
    r"|(?:^|[.:]\s*)listen(?: again| carefully)? and (?:then )?[a-z]+"
    rf"|^\W*{_PLEASE}(?:choose|pick|suggest|give|write|find|state|select|identify)[^.?!\n]{{0,30}}\b(?:titles?|headings?|headlines?|endings?|"
    rf"main idea|theme|tone|mood) (?:for|of|to) (?:the|this) {_READ_TEXT}\s*[.?!]?\s*$"
    r"|\bin this (?:picture|photo|image|photograph|screenshot|x-ray|scan|video|clip|recording)\b[^.?!\n]{0,30}\?"
    rf"|\b(?:mistakes?|errors?|typos?|issues?|problems?|weaknesses|flaws) in (?:my|this) (?:[a-z]+ )?(?:{_READ_TEXT}|code|cv|draft)"
    r"\s*[.?!]?\s*$"
    r"|(?:^|[.!\n]\s*)\W*(?:using|from|based on|given|with|according to) (?:only )?(?:the|this|these) (?:[a-z]+ )?(?:data|dataset|"
    r"survey|results|figures|information|statistics|findings|map|legend)\s*,"
    r"|\busing (?:only )?the (?:given|provided|above|supplied) (?:context|passage|text|document|information)\b[^:\n]{0,20}[:,]\s*"
    r"(?:who|what|when|where|why|how|which)\b[^.\n]*\?\s*$"
    r"|^\W*(?:what(?:['’]s| is| are| was)?|which|who(?:se)?|read(?: out)?|give|list|tell me|translate|copy|transcribe|add up)\b"
    r"[^.?!\n]{0,50}\bon (?:the|this|my|that) (?:[a-z]+ )?(?:business card|sign|"
    r"label|receipt|ticket|poster|front cover|cover|badge|menu|invoice|bill|package|packaging|name tag|whiteboard|letterhead|"
    r"envelope|billboard|number plate|licen[cs]e plate|t-shirt)\s*[.?!]?\s*$"
    rf"|^\W*(?:who|what|how|why|when|where|which)\b[^.?!\n]{{0,80}}\b(?:in|of|by) the (?:story|poem|passage|text|article|letter|excerpt|"
    r"song|dialogue|conversation|speech|paragraph|email|recording|transcript|video|scene|comic|cartoon)\s*\?\s*$"
)
# In other languages: the text, within a question or a request that holds nothing else.
OTHER_READS = (
    r"(?i)\b(?:der|dem|den|diesen|dieser|im|laut|des|le|la|ce|cet|cette|selon le|dans le|du|el|este|según el|en el|del|il|questo|"
    r"secondo il|nel|de|het|deze|dit|volgens de|in de|uit de|o|este|no|do|segundo o|ten|tym|według|w|z) ?(?:\w+en )?"
    r"(?:text|texts|artikel|artikels|abschnitt|brief|e-mail|textes?|article|passage|lettre|courriel|texto|artículo|pasaje|carta|correo|"
    r"testo|articolo|brano|lettera|tekst|artykuł|artigo|tekście|tekstu|artykule)(?:\s*[.?!,]|\s*$|\s+(?:über|zu|sur|sobre|su|over|o|dass|"
    r"que|che|dat|zusammen|samen|verteld|gesagt))"
)
