"""`assay init`: scaffold a project for a user's own data, or give an existing one a new key."""

from __future__ import annotations

import click

# As curate.task.Kind; importing that here would make `assay init --help` slow.
KINDS = ("classification", "extraction", "rewriting", "summary", "preference")
# As curate.ingest.params.LayoutName, for the same reason.
LAYOUTS = (
    *("auto", "flat", "messages", "openai_chat", "openai_preference", "sharegpt", "sharegpt_preference"),
    *("alpaca", "alpaca_preference", "prompt_completion", "preference", "kto"),
    *("label_studio", "label_studio_min", "argilla"),
)


@click.command()
@click.argument("directory", metavar="DIR", required=False)
@click.option("--kind", type=click.Choice(KINDS), help="What a row asks for.")
@click.option(
    "--data",
    metavar="FILE",
    help="CSV, TSV, JSON(L), Parquet, Arrow (.gz and .zst too), a folder of such files, a save_to_disk "
    "folder, an address (s3://bucket/folder), or hf://owner/name.",
)
@click.option(
    "--input",
    metavar="COL",
    multiple=True,
    help="Column of the text given (or a path into a nested one: user.text); several are joined.",
)
@click.option(
    "--input-template",
    metavar="TEXT",
    help='How several input columns are joined: "{instruction}\\n\\n{input}"; what is empty leaves no trace.',
)
@click.option(
    "--output",
    metavar="COL",
    multiple=True,
    help="Column of the label, text, JSON or chosen answer; several times for extraction from flat columns.",
)
@click.option("--rejected", metavar="COL", help="Preference: column of the rejected answer.")
@click.option("--messages", metavar="COL", help="Column of chat turns, in place of --input and --output.")
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="auto",
    show_default=True,
    help="How FILE is read; auto goes by its columns and says what it found.",
)
@click.option(
    "--turns",
    type=click.Choice(["last", "each"]),
    default="last",
    show_default=True,
    help="Of a conversation: one example of its last turn, or one of each assistant turn.",
)
@click.option(
    "--section",
    "sections",
    metavar="NAME",
    multiple=True,
    help="Summary: a heading that every output has, in order; else read off the data.",
)
@click.option(
    "--id",
    "key",
    metavar="COL",
    help="Column that names each row; without one, ids are made from the content.",
)
@click.option(
    "--group", metavar="COL", help="Rows of one group (a customer, a thread) never straddle a split."
)
@click.option("--subject", metavar="COL", help="Column of the person a row is about, for erasure.")
@click.option(
    "--source", metavar="COL|NAME", help="Column of each row's source, or one name for the whole file."
)
@click.option(
    "--language",
    metavar="COL|TAG",
    help="Column of each row's language, or one tag such as en for the whole file.",
)
@click.option(
    "--held-out", metavar="FILE", help="An external test file with the same columns; never trained on."
)
@click.option("--metric", help="The figure the task is judged by; each kind has a default.")
@click.option(
    "--target",
    type=click.FloatRange(0, 1),
    help="What is good enough on held-out data; without it 0.80 is written, marked as a guess.",
)
@click.option("--name", help="Name of the task; else the folder's.")
@click.option(
    "--format",
    "--format-in",
    "shape",
    default="auto",
    show_default=True,
    help="Of FILE, where its suffix does not say.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="Of a text FILE.")
@click.option(
    "--delimiter",
    metavar="SIGN",
    help="Between the fields of a CSV or TSV FILE: ';', '|', tab, ...  [default: by its header]",
)
@click.option(
    "--personal-names",
    type=click.Choice(["refuse", "warn"]),
    default="refuse",
    show_default=True,
    help="Labels, JSON keys, sources and column names that look like personal data: they would stand in "
    "task.yaml.",
)
@click.option(
    "--track",
    type=click.Choice(["dvc", "git", "none"]),
    default="dvc",
    show_default=True,
    help="What keeps the raw files' versions, so that a clone can run the stages; git is for small "
    "files without "
    "personal data.",
)
@click.option(
    "--new-key", is_flag=True, help="Only write a fresh secret key into the project at DIR (default: here)."
)
def init(
    directory: str | None,
    kind: str | None,
    data: str | None,
    key: str | None,
    shape: str,
    track: str,
    new_key: bool,
    **given: object,
) -> None:
    """Scaffold a project for your own data in the new folder DIR.

    Reads FILE first, so a wrong column is found before anything is written. Alpaca, ShareGPT, OpenAI chat and
    fine-tuning files, prompt/completion, preference pairs (DPO), KTO, Label Studio and Argilla exports are
    known by their columns; for others name --input and --output. Labels, JSON shape, headings and sources are
    read off the data; what only a person knows is marked `?` in task.yaml.

    \b
    Examples:
      assay init my-task --kind classification --data export.csv --input text --output category --id ticket
      assay init forms --kind extraction --data mails.csv --input body --output company --output date
      assay init style --kind rewriting --data chats.jsonl --language en
      assay init notes --kind rewriting --data notes.csv --input title --input body --output note
      assay init tone --kind preference --data pairs.csv --input prompt --output chosen --rejected rejected
      assay init --new-key          # a fresh key for the project here
    """
    from pathlib import Path

    from governance.cli.rim import say

    if new_key:
        from curate.keys import write_key
        from curate.project import Project

        if data or kind:
            raise click.UsageError("--new-key only writes a key; a new project has one of its own anyway")
        say(f"wrote {write_key(Project.find(Path(directory) if directory else None).root)}")
        return
    lacking = [
        option for option, value in (("DIR", directory), ("--kind", kind), ("--data", data)) if not value
    ]
    if lacking:
        raise click.UsageError(f"missing {', '.join(lacking)}; see: assay init --help")

    from typing import Any, cast

    from curate.pii.detect.languages import LANGUAGES
    from curate.text import plural
    from governance.scaffold.plan import Options, plan
    from governance.scaffold.setup import start_git_and_dvc, track_raw
    from governance.scaffold.write import be_free, write_project

    folder = Path(directory or "").resolve()
    be_free(folder)
    options = cast("dict[str, Any]", {**given, "name": given["name"] or folder.name})
    planned = plan(Options(kind=kind or "", data=data or "", id=key, format=shape, **options))
    write_project(planned, folder)
    notes = [*start_git_and_dvc(folder), *track_raw(folder, planned.copies, track)]
    dropped = ", ".join(f"{reason} {rows:,}" for reason, rows in planned.dropped.items())
    for one in planned.files:
        say(f"read {one['path']} as {one['read_as']}")
    kept = plural(planned.kept, "row")
    say(f"made {directory}: {kept} would be kept" + (f"; dropped: {dropped}" if dropped else ""))
    for note in planned.notes:
        say(f"note: {note}")
    if kind == "extraction" and "missing_output" in planned.dropped:
        say(
            "note: if a row without output means that there is nothing to extract, set "
            '`ingest.defaults.output: "[]"` (or "{}") in params.yaml'
        )
    if other := set(planned.card["languages"]) - set(LANGUAGES):
        say(
            f"note: `assay scan` stops at rows in {', '.join(sorted(other))}, which its detectors do not "
            f"know, until `scan.unsupported_language: "
            "scan_as_default` in params.yaml says to read them as its first language"
        )
    for note in notes:
        say(f"note: {note}")
    if planned.assumed_target:
        metric = planned.card["metric"]
        say(
            f"note: the target {metric['name']} >= {metric['target']:.2f} is a guess: confirm or change it "
            f"in task.yaml, then take it out of `guessed`"
        )
    say(
        f"next:\n  cd {directory}\n  edit task.yaml         # every `?`, and when each label applies\n"
        "  dvc repro              # all stages; or by hand: assay ingest, assay scan, ...\n"
        '  git add . && git commit -m "Start"\n'
        "keep a copy of .assay/key in a vault: without it no digest can be made again"
    )
