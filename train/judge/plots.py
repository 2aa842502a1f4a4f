"""The template by which `dvc plots` draws a table of several systems: one line a system, one dash a revision.

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
