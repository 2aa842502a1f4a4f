"""The templates by which `dvc plots` draws tables of several systems: a line a system, a dash a revision; and
losses by epoch, a dash for rows trained on or not, the epoch kept marked.

DVC's own `linear` template joins all rows of a file into one line. This one is written beside the tables, so
that a project needs no file of its own for it; `dvc.yaml` names it under `plots`.
"""

from __future__ import annotations

from typing import Any

_X = {"field": "<DVC_METRIC_X>", "type": "quantitative", "title": "<DVC_METRIC_X_LABEL>"}
_Y = {
    "field": "<DVC_METRIC_Y>",
    "type": "quantitative",
    "title": "<DVC_METRIC_Y_LABEL>",
    "scale": {"zero": False},
}
BY_SYSTEM: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": "<DVC_METRIC_DATA>"},
    "title": "<DVC_METRIC_TITLE>",
    "width": 480,
    "height": 320,
    "mark": {"type": "line", "point": True, "tooltip": {"content": "data"}},
    "encoding": {
        "x": _X,
        "y": _Y,
        "color": {"field": "system", "type": "nominal"},
        "strokeDash": {"field": "rev", "type": "nominal"},
    },
}
BY_EPOCH: dict[str, Any] = {
    "$schema": BY_SYSTEM["$schema"],
    "data": {"values": "<DVC_METRIC_DATA>"},
    "title": "<DVC_METRIC_TITLE>",
    "facet": {"row": {"field": "rev", "type": "nominal"}},
    "spec": {
        "width": 480,
        "height": 320,
        "encoding": {
            "x": {**_X, "axis": {"tickMinStep": 1}},
            "y": _Y,
            "color": {"field": "system", "type": "nominal"},
            "detail": {"field": "seed", "type": "nominal"},
        },
        "layer": [
            {
                "mark": {"type": "line", "tooltip": {"content": "data"}},
                "encoding": {"strokeDash": {"field": "rows", "type": "nominal", "sort": ["validation"]}},
            },
            {
                "transform": [{"filter": "datum.chosen == 'true' || datum.chosen == true"}],
                "mark": {"type": "point", "size": 90, "tooltip": {"content": "data"}},
                "encoding": {"shape": {"field": "rows", "type": "nominal"}},
            },
        ],
    },
}
