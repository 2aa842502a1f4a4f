"""Fact sheets for people who keep records of processing: what the project can say, with the digest of where
it says it, and a `?` wherever only a person can judge. Facts, never a claim of compliance.

    sheet.py             a sheet: sections of facts, each with its place in the law and its evidence
    evidence.py          what is read, once, with the SHA-256 of each file
    laws.py              what the sheets cite, with dates
    processing.py        facts that several sheets tell
    ropa.py              the controller's register, a processing activity a source
    article_30.py        UK GDPR Art. 30, letter by letter, for controller and processor
    dpia.py              UK GDPR Art. 35(7)
    ai_act.py            EU AI Act Art. 10
    training_summary.py  EU AI Act Art. 53(1)(d), by the Commission's template
    show.py              a sheet as a page, as Markdown and as JSON
"""
