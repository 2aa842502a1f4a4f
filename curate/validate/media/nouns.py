"""What a prompt can point at, by whether a row of text can hold it.

`VISUAL` is seen or heard and never stands in a text; `FILE` and `WRITING` may stand in the row, behind the
request. `FILE` are things that are handed over; of these `ELECTRONIC` are named for their form, so "the PDF"
is a file that was given and "the report" need not be.
"""

# ruff: noqa: E501 (a long list in a regex is read in a row)

from __future__ import annotations

from curate.validate.patterns import either

VISUAL = either(
    "images? pictures? photos? photographs? pics? snapshots? screenshots? screen_?(?:grabs?|shots?|caps?) "
    "thumbnails? diagrams? charts? graphs? bar_graphs? infographics? figures? paintings? portraits? "
    "drawings? "
    "illustrations? sketch(?:es)? maps? posters? memes? gifs? x-?rays? mri(?:_scan)?s? scans? radiographs? "
    "ultrasounds? selfies? videos? clips? footage recordings? audio(?:[ _](?:files?|clips?|tracks?))? "
    "sound_(?:files?|clips?|bites?) voice_?(?:mails?|notes?|memos?|messages?) floor_?plans? blueprints? "
    "schematics? flow_?charts? heat_?maps? scatter_?plots? histograms? slide_?shows? photo_?shoots? "
    "cartoons? comic_strips? comics? collages? murals? artworks? animations? podcast_episodes? podcasts? "
    "mood_?boards? mock-?ups? wireframes? exhibits? "
    "(?:ct|pet|ecg|ekg|eeg)(?:[ _](?:scans?|strips?|traces?|tracings?|images?|slices?))? mammograms?"
)
ELECTRONIC = either(
    "pdfs? pdf_files? docx? spreadsheets? csvs? csv_files? excel_(?:files?|sheets?) attachments? uploads? "
    "slides? (?:slide|pitch)_?decks? power_?points? pptx? log_files? audio_files? zip_files? "
    "(?:scanned|scan_of_the)_(?:document|page|letter|form|receipt|text|invoice)s?"
)
FILE = either(
    "files? documents? docs? presentations? reports? essays? contracts? agreements? invoices? cvs? "
    "resumes? papers? receipts? bills? letters? forms? menus? data_?sets? transcripts? logs? "
    "statements? brochures? manuals? articles? chapters? notes? worksheets? drafts? manuscripts? theses "
    "thesis proposals? syllabus results? portfolios? assignments? policy policies handouts? flyers? minutes "
    "e-?mails? messages? templates? plans? books? e-?books? textbooks? novels? budgets? recipes? lists? "
    "questionnaires? certificates? leases?"
)
WRITING = either(
    "passages? paragraphs? texts? sentences? statements? articles? stor(?:y|ies) poems? excerpts? extracts? "
    "quotes? quotations? e-?mails? messages? letters? conversations? dialogues? transcripts? reviews? "
    "tweets? "
    "posts? headlines? codes? code_snippets? snippets? functions? programs? quer(?:y|ies) scripts? lists? "
    "tables? data data_?sets? numbers? words? phrases? terms? items? options? ingredients? equations? "
    "expressions? questions? problems? scenarios? descriptions? information details facts? recipes? lyrics "
    "essays? strings? arrays? sequences? sets? schedules? profiles? topics? outlines? documents? reports? "
    "notes? context bullet_points? points? abstracts? sources? instructions? case_stud(?:y|ies) "
    "speech(?:es)? "
    "clues? riddles? proverbs? idioms? events? examples? inputs? prompts? links? urls? figures"
)

# A medium that is a word of other things, too: the sea chart, a figure of speech, the map of her life.
HANDLED = (
    r"(?i)(?:won['’]?t|will not|does(?: not|n['’]t)|do(?: not|n['’]t)|did(?: not|n['’]t)|can(?:not|['’]t|"
    r" not)|keeps?|stopped?|stops|fails? to|unable to|refuses to) "
    r"(?:\w+ ){0,2}(?:play|load|open|upload|buffer\w*|display|render|show up|work|print|export|import|send|"
    r"download|sync|save|start|freez\w+|crash\w*|stutter\w*|lag\w*|skip\w*)\b"
    r"|\b(?:"
    + either(
        "blurry grainy pixelated out_of_sync buffering corrupted resolution compress(?:ed|ion)? "
        "resi[sz]e[ds]? "
        "crop(?:ped)? embed(?:ded)? thumbnail_size file_size load_faster margin padding css html wordpress "
        "photoshop lightroom instagram landing_page home_?page playlist frame_rate aspect_ratio watermark "
        "back_?up format camera lens tripod printer webcam microphone codec"
    )
    + r")\b"
)

# The names of media in other languages: what stands before them, their nouns, what points at them before and
# behind, and what names them ("das Bild von ...").
OTHER_LANGUAGES: dict[str, tuple[str, str, str, str, str]] = {
    "de": (
        # The article is asked for, or "auf einem Foto" would be a photo that is there.
        r"(?:(?:zeigt|zeigen|auf|in|aus|anhand|von|zu|für|über|beschreib\w*|analysier\w*|interpretier\w*|erklär\w*|"
        r"transkribier\w*|betracht\w*|sieh dir|schau dir|sehen sie sich|hör dir|nenne|bewert\w*|übersetz\w*) "
        r"(?:(?:mir|uns|bitte|sie|kurz) ){0,2}(?:de[mnrs]|das|die|(?:diese|meine|unsere)[mnrs]?)|"
        r"(?:hintergrund|vordergrund|mitte|rand) de[sr]|im|vom|zum|zur) "
        r"(?:\w+e[mnrs]? )?|(?:beschreib\w*|analysier\w*|interpretier\w*|transkribier\w*|betracht\w*) ",
        r"(?:bild(?:e[rs]n?|es|e|s)?|fotos?|fotografien?|abbildung(?:en)?|(?:\w+)?diagramm(?:e[ns]?|s)?|"
        r"grafik(?:en)?|schaubild(?:e[rs]?)?|videos?|(?:ton)?aufnahmen?|gemälde[sn]?|screenshots?|"
        r"(?:land)?karte|zeichnung(?:en)?|audiodatei|sprachnachricht|röntgenbild(?:es)?)",
        r"(?:angehängt|beigefügt|beiliegend|folgend|obig|untenstehend|unten stehend|gezeigt|hochgeladen|"
        r"gegeben|abgebildet|angefügt|verlinkt|vorliegend|dargestellt)e[mnrs]? (?:\w+ )?",
        r" (?:oben|unten|im anhang|anbei|aus dem anhang)",
        r"von|vom|des|der|eines|einer|mit|\W?[„\"»]",
    ),
    "fr": (
        r"(?:sur|dans|de|d['’]après|selon|à partir de|pour|à|décri\w+|analys\w+|interpr\w+|comment\w+|"
        r"observ\w+|regard\w+|montre|représente|écout\w+|transcri\w+|expliqu\w+|traduis\w*|examin\w+|"
        r"légend\w+) "
        r"(?:moi )?(?:la |les? |l['’]|cette |cet |ces? )|du ",
        r"(?:images?|photos?|photographies?|graphiques?|diagrammes?|schémas?|vidéos?|enregistrements?|"
        r"tableaux?|captures? d['’]écran|dessins?|cartes?|affiches?|peintures?|illustrations?|radiographies?|"
        r"fichier audio)",
        r"(?:ci-joint[es]*|suivant[es]*) (?:la |le |l['’])?",
        r" (?:ci-joint\w*|ci-dessous|ci-dessus|suivant\w*|fourni\w*|joint\w*|en pièce jointe|affiché\w*|"
        r"donné\w*|présenté\w*)",
        r"d(?:e|u|es)|d['’]\w+|avec|à|qui|[«\"]",
    ),
    "es": (
        r"(?:muestran?|representan?|en|de|según|a partir de|con|para|sobre|describ\w+|analiz\w+|interpret\w+|observ\w+|mira|mire|"
        r"escuch\w+|transcrib\w+|explic\w+|traduc\w+|examin\w+|ve|vea|identifi\w+) "
        r"(?:me |lo que hay en )?(?:la|el|las|los|esta|este|esa|ese|l|del) ",
        r"(?:im[aá]gen(?:es)?|fotos?|fotografías?|gr[aá]fic[oa]s?|diagramas?|v[ií]deos?|grabaci[oó]n|"
        r"cuadros?|"
        r"capturas?(?: de pantalla)?|dibujos?|mapas?|audios?|ilustraci[oó]n|radiografía|esquemas?)",
        r"(?:siguientes?|adjunt[oa]s?|presente) ",
        r" (?:adjunt[oa]s?|siguientes?|de abajo|de arriba|proporcionad[oa]s?|mostrad[oa]s?|anterior|a "
        r"continuaci[oó]n|dad[oa]s?|subid[oa]s?)",
        r"del?|con|que|[«\"“]",
    ),
    "it": (
        r"(?:mostra(?:no)?|rappresenta|descriv\w+|analizz\w+|interpret\w+|osserv\w+|guard\w+|ascolt\w+|trascriv\w+|spieg\w+|traduc\w+|"
        r"esamin\w+|in|secondo|usando|con) (?:mi )?(?:la |il |lo |le |i |gli |l['’]|quest[aoei] |quell[ao] )"
        r"|(?:nell[aoe]? |nell['’]|nel |nei |sull[ao]? |sull['’]|sul |dall[ao]? |dall['’]|dal |dell[ao]? |"
        r"dell['’]"
        r"|del )",
        r"(?:immagin[ei]|foto|fotografi[ae]|grafic[oi]|diagramm[ai]|video|registrazion[ei]|quadro|"
        r"dipint[oi]|disegn[oi]|mapp[ae]|schermat[ae]|audio|illustrazion[ei]|tabell[ae])",
        r"(?:seguent[ei]|allegat[aoei]|presente) ",
        r" (?:allegat[aoei]|seguent[ei]|sottostant[ei]|qui sotto|qui sopra|sopra|sotto|fornit[aoei]|"
        r"mostrat[aoei]"
        r"|caricat[aoei]|in allegato)",
        r"d(?:i|el|ella|ei|egli|elle)|dell['’]\w+|con|che|[«\"“]",
    ),
    "nl": (
        r"(?:toont|op|in|uit|van|over|aan de hand van|volgens|voor|beschrijf|analyseer|interpreteer|bekijk|kijk "
        r"naar|"
        r"luister naar|transcribeer|leg|vertaal|bestudeer) (?:de|het|deze|dit|die|dat) (?:\w+e )?",
        r"(?:afbeelding(?:en)?|foto['’]?s?|plaatjes?|grafiek(?:en)?|diagram(?:men)?|video['’]?s?|"
        r"opnames?|schilderij(?:en)?|tekening(?:en)?|kaart|schermafbeelding|geluidsfragment|illustratie)",
        r"(?:bijgevoegde|onderstaande|bovenstaande|volgende|getoonde|gegeven|geüploade) ",
        r" (?:hieronder|hierboven|in de bijlage|onderaan|bovenaan|bijgevoegd)",
        r"van|met|die|dat|[\"“‘]",
    ),
    "pt": (
        r"(?:mostra|descrev\w+|analis\w+|interpret\w+|observ\w+|olh\w+|escut\w+|ouç\w+|transcrev\w+|expliqu\w+|"
        r"traduz\w*|examin\w+|segundo|com|sobre|para|veja) (?:[ao]s? |est[ae]s? |ess[ae]s? )"
        r"|(?:d[ao]s?|n[ao]s?|nest[ae]s?|ness[ae]s?|dest[ae]s?|dess[ae]s?|pel[ao]) ",
        r"(?:imagens?|imagem|fotos?|fotografias?|gr[aá]fic[oa]s?|diagramas?|v[ií]deos?|gravaç(?:ão|ões)|"
        r"quadros?|capturas? de tela|desenhos?|mapas?|áudios?|ilustraç(?:ão|ões)|pinturas?)",
        r"(?:seguintes?|presente) ",
        r" (?:anexad[ao]s?|em anexo|anex[ao]s?|abaixo|acima|a seguir|seguintes?|fornecid[ao]s?|mostrad[ao]s?|"
        r"ao lado)",
        r"d(?:e|a|o|as|os)|com|que|[\"“]",
    ),
    "pl": (
        r"(?:na|w|z|o|opisz|przeanalizuj|zinterpretuj|obejrzyj|zobacz|przepisz|wyjaśnij|przetłumacz) "
        r"(?:(?:ty[mj]|to|te|tę|tego|tej) )?",
        r"(?:zdjęci(?:u|ach|a|e)|obraz(?:ku|kach|ek|ie|u)|wykres(?:ie|u|ach)?|diagram(?:ie|u)?|film(?:ie|u)|"
        r"nagrani[aue]|rysun(?:ku|ek)|map(?:ie|y|ę)|zrzu(?:cie|t) ekranu|plakacie|grafi(?:ce|kę))",
        r"(?:załączon|dołączon|poniższ|powyższ|następując|podan|przedstawion|pokazan)(?:y|a|e|ym|ej|ego|ą|"
        r"ymi|ych) ",
        r" (?:poniżej|powyżej|w załączniku)",
        r"z|ze|od|przedstawiając\w+|[„\"]",
    ),
}

# A file or a text that is attached, in those languages; the answer may keep such a word where the text does.
OTHER_ATTACHED = (
    r"(?:angehängt|beigefügt|beiliegend|hochgeladen)e[mnrs]?\b|\b(?:angehängt|beigefügt|hochgeladen) habe\b|\bim anhang\b|\bin der anlage\b|\banbei\b|"
    r"\bci-joint\w*|"
    r"\ben pièce jointe\b|\badjunt[oa]s?\b|\bque (?:te )?(?:adjunto|envío)\b|\ballegat[oaie]\b|\bin "
    r"allegato\b|"
    r"\bin de bijlage\b|\bbijgevoegde?\b|\b(?:em|no) anexo\b|\banexad[oa]s?\b|\banex[oa]s?\b|\bw "
    r"załączniku\b|"
    r"\bzałączon\w+"
)
OTHER_FOLLOWING = (
    r"\b(?:folgende[nmrs]?|untenstehende[nmrs]?|obige[nmrs]?) (?:text|satz|sätze|absatz|abschnitt|artikel|"
    r"e-?mail|gedicht|"
    r"liste|tabelle|code|geschichte|nachricht|wörter|zahlen|dialog|frage)\w*"
    r"|\b(?:texte|phrase|paragraphe|passage|article|poème|liste|tableau|code|histoire|message|e-?mail|"
    r"mots|nombres|dialogue"
    r"|question)s? (?:suivant\w*|ci-dessous|ci-dessus)"
    r"|\bsiguientes? (?:texto|frase|oración|párrafo|artículo|poema|lista|tabla|código|historia|mensaje|"
    r"correo|palabra|número|"
    r"diálogo|pregunta)\w*"
    r"|\b(?:texto|frase|oración|párrafo|artículo|poema|lista|tabla|código|historia|mensaje) (?:siguiente|"
    r"de abajo|de arriba|"
    r"a continuación|abaixo|acima|a seguir)"
    r"|\bseguent[ei] (?:testo|frase|paragrafo|brano|articolo|poesia|lista|tabella|codice|storia|messaggio|"
    r"parole|numeri|"
    r"dialogo|domanda)\b|\b(?:testo|frase|brano|articolo|lista|tabella) (?:seguente|sottostante|qui sotto)"
    r"|\b(?:volgende|onderstaande|bovenstaande) (?:tekst|zin|zinnen|alinea|artikel|gedicht|lijst|tabel|"
    r"code|verhaal|bericht|"
    r"woorden|getallen|dialoog|vraag)\b"
    r"|\b(?:seguintes?) (?:texto|frase|parágrafo|artigo|poema|lista|tabela|código|história|mensagem|"
    r"palavras|números)\b"
    r"|\b(?:poniższ|następując|powyższ)(?:y|ego|e|ą|a|ej|ym|ych) (?:tekst|zdani|akapit|artykuł|wiersz|"
    r"list|tabel|kod|opowiadani|"
    r"wiadomoś|sł[oó]w|liczb|dialog|pytani)\w*"
)
