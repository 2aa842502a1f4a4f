"""`assay records`: prefilled fact sheets."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("sheet", type=click.Choice(["ropa", "dpia", "ai-act", "art-30", "training-summary"]))
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "markdown", "html", "json"]),
    help="How to print; default: by the ending of -o, else text.",
)
@click.option("-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def records(sheet: str, shape: str | None, output: Path | None) -> None:
    """Fill in what the project can say of its processing, with the digest of where it says it.

    \b
    ropa              register of processing activities, one a source (UK GDPR Art. 30(1), ICO guidance)
    art-30            UK GDPR Art. 30 letter by letter: (1) controller, (2) processor, (5) exemption
    dpia              facts for an impact assessment (Art. 35(7)): flows, volume, sensitivity, necessity,
                      risks with what was done about each and what is left
    ai-act            data governance by EU AI Act Art. 10
    training-summary  the Commission's template by EU AI Act Art. 53(1)(d)

    Facts, never a claim of compliance. What only a person can say is a `?`; who processes, for whom and how
    stands in section `processing` of task.yaml. What was changed since it was written is refused (exit code
    1). The same project gives the same bytes.

    \b
    Examples:
      assay records dpia
      assay records ropa -o ropa.html
      assay records art-30 --format json
      assay records training-summary -o summary.md
    """
    from curate.files import write_text
    from curate.project import Project
    from curate.show.html import as_html
    from curate.show.jsontext import json_text
    from curate.show.markdown import as_markdown
    from curate.show.terminal import draw
    from governance.cli.rim import DOCUMENTS, say, stdout
    from governance.sheets.build import build
    from governance.sheets.show import as_document, document_of

    made = build(Project.find(), sheet)
    shape = shape or (DOCUMENTS.get(output.suffix.lower(), "text") if output else "text")
    document = as_document(made)
    if shape == "json":
        text = json_text(document_of(made))
    elif shape == "html":
        text = as_html(document)
    elif shape == "markdown" or output is not None:
        text = as_markdown(document)
    else:
        draw(document.blocks, stdout())
        return
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(output, text)
        say(f"written: {output}")
