"""What the sheets cite. The date is that of the text that a sheet follows; what was amended since is for the
reader to check, and every sheet says so.
"""

from __future__ import annotations

from governance.sheets.sheet import Citation

UK_GDPR = Citation(
    "UK GDPR: Regulation (EU) 2016/679 as it forms part of the law of the United Kingdom by section 3 of the "
    "European Union (Withdrawal) Act 2018",
    "27 April 2016, in force as UK law from 31 December 2020",
)
ICO_DOCUMENTATION = Citation(
    "Information Commissioner's Office, Guide to accountability and governance: Documentation",
    "19 May 2023",
)
ICO_ANONYMISATION = Citation(
    "Information Commissioner's Office, Anonymisation: How do we ensure anonymisation is effective? (the "
    "motivated-intruder test)",
    "28 March 2025",
)
AI_ACT = Citation(
    "Regulation (EU) 2024/1689 laying down harmonised rules on artificial intelligence (AI Act)",
    "13 June 2024, OJ L, 12 July 2024",
)
TEMPLATE = Citation(
    "European Commission, C(2025) 8311 final: Explanatory Notice and Template for the Public Summary of "
    "Training Content for general-purpose AI models required by Article 53(1)(d) of the AI Act",
    "first published 24 July 2025, adopted 5 December 2025",
)
