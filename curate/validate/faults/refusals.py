"""Refusals, and what chatbots and web pages say around an answer.

`boilerplate_refusal` (the sure wordings, a row that is dropped), `refusal` (the wider net, a warning),
`assistant_preamble` and `boilerplate`. An agent's "I'm sorry, but I can't cancel an order that was shipped" is
an answer: a refusal speaks of the request itself, or of being a machine. Farewells ("let me know if ...") are
how support staff write, so they are boilerplate only where the prompt neither asks for a message nor speaks as
a customer. A text that the prompt asks for (a cookie banner, a chatbot's fallback) is left alone.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

import polars as pl

from curate.validate.patterns import english

REFUSAL = (
    r"(?i)\bas an? (?:ai|artificial intelligence)(?: language)?(?: model| assistant)?\b[,;]? "
    r"(?:i|my)\b|\bi(?:['’]m| am) (?:just )?an? ai (?:language )?model\b"
    r"|\bi(?:['’]m| am) sorry,? but i (?:can['’]?t|cannot|am unable to|['’]m unable to) "
    r"(?:assist|help|comply|fulfil)"
    r"|\bi cannot (?:fulfil+|comply with) (?:this|that|your) request"
)
PREAMBLE = (
    r"(?i)^\s*(?:(?:sure|certainly|of course|absolutely)\b[!,.:]*\s+)?here(?:['’]s| is| are) "
    r"(?:the|a|an|your|my) (?:\w+ "
    r"){0,4}(?:version|rewrite|rewriting|summary|text|translation|reply|response)\b[^\n]{0,80}:"
)

_CANNOT = r"(?:can['’]?t|cannot|can not|am (?:not able|unable) to|['’]m (?:not able|unable) to|won['’]t|am not allowed to|['’]m not allowed to|must decline to|have to decline to|do not have the ability to|don['’]t have the ability to)"
_HELPS = r"(?:assist|help|comply|fulfil+|complete|answer|respond|provide|create|generate|write|engage|discuss|support|offer|produce|summari[sz]e|process|give|continue|share)"
_THE_REQUEST = r"(?:(?:you )?with )?(?:this|that|your|the|such|any|these|content|information|product|medical|legal|financial|harmful|explicit|advice|instructions)\b"
_REQUEST_ITSELF = r"(?:requests?|prompts?|topics?|task|question|content|material|nature|matter|conversation|recommendations?|advice|guidelines|assistance|instructions|subject)"
_WIDE = english(
    r"(?i)\bas an? (?:large |helpful |virtual )?(?:language model|ai|artificial intelligence|chatbot|machine learning model|virtual assistant)\b(?:[^.!?\n]{0,40}\b(?:i|my)\b|[.,;])"
    r"|\b(?:information|data|feelings|opinions|access)\b[^.!?\n]{0,40} as an? (?:ai|language model|artificial intelligence)\b"
    r"|\bi(?:['’]m| am) (?:just |only )?(?:an? (?:ai|artificial intelligence|language model|large language model|chatbot|bot|virtual assistant|machine))(?:,? (?:so|and|which means|not)\b|[,;]? (?:language model|assistant|created|trained|developed)\b)"
    rf"|(?:^|[.!?\n]\s*)(?:i(?:['’]m| am)? (?:sorry|afraid)|i apologi[sz]e|my apologies|apologies|sorry|unfortunately)[,;.]?(?: but)?,? ?(?:as an? [\w ]{{2,30}},? )?i ?{_CANNOT} {_HELPS} {_THE_REQUEST}[^.!?\n]{{0,30}}{_REQUEST_ITSELF}\b"
    rf"|(?:^|[.!?\n]\s*)(?:i(?:['’]m| am)? (?:sorry|afraid)|i apologi[sz]e|my apologies|apologies|sorry|unfortunately)[,;.]?(?: but)?,? ?i ?{_CANNOT} (?:assist|help|comply)(?: you)? with (?:that|this|it|your request)\s*[.!]?\s*$"
    rf"|(?:^|[.!?\n]\s*)(?:i|unfortunately,? i|however,? i) ?{_CANNOT} (?:comply with|fulfil+|assist (?:you )?with|help (?:you )?with|engage (?:with|in)|create|generate|produce|provide|offer|give|write)\b[^.!?\n]{{0,40}}\b{_REQUEST_ITSELF}\b"
    r"|\bi (?:do not|don['’]t) have (?:access to|the ability to|real[- ]?time)[^.!?\n]{0,60}\b(?:real[- ]?time|current|live|browse|internet|personal (?:data|information|opinions)|financial advice|medical advice|legal advice|as an ai)\b"
    r"|\bi (?:do not|don['’]t) (?:have|possess) (?:personal )?(?:feelings|emotions|opinions|beliefs|preferences)\b"
    r"|\b(?:violates?|against|goes against) (?:my|our|the) (?:\w+ )?(?:programming|guidelines|content polic(?:y|ies)|use[- ]case polic(?:y|ies)|ethical guidelines|policies)\b"
    r"|\bi must (?:respectfully )?decline\b|\bi(?:['’]m| am) programmed to\b"
    r"|\b(?:als (?:ki|künstliche intelligenz|sprachmodell|ki-sprachmodell)\b[^.!?\n]{0,40}\bich|ich bin (?:nur )?ein(?:e)? (?:ki|sprachmodell|künstliche intelligenz)\b)"
    r"|(?:tut mir leid|leider)\b[^.!?\n]{0,30}\b(?:dabei|damit|bei dieser anfrage|diese anfrage|diese frage|dieser anfrage)\b[^.!?\n]{0,40}\b(?:helfen|nicht|beantworten|erfüllen)\b"
    r"|\b(?:en tant (?:qu['’]ia|que modèle|qu['’]intelligence|qu['’]assistant)|je suis (?:une ia|un modèle))\b|\bje (?:ne peux|ne suis) pas (?:en mesure de )?(?:répondre|accéder|satisfaire|vous aider|t['’]aider)[^.!?\n]{0,20}(?:à cette|avec cela|avec ça|cette demande|votre demande)"
    r"|\b(?:como (?:una? )?(?:ia|modelo de lenguaje|inteligencia artificial)\b)|\b(?:lo siento|lamento)\b[^.!?\n]{0,20}\bno puedo (?:ayudar(?:te|le)? con|cumplir|responder a|realizar|proporcionar) (?:eso|esto|esa|esta|tu|su|ese)\b"
    r"|\b(?:come (?:ia|modello linguistico|intelligenza artificiale))\b|\bmi dispiace\b[^.!?\n]{0,20}\bnon posso (?:soddisfare|aiutarti con|rispondere a|completare) (?:questa|questo|quest|la tua|ciò)"
    r"|\b(?:desculpe|lamento|sinto muito)\b[^.!?\n]{0,20}\bnão posso (?:ajudar com|atender|responder|cumprir) (?:isso|esse|essa|este|esta|ao|seu|sua)\b|\bcomo (?:uma )?(?:ia|modelo de linguagem)\b"
    r"|\b(?:als (?:ai|taalmodel)|het spijt me)\b[^.!?\n]{0,40}\bkan ik (?:daar|hier|dit|dat|u|je)\b[^.!?\n]{0,30}\b(?:niet|helpen)\b|\bjako (?:model językowy|sztuczna inteligencja)\b|\bprzykro mi\b[^.!?\n]{0,20}\bnie mogę (?:pomóc|spełnić|odpowiedzieć)"
)
# The prompt is about machines, refusals or their words.
_ABOUT_REFUSALS = r"(?i)\b(?:ai\b|a\.i\.|language model|chatbot|bot\b|robot|android|assistant|refus\w+|declin\w+|apolog\w+|fallback|absage|ablehn\w*|entschuldig\w*|künstliche|ki\b|excuse|scene|screenplay|dialogue|character|translate|rephrase|what does)"
# A beginning that may be a refusal: the gate.
_MAY_REFUSE = (
    english(
        r"(?i)\b(?:an? (?:\w+ ){0,2}(?:ai|language model|artificial intelligence|chatbot|bot|assistant|machine)|sorry|afraid|apologi[sz]e|apologies|unfortunately|unable|cannot|can['’]?t|can not|decline|programm(?:ing|ed)|guidelines|polic(?:y|ies)|not able|ability|access|feelings|opinions|emotions|preferences)\b"
    )
    + r"|(?i)\b(?:leid|leider|ki\b|sprachmodell|désolé|en tant|je suis une ia|siento|lamento|modelo|dispiace|modello|desculpe|sinto|spijt|taalmodel|przykro|model językowy|als ki)"
)


# A refusal comes first.
_REFUSED = 400


def may_refuse(field: str) -> pl.Expr:
    """The gate of `refusal`."""
    return pl.col(field).str.head(_REFUSED).str.contains(_MAY_REFUSE)


def refusal(field: str) -> pl.Expr:
    """1 where the field refuses, in words that `boilerplate_refusal` does not know."""
    text = pl.col(field)
    text = text.str.head(_REFUSED)
    wide = text.str.contains(_WIDE) & ~text.str.contains(REFUSAL)
    return (wide & ~pl.col("input").str.contains(_ABOUT_REFUSALS)).cast(pl.UInt32)


# What an assistant says about its answer, at the beginning and at the end.
_OPENERS = r"(?i)^\W*(?:(?:that['’]s |what )?an? )?(?:great|good|excellent|interesting|fantastic) question[!.]|^\W*(?:certainly|sure|of course|absolutely)[!,.] (?:i(?:['’]d| would) be (?:happy|glad|delighted) to|i can (?:certainly )?help)\b|^\W*thank you for (?:asking|your question)\b"
_CLOSERS = (
    r"(?i)(?:^|[.!?\n]\s*)(?:i )?hope (?:this|that|it) (?:helps?|answers?|clarifies|clears|is helpful)\b[^.!?\n]{0,40}[.!]"
    r"|(?:^|[.!?\n]\s*)(?:please )?(?:let me know|feel free to|don['’]t hesitate to|do not hesitate to|if you have any|should you have any)\b[^.!?\n]{0,40}\b(?:questions?|clarifications?|help|assistance|anything else|know more|ask|contact|reach out|concerns)\b[^.!?\n]{0,40}[.!]?\s*$"
    r"|(?:^|[.!?\n]\s*)is there anything else (?:i|we) can (?:help|do|assist)\b"
    r"|\bich hoffe,? (?:das|dies|es) hilft\b|\bwenn du noch fragen hast\b|\bfalls (?:du|sie) (?:noch |weitere )?fragen (?:hast|haben)\b"
    r"|\bn['’]hésite[zs]? pas à (?:me |nous )?(?:poser|demander|contacter)|\bj['’]espère que (?:cela|ça) (?:vous |t['’])?aide"
    r"|\bespero que (?:esto |te |le |isso )?(?:ayude|ajude|sirva|tenha ajudado)|\bespero ter ajudado|\bno dudes en (?:preguntar|consultar)|\bse tiver (?:mais )?dúvidas"
    r"|\bspero (?:che questo |di esser\w* )?(?:ti |stat\w |aiuti|utile)|\bik hoop dat dit helpt|\bmam nadzieję,? że (?:to )?pom"
)
_DATED = r"(?i)\bas of my (?:last )?(?:knowledge )?(?:update|cut-?off|training)\b|\bmy (?:knowledge|training)(?: data)? (?:cut-?off|only goes|ends|was last updated)\b|\bas of my knowledge\b"
# What web pages carry around a text.
_CHROME = (
    r"(?i)\b(?:subscribe to (?:our|my|the) (?:newsletter|channel|blog|mailing list)|sign up for (?:our|free|the newsletter)\b|this (?:web)?site uses cookies|accept (?:all )?cookies|click here (?:to|for)\b"
    r"|share (?:this|the) (?:article|post|story|page|recipe)? ?(?:on|via|with)\b|follow us on (?:facebook|twitter|instagram|x)\b|you (?:might|may) also (?:like|enjoy|be interested in)\b"
    r"|all rights reserved|continue reading(?: below)?[.!…]?(?:\s|$)|read more(?: at| here|:|\.{3}|»|$)|leave a (?:comment|reply) below|(?-i:Advertisement)s?\.|skip to (?:main )?content|related (?:articles|posts|stories):"
    r"|for (?:informational|educational) purposes only|does not constitute (?:medical|legal|financial|investment|professional) advice|terms (?:of (?:use|service)|and conditions) apply|print this page|back to top)"
)
_ASKED_FOR_CHROME = r"(?i)\b(?:newsletter|cookies?|copyright|disclaimer|banner|footer|sign-?up|subscri\w+|rights reserved|advert\w*|button|website|web ?page|landing page|page|terms|link|call to action|share|blog|post|impressum|app\b)"
# A message was wanted, or the prompt is a customer's.
_MESSAGE = (
    r"(?i)\b(?:e-?mail|letter|reply|respond|response|message|note|memo|closing|sign-?off|customer|client|agent|support|guest|macro|template|script|dialogue|conversation|announcement|text to|translat\w*|übersetz\w*|tradui\w*|rewrite|rephrase|reword|antwort\w*|brief|nachricht|mail an|répon\w*|courriel|correo|carta|feedback|thank[- ]you|invitation|notice)\b"
    r"|\b(?:my|our) (?:\w+ )?(?:order|account|plan|subscription|card|parcel|package|booking|refund|invoice|bill|payment|password|delivery|shipment|purchase|profile|address|contract|policy|claim)s?\b|\bi (?:want|need|would like|['’]d like|wish|have to|am trying|cannot|can['’]t) to\b|\{\{|\b(?:cancel|refund|purchase|shipping|delivery|customer service|human agent|newsletter)\b"
)

# Somebody who speaks for a firm: on Bitext's 4,514 support answers the farewells above are what agents say.
_WE = english(r"(?i)\b(?:we|our|us)\b")

# A farewell stands at the end.
_END = 240
_FAREWELL_WORDS = (
    "hope", "let me know", "feel free", "hesitate", "have any", "anything else", "hilft", "fragen", "hésite",
    "espère", "espero", "dudes en", "dúvidas", "spero", "hoop dat", "nadziej",
)  # fmt: skip
_CHROME_WORDS = (
    "as of my", "my knowledge", "my training", "subscribe to", "sign up", "cookies", "click here", "share th",
    "follow us", "also like", "also enjoy", "also be", "rights reserved", "continue reading", "read more",
    "comment below", "reply below", "advertisement", "skip to", "related ar", "related po", "related st", "purposes only",
    "not constitute", "conditions apply", "of use apply", "of service apply", "print this", "back to top",
)  # fmt: skip


def may_be_boilerplate(field: str) -> pl.Expr:
    """The gate of `boilerplate`: one of the words that its phrases hold, where they stand."""
    text = pl.col(field)
    farewell = text.str.tail(_END).str.contains_any(list(_FAREWELL_WORDS), ascii_case_insensitive=True)
    return (
        (farewell & ~text.str.contains(_WE))
        | text.str.contains_any(list(_CHROME_WORDS), ascii_case_insensitive=True)
        | text.str.head(60).str.contains(_OPENERS)
    )


def boilerplate(field: str) -> pl.Expr:
    """1 where the field carries phrases about itself, or what stands around a text on a web page."""
    text, prompt = pl.col(field), pl.col("input")
    staff = prompt.str.contains(_MESSAGE) | text.str.contains(_WE)
    polite = (text.str.head(60).str.contains(_OPENERS) | text.str.tail(_END).str.contains(_CLOSERS)) & ~staff
    chrome = text.str.contains(_CHROME) & ~prompt.str.contains(_ASKED_FOR_CHROME)
    return (polite | chrome | text.str.contains(_DATED)).cast(pl.UInt32)
