"""What a prompt wants done: whether it asks at all, and what it may ask of media that need not be there.

A text to be rewritten, a letter that goes out with an attachment, a story with a picture in it, a question of
how something is done. And what an answer says that saw nothing.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from curate.validate.media.nouns import FILE, OTHER_ATTACHED, VISUAL, WRITING
from curate.validate.patterns import either, english

PLEASE = (
    r"(?:please |pls |plz |hey |hi |ok |kindly |can you |can u |could you |would you |now |then |also |"
    r"i want you to |i need you to |"
    r"help me |let['’]s |i['’]d like you to |your task is to )*"
)
# A sentence that asks: a question, or one that begins with a verb of asking.
ASKS = english(
    r"(?i)[?]\s*$|(?:,|\s[-–])\s*(?:is|are|was|what|which|who|how|does|do|did|can|could|tell|please [a-z]+) [a-z]+"
    rf"|^\W*{PLEASE}(?:"
    + either(
        "describe analy[sz]e interpret caption identify explain examine study observe view inspect name "
        "transcribe watch see look listen read summari[sz]e review translate classify categori[sz]e label "
        "compare "
        "count title critique rate evaluate use using guess extract list convert check give create write "
        "generate "
        "find suggest what which who whose where why how when is are does do did can could tell continue "
        "answer "
        "solve complete estimate calculate compute determine assess recommend make turn pick choose "
        "select judge "
        "refer point proofread rewrite rephrase paraphrase correct edit fix improve shorten sort rank order "
        "arrange group match fill provide produce construct compose draft design develop propose state "
        "mention "
        "say outline discuss comment predict infer decide detect spot show highlight underline mark add "
        "remove "
        "replace change reword expand simplify combine merge split organi[sz]e tag verify prove solve_for "
        "decode "
        "encode format parse report respond reply based_on according_to from in given looking_at "
        "judging_by as "
        "beschreib\\w* erklär\\w* analysier\\w* fass\\w* nenn\\w* übersetz\\w* was wer welche\\w* wo "
        "décri\\w* "
        "expliqu\\w* analys\\w* résum\\w* tradui\\w* que quel\\w* qui describ\\w* explic\\w* analiz\\w* "
        "resum\\w* "
        "qué quién cuál\\w* descriv\\w* spieg\\w* riassum\\w* cosa chi beschrijf vat wat wie welke "
        "descrev\\w* "
        "o_que quem opisz co kto streść"
    )
    + r")\b"
    r"|\b(?:tell me|let me know|and (?:tell|say|list|find|describe|give|write|name|explain|identify|summari[sz]e|translate|answer|tick|"
    r"comment|decide|choose|mark|count|check|compare|report|note|fill)|you "
    r"(?:can )?"
    r"(?:describe|see|tell)|take a look|have a look|what['’]?s|what is|what are|does it|is there|are there)\b"
)
# A verb and its object at the beginning, whatever the verb; not one that handles a picture as such.
IMPERATIVE = english(
    r"(?i)^\W*(?:please |now |then )?[a-z]+(?: (?:on|in|with|for|at|through|over|out|feedback|tips|ideas|"
    r"advice))* "
    r"(?:the|this|these|those|an?|what|which|how|all|any|each|every|my|your|me|one|two|three|if|whether)\b"
)
NOT_ASKING = english(
    r"(?i)^\W*(?:please )?"
    + either(
        "the this that these those my our your i we you he she it they there in on at is are was were did "
        "do does did have has had can could would should will may how why when where and but or so if as add "
        "insert put place thanks? hi hello hey dear sorry welcome move resize hang upload attach print "
        "download open crop delete send save set imagine paint draw get find_me forward pass sign return pay file "
        "archive approve process acknowledge"
    )
    + r"\b"
)
HANDLES = english(
    r"(?i)^\W*(?:please )?"
    + either(
        "add insert put place move resize hang upload attach print download crop delete send save set "
        "imagine "
        "paint draw"
    )
    + r"\b"
)
# What becomes of a thing that was sent: who answers need not have seen it.
HANDLED_BY_OTHERS = english(
    r"(?i)(?:^|,)\W*(?:and |but |so |please )?(?:when (?:will|can|do|should|would) (?:i|we|you|it|they|my|this|the)|"
    r"how (?:long|soon) (?:will|does|do|should|would|until)|(?:can|could|may) (?:i|we) (?:please )?(?:get|have|claim|"
    r"return|exchange|still|cancel|change|receive|collect|pick|send|bring|swap|pay|order|book)|will (?:i|we|you|my)\b|"
    r"(?:did|have|has) (?:you|it|they|anyone) (?:get|got|gotten|receive|received|arrived?|come)|"
    r"how (?:can|do|should|could) (?:i|we) (?:replace|delete|remove|undo|recover|resend|send|upload|open|track|withdraw|"
    r"cancel|change|get)|"
    r"where (?:do|can|should|shall) (?:i|we) (?:send|post|find|upload|sign|pay|submit)|"
    r"who (?:do|should|can|must) (?:i|we) (?:contact|call|ask|write)|what happens (?:next|now)|"
    r"what (?:do|should|must) (?:i|we) do (?:next|now)|do (?:i|we) (?:still )?(?:need|have) to|"
    r"(?:could|can|would|will) you (?:please )?(?:let (?:me|us) know|tell (?:me|us)|confirm) (?:when|that you|(?:if|whether) you "
    r"(?:got|have|received))|"
    r"is (?:that|this|it) (?:enough|all you need|sufficient))\b"
)
HOW_TO = english(
    r"(?i)^\W*(?:how|where|why|when) (?:do|can|could|should|would|to|does|is it|big|large|long|is my|are "
    r"my)\b"
    r"|^\W*(?:should i|can i|do i|what makes|is it (?:ok|okay|better|possible)|what(?:['’]s| is) the "
    r"(?:difference|"
    r"best way|point))\b|\bwhat should i do\b"
)
HOW_SEEN = english(
    r"(?i)^\W*how (?:would|do|could|can) you (?:describe|interpret|caption|rate|characteri[sz]e|classify|"
    r"title|read|explain|"
    r"summari[sz]e|translate)\b"
)
# Words to be put otherwise, in whatever order task and text stand.
PUTS_OTHERWISE = english(
    r"(?i)\b(?:rewrite|rephrase|reword|paraphrase|translate|correct|passive|formal(?:ly)?|grammar|"
    r"proofread|polite(?:ly)?)\b"
)
CANNOT_OPEN = english(
    r"(?i)\b(?:can['’]?t|cannot|can not|unable to|won['’]?t|couldn['’]t|how to) (?:\w+ )?(?:open|view|see|"
    r"load|play|"
    r"download|print|upload|read)\b"
)
CODE_TASK = english(
    r"(?i)\b(?:write|create|implement|code|develop|design|generate|construct|build|make|give me|provide|"
    r"define) "
    r"(?:an? |the |some )?(?:\S+ ){0,4}(?:functions?|program|script|code|query|queries|regex|regular "
    r"expression|"
    r"algorithm|method|class|formula|macro|command|statement|loop|app|application|web ?page|form|pseudocode|"
    r"model|classifier|api|sql)\b"
)
# A letter that goes out with an attachment, unless it answers what is attached.
LETTER = english(
    r"(?i)^\W*(?:please |can you |could you |help me )*(?:write|draft|compose|create|prepare|send) "
    r"(?:\S+ ){0,4}(?:reply|response|answer|e-?mail|letter|note|message|memo|cover letter|text message|"
    r"text to|notice)\b"
)
ANSWERS_IT = english(
    r"(?i)\b(?:reply|response|respond|answer|replying|responding|based|summary|summari[sz]ing|description|"
    r"describing|caption) (?:\w+ ){0,2}(?:to|on|of|for|the|this) "
)
# The task is a text, which stands behind the colon or on the next line, whatever it speaks of.
TEXT_TASK = english(
    r"(?i)^\W*(?:please |can you |could you |now )*(?:make (?:this|it)|is (?:the|this) (?:sentence|text)|"
    + either(
        "rewrite rephrase paraphrase correct fix proofread translate reply respond edit polish improve "
        "reword shorten punctuate turn change convert draft classify summari[sz]e extract simplify "
        "sentiment label detect the_customer"
    )
    + r")\b[^:\n?]{0,90}(?::|\n)\s*\S"
)
# Made up on demand: a story, a poem, an advertisement, in which a picture may well occur.
INVENTS = english(
    r"(?i)^\W*(?:please )?(?:write|create|compose|invent|make up|imagine|generate|tell|give me) (?:\S+ ){0,4}"
    r"(?:story|scene|poem|dialogue|song|novel|opening|script|screenplay|line of|paragraph|questions|"
    r"prompt|joke|"
    r"advert\w*|ad|html|recipe)\b"
)
ABOUT_IT = r"(?i)\b(?:based on|inspired by|about|describing|from|of|for|on|in) (?:the|this|these)\b"

WHAT_IS_SEEN = (
    rf"(?:{VISUAL}|{FILE}|{WRITING}|attachments?|links?|urls?|web ?pages?|pages?|sites?|content|anything)"
)
SEES_NOTHING = english(
    r"(?i)\b(?:i|we|as an ai|model)\b[^.?!\n]{0,40}\b(?:do not|don['’]t|cannot|can not|can['’]t|could not|"
    r"couldn['’]t|"
    r"unable to|not able to|no ability to|no way to|not capable|don['’]t have (?:any )?(?:access|a way|"
    r"the ability)|"
    r"do not have|have no access|didn['’]t|did not|haven['’]t|have not|lack)\b[^.?!\n]{0,30}\b"
    + either(
        "see view open access visit browse find read watch listen hear look display process follow get "
        "received? images? pictures? files? links? photos? attachments? of of_it"
    )
    + r"\b"
    rf"|\bno (?:[\w’-]+ ){0, 2}{WHAT_IS_SEEN} (?:\w+ )?(?:attached|provided|uploaded|included|in your|"
    rf"here|was|were|"
    r"came|to|shared|with|yet|given|visible|following|below|above|in the (?:message|prompt|chat|question))\b"
    rf"|\b(?:see|find) no (?:[\w’-]+ ){0, 2}{WHAT_IS_SEEN}\b"
    r"|\b(?:did not|didn['’]t|doesn['’]t|does not|has not|hasn['’]t|haven['’]t|have not|was not|wasn['’]t|"
    r"were not|"
    r"weren['’]t|isn['’]t|is not|aren['’]t|are not|not|nothing|never|no)\b (?:\w+ ){0,5}(?:come through|"
    r"came through|"
    r"reach(?:ed)? (?:me|us)|arrived?|attached|included|provided|uploaded|shared|pasted|come across|went "
    r"through)\b"
    r"|\bonly (?:able to )?(?:read|see|process|handle|work with|understand|receive) (?:plain )?text\b|"
    r"\btext-only\b"
    rf"|\b(?:please|could you|can you|would you|if you|once you|you (?:can|could|forgot|need)|mind) "
    r"(?:[\w'’]+ ){0,4}"
    + either("upload share paste attach provide send describe copy re-?send re-?upload re-?attach post type")
    + r"\b"
    r"|\b(?:kann|sehe|leider|ne (?:peux|vois)|no (?:puedo|veo)|non (?:posso|vedo)|não (?:consigo|vejo|"
    r"posso)|kan geen|"
    r"nie (?:widzę|mogę))\b[^.?!\n]{0,40}\b(?:bild\w*|foto\w*|datei\w*|image\w*|photo\w*|imagen\w*|"
    r"immagin\w*|imagem|afbeelding\w*|zdjęci\w*|anhang|sehen|öffnen|voir|ver|vedere|zien)\b"
)
# The answer hands something over itself, or keeps the words of a text that does.
STILL_ATTACHED = (
    r"(?i)\b(?:attach(?:ed|ment|ments|ing)?|enclosed?)\b"
    rf"|\b(?:{VISUAL}|{FILE}|{WRITING}) (?:below|above)\b|{OTHER_ATTACHED}"
)
QUOTED = r"[\"“«„][^\"“”«»„\n]{2,400}[\"”»“]|»[^«»\n]{2,400}«|(?:^|[\s(:])['‘][^'‘’\n]{2,400}['’](?:$|[\s.,;:!?)])|`[^`\n]{2,400}`"
QUOTE = "\ue000"  # stands for a quotation
TABLE_ROWS = r"(?m)^\s*\|.*\|\s*$|(?:^[^\n\t]*\t[^\n]*\n){2}|(?:\n[^\n,]{1,40}(?:,[^\n,]{1,40}){1,12}){2}"
SENTENCE = r"(?:[^.?!:;\n]|[.?!:;][^\s.?!:;])+[.?!:;]*"
