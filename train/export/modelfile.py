"""A Modelfile: what Ollama asks a model by. The prompt and the stopping token are the ones it learned.

Ollama imports a folder of safetensors of the common architectures, or a GGUF file. Its templates are Go,
those of tokenizers are Jinja: only ChatML, which most small models speak, is translated here. Whether a
template is ChatML is found out by rendering it, not by its text.
"""

from __future__ import annotations

from train.lm.prompt import Template
from train.systems.adapted import Adapted

FILE = "Modelfile"
_CHATML = (
    "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}"
    "{{ if .Prompt }}<|im_start|>user\n{{ .Prompt }}<|im_end|>\n{{ end }}"
    "<|im_start|>assistant\n{{ .Response }}<|im_end|>\n"
)


def modelfile(system: Adapted, weights: str) -> str:
    """The text of a Modelfile.

    Parameters
    ----------
    weights
        What it stands on: `.` for the folder that it lies in, or a file beside it.
    """
    lines = [f"FROM {weights}"]
    if speaks_chatml(system.template):
        lines.append(f'TEMPLATE """{_CHATML}"""')
    else:
        lines.append("# The chat template is not ChatML and was not translated: write TEMPLATE by hand.")
    # Three quotes would end the text; a model reads two of another kind alike.
    lines.append(f'SYSTEM """{system.brief.system.replace(3 * chr(34), 3 * chr(39))}"""')
    lines.append(f'PARAMETER stop "{system.template.tokenizer.eos_token}"')
    lines.append("PARAMETER temperature 0")
    lines.append(f"PARAMETER num_ctx {system.knobs.max_tokens}")
    lines.append(f"PARAMETER num_predict {system.max_new_tokens}")
    return "\n".join(lines) + "\n"


def speaks_chatml(template: Template) -> bool:
    """Whether a template renders turns as ChatML does."""
    wanted = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello.<|im_end|>\n"
    return template.prompt("Be brief.", (), "Hello.") == f"{wanted}<|im_start|>assistant\n"
