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

_ORDERS = "instructions?|prompts?|directions?|directives?|guidelines?|guardrails|programming|system message"
_EARLIER = (
    "previous|prior|above|earlier|preceding|all|any|every(?:thing)?|your|system|initial|original|existing|"
    "foregoing|developer|safety"
)
FAMILIES: dict[str, str] = {
    # "Ignore all previous instructions"; "rules" and "messages" count only as the system's or all of them.
    "override": rf"\b(?:ignore|disregard|forget|override|bypass|discard|neglect|(?:do|must|should|need) "
    rf"not follow|don'?t follow|"
    rf"pay no attention to|stop following)\b[^.?!]{{0,30}}\b(?:{_EARLIER})\b[^.?!]{{0,25}}"
    rf"(?:\b(?:{_ORDERS})\b|\b(?:system|content|moderation) (?:rules|polic(?:y|ies))\b|"
    r"\b(?:you (?:were|have been) (?:told|given|instructed|trained))\b)|"
    r"\b(?:ignore|disregard|discard|override|bypass|forget)\b[^.?!]{0,15}\bsystem (?:message|prompt)\b",
    "override_all": r"\b(?:ignore|disregard|forget) (?:everything|all(?: that)?|anything) "
    r"(?:(?:that )?(?:came|comes|was said|written|you (?:know|were told|have been told|learned))\b|"
    r"(?:above|before) (?:this|and)\b)",
    "other_language": r"\b(?:ignoriere?n?|vergiss|missachte) (?:sie )?(?:alle |die |deine |s[aä]mtliche )*"
    r"(?:vorherigen|bisherigen|obigen|fr[uü]heren) (?:anweisungen|befehle|instruktionen|vorgaben)|"
    r"\b(?:ignore[rz]?|oublie[rz]?) (?:toutes |tous )?(?:les |tes |vos )?(?:instructions|consignes|"
    r"directives) "
    r"(?:pr[eé]c[eé]dentes|ant[eé]rieures|ci-dessus)|"
    r"\b(?:ignor[ae]|olvid[ae]) (?:todas )?(?:las |tus )?(?:instrucciones|indicaciones|[oó]rdenes) "
    r"(?:anteriores|previas)|\b(?:ignora|dimentica) (?:tutte )?(?:le |tue )*istruzioni precedenti|"
    r"\bignor[ae] (?:todas )?(?:as )?instru[cç][oõ]es anteriores|"
    r"\b(?:negeer|vergeet) (?:alle )?(?:de )?(?:vorige|eerdere|bovenstaande) (?:instructies|opdrachten)",
    "role": r"\byou are (?:now|no longer) (?:an? )?(?:\w+ ){0,3}"
    r"(?:ai|assistant|model|bot|chatbot|gpt\w*|dan|persona|character|terminal|interpreter|pirate|hacker|"
    r"bound|restricted)\b|"
    r"\b(?:pretend|imagine)(?: that)? (?:to be|you(?: a|')re|you have) (?:an? )?(?:\w+ ){0,3}"
    r"(?:ai|assistant|model|bot|chatbot|unrestricted|no (?:rules|restrictions|limits))\b|"
    r"\b(?:act|behave|respond|answer) as (?:if you (?:were|are|had)|though you|an? (?:\w+ ){0,2}"
    r"(?:ai|model|chatbot|terminal|interpreter|linux))|\brole-?play as\b|"
    r"\bfrom now on,? you (?:are|will|must|shall|only)\b",
    "reveal": r"\b(?:reveal|show|print|repeat|output|display|tell|give|leak|expose|dump|share|write|quote|"
    r"recite|translate|summari[sz]e|what (?:is|are|was|were))\b[^.?!]{0,40}\b(?:(?:system|hidden|initial|"
    r"original|secret|developer|internal|full)(?: \w+)? (?:prompts?|instructions?|system message)|"
    r"your(?: \w+)? prompts?)\b|"
    r"\b(?:repeat|print|output|copy) (?:back )?(?:everything|all|the (?:text|words|lines|content)) "
    r"(?:that (?:came|comes|stands) )?(?:above|before)\b",
    "markup": r"<\|?(?:im_start|im_end|system|endoftext|eot_id|start_header_id|assistant|user)\|?>|"
    r"\[/?inst\]|<</?sys>>|#{2,} ?(?:system|instructions?|assistant|response|new instructions?)\b|"
    r"\[\[? ?(?:system|assistant|admin)\b[^\]]{0,40}\]|"
    r"</?(?:system|instructions?|prompt|assistant|user_input|context)>|"
    r"""["']role["'] ?: ?["'](?:system|assistant|developer)["']|"""
    r"(?:^| )(?:system|assistant|developer) ?(?:message|prompt|note|override)? ?: ?"
    r"(?:you|ignore|disregard|do|always|never|the|new|all|from|respond|reply|answer|output|mark|set|"
    r"please|ok|"
    r"sure|classify)\b|\b(?:begin|end)(?: of)? (?:system|user|new) ?(?:prompt|instructions?|input|message)\b",
    "answer_order": r"\b(?:respond|reply|answer|output|return|say|print|write)\b (?:to this )?(?:only|just|"
    r"nothing but|exactly|solely|simply)? ?(?:with|the (?:word|label|string|text)) ?(?:only|just|exactly|"
    r"nothing but)? ?(?:the )?(?:single |exact |one )?(?:word|label|string|json|category|phrase|['\"“‘])|"
    r"\b(?:classify|categori[sz]e|label|tag|route|treat) (?:this|the|every|each|all|any) (?:\w+ )?"
    r"(?:ticket|message|text|input|e-?mail|request|document|row|sample)s? (?:only |always )?(?:as|into) "
    r"['\"“‘\w]|\b(?:always|you must|must always) (?:answer|respond|reply|output|return|classify|choose) "
    r"(?:with |as )?['\"“‘]|\bregardless of (?:the |its |any )?(?:content|input|text|above|what)\b"
    r"[^.?!]{0,40}\b(?:answer|output|label|respond|return|classify|say)\b",
    "mode": r"\b(?:enable|enter|activate|switch (?:in)?to|engage|you are (?:now )?in)\b[^.?!]{0,15}\b"
    r"(?:developer|debug|god|jailbreak|dan|admin|unrestricted|maintenance|root|sudo) mode\b"
    r"(?: on(?: the)? (?:model|ai|assistant))?|\bdo anything now\b|\bjailbr[eo]ake?n?\b[^.?!]{0,20}\b"
    r"(?:mode|prompt|model|ai|you)\b|\b(?:without|no|free of|ignoring) (?:any |all )?(?:content |safety |"
    r"ethical )(?:filters?|restrictions?|guidelines|rules|policy)\b|\bsudo (?:rm|cat|print|show|ignore)\b",
    "new_task": r"\b(?:new|updated|real|actual|revised|additional|important|hidden|secret) (?:system )?"
    r"(?:instructions?|prompt|directives?|task)(?: for (?:you|the (?:ai|model|assistant|bot)))? ?[:=]|"
    r"\byour (?:new|real|actual|only) (?:task|job|goal|instructions?|role|purpose)(?: now)? (?:is|are) "
    r"(?:to|now)"
    r"\b|\b(?:end of|that was) the (?:user |customer )?(?:input|text|message|ticket|document)[.,;: ]+"
    r"(?:now|next|new|ignore|you)\b",
    "to_the_model": r"\b(?:note|message|attention|memo|instructions?|hello|dear|hey|to)(?: to| for|"
    r",)?(?: the| any| "
    r"all| an)? (?:ai|a\.i\.|llms?|language models?|chat ?gpt|gpt-?\d?|claude|gemini|copilot|ai (?:assistant|"
    r"agent|model|system)s?|automated (?:classifier|grader|reviewer))\b ?(?:reading|processing|that|"
    r"which|who|:|"
    r",|-|–|—|you|must|should|please|do|ignore|mark|rate|approve)|\b(?:ai|llms?|language models?) (?:reading|"
    r"processing|that reads?|summari[sz]ing|evaluating) this\b|\bif you are an? (?:ai|llm|language model|"
    r"assistant|bot)\b",
    "exfiltrate": r"!\[[^\]]*\]\(https?://[^)\s]*[?=&{][^)]*\)|"
    r"\b(?:send|post|forward|upload|exfiltrate|append|transmit|leak)\b[^.?!]{0,60}\b(?:api keys?|system "
    r"prompt|"
    r"credentials|chat history|conversation (?:history|so far)|customer (?:data|records|list|database)|"
    r"all (?:emails|messages|passwords|documents))\b[^.?!]{0,40}(?:https?://|\bto\b [\w.+-]+@|\bto this "
    r"(?:address|url|server)\b)|\b(?:call|invoke|use|execute|run) the [\w-]+ (?:tool|function|plugin)\b[^.?!]"
    r"{0,30}\b(?:with|to|and)\b",
    "encoded": r"\b(?:decode|decrypt|rot-?13|unscramble)\b[^.?!]{0,40}\b(?:base-?64|hex|rot-?13|cipher|"
    r"string|"
    r"following)\b[^.?!]{0,40}\b(?:and|then)\b[^.?!]{0,15}\b(?:follow|execute|obey|run|do|comply|act)\b",
    "spaced": r"i[ ._*-]g[ ._*-]n[ ._*-]o[ ._*-]r[ ._*-]e\b",
}
# What looks alike and is a person's ordinary way to speak.
HARMLESS = (
    # Instructions that are things: leaflets, e-mails, what somebody sent.
    r"\b(?:ignore|disregard|forget)\b[^.?!]{0,40}\b(?:instructions?|directions?|prompts?)\b (?:that )?"
    r"(?:i|we|my \w+|he|she|they|your (?:\w+ )?(?:agent|colleague|team|driver|desk)) (?:\w+ )?"
    r"(?:sent|gave|left|wrote|e-?mailed|typed|made|put|provided|entered|had)|"
    r"\b(?:ignore|disregard|forget)\b[^.?!]{0,40}\b(?:delivery|assembly|care|return|returns|washing|payment|"
    r"safe place|courier|driver|parking|gate|fitting|installation|cooking|dosage) (?:instructions?|"
    r"directions?"
    r"|prompts?)\b|"
    r"\b(?:i|we|they|he|she|it|you|driver|courier|who|people) (?:\w+ ){0,2}(?:ignored?|disregard(?:ed)?|"
    r"forgot|"
    r"forget)\b[^.?!]{0,40}\b(?:instructions?|directions?|prompts?|guidelines?)\b",
    r"\binstructions?\b (?:in|on|inside|from|that came with) (?:the|my|your) (?:box|leaflet|label|"
    r"manual|pack|"
    r"packaging|booklet|website|letter|e-?mail)\b",
    r"\b(?:developer|debug|maintenance|admin|root) mode (?:on|in|of) (?:my|the|our) (?:\w+ )?(?:phone|lamp|"
    r"app|tablet|laptop|device|tv|hub|router|watch|console|bulb|lights?|speaker|oven|camera)",
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
    return forms.select(
        (pl.col("text").str.contains(pattern) | pl.col("letters").str.contains(pattern)).alias(name)
        if name == "override"
        else pl.col("text").str.contains(pattern).alias(name)
        for name, pattern in FAMILIES.items()
    )


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
