"""A small project that went through the real stages; its trained system and evaluation are written by
hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from curate.project import Project
from curate.sealed_folder import seal_folder
from curate.stages import stage
from governance.records.events import opened, published, trained

CARD = {
    "assay": 1,
    "name": "desk triage",
    "kind": "classification",
    "behaviour": "Route a message to its queue.",
    "metric": {"name": "macro_f1", "target": 0.5},
    "owner": "Ann Owner",
    "labels": {"billing": "money", "delivery": "parcels"},
    "languages": ["en"],
    "sources": {
        "helpdesk": {
            "description": "tickets",
            "licence": "CC BY 4.0",
            "lawful_basis": "legitimate interests",
            "purpose": "routing",
            "retention": "P2Y",
        },
        "mail": {"licence": "house terms", "retention": "2031-05-01"},
    },
    "demo_key": "0123456789abcdef0123456789abcdef",
}
PARAMS = {
    "ingest": {
        "path": "data/raw/rows.csv",
        "columns": {
            "id": "id",
            "input": "text",
            "output": "queue",
            "subject": "who",
            "source": "src",
            "collected_at": "on",
        },
        "defaults": {"language": "en"},
    },
    "dedup": {"max_dropped": 0.9},
    "split": {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 7},
}
# Planted: none of it may stand in anything that is told of the project.
SECRETS = ("zq.plant77@wexford-mail.co.uk", "07911 123456")
_THINGS = [
    "lamp",
    "chair",
    "kettle",
    "rug",
    "mirror",
    "clock",
    "vase",
    "stool",
    "basket",
    "cushion",
    "tray",
    "shelf",
    "bowl",
    "candle",
    "blanket",
    "hook",
]
_TOWNS = [
    "Leeds",
    "York",
    "Hull",
    "Bath",
    "Truro",
    "Derby",
    "Ripon",
    "Wells",
    "Ely",
    "Perth",
    "Stoke",
    "Luton",
    "Poole",
    "Dover",
    "Cardiff",
    "Oban",
]


def write_project(root: Path) -> Project:
    """The project: 32 rows, two of them with a planted value."""
    (root / "data" / "raw").mkdir(parents=True)
    lines = ["id,text,queue,who,src,on"]
    for number, (thing, town) in enumerate(zip(_THINGS, _TOWNS, strict=True)):
        told = f" write to {SECRETS[0]}" if number == 3 else f" ring {SECRETS[1]}" if number == 4 else ""
        paid = f"I paid twice for the {thing} from your {town} shop last week{told}"
        lost = f"where has my {thing} parcel for {town} got to by now"
        lines.append(f"B{number},{paid},billing,P{number},helpdesk,2026-01-{number + 1:02}")
        lines.append(f"D{number},{lost},delivery,P{number},mail,2026-02-{number + 1:02}")
    (root / "data" / "raw" / "rows.csv").write_text("\n".join(lines) + "\n")
    (root / "task.yaml").write_text(yaml.safe_dump(CARD, sort_keys=False))
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMS))
    project = Project(root)
    for name in ("ingest", "scan", "redact", "dedup", "validate", "split", "publish"):
        stage(name).runner().run(project, None)
    published(project)
    write_system(project)
    trained(project)
    opened(project)
    return project


def write_system(project: Project) -> None:
    """A LoRA adapter and what it scored, as the stages leave them."""
    gold = json.loads((project.gold / "manifest.json").read_text())["content_digest"]
    folder = project.models / "lora"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    card = {
        "schema": "assay.model/1",
        "name": "lora",
        "title": "LoRA adapter on the encoder",
        "gold": gold,
        "encoder": {"name": "all-MiniLM-L6-v2", "sha256": "5" * 64},
        "labels": ["billing", "delivery"],
        "rows": {"train": 19, "validation": 6},
        "seed": 0,
        "threads": 1,
        "trainable_parameters": 1000,
        "hyperparameters": {"rank": 4, "lr": 0.001},
        "fitted": {},
        "versions": {"polars": "2.1.0", "torch": "2.13.0+cpu"},
    }
    (folder / "model.json").write_text(json.dumps(card))
    seal_folder(project.models, project.key, "models")
    evaluation = project.reports / "evaluation"
    evaluation.mkdir(parents=True)
    comparison = {
        "gold": gold,
        "metric": {"name": "macro_f1", "target": 0.5},
        "metrics": {"macro_f1": "macro-F1"},
        "rows": {"train": 19, "validation": 6, "test": 7},
        "systems": [
            {
                "name": "lora",
                "title": "LoRA adapter on the encoder",
                "macro_f1": {"point": 0.61, "low": 0.5, "high": 0.7, "error": 0.05},
                "calibration_error": 0.1,
            }
        ],
        "verdict": {"outcome": "fine_tune", "headline": "fine-tuning helps", "reasons": ["it does"]},
        "warnings": [],
    }
    (evaluation / "comparison.json").write_text(json.dumps(comparison))
    seal_folder(evaluation, project.key, "evaluation")
