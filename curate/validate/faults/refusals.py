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
# What a text quotes is not said by it: behind words, in quotation marks.
_QUOTED = r"(\S\s?)[\"“„«][^\"”“»\n]{2,600}[\"”“»]"
PREAMBLE = (
    r"(?i)^\s*(?:(?:sure|certainly|of course|absolutely)\b[!,.:]*\s+)?here(?:['’]s| is| are) "
    r"(?:the|a|an|your|my) (?:\w+ "
    r"){0,4}(?:version|rewrite|rewriting|summary|text|translation|reply|response)\b[^\n]{0,80}:"
)

_CANNOT = r"(?:can['’]?t|cannot|can not|am (?:not able|unable) to|['’]m (?:not able|unable) to|won['’]t|am not allowed to|['’]m not allowed to|must decline to|have to decline to|(?:do not|don['’]t) have the (?:ability|capability|capacity|means|tools|authority) to|lack the (?:ability|capability|capacity) to|have no (?:way|ability) (?:to|of))"
_HELPS = r"(?:assist|help|comply|fulfil+|complete|answer|respond|provide|create|generate|write|engage|discuss|support|offer|produce|summari[sz]e|process|give|continue|share)"
_THE_REQUEST = r"(?:(?:you )?with )?(?:this|that|your|the|such|any|these|content|information|product|medical|legal|financial|harmful|explicit|advice|instructions)\b"
_REQUEST_ITSELF = r"(?:requests?|prompts?|topics?|task|question|content|material|nature|matter|conversation|recommendations?|advice|guidelines|assistance|instructions|subject)"
# A refusal in its own words, whatever was asked: at the very beginning, of the request itself.
_SORRY = r"(?:(?:oh|hi|hello|thank you[^.!?\n]{0,40})[,.!]?\s+)?(?:(?:i(?:['’]m| am)?(?: very| really| truly| so)? (?:sorry|afraid)|i apologi[sz]e(?: for [^.,!?\n]{1,40})?|i regret|my apologies|apologies|sorry(?: about that| to say)?|unfortunately|regrettably|as much as i['’]?d? (?:would )?like to(?: help)?|i understand[^.!?\n]{0,60}|i appreciate[^.!?\n]{0,60})[,;.:–—-]*\s*(?:but|however|that)?,?\s*)"
_SELF = english(
    rf"(?i)^\W*{_SORRY}?(?:at this time,? )?i(?: am|['’]m)? ?(?:simply |really |just |currently |not |unable |afraid )*(?:{_CANNOT}|will not(?: be able to)?|won['’]t be able to|would rather not|['’]d rather not|prefer not to|am going to have to|['’]ll have to|have to|must|need to) "
    rf"(?:be able to |be |politely |respectfully |pass on|decline|refuse|refrain from|help|assist|comply|answer|respond|discuss|comment|talk about|engage|fulfil+|complete|continue|support|speculate|weigh in|advise)\b(?: (?:you|to|with|on|for|about|in|any|further|the|answering|helping|providing|discussing|doing))*(?: (?:this|that|such|these|those|it|your (?:request|question|query)|here|requests?|questions?|topics?|subject|matter)\b|\s*[.!]|\s*$)"
    rf"|(?i)^\W*{_SORRY}?(?:this|that|it|your (?:request|question|prompt)|the (?:request|question|prompt|topic))(?: (?:request|question|topic|prompt|subject|content|task|one|kind of \w+|type of \w+))?(?:['’]s| is| was| would be| falls| goes| lies| touches| appears to be)? (?:not |un|in)?(?:something (?:that )?i|outside (?:of )?(?:my|what i|the scope)|beyond (?:my|what i|the scope)|appropriate for me|inappropriate|not (?:possible|appropriate) for me|against (?:my|our)|able to be|been (?:blocked|flagged|refused|declined))"
    rf"|(?i)^\W*{_SORRY}?(?:i(?:['’]m| am) (?:not (?:comfortable|permitted|allowed|authori[sz]ed|designed|trained|programmed|equipped|qualified|able)|uncomfortable|unable|only able|designed|programmed|trained|prohibited|restricted))\b[^.!?\n]{{0,60}}\b(?:requests?|(?:this|that|such|these|your) (?:question|topic|subject|kind|type|sort|matter)s?|topics?|advice|content|opinions?|with (?:this|that)|do (?:this|that)|discuss\w*|generat\w+|creat\w+|produc\w+)\b"
    r"|(?i)^\W*(?:as|being|since i(?:['’]m| am)|because i(?:['’]m| am)|i(?:['’]m| am)(?: just| only| merely)?) (?:just |only |merely )?(?:an? |your )?(?:\w+[ -]){0,3}(?:ai|a\.i\.|language model|llm|chatbot|bot|digital assistant|virtual assistant|text-based model|machine learning model|artificial intelligence|automated (?:system|assistant))\b"
    r"|(?i)^\W*(?:it (?:is|would be|would not be|wouldn['’]t be|isn['’]t)|it['’]s|it['’]d be) (?:appropriate for me |right for me |possible for me |ethical |not (?:possible|appropriate|ethical|right) |in(?:appropriate|advisable) |un(?:ethical|wise) |irresponsible |against \w+ \w+ )(?:for me )?(?:to|for)\b|^\W*(?i:no comment|request (?:denied|refused|declined|blocked)|content (?:blocked|removed|filtered)|i['’]ll pass|no can do)\b"
    r"|(?i)\b(?:my|our|openai['’]s|the) (?:(?:safety|content|usage|ethical|community|ethics|use|internal|strict) )*(?:guidelines|polic(?:y|ies)|programming|training|rules|restrictions|safeguards|filters) (?:do(?:es)? not|don['’]t|doesn['’]t|prevents?|prohibits?|forbids?|won['’]t|restricts?|stops?) [^.!?\n]{0,30}\b(?:me|permit|allow|let)\b"
    r"|(?i)^\W*(?:let['’]s|can we|could we|i suggest we|perhaps we (?:can|could)) (?:please )?(?:talk about|discuss|change|switch to|move on to|focus on) (?:something|another|a different|the subject|other)\b"
    r"|(?i)^\W*(?:unfortunately|sorry|i['’]m sorry|i am sorry|regrettably)?[,;.:]*\s*(?:but )?i (?:do not|don['’]t) (?:currently )?have (?:the (?:ability|capability|capacity|means|tools)|any way|access) (?:to|of)\b|(?i)\bmy (?:knowledge|information) is limited to\b|\bmy training data\b|\bno access to (?:real[- ]time|current|live|the internet)|\bit (?:is not|isn['’]t) possible for me to\b"
    r"|(?i)\b(?:not something (?:that )?i can (?:help|assist|do|provide|produce|create|write|discuss|answer|support|comment|advise)|unable to (?:fulfil+|comply with|process|complete|assist with|help with) (?:this|that|your|the) (?:request|prompt|query))\b"
)
# The same in other languages, at the beginning.
_SELF_ELSEWHERE = (
    r"(?i)^\W*(?:(?:es )?tut mir (?:sehr )?leid|leider|entschuldigung|ich bedau[e]?re|sorry|verzeihung|das geht leider nicht|bedaure)?[,;.:!–-]*\s*(?:aber|dass)?\s*(?:(?:da|hier|dabei|damit|hierbei|dazu|das|diese[rsn]?(?: \w+)?|bei (?:dieser|diesem) \w+|auf diese \w+) (?:kann|darf|möchte|werde) ich (?:ihnen |dir |euch )?(?:leider |nicht |dabei |keine? |weiter)|ich (?:kann|darf|möchte|werde) (?:ihnen|dir|euch|diese[rsn]?|ihre|deine|dazu|dabei|damit|hierbei|das|darüber|hierzu|leider)\b[^.!?\n]{0,50}\b(?:nicht|keine?n?|ablehnen)\b|ich bin nicht (?:in der lage|befugt|berechtigt|dafür|dazu)|ich muss (?:(?:das|dies|diese|ihre|die|deine)\b[^.!?\n]{0,30})?ablehnen|als (?:\w+ )?(?:ki\b|künstliche|sprachmodell|ki-|virtueller assistent|chatbot|digitaler assistent)|ich bin (?:nur |lediglich )?(?:eine? )?(?:ki\b|sprachmodell|künstliche|virtueller|chatbot))"
    r"|(?i)\b(?:verstößt|verstoßen|widerspricht) (?:leider )?(?:gegen )?(?:meine|unsere|die)[rn]? (?:richtlinien|nutzungs\w*|inhalts\w*|vorgaben|programmierung|ethi\w+)"
    r"|(?i)^\W*(?:(?:je suis |je )?(?:vraiment )?(?:désolée?|navrée?|regrette|m['’]excuse)|malheureusement|pardon|toutes mes excuses|excusez-moi)?[,;.:!–-]*\s*(?:mais|que|de)?,?\s*(?:je ne (?:peux|suis|puis|saurais|souhaite|dois|vais) (?:malheureusement |vraiment )?(?:pas |point )?(?:pas )?(?:en mesure|autorisée?|habilitée?|vous aider|t['’]aider|(?:pouvoir )?(?:répondre|traiter|satisfaire|accéder|donner suite|fournir|générer|produire|rédiger|écrire|aborder|commenter|discuter|donner|aider|créer|faire))|je (?:dois|préfère) (?:décliner|refuser|ne pas)|il m['’]est impossible|(?:cela|ce|cette) (?:\w+ )?(?:ne fait|dépasse|n['’]est pas|va à l['’]encontre|enfreint|sort)|en (?:tant qu|ma qualité)[^.!?\n]{0,20}(?:ia\b|intelligence|modèle|assistant)|je suis (?:un |une )?(?:simple )?(?:ia\b|intelligence artificielle|modèle|assistant virtuel|chatbot))"
    r"|(?i)\bva à l['’]encontre de (?:mes|nos)\b|\b(?:mes|nos) (?:directives|règles|consignes|principes) (?:ne |m['’]|n['’])"
    r"|(?i)^\W*(?:lo (?:siento|lamento)(?: mucho)?|lamentablemente|desafortunadamente|perdón|disculp[ae]|me temo|lamento)?[,;.:!–-]*\s*(?:pero|que)?,?\s*(?:no (?:puedo|podré|me es posible|estoy (?:en condiciones|capacitad|autorizad|programad|diseñad)\w*|me está permitido|tengo permitido)\b[^.!?\n]{0,20}\b(?:ayudar|ayudarte|ayudarle|responder|atender|cumplir|hablar|opinar|comentar|generar|crear|escribir|redactar|proporcionar|ofrecer|realizar|dar|hacer|asistir|complacer|con|para)\w*|(?:debo|tengo que|prefiero) (?:declinar|rechazar|no)|(?:esta|esa|tu|su) (?:solicitud|petición|pregunta) (?:infringe|va|no|viola|excede|está fuera)|(?:esto|eso) (?:está fuera|va en contra|no es algo)|(?:como|al ser|soy(?: solo| sólo)?) (?:un[a]? )?(?:simple )?(?:ia\b|inteligencia artificial|modelo de lengua\w+|asistente virtual|chatbot))"
    r"|(?i)\b(?:va en contra de|infringe|viola|incumple) (?:mis|nuestras|las) (?:políticas|directrices|normas|pautas)"
    r"|(?i)^\W*(?:mi (?:dispiace|spiace|scuso)|purtroppo|spiacente|scusa(?:mi|te)?|sono spiacente|ci dispiace)?[,;.:!–-]*\s*(?:ma|che|di)?,?\s*(?:non (?:posso|potrò|mi è possibile|sono (?:in grado|autorizzat\w|programmat\w|abilitat\w)|mi è permesso|intendo)\b[^.!?\n]{0,20}\b(?:aiutar\w*|risponder\w*|soddisfar\w*|fornir\w*|generar\w*|crear\w*|scriver\w*|discuter\w*|parlar\w*|commentar\w*|dare|assister\w*|di|a|esaudir\w*|completar\w*|elaborar\w*)|(?:devo|preferisco) (?:declinare|rifiutare|non)|(?:questa|la tua|la sua) (?:richiesta|domanda) (?:viola|va|non|esula)|(?:come|in quanto|essendo|sono(?: solo)?) (?:un['’]? ?(?:a )?)?(?:semplice )?(?:ia\b|intelligenza artificiale|modello linguistico|assistente virtuale|chatbot))"
    r"|(?i)\b(?:va contro|viola|contrari[oa] a(?:lle)?) (?:le )?(?:mie|nostre) (?:linee guida|politiche|regole|norme)"
    r"|(?i)^\W*(?:desculp[ae](?:-me)?|lamento|sinto muito|infelizmente|peço desculpa|receio|lamentavelmente)?[,;.:!–-]*\s*(?:mas|que)?,?\s*(?:não (?:posso|poderei|consigo|me é possível|estou (?:autorizad|programad|habilitad|em condições|apt)\w*|tenho permissão)\b[^.!?\n]{0,20}\b(?:ajudar|ajudá-l\w|responder|atender|cumprir|fornecer|gerar|criar|escrever|redigir|discutir|falar|opinar|dar|com|para|auxiliar|processar)\w*|(?:devo|prefiro|tenho de|tenho que) (?:recusar|declinar|não)|(?:este|esse|o seu|seu|esta) (?:pedido|solicitação|pergunta) (?:viola|vai|não)|(?:como|por ser|sendo|sou(?: apenas| só)?) (?:um[a]? )?(?:simples )?(?:ia\b|inteligência artificial|modelo de linguagem|assistente virtual|chatbot))"
    r"|(?i)\b(?:vai contra|viola|contraria) (?:as )?(?:minhas|nossas) (?:diretrizes|políticas|regras|normas)"
    r"|(?i)^\W*(?:het spijt me|sorry|helaas|mijn excuses|excuses)?[,;.:!–-]*\s*(?:maar|dat)?,?\s*(?:(?:ik kan|kan ik|ik mag|mag ik|ik wil|ik ga) (?:u |je |jou |jullie |hier |daar |dit |dat |deze |dit |uw |hierbij |hiermee |daarmee |helaas |over )+[^.!?\n]{0,30}\b(?:niet|geen|helpen)\b|ik (?:moet|wil) (?:dit|dat|deze|uw|je)\b[^.!?\n]{0,30}\b(?:weigeren|afwijzen)|ik ben niet (?:in staat|bevoegd|gemachtigd|geprogrammeerd)|(?:als|ik ben (?:slechts |maar )?)(?:een )?\s?(?:ai\b|taalmodel|kunstmatige|virtuele assistent|chatbot))"
    r"|(?i)\b(?:in strijd met|tegen) (?:mijn|onze) (?:richtlijnen|beleid|regels|programmering)"
    r"|(?i)^\W*(?:przykro mi|niestety|przepraszam|wybacz|żałuję|przepraszamy)?[,;.:!–-]*\s*(?:ale|że)?,?\s*(?:nie (?:mogę|jestem w stanie|wolno mi|potrafię|mam możliwości|jestem upoważnion\w+|jestem zaprogramowan\w+)\b[^.!?\n]{0,25}\b(?:pomóc|spełnić|odpowiedzieć|odpowiadać|zrealizować|udzielić|udzielać|wygenerować|napisać|stworzyć|rozmawiać|omawiać|przetworzyć|wykonać|doradzać|z|w|na)\b|muszę odmówić|odmawiam|(?:to|ta|twoja) (?:prośba|pytanie) (?:narusza|wykracza)|(?:jako|jestem(?: tylko)?) (?:ai\b|model\w* językow\w+|sztuczn\w+|wirtualn\w+|chatbot\w*))"
    r"|(?i)\b(?:narusza|sprzeczne z|wbrew) (?:moi(?:e|mi|ch)|nasze|moje|naszymi)? ?(?:wytyczn\w+|zasad\w*|regulamin\w*)"
)
# A text was to be written and the answer says at once that it will not be.
_WRITES = r"(?i)(?:^|[.!?:\n]\s*|\bplease |\byou )(?:write|draft|compose|create|generate|give me|tell me|make|describe|explain|summari[sz]e|list|suggest|translate|rewrite|provide|design|plan|outline|recommend|name)\b"
_WONT_WRITE = rf"(?i)^\W*{_SORRY}?i ?(?:{_CANNOT}|will not|am unable to|['’]m unable to) (?:help (?:you )?(?:to )?)?(?:write|draft|compose|create|generate|give|tell|make|describe|explain|summari[sz]e|list|suggest|translate|rewrite|provide|design|plan|outline|recommend|produce|offer|discuss|share|assist|help)\b"
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
_ABOUT_REFUSALS = r"(?i)\b(?:ai\b|a\.i\.|language model|chatbot|bot\b|robot|android|assistant|siri|alexa|refus\w+|declin\w+|rejection|turn(?:ing)? down|apolog\w+|fallback|absage|ablehn\w*|entschuldig\w*|künstliche|ki\b|excuse|refus\w*|rechaz\w+|rifiut\w+|recus\w+|weiger\w+|afwijz\w+|odm[oó]w\w+|intelligence artificielle|inteligencia artificial|intelligenza artificiale|inteligência artificial|what do you say|word for word)|\b(?:translate|rephrase|übersetz\w*|tradui\w*|traduc\w*|vertaal|traduz\w*|przetłumacz)\b[^\n]*\b(?:sorry|afraid|cannot|can['’]t|unable|leid|désolé\w*|siento|dispiace|desculpe|spijt|przykro)\b"
# A story, in which somebody may say such words, but not as its beginning.
_STORY = r"(?i)\b(?:scene|screenplay|dialogue|character|story|sketch|play|szene|geschichte|kurzgeschichte|scène|histoire|escena|historia|scena|storia|cena|história|verhaal|opowiadanie)\b"
# A beginning that may be a refusal: the gate.
_MAY_REFUSE = (
    english(
        r"(?i)\b(?:an? (?:\w+ ){0,2}(?:ai|language model|artificial intelligence|chatbot|bot|assistant|machine)|sorry|afraid|apologi[sz]e|apologies|unfortunately|unable|cannot|can['’]?t|can not|decline|programm(?:ing|ed)|guidelines|polic(?:y|ies)|not able|ability|access|feelings|opinions|emotions|preferences)\b"
    )
    + r"|(?i)\b(?:leid|leider|ki\b|sprachmodell|désolé|en tant|je suis une ia|siento|lamento|modelo|dispiace|modello|desculpe|sinto|spijt|taalmodel|przykro|model językowy|als ki)"
)


# A refusal comes first.
_REFUSED = 400


# Words of which a refusal in its own words holds one, near its beginning.
_REFUSING = (
    "can't", "can’t", "cannot", "can not", "unable", "not able", "won't", "won’t", "will not", "declin", "refus", "comfortable",
    "permitted", "authori", "not allowed", "appropriate", "ethical", "guideline", "programm", "language model", "chatbot", "virtual assistant",
    "rather not", "prefer not", "outside", "beyond", "no comment", "denied", "blocked", "have the ability", "capabil", "training data",
    "real-time", "something else", "another topic", "have to pass", "i'll pass", "no can do", "prohibit", "restrict", "possible for me",
    "irresponsible", "have any way", "have access", "designed", "trained", "an ai", "i'm ai", "nicht", "keine", "ablehn", "richtlinien", "als ki",
    "ne peux", "ne suis", "ne puis", "ne saurais", "ne souhaite", "décliner", "refuser", "impossible", "en tant qu", "je suis un", "à l'encontre", "ne fait", "no puedo", "no podr", "no me es", "no estoy", "no tengo perm",
    "declinar", "rechazar", "como ia", "como un", "como asis", "como mod", "como int", "soy un", "va en contra", "infringe", "viola", "non posso", "non potr", "non sono", "non mi", "rifiutare", "linee guida",
    "come ia", "come un", "come int", "come ass", "come mod", "in quanto", "sono un", "não posso", "não poderei", "não consigo", "não estou", "não me", "não tenho perm", "recusar", "diretrizes", "sou um", "sou apenas",
    "niet", "geen", "weiger", "richtlijnen", "als ai", "als taal", "nie mog", "nie jestem", "nie wolno", "nie potraf", "nie mam", "odmów", "odmawiam", "wytyczn", "narusza", "jako", "jestem",
)  # fmt: skip


def may_refuse(field: str) -> pl.Expr:
    """The first gate of `refusal`."""
    head = pl.col(field).str.head(_BEGINNING)
    return head.str.contains_any(list(_REFUSING), ascii_case_insensitive=True) | pl.col(field).str.head(
        _REFUSED
    ).str.contains(_MAY_REFUSE)


# How no English refusal begins, or one of the words that two of the patterns seek further on.
_FOREIGN_START = (
    r"(?i)^\W*(?:es |tut |leider|das |da |hier|dabei|damit|dazu|ich |als |diese|bei |auf |entschuld|bedau|verzeih|je |en t|en ma|mal|dés|navr|pardon|toutes|excus|il |cela|ce |cette|lo |no p|no m|no e|no t|la|des|disc|como|soy|debo|tengo|prefi|est|tu |su |me |al s|perd|mi |non |pur|spia|scus|"
    r"come|in q|esse|sono|devo|quest|ci |n[ãa]o|inf|sinto|sou|peço|rec|por s|o s|seu|ik |kan |mag |het |hel|sorry|mijn|exc|prz|nie|jako|jest|mus|wyb|żał|odm|to |ta |tw)|richtlin|encontre|directives|políticas|directrices|linee guida|diretrizes|richtlijnen|wytyczn|zasad"
)


def refuses_somehow(field: str) -> pl.Expr:
    """The second gate of `refusal`: few rows, since the patterns for eight languages are dear."""
    text = pl.col(field)
    own = text.str.head(_BEGINNING).str.contains_any(list(_REFUSING), ascii_case_insensitive=True)
    return own | text.str.head(_REFUSED).str.contains(_WIDE) | text.str.contains(_SURE_WORDS)


# Of the patterns that are not bound to the beginning.
_SURE_WORDS = r"(?i)guidelines|polic(?:y|ies)|training data|not something|unable to|limited to|no access to|possible for me"
# A refusal in its own words begins with it.
_BEGINNING = 120


def boilerplate_refusal(field: str) -> pl.Expr:
    """How often the field refuses in words that only chatbots have; not those that it quotes, and none where the
    prompt is about a chatbot or a refusal.
    """
    text = pl.col(field)
    own = pl.when(text.str.contains(r'["“„«]')).then(text.str.replace_all(_QUOTED, "${1}")).otherwise(text)
    about = pl.col("input").fill_null("").str.contains(_ABOUT_REFUSALS)
    return pl.when(about).then(0).otherwise(own.str.count_matches(REFUSAL)).cast(pl.UInt32)


def may_be_refusal(field: str) -> pl.Expr:
    """The gate of `boilerplate_refusal`."""
    return pl.col(field).str.contains(REFUSAL)


def refusal(field: str) -> pl.Expr:
    """1 where the field refuses, in words that `boilerplate_refusal` does not know."""
    whole, prompt = pl.col(field), pl.col("input").fill_null("")
    text = whole.str.head(_REFUSED)
    # A message that was asked for may begin so.
    message = prompt.str.contains(_MESSAGE)
    foreign = text.str.head(60).str.contains(_FOREIGN_START)
    begins = text.str.contains(_SELF) | pl.when(foreign).then(text).otherwise(pl.lit("")).str.contains(
        _SELF_ELSEWHERE
    )
    wont = text.str.contains(_WONT_WRITE) & prompt.str.contains(_WRITES)
    wide = text.str.contains(_WIDE) & ~prompt.str.contains(_STORY)
    quoted = text.str.contains(r"^\s*[\"“„«]") & prompt.str.contains(_STORY)
    refuses = wide | ((begins | wont) & ~quoted & ~(message & whole.str.contains(_OF_STAFF)))
    known = text.str.contains(REFUSAL) & (boilerplate_refusal(field) > 0)
    return (refuses & ~known & ~prompt.str.contains(_ABOUT_REFUSALS)).cast(pl.UInt32)


# What an assistant says about its answer, at the beginning and at the end.
_OPENERS = english(
    r"(?i)^\W*(?:wow[,!] )?(?:(?:that['’]s |this is |what )?an? )?(?:really |very )?(?:great|good|excellent|interesting|fantastic|wonderful|thoughtful|fascinating) (?:question|choice|idea|topic|prompt)[!.,]|^\W*thank(?:s| you) for (?:asking|your question|the question|this question)\b"
    r"|^\W*(?:certainly|sure(?: thing)?|of course|absolutely|definitely|no problem|gladly|happy to help|glad to help|with pleasure|my pleasure|got it|you got it|understood|okay|ok|alright)\s?[!,.:–—-]+\s*(?:(?:here|below|the following|let['’]s (?:break|dive|look|explore|start|begin|go|take|get|unpack|walk|work)|let me (?:help|explain|break|walk|show|give|see)|i(?:['’]d| would) (?:be|love)|i(?:['’]ll| will| can) (?:explain|write|draft|walk|break|summari[sz]e|do my best)|i(?:['’]ve| have) (?:written|drafted|prepared|created|put|compiled|rewritten|summari\w+|translated)|i(?:['’]m| am) (?:happy|glad)|please find|happy|glad)\b)"
    r"|^\W*(?:i(?:['’]d| would) be (?:more than |very )?(?:happy|glad|delighted) to|i(?:['’]m| am) (?:more than |very )?(?:happy|glad|delighted) to (?:help|assist)|let me (?:break (?:this|it|that) down|help you with|explain this)|here(?:['’]s| is| are) (?:what i|my (?:attempt|take|answer|response|suggestion)|your|the (?:answer|response|requested)))\b"
    r"|^\W*as (?:you )?requested[,:]|^\W*(?:i|we) hope this (?:message|email|e-mail) finds you"
)
_OPENERS_ELSEWHERE = (
    r"(?i)^\W*(?:(?:sehr |aber )?gerne?|natürlich|klar|selbstverständlich|sicher|kein problem)\s?[!,.:–-]+\s*(?:hier|anbei|im folgenden|unten|ich|nachfolgend|dann)\b|^\W*(?:das ist eine |eine |was für eine )?(?:sehr )?(?:gute|tolle|interessante|spannende|super) frage[!.,]"
    r"|^\W*(?:bien sûr|avec plaisir|certainement|volontiers|absolument|bien entendu|d['’]accord|pas de problème)\s?[!,.:–-]+\s*(?:voici|voilà|je|ci-dessous)\b|^\W*(?:c['’]est une |quelle )?(?:très )?(?:bonne|excellente|belle) question\s?[!.,]"
    r"|^\W*(?:claro(?: que sí)?|por supuesto|con (?:mucho )?gusto|desde luego|ciertamente|encantado)\s?[!,.:–-]+\W*(?:aquí|a continuación|te|le|estaré|con gusto|puedo)\b|^\W*(?:es una |qué )?(?:muy )?(?:buena|excelente|gran|interesante) pregunta\s?[!.,]"
    r"|^\W*(?:certo|certamente|volentieri|con piacere|sicuramente|ma certo|naturalmente)\s?[!,.:–-]+\s*(?:ecco|di seguito|sarò|ti|le|posso)\b|^\W*(?:è una |che )?(?:bella|ottima|buona) domanda\s?[!.,]"
    r"|^\W*(?:claro|com certeza|com (?:todo o )?prazer|certamente|sem problema)\s?[!,.:–-]+\s*(?:aqui|segue|abaixo|vou|posso)\b|^\W*(?:é uma |que )?(?:ótima|boa|excelente) pergunta\s?[!.,]"
    r"|^\W*(?:natuurlijk|zeker|graag(?: gedaan)?|uiteraard|geen probleem)\s?[!,.:–-]+\s*(?:hier|hieronder|ik|dit)\b|^\W*(?:dat is een |wat een )?(?:goede|uitstekende|interessante) vraag[!.,]"
    r"|^\W*(?:oczywiście|jasne|chętnie|pewnie|z przyjemnością|nie ma problemu)\s?[!,.:–-]+\s*(?:oto|poniżej|proszę|mogę|chętnie)\b|^\W*(?:to )?(?:świetne|dobre|ciekawe) pytanie\s?[!.,]"
)
_CLOSERS = (
    r"(?i)(?:^|[.!?\n]\s*)(?:i )?hope (?:this|that|it) (?:helps?|answers?|clarifies|clears|is helpful)\b[^.!?\n]{0,40}[.!]"
    r"|(?:^|[.!?\n]\s*)(?:please )?(?:let me know|feel free to|don['’]t hesitate to|do not hesitate to|if you have any|should you have any)\b[^.!?\n]{0,40}\b(?:questions?|clarifications?|help|assistance|anything else|know more|ask|contact|reach out|concerns)\b[^.!?\n]{0,40}[.!]?\s*$"
    r"|(?:^|[.!?\n]\s*)is there anything else (?:i|we) can (?:help|do|assist)\b"
    r"|(?:^|[.!?\n]\s*)(?:happy (?:coding|cooking|baking|learning|writing|reading|travels|gardening)|good luck with (?:your|the|it)|enjoy your|happy to (?:help|clarify|elaborate)|i trust this|would you like me to|do you want me to|shall i|want me to)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:(?:lass|lassen sie) (?:es )?mich (?:gerne )?wissen|melde dich|sagen? (?:sie )?(?:mir )?(?:einfach )?bescheid|bei (?:weiteren |weitere )?fragen|wenn (?:sie|du) (?:weitere|noch) |ich hoffe,? (?:ich|das|dies|diese|meine)|viel (?:erfolg|spaß|glück) (?:beim|bei|mit)|gern geschehen)\b[^.!?\n]{0,80}[.!]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:faites-(?:le-)?moi savoir|fais-(?:le-)?moi savoir|si vous avez (?:d['’]autres|des) questions|si tu as (?:d['’]autres|des) questions|j['’]espère (?:que|vous|avoir)|bonne chance (?:pour|avec)|je reste à votre disposition|y a-t-il autre chose)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)¿?(?:av[ií]s[ae]me|hazme saber|hágame saber|si (?:tienes|tiene) (?:más|alguna|otra)|quedo a (?:tu|su) disposición|espero haber|hay algo más|(?:te|le) gustaría que)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:fammi sapere|mi faccia sapere|se (?:hai|ha) (?:altre|ulteriori)|non esit(?:are|i) a|resto a (?:tua|sua|disposizione)|spero di (?:essere|aver)|buona fortuna con|c['’]è altro)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:me avise|avise-me|se precisar de|não hesite em|fico à disposição|estou à disposição|espero que (?:isso|isto|tenha)|boa sorte com|posso ajudar (?:em|com) mais)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:laat (?:het )?(?:me|mij) (?:gerust )?weten|als (?:je|u) (?:nog|meer|verdere) |ik hoop dat|succes met|aarzel niet)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|(?:^|[.!?\n]\s*)(?:daj(?:cie)? (?:mi )?znać|jeśli (?:masz|ma pan|ma pani|będziesz mieć) (?:więcej|inne|dodatkowe|jakieś)|mam nadzieję|powodzenia (?:w|z|przy)|w razie (?:dalszych )?pytań|czy mogę (?:jeszcze )?(?:w czymś )?pomóc)\b[^.!?\n]{0,80}[.!?]?\s*$"
    r"|\bich hoffe,? (?:das|dies|es) hilft\b|\bwenn du noch fragen hast\b|\bfalls (?:du|sie) (?:noch |weitere )?fragen (?:hast|haben)\b"
    r"|\bn['’]hésite[zs]? pas à (?:me |nous )?(?:poser|demander|contacter)|\bj['’]espère que (?:cela|ça) (?:vous |t['’])?aide"
    r"|\bespero que (?:esto |te |le |isso )?(?:ayude|ajude|sirva|tenha ajudado)|\bespero ter ajudado|\bno dudes en (?:preguntar|consultar)|\bse tiver (?:mais )?dúvidas"
    r"|\bspero (?:che questo |di esser\w* )?(?:ti |stat\w |aiuti|utile)|\bik hoop dat dit helpt|\bmam nadzieję,? że (?:to )?pom"
)
_DATED = r"(?i)\bas of my (?:last )?(?:knowledge )?(?:update|cut-?off|training)\b|\bmy (?:knowledge|training)(?: data)? (?:cut-?off|only goes|ends|was last updated)\b|\bas of my knowledge\b"
# "Sure! Here is a message for you:" is no message.
_ANNOUNCED = 160
_ANNOUNCES = (
    r"(?i)^\W*(?:certainly|sure(?: thing)?|of course|absolutely|definitely|no problem|gladly|gerne?|natürlich|klar|selbstverständlich|bien sûr|avec plaisir|certainement|volontiers|claro(?: que sí)?|por supuesto|con (?:mucho )?gusto|certo|certamente|volentieri|"
    r"com certeza|com (?:todo o )?prazer|natuurlijk|zeker|graag|oczywiście|jasne|chętnie|proszę bardzo)\s?[!,.:–-]+\s*¡?(?:here(?:['’]s| is| are)|below|hier (?:ist|sind|kommt|haben|is|zijn)|anbei|voici|voilà|aquí (?:tienes|tiene|está|va)|a continuación|ecco|di seguito|aqui (?:está|vai|tem)|segue|hieronder|oto|poniżej)\b[^\n]{0,90}:\s*(?:\n|$|[\"“„«])"
)
# What web pages carry around a text.
_CHROME = (
    r"(?i)\b(?:subscribe to (?:our|my|the) (?:newsletter|channel|blog|mailing list)|sign up for (?:our|free|the newsletter)\b|this (?:web)?site uses cookies|accept (?:all )?cookies|click here (?:to|for)\b"
    r"|share (?:this|the) (?:article|post|story|page|recipe)? ?(?:on|via|with)\b|follow us on (?:facebook|twitter|instagram|x)\b|you (?:might|may) also (?:like|enjoy|be interested in)\b"
    r"|all rights reserved|continue reading(?: below)?[.!…]?(?:\s|$)|read more(?: at| here|:|\.{3}|»|$)|leave a (?:comment|reply) below|(?:^|[.!?|\n]\s*)leave a (?:comment|reply)\s*(?:[.!|\n]|$)|share this (?:article|post|page|recipe|story)\b|sign up to (?:get|receive|our)\b|(?-i:Advertisement)s?\.|skip to (?:main )?content|related (?:articles|posts|stories):"
    r"|for (?:informational|educational) purposes only|does not constitute (?:medical|legal|financial|investment|professional) advice|terms (?:of (?:use|service)|and conditions) apply|print this page|back to top"
    r"|copyright (?:©|\(c\)|\d{4})|©\s?\d{4}|powered by (?:wordpress|\w+press|blogger|shopify|disqus)|privacy policy \||cookie (?:settings|policy|preferences)|log ?in (?:or|to) (?:register|comment|continue|read)|posted (?:by|in|on) [^.\n]{1,40}\b(?:20\d\d|at|in)\b|filed under|\d+ (?:min(?:ute)?s?) read\b|(?:photo|image) credit:|\(?(?:previous|next) (?:post|article)|don['’]t forget to (?:like|subscribe|share|comment)|like and subscribe|smash that|this (?:post|article) (?:contains affiliate|was originally|first appeared|originally appeared|is sponsored)|affiliate links|sponsored (?:content|post)|"
    r"rate this (?:recipe|article|post)|jump to recipe|pin (?:this|it) (?:for later|on pinterest)|tags?: #?\w+, #?\w+|share this:|tweet this|read (?:the )?(?:full|rest of the) (?:article|story|post)|was this (?:article|page|answer) helpful|view (?:all|\d+) comments|\d+ comments\b|loading\.\.\.|enable javascript|your email address will not be published|join our (?:newsletter|mailing list|community)|download our app|home ?[>»|] ?\w+|improve this (?:answer|question)|answered \d+|asked \d+ \w+ ago|add a comment|permalink|accepted answer|\b(?:share|follow|reply|like|report|print|contact|privacy|about us|login|sign in|terms) \| |\| (?:share|follow|reply|report|contact|privacy|about us|terms|imprint|impressum)\b"
    r"|alle rechte vorbehalten|newsletter (?:abonnieren|anmelden)|abonnieren sie unseren|abonniere unseren|weiterlesen|mehr lesen|jetzt teilen|diesen (?:artikel|beitrag) teilen|das könnte (?:sie|dich) auch interessieren|diese (?:website|seite) verwendet cookies|lesen sie auch|folgen sie uns|kommentar(?:e)? hinterlassen"
    r"|tous droits réservés|abonnez-vous à|lire la suite|partage[rz] (?:cet|cette) (?:article|page|recette)|à lire aussi|ce site utilise des cookies|suivez-nous sur|laisse[rz] un commentaire|inscrivez-vous à (?:notre|la) newsletter|cliquez ici"
    r"|todos los derechos reservados|suscríbe(?:te|se) a|leer más|comparte (?:este|esta)|también te puede interesar|este sitio (?:web )?utiliza cookies|síguenos en|deja un comentario|haz clic aquí|haga clic aquí"
    r"|tutti i diritti riservati|iscriviti alla|leggi anche|leggi tutto|condividi (?:questo|l['’]articolo|su)|questo sito utilizza|seguici su|lascia un commento|clicca qui"
    r"|todos os direitos reservados|inscreva-se|assine (?:a )?nossa|leia (?:mais|também)|compartilhe|partilhe este|este site (?:usa|utiliza) cookies|siga-nos|clique aqui|deixe (?:um|seu) comentário"
    r"|alle rechten voorbehouden|lees (?:meer|ook|verder)|schrijf je in voor|meld je aan voor (?:onze|de) nieuwsbrief|deze (?:website|site) (?:gebruikt|maakt gebruik van) cookies|volg ons op|deel dit (?:artikel|bericht)|klik hier"
    r"|wszelkie prawa zastrzeżone|zapisz się (?:do|na)|czytaj (?:dalej|więcej|też|także)|zobacz (?:też|także)|udostępnij (?:ten|artykuł)|ta strona (?:używa|korzysta z) |śledź nas|polub nas|kliknij tutaj)"
)
_ASKED_FOR_CHROME = r"(?i)\b(?:newsletter|cookies?|copyright|disclaimer|banner|footer|sign-?up|subscri\w+|rights reserved|advert\w*|button|website|web ?page|landing page|page|terms|link|call to action|share|blog|post|impressum|app\b)"
# A message was wanted, or the prompt is a customer's.
_MESSAGE = (
    r"(?i)\b(?:e-?mail|letter|reply|respond|response|message|note|memo|closing|sign-?off|customer|client|agent|support|guest|macro|template|script|dialogue|conversation|announcement|text to|translat\w*|übersetz\w*|tradui\w*|rewrite|rephrase|reword|antwort\w*|brief|nachricht|mail an|répon\w*|courriel|correo|carta|feedback|thank[- ]you|invitation|notice)\b"
    r"|\b(?:my|our) (?:\w+ )?(?:order|account|plan|subscription|card|parcel|package|booking|refund|invoice|bill|payment|password|delivery|shipment|purchase|profile|address|contract|policy|claim)s?\b|\bi (?:want|need|would like|['’]d like|wish|have to|am trying|cannot|can['’]t) to\b|\{\{|\b(?:cancel|refund|purchase|shipping|delivery|customer service|human agent|newsletter)\b"
)

# Who writes a message for others: a greeting, a firm, a name below.
_OF_STAFF = r"(?i)^\W*(?:dear|hi|hello|good (?:morning|afternoon)|liebe|sehr geehrte|guten tag|hallo|bonjour|madame|monsieur|cher|estimad|hola|gentile|buongiorno|caro|prezad|olá|beste|geachte|szanown|dzień dobry)\b|\b(?:we|our|us|wir|unser\w*|nous|notre|nos|nosotros|nuestr\w+|noi|nostr\w+|nós|noss\w+|wij|onze|my|nasz\w*|kind regards|sincerely|order|refund|return|customer|bestellung|commande|pedido|ordine)\b"
# Somebody who speaks for a firm: on Bitext's 4,514 support answers the farewells above are what agents say.
_WE = english(r"(?i)\b(?:we|our|us)\b")

# A farewell stands at the end.
_END = 240
_FAREWELL_WORDS = (
    "hope this", "hope that", "hope it", "let me know", "feel free", "hesitate", "have any", "anything else", "happy coding", "happy cooking",
    "happy baking", "happy learning", "happy writing", "happy reading", "happy travels", "happy gardening", "happy to help", "happy to clarify", "happy to elaborate",
    "good luck with", "enjoy your", "trust this", "like me to", "want me to", "shall i", "hilft", "fragen", "mich wissen", "mich gerne wissen", "melde dich", "bescheid",
    "wenn du", "wenn sie", "ich hoffe", "viel erfolg", "viel spaß", "viel glück", "gern geschehen", "hésite", "espère", "moi savoir", "questions", "bonne chance", "ma disposition", "votre disposition",
    "autre chose", "espero", "dudes en", "avísame", "aviseme", "avisame", "avíseme", "saber", "si tiene", "disposición", "algo más", "gustaría que", "dúvidas", "spero", "sapere", "se hai", "se ha ", "non esit", "disposizione",
    "fortuna con", "altro", "me avise", "avise-me", "precisar de", "não hesite", "disposição", "boa sorte", "ajudar", "hoop dat", "weten", "als je", "als u", "succes met", "aarzel", "nadziej", "znać", "jeśli", "powodzenia", "w razie", "pomóc",
)  # fmt: skip
_FOREIGN_OPENINGS = (
    "gern", "natürlich", "klar", "selbstverst", "sicher", "kein problem", "frage", "bien sûr", "plaisir", "certainement", "volontiers", "absolument", "bien entendu", "d'accord", "d’accord", "pas de probl", "claro", "supuesto", "gusto", "desde luego", "ciertamente", "encantado", "pregunta", "certo", "certamente", "volentieri", "piacere", "sicuramente", "naturalmente", "domanda", "certeza", "prazer", "sem problema", "pergunta", "natuurlijk", "zeker", "graag", "uiteraard", "geen probleem", "vraag", "oczywi", "jasne", "chętnie", "pewnie", "przyjemno", "nie ma probl", "proszę", "pytanie",
)  # fmt: skip
_CHROME_WORDS = (
    "as of my", "my knowledge", "my training", "subscribe to", "sign up for", "sign up to", "cookies", "cookie settings", "cookie policy", "cookie preferences", "click here", "share th", "follow us", "also like", "also enjoy",
    "also be", "rights reserved", "continue reading", "read more", "leave a", "advertisement", "skip to", "related ar", "related po", "related st", "purposes only", "not constitute", "conditions apply", "of use apply",
    "of service apply", "print this", "back to top", "copyright", "©", "powered by", "privacy policy |", "log in or", "login or", "log in to comment", "log in to read", "login to comment", "log in to register", "log in to continue", "posted by", "posted in", "posted on",
    "filed under", "min read", "mins read", "minute read", "minutes read", "credit:", "previous post", "previous article", "next post", "next article", "forget to like", "forget to subscribe", "forget to share", "forget to comment",
    "like and subscribe", "smash that", "affiliate", "sponsored", "this post is", "this post was", "this post first", "this post orig", "this article is", "this article was", "this article first", "this article orig", "this post contains", "this article contains",
    "rate this", "jump to recipe", "pin this", "pin it", "tag: ", "tags: ", "tag #", "tweet this", "the full ", "full article", "full story", "full post", "rest of the", "helpful", "comments", "loading...", "enable javascript",
    "address will not", "join our", "download our", "home >", "home>", "home |", "home»", "home »", "vorbehalten", "newsletter", "abonnieren sie", "abonniere unseren", "weiterlesen", "mehr lesen", "jetzt teilen", "artikel teilen", "beitrag teilen",
    "auch interessieren", "lesen sie auch", "folgen sie uns", "hinterlassen", "droits réservés", "abonnez", "lire la suite", "lire aussi", "partagez", "partager", "suivez-nous", "un commentaire", "cliquez ici", "derechos reservados", "suscríb", "leer más",
    "comparte est", "puede interesar", "síguenos", "un comentario", "clic aquí", "diritti riservati", "iscriviti", "leggi anche", "leggi tutto", "condividi", "sito utilizza", "seguici", "un commento", "clicca qui", "direitos reservados", "inscreva-se", "assine",
    "leia mais", "leia também", "compartilhe", "partilhe este", "siga-nos", "clique aqui", "seu comentário", "rechten voorbehouden", "lees meer", "lees ook", "lees verder", "schrijf je in", "meld je aan", "volg ons", "deel dit", "klik hier", "zastrzeżone", "zapisz się",
    "czytaj", "zobacz", "udostępnij", "ta strona", "śledź nas", "polub nas", "kliknij tutaj", "improve this", "add a comment", "permalink", "accepted answer", "answered 1", "answered 2", "answered 3", "answered 4", "answered 5", "answered 6", "answered 7", "answered 8", "answered 9",
    "years ago", "months ago", "days ago", " | ",
)  # fmt: skip


def _opens(text: pl.Expr) -> pl.Expr:
    """Whether a text opens by praising the question or by announcing itself."""
    head = text.str.head(80)
    # A text that holds none of the words is blanked, so that the dear pattern has nothing to read.
    foreign = head.str.head(48).str.contains_any(list(_FOREIGN_OPENINGS), ascii_case_insensitive=True)
    return head.str.contains(_OPENERS) | pl.when(foreign).then(head).otherwise(pl.lit("")).str.contains(
        _OPENERS_ELSEWHERE
    )


def _announces(text: pl.Expr) -> pl.Expr:
    head = text.str.head(_ANNOUNCED)
    return (
        pl.when(head.str.contains(":", literal=True))
        .then(head)
        .otherwise(pl.lit(""))
        .str.contains(_ANNOUNCES)
    )


def may_be_boilerplate(field: str) -> pl.Expr:
    """The gate of `boilerplate`: one of the words that its phrases hold, or an opening itself."""
    text = pl.col(field)
    farewell = text.str.tail(_END).str.contains_any(list(_FAREWELL_WORDS), ascii_case_insensitive=True)
    return (
        (farewell & ~text.str.contains(_WE))
        | text.str.contains_any(list(_CHROME_WORDS), ascii_case_insensitive=True)
        | _opens(text)
        | _announces(text)
    )


def boilerplate(field: str) -> pl.Expr:
    """1 where the field carries phrases about itself, or what stands around a text on a web page."""
    text, prompt = pl.col(field), pl.col("input")
    staff = prompt.str.contains(_MESSAGE) | text.str.contains(_WE)
    polite = (_opens(text) | text.str.tail(_END).str.contains(_CLOSERS)) & ~staff
    # A message that was asked for, and words around it.
    announced = _announces(text)
    chrome = text.str.contains(_CHROME) & ~prompt.str.contains(_ASKED_FOR_CHROME)
    return (polite | announced | chrome | text.str.contains(_DATED)).cast(pl.UInt32)
