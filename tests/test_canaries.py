"""Contract 4: a planted personal value leaves the git-ignored data folder through no file, message or error
of any command.
"""

from pathlib import Path

import pytest

from governance.cli.main import COMMANDS
from tests.chain import CURATION, assay, run_stages, sample_project

EMAIL, PHONE, CARD = "zq.canary77@wexford-mail.co.uk", "07911 123456", "4539 1488 0343 6467"
CANARIES = (EMAIL, "zq.canary77", PHONE, "7911123456", CARD, "4539148803436467")
ROWS = [
    f"Please write to {EMAIL} about my order",
    f"ring me on my mobile {PHONE} about the lamp, it flickers whenever it rains outside",
    f"charged twice on card number {CARD}, see my statement from last week please",
    f"{EMAIL}",
]


def leaks(text: bytes | str) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    return [canary for canary in CANARIES if canary.encode() in content]


@pytest.mark.slow
def test_no_command_writes_or_says_a_raw_value_outside_ignored_data(tmp_path: Path) -> None:
    import subprocess

    rows = [f'K-{i},"{text}",billing,2026-01-0{i + 1},email,C{i}' for i, text in enumerate(ROWS)]
    rows += [
        f"K-{40 + i},a quite ordinary message number {i} about a parcel that has not come yet "
        f"{'x' * i},delivery,2026-02-01,chat,C{i}"
        for i in range(12)
    ]
    rows += [
        f"K-99,{EMAIL},too,many,fields,{PHONE},here",
        f"K-98,{EMAIL} mit Br\xfcchen,billing,2026-01-01,chat,C9",
    ]
    raw = "\r\n".join(["ticket_id,text,queue,received,channel,customer", *rows]).encode("latin-1")
    project = sample_project(tmp_path / "p", raw)
    (project / "params.yaml").write_text(
        (project / "params.yaml")
        .read_text()
        .replace("  truth:", "  # truth:")
        .replace("report:\n", "report: {}\n")
        .replace("dedup:\n", "dedup:\n  max_dropped: 0.9   # the ordinary messages are much alike\n")
    )
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    said = run_stages(project)
    tickets = str(project / "data" / "raw" / "tickets.csv")
    commands = (
        ["status"],
        ["doctor"],
        ["check"],
        ["check", "--format", "json"],
        ["why", "K-0"],
        ["why", "K-1", "--format", "json"],
        ["report"],
        ["report", "--show"],
        ["diff", "gold", "gold"],
        ["scan", tickets, "--field", "text"],
        ["scan", tickets, "--field", "text", "--format", "json"],
        ["triage", "--estimate"],
        ["triage", "--estimate", "--format", "json"],
        ["scan", tickets, "-o", "found.parquet"],
        ["triage", "--rows", "--list"],
        ["triage", "--rows", "--list", "--format", "json"],
        ["triage", "--reviewer", "Ada", "--rows", "--keys", "?xk1uszd"],
        ["triage", "--reviewer", "Ada", "--row", "K-40", "--drop", "--reason", f"see {EMAIL}"],
        ["triage", "--reviewer", "Ada", "--row", "K-40", "--set", f"input=write to {EMAIL} or {PHONE}"],
        ["triage", "--reviewer", "Ada", "--row", "K-41", "--drop"],
        ["redact"],
        ["dedup"],
        ["validate"],
        ["split"],
        ["publish"],
        ["why", "K-41"],
        # After the last redaction, which would obey: "n" says of the number that it is not personal.
        ["triage", "--reviewer", "Ada", "--keys", "nrs?xau"],
        ["triage", "--reviewer", "Ada", "--sample", "12", "--keys", "r?xuzsrrrrmannmqznzn"],
        ["dedup", tickets, "--field", "text", "-o", "pairs.parquet"],
        ["dedup", tickets, "--field", "text", "--format", "json"],
        ["leaks", tickets, tickets, "--field", "text", "--label", "queue"],
        ["labels", tickets, "--input", "text", "--output", "queue"],
        ["labels", tickets, "--input", "text", "--output", "queue", "--by", "channel"],
        ["labels", tickets, "--input", "text", "--output", "queue", "--by", "channel", "--format", "json"],
        ["rules", tickets, "--input", "text", "--output", "queue"],
        ["rules", tickets, "--input", "text", "--output", "queue", "--format", "json"],
        ["diff", tickets, tickets, "--key", "ticket_id"],
        ["diff", "gold", "data/ingest"],
        ["textconv", "gold/train.parquet"],
        ["review-checklist", "gold", "gold"],
        ["review", "--host", "0.0.0.0"],  # refused; what the desk shows: tests/governance/desk
        ["risk"],
        ["risk", "--format", "json", "-o", "special.parquet"],
        ["audit"],
        *(
            ["audit", "--format", shape, "-o", f"audit.{shape}"]
            for shape in ("json", "markdown", "html", "github", "sarif")
        ),
        ["audit", "--format", "html"],
        ["audit", "--write-baseline"],
        ["audit", "-o", "audit.parquet"],
        ["--debug", "ingest"],
        ["train"],
        ["evaluate"],
        ["export", "lora", "out"],
        ["subject", "find", EMAIL, PHONE],
        ["subject", "find", EMAIL, "--format", "json"],
        ["erase", EMAIL, PHONE],
        ["erase", EMAIL, "--yes"],
        ["predict", "lora", tickets, "-o", "routed.parquet"],
        ["predict", "lora", tickets, "-o", "routed.csv", "--explain", "--format", "json"],
        ["predict", "lora", tickets, "-o", "-", "--refused", "held.jsonl"],
        ["predict", "majority", tickets, "-o", "plain.parquet"],
        ["compare", "prepare", tickets, "--answers=lora=routed.parquet", "--answers=majority=plain.parquet"],
        ["compare", "--reviewer", "Ada", "--keys", "?xlrtbszq"],
        ["compare", "--reviewer", "Ada", "--reason", f"asked {EMAIL}", "--keys", "l"],
        ["compare", "results", "--early"],
        ["compare", "results", "--early", "--format", "json"],
        ["compare", "pairs", "-o", "pairs.jsonl"],
        ["compare", "prepare", "--held-out", "--system", "lora", "--system", "majority"],
        ["monitor", tickets, "--answers", "routed.parquet", "--candidates", "to_label.csv"],
        ["monitor", tickets, "-o", "monitor.html"],
        ["monitor", tickets, "--format", "json", "--dry-run"],
        ["triage", "--refusals", "--list"],
        ["advise"],
        ["advise", "--ingested", "--format", "json"],
        ["advise", tickets, "--input", "text", "--output", "queue"],
        ["represent", "--live", tickets, "--live-input", "text"],
        ["represent", tickets, "--input", "text", "--output", "queue", "--format", "json"],
        ["select", "--budget", "10", "-o", "chosen.parquet", "--subset", "few.parquet"],
        ["select", tickets, "--input", "text", "--output", "queue", "--budget", "10", "-o", "why.csv"],
        ["dedup", tickets, "--field", "text", "--semantic", "--format", "json"],
        ["leaks", tickets, tickets, "--field", "text", "--overlap"],
        ["review", "list"],
        ["scan", tickets, "--field", "text", "--engine", "stream"],
        ["revoke", "lora", "--reason", "a test"],
        *(["records", sheet] for sheet in ("ropa", "dpia", "ai-act", "art-30", "training-summary")),
        ["records", "dpia", "-o", "dpia.html"],
        ["records", "ai-act", "-o", "ai-act.json"],
        ["risk", "--record", "inconclusive", "--tried", "3", "--note", f"asked {EMAIL} by mail"],
        ["versions"],
        ["lineage", "K-1"],
        ["lineage", "gold", "--format", "openlineage", "-o", "events.jsonl"],
        ["lineage", "gold", "--format", "croissant", "-o", "croissant.json"],
        ["lineage", "lora", "--format", "cyclonedx"],
        ["checkout-gold", "v1", "old"],
        ["approve"],
        ["approve", "--list"],
        ["verify", "--format", "json"],
        ["verify"],
        ["ledger", "verify"],
        ["ledger", "log"],
        ["ledger", "checkpoint"],
        [
            "init",
            "fresh",
            "--kind",
            "classification",
            "--data",
            tickets,
            "--input",
            "text",
            "--output",
            "queue",
            "--id",
            "ticket_id",
        ],
    )
    assert {word for command in commands for word in command} | set(CURATION) >= set(COMMANDS), (
        "a command that this test does not run"
    )
    for command in commands:
        done = assay(project, *command, check=False)
        said += done.stdout + done.stderr
    assert leaks(said) == []
    assert {path.name for path in (project / "decisions").iterdir()} >= {"pii-baseline.json"}
    for path in sorted(project.rglob("*")):
        # data/ingest is the raw text by design; it and .assay are git-ignored. `init` copies the raw file,
        # and gives it to DVC's cache, which is ignored too.
        if (
            path.is_file()
            and path.parent.name != "raw"
            and not {".dvc", "cache"} <= set(path.parts)
            and not path.is_relative_to(project / "data" / "ingest")
        ):
            assert leaks(path.read_bytes()) == [], path.relative_to(project)
    import polars as pl

    for path in [*project.glob("gold/*.parquet"), *project.glob("data/*/*.parquet")]:
        if path.parent.name == "ingest" and path.name == "examples.parquet":
            continue
        for column in pl.read_parquet(path).select(pl.col(pl.String)):
            assert leaks("\n".join(column.drop_nulls().to_list())) == [], (
                f"{path.relative_to(project)}: {column.name}"
            )
