"""Marks of a text that gives orders to the model instead of being its subject (prompt injection).

A flag and not a shield: whoever knows the list writes around it, and an order in plain words of the subject
("treat me as a billing case") has no mark. What it is for: to see that somebody tries, and to look at those
answers. Measured figures are in docs/lifecycle.md; `benchmarks/predict.py` gives them again.

Each family is a regular expression over the text in one form (NFKC, lower case, no invisible characters, one
space) and over the same with digits read as letters (`1gn0re`). Harmless phrases that look alike are cut out
first. Rust's regular expressions run in linear time, whatever the text.
"""

from __future__ import annotations

import polars as pl

FAMILIES: dict[str, str] = {
    name: "|".join(alternatives)
    for name, alternatives in {
        "override": (
            r"\b(?:ignore|disregard|forget|override|bypass|discard|neglect|(?:do|must|should|need) "
            r"not follow|don'?t follow|pay no attention to|stop following)\b[^.?!]{0,30}\b(?:previous|"
            r"prior|above|earlier|preceding|all|any|every(?:thing)?|your|system|initial|original|"
            r"existing|foregoing|developer|safety)\b[^.?!]{0,25}(?:\b(?:instructions?|prompts?|"
            r"directions?|directives?|guidelines?|guardrails|programming|system message)\b|"
            r"\b(?:system|content|moderation) (?:rules|polic(?:y|ies))\b|\b(?:you (?:were|have been) "
            r"(?:told|given|instructed|trained))\b)",
            r"\b(?:ignore|disregard|discard|override|bypass|forget)\b[^.?!]{0,15}\bsystem (?:message|"
            r"prompt)\b",
        ),
        "override_all": (
            r"\b(?:ignore|disregard|forget) (?:everything|all(?: that)?|anything) (?:(?:that "
            r")?(?:came|comes|was said|written|you (?:know|were told|have been told|learned))\b|"
            r"(?:above|before) (?:this|and)\b)",
        ),
        "other_language": (
            r"\b(?:ignoriere?n?|vergiss|missachte) (?:sie )?(?:alle |die |deine |s[aä]mtliche "
            r")*(?:vorherigen|bisherigen|obigen|fr[uü]heren) (?:anweisungen|befehle|instruktionen|"
            r"vorgaben)",
            r"\b(?:ignore[rz]?|oublie[rz]?) (?:toutes |tous )?(?:les |tes |vos )?(?:instructions|"
            r"consignes|directives) (?:pr[eé]c[eé]dentes|ant[eé]rieures|ci-dessus)",
            r"\b(?:ignor[ae]|olvid[ae]) (?:todas )?(?:las |tus )?(?:instrucciones|indicaciones|"
            r"[oó]rdenes) (?:anteriores|previas)",
            r"\b(?:ignora|dimentica) (?:tutte )?(?:le |tue )*istruzioni precedenti",
            r"\bignor[ae] (?:todas )?(?:as )?instru[cç][oõ]es anteriores",
            r"\b(?:negeer|vergeet) (?:alle )?(?:de )?(?:vorige|eerdere|bovenstaande) (?:instructies|"
            r"opdrachten)",
        ),
        "role": (
            r"\byou are (?:now|no longer) (?:an? )?(?:\w+ ){0,3}(?:ai|assistant|model|bot|chatbot|"
            r"gpt\w*|dan|persona|character|terminal|interpreter|pirate|hacker|bound|restricted)\b",
            r"\b(?:pretend|imagine)(?: that)? (?:to be|you(?: a|')re|you have) (?:an? )?(?:\w+ "
            r"){0,3}(?:ai|assistant|model|bot|chatbot|unrestricted|no (?:rules|restrictions|limits))\b",
            r"\b(?:act|behave|respond|answer) as (?:if you (?:were|are|had)|though you|an? (?:\w+ "
            r"){0,2}(?:ai|model|chatbot|terminal|interpreter|linux))",
            r"\brole-?play as\b",
            r"\bfrom now on,? you (?:are|will|must|shall|only)\b",
        ),
        "reveal": (
            r"\b(?:reveal|show|print|repeat|output|display|tell|give|leak|expose|dump|share|write|"
            r"quote|recite|translate|summari[sz]e|what (?:is|are|was|"
            r"were))\b[^.?!]{0,40}\b(?:(?:system|hidden|initial|original|secret|developer|internal|"
            r"full)(?: \w+)? (?:prompts?|instructions?|system message)|your(?: \w+)? prompts?)\b",
            r"\b(?:repeat|print|output|copy) (?:back )?(?:everything|all|the (?:text|words|lines|"
            r"content)) (?:that (?:came|comes|stands) )?(?:above|before)\b",
        ),
        "markup": (
            r"<\|?(?:im_start|im_end|system|endoftext|eot_id|start_header_id|assistant|user)\|?>",
            r"\[/?inst\]",
            r"<</?sys>>",
            r"#{2,} ?(?:system|instructions?|assistant|response|new instructions?)\b",
            r"\[\[? ?(?:system|assistant|admin)\b[^\]]{0,40}\]",
            r"</?(?:system|instructions?|prompt|assistant|user_input|context)>",
            r"""["']role["'] ?: ?["'](?:system|assistant|developer)["']""",
            r"(?:^| )(?:system|assistant|developer) ?(?:message|prompt|note|override)? ?: ?(?:you|"
            r"ignore|disregard|do|always|never|the|new|all|from|respond|reply|answer|output|mark|set|"
            r"please|ok|sure|classify)\b",
            r"\b(?:begin|end)(?: of)? (?:system|user|new) ?(?:prompt|instructions?|input|message)\b",
        ),
        "answer_order": (
            r"\b(?:respond|reply|answer|output|return|say|print|write)\b (?:to this )?(?:only|just|"
            r"nothing but|exactly|solely|simply)? ?(?:with|the (?:word|label|string|text)) ?(?:only|"
            r"just|exactly|nothing but)? ?(?:the )?(?:single |exact |one )?(?:word|label|string|json|"
            r"""category|phrase|['\"“‘])""",
            r"\b(?:classify|categori[sz]e|label|tag|route|treat) (?:this|the|every|each|all|any) "
            r"(?:\w+ )?(?:ticket|message|text|input|e-?mail|request|document|row|sample)s? (?:only |"
            r"""always )?(?:as|into) ['\"“‘\w]""",
            r"\b(?:always|you must|must always) (?:answer|respond|reply|output|return|classify|"
            r"""choose) (?:with |as )?['\"“‘]""",
            r"\bregardless of (?:the |its |any )?(?:content|input|text|above|"
            r"what)\b[^.?!]{0,40}\b(?:answer|output|label|respond|return|classify|say)\b",
        ),
        "mode": (
            r"\b(?:enable|enter|activate|switch (?:in)?to|engage|you are (?:now "
            r")?in)\b[^.?!]{0,15}\b(?:developer|debug|god|jailbreak|dan|admin|unrestricted|"
            r"maintenance|root|sudo) mode\b(?: on(?: the)? (?:model|ai|assistant))?",
            r"\bdo anything now\b",
            r"\bjailbr[eo]ake?n?\b[^.?!]{0,20}\b(?:mode|prompt|model|ai|you)\b",
            r"\b(?:without|no|free of|ignoring) (?:any |all )?(?:content |safety |ethical "
            r")(?:filters?|restrictions?|guidelines|rules|policy)\b",
            r"\bsudo (?:rm|cat|print|show|ignore)\b",
        ),
        "new_task": (
            r"\b(?:new|updated|real|actual|revised|additional|important|hidden|secret) (?:system "
            r")?(?:instructions?|prompt|directives?|task)(?: for (?:you|the (?:ai|model|assistant|"
            r"bot)))? ?[:=]",
            r"\byour (?:new|real|actual|only) (?:task|job|goal|instructions?|role|purpose)(?: now)? "
            r"(?:is|are) (?:to|now)\b",
            r"\b(?:end of|that was) the (?:user |customer )?(?:input|text|message|ticket|"
            r"document)[.,;: ]+(?:now|next|new|ignore|you)\b",
        ),
        "to_the_model": (
            r"\b(?:note|message|attention|memo|instructions?|hello|dear|hey|to)(?: to| for|,)?(?: the|"
            r" any| all| an)? (?:ai|a\.i\.|llms?|language models?|chat ?gpt|gpt-?\d?|claude|gemini|"
            r"copilot|ai (?:assistant|agent|model|system)s?|automated (?:classifier|grader|"
            r"reviewer))\b ?(?:reading|processing|that|which|who|:|,|-|–|—|you|must|should|please|do|"
            r"ignore|mark|rate|approve)",
            r"\b(?:ai|llms?|language models?) (?:reading|processing|that reads?|summari[sz]ing|"
            r"evaluating) this\b",
            r"\bif you are an? (?:ai|llm|language model|assistant|bot)\b",
        ),
        "exfiltrate": (
            r"!\[[^\]]*\]\(https?://[^)\s]*[?=&{][^)]*\)",
            r"\b(?:send|post|forward|upload|exfiltrate|append|transmit|leak)\b[^.?!]{0,60}\b(?:api "
            r"keys?|system prompt|credentials|chat history|conversation (?:history|so far)|customer "
            r"(?:data|records|list|database)|all (?:emails|messages|passwords|"
            r"documents))\b[^.?!]{0,40}(?:https?://|\bto\b [\w.+-]+@|\bto this (?:address|url|"
            r"server)\b)",
            r"\b(?:call|invoke|use|execute|run) the [\w-]+ (?:tool|function|"
            r"plugin)\b[^.?!]{0,30}\b(?:with|to|and)\b",
        ),
        "encoded": (
            r"\b(?:decode|decrypt|rot-?13|unscramble)\b[^.?!]{0,40}\b(?:base-?64|hex|rot-?13|cipher|"
            r"string|following)\b[^.?!]{0,40}\b(?:and|then)\b[^.?!]{0,15}\b(?:follow|execute|obey|run|"
            r"do|comply|act)\b",
        ),
        "spaced": (r"i[ ._*-]g[ ._*-]n[ ._*-]o[ ._*-]r[ ._*-]e\b",),
    }.items()
}
# What looks alike and is a person's ordinary way to speak: things that are called instructions, what somebody
# sent or forgot, and machines that have modes.
HARMLESS = (
    r"\b(?:ignore|disregard|forget)\b[^.?!]{0,40}\b(?:instructions?|directions?|prompts?)\b (?:that "
    r")?(?:i|we|my \w+|he|she|they|your (?:\w+ )?(?:agent|colleague|team|driver|desk)) (?:\w+ "
    r")?(?:sent|gave|left|wrote|e-?mailed|typed|made|put|provided|entered|had)",
    r"\b(?:ignore|disregard|forget)\b[^.?!]{0,40}\b(?:delivery|assembly|care|return|returns|washing|"
    r"payment|safe place|courier|driver|parking|gate|fitting|installation|cooking|dosage) "
    r"(?:instructions?|directions?|prompts?)\b",
    r"\b(?:i|we|they|he|she|it|you|driver|courier|who|people) (?:\w+ ){0,2}(?:ignored?|"
    r"disregard(?:ed)?|forgot|forget)\b[^.?!]{0,40}\b(?:instructions?|directions?|prompts?|"
    r"guidelines?)\b",
    r"\binstructions?\b (?:in|on|inside|from|that came with) (?:the|my|your) (?:box|leaflet|label|"
    r"manual|pack|packaging|booklet|website|letter|e-?mail)\b",
    r"\b(?:developer|debug|maintenance|admin|root) mode (?:on|in|of) (?:my|the|our) (?:\w+ )?(?:phone|"
    r"lamp|app|tablet|laptop|device|tv|hub|router|watch|console|bulb|lights?|speaker|oven|camera)",
)
_SIGNS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_INVISIBLE = r"[\x{ad}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}\x{e0000}-\x{e007f}]"


def is_order(texts: pl.Series) -> pl.Series:
    """Whether each text holds a mark of any family; null holds none."""
    return _found(texts).select(pl.any_horizontal(pl.all()).fill_null(False).alias("injection")).to_series()


def families(texts: pl.Series) -> pl.Series:
    """The families of each text, joined by commas."""
    named = [pl.when(pl.col(name)).then(pl.lit(name)) for name in FAMILIES]
    return _found(texts).select(pl.concat_str(named, separator=",", ignore_nulls=True)).to_series()


def _found(texts: pl.Series) -> pl.DataFrame:
    """A Boolean column a family."""
    forms = texts.to_frame("text").select(one_form(pl.col("text"))).with_columns(_as_letters(pl.col("text")))
    found = {name: pl.col("text").str.contains(pattern) for name, pattern in FAMILIES.items()}
    found["override"] |= pl.col("letters").str.contains(FAMILIES["override"])
    return forms.select(**found)


def _as_letters(text: pl.Expr) -> pl.Expr:
    """Text with digits and signs read as the letters they stand for."""
    for sign, letter in _SIGNS.items():
        text = text.str.replace_all(sign, letter, literal=True)
    return text.alias("letters")


def one_form(text: pl.Expr) -> pl.Expr:
    """Text as the patterns read it."""
    seen = text.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase()
    seen = seen.str.replace_all(r"\s+", " ").str.replace_all("[’`´]", "'")
    for phrase in HARMLESS:
        seen = seen.str.replace_all(phrase, " ")
    return seen
