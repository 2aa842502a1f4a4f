"""Licence names as people write them, to the identifiers of the Hugging Face hub and of SPDX."""

from __future__ import annotations

import re

# https://huggingface.co/docs/hub/repositories-licenses: those that occur for data.
HUB_LICENCES = [
    "afl-3.0",
    "agpl-3.0",
    "apache-2.0",
    "artistic-2.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsl-1.0",
    "c-uda",
    "cc",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cdla-sharing-1.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "isc",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "mit",
    "mpl-2.0",
    "odbl",
    "odc-by",
    "openrail",
    "pddl",
    "unlicense",
    "wtfpl",
    "zlib",
]

_ALIASES = {
    "apache2": "apache-2.0",
    "apachelicense20": "apache-2.0",
    "cc0": "cc0-1.0",
    "creativecommonszero10universal": "cc0-1.0",
    "creativecommonsattribution40": "cc-by-4.0",
    "creativecommonsattribution40international": "cc-by-4.0",
    "creativecommonsattributionsharealike40international": "cc-by-sa-4.0",
    "mitlicense": "mit",
    "odcby10": "odc-by",
    "odbl10": "odbl",
}
_BY_LETTERS = {re.sub(r"[^a-z0-9]", "", name): name for name in HUB_LICENCES} | _ALIASES


def hub_licence(name: str) -> str:
    """The hub's identifier for a licence (`CC BY 4.0` -> `cc-by-4.0`); `other` for one that it does not
    list.
    """
    return _BY_LETTERS.get(re.sub(r"[^a-z0-9]", "", name.casefold()), "other")


# https://spdx.org/licenses/: names of the hub that SPDX has, in its spelling. The others name a family (`cc`,
# `gpl`) or terms of the hub's own.
_FAMILIES = frozenset({"bsd", "c-uda", "cc", "gfdl", "gpl", "lgpl", "odbl", "odc-by", "openrail", "pddl"})
_SPDX = {
    "apache-2.0": "Apache-2.0",
    "artistic-2.0": "Artistic-2.0",
    "c-uda": "C-UDA-1.0",
    "etalab-2.0": "etalab-2.0",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "pddl": "PDDL-1.0",
    "unlicense": "Unlicense",
    "zlib": "Zlib",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "cdla-permissive-1.0": "CDLA-Permissive-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    # SPDX parts `only` from `or later`, which these names leave open.
    **dict.fromkeys(("agpl-3.0", "gpl-2.0", "lgpl-2.1", "lgpl-3.0"), ""),
}


def spdx_licence(name: str) -> str | None:
    """SPDX's identifier for a licence (`CC BY 4.0` -> `CC-BY-4.0`); None for one that it does not name."""
    hub = hub_licence(name)
    if hub == "other" or (hub in _FAMILIES and hub not in _SPDX):
        return None
    return _SPDX.get(hub, hub.upper()) or None
