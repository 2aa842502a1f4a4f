"""Fine-tuning and answering by a language model, beside what one would write or take otherwise.

    python -m benchmarks.training                 # one thread; some ten minutes on an idle machine
    python -m benchmarks.training --threads 2
    python -m benchmarks.training --part sft      # one of sft, answers, reuse
    python -m benchmarks.training --no-trl        # without TRL's trainer (pip install trl==1.16.0)

Rows are restaurant8k's (`--data ../shared/data`): a message, and a form of five fields as JSON. Three things:

* SFT: the same LoRA adapter on the same batches by our objective, by a bare PyTorch loop (padded batches,
  transformers' own loss, AdamW), and by TRL's SFTTrainer with its defaults, but
  for the adapter, batch size and number of steps. Tokens are those of prompts and answers, counted alike
  for all, padding left out: a rate is rows a second in another unit.
* Answers: `Decoder` against `model.generate` one row at a time in file order, float32, greedy.
* A shared beginning of 400 tokens: `Decoder` and the likelihood of labels, against the same without reuse,
  in the same batches.

Seconds are of the processor with one thread, so that other work on the machine does not count, and of the
clock with more. Ratios are taken within one run. Exit code 1 if one is below what is asked.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from train.lm.base import Base, load_base
from train.lm.decode import Decoder
from train.lm.likelihood import mean_log_probabilities
from train.lm.lowrank import join_products
from train.lm.pack import packs_exactly
from train.lm.prompt import Template
from train.loop import batches
from train.objectives.completion import CompletionLoss, Completions
from train.params import LmLoraParams
from train.precision import frozen_weights_held, native_bfloat16
from train.pretrained import quiet
from train.systems.lora import adapter_config

SLOTS = ("people", "date", "time", "first_name", "last_name")
INSTRUCTION = (
    "Copy out of a message to a restaurant what it says of the booking, word for word; null where it does "
    "not say it. Answer with one JSON object and nothing else."
)
KNOBS = LmLoraParams()
PARTS = ("sft", "answers", "reuse")


@dataclass(frozen=True)
class Line:
    """One line of the table: what was done, by whom, how fast, and against what is asked."""

    what: str
    who: str
    rate: float
    unit: str
    ratio: float | None = None
    asked: float | None = None
    note: str = ""

    @property
    def falls_short(self) -> bool:
        """Whether the ratio is below what is asked."""
        return self.ratio is not None and self.asked is not None and self.ratio < self.asked


class Clock:
    """Seconds of the processor with one thread, of the wall with more."""

    def __init__(self, threads: int) -> None:
        self._now = time.process_time if threads == 1 else time.perf_counter

    def seconds(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """What `work` took, and what it made."""
        begun = self._now()
        made = work()
        return self._now() - begun, made


def bookings(data: Path, count: int) -> list[tuple[str, str]]:
    """Messages with slots and their forms, evenly from the file."""
    rows = json.loads((data / "restaurant8k" / "train.json").read_text(encoding="utf-8"))
    rows = [row for row in rows if row.get("labels")]
    pairs = []
    for row in rows[:: len(rows) // count][:count]:
        text = row["userInput"]["text"]
        form: dict[str, str | None] = dict.fromkeys(SLOTS)
        for label in row["labels"]:
            span = label["valueSpan"]
            form[label["slot"]] = text[span.get("startIndex", 0) : span["endIndex"]]
        pairs.append((text, json.dumps(form, separators=(",", ":"))))
    return pairs


def system_turn() -> str:
    """The card's instructions as `assay` writes them, with a JSON Schema."""
    field = {"type": ["null", "string"]}
    schema = {"type": "object", "properties": dict.fromkeys(SLOTS, field), "required": list(SLOTS)}
    return f"{INSTRUCTION}\nJSON Schema: {json.dumps(schema)}"


def adapted(base: Base) -> Any:
    """The model with a fresh adapter, the same each time."""
    import torch
    from peft import get_peft_model

    torch.manual_seed(0)
    with quiet():
        return get_peft_model(base.fresh_model(), adapter_config(KNOBS, "CAUSAL_LM")).train()


def ours(base: Base, rows: Completions, plan: Sequence[list[int]], precision: str) -> Callable[[], float]:
    """One pass over the batches by our objective; the mean loss of the last."""
    import torch

    model = adapted(base)
    objective = CompletionLoss(rows, Completions([], []), precision=precision, packed=packs_exactly(model))
    join_products(model)

    def backward(batch: list[int]) -> float:
        return objective.backward(model, batch)

    run = _loop(model, plan, backward, torch)

    def held() -> float:
        with frozen_weights_held(model, precision):
            return run()

    return held


def bare(
    base: Base, rows: Completions, plan: Sequence[list[int]], precision: str, pad: int
) -> Callable[[], float]:
    """The loop that one would write: padded batches, the model's own loss over the answers' tokens."""
    import torch

    model = adapted(base)

    def backward(batch: list[int]) -> float:
        whole = [[*rows.prompts[row], *rows.answers[row]] for row in batch]
        longest = max(map(len, whole))
        ids = torch.tensor([[*one, *[pad] * (longest - len(one))] for one in whole])
        mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in whole])
        labels = torch.full_like(ids, -100)
        for place, row in enumerate(batch):
            end = len(whole[place])
            labels[place, end - len(rows.answers[row]) : end] = ids[place, end - len(rows.answers[row]) : end]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        return float(loss.detach())

    return _loop(model, plan, backward, torch)


def _loop(
    model: Any, plan: Sequence[list[int]], backward: Callable[[list[int]], float], torch: Any
) -> Callable[[], float]:
    trained = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=KNOBS.lr, weight_decay=0.0, fused=True)
    backward(plan[0])  # kernels are prepared

    def run() -> float:
        loss = 0.0
        for batch in plan:
            optimizer.zero_grad(set_to_none=True)
            loss = backward(batch)
            torch.nn.utils.clip_grad_norm_(trained, KNOBS.clip)
            optimizer.step()
        return loss

    return run


def trl(base: Base, pairs: Sequence[tuple[str, str]], system: str, steps: int) -> Callable[[], Any]:
    """TRL's SFTTrainer with its defaults on the same rows; only what saves, reports and evaluates is off."""
    import torch
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    def turns(text: str, answer: str) -> dict[str, Any]:
        said = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        return {"prompt": said, "completion": [{"role": "assistant", "content": answer}]}

    torch.manual_seed(0)
    folder = tempfile.mkdtemp()
    config = SFTConfig(
        output_dir=folder,
        per_device_train_batch_size=KNOBS.batch_size,
        max_steps=steps,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    with quiet():
        trainer = SFTTrainer(
            model=base.fresh_model().requires_grad_(True),
            args=config,
            train_dataset=Dataset.from_list([turns(*pair) for pair in pairs]),
            processing_class=base.tokenizer,
            peft_config=adapter_config(KNOBS, "CAUSAL_LM"),
        )
    return trainer.train


def training(
    base: Base, data: Path, clock: Clock, count: int, precisions: Sequence[str], with_trl: bool
) -> list[Line]:
    """SFT of one epoch over `count` rows; TRL, which chooses its own precision, beside the first."""
    template, system = Template(base.tokenizer), system_turn()
    pairs = bookings(data, count)
    rows = Completions(
        [template.prompt_ids(system, (), text) for text, _ in pairs],
        [template.answer_ids(answer) for _, answer in pairs],
    )
    lengths = np.array([len(p) + len(a) for p, a in zip(rows.prompts, rows.answers, strict=True)])
    plan = list(batches(lengths, KNOBS.batch_size, 0))
    tokens = int(lengths.sum())
    lines = []
    for precision in precisions:
        what = f"SFT, {precision} products"
        seconds, loss = clock.seconds(ours(base, rows, plan, precision))
        mine = tokens / seconds
        other_seconds, other_loss = clock.seconds(bare(base, rows, plan, precision, template.end))
        theirs = tokens / other_seconds
        lines += [
            Line(what, "assay", mine, "tokens/s", note=f"loss {loss:.3f}"),
            Line(what, "bare loop", theirs, "tokens/s", mine / theirs, 0.95, f"loss {other_loss:.3f}"),
        ]
        if with_trl and precision == precisions[0]:
            seconds, _ = clock.seconds(trl(base, pairs, system, len(plan)))
            rate = tokens / seconds
            lines.append(
                Line(what, "TRL SFTTrainer", rate, "tokens/s", mine / rate, 1.5, "its default precision")
            )
    return lines


def answering(base: Base, data: Path, threads: int, clock: Clock, count: int, new: int) -> list[Line]:
    """Batched greedy answers against `model.generate` row by row, float32."""
    import torch

    template, system, model = Template(base.tokenizer), system_turn(), base.fresh_model()
    prompts = [template.prompt_ids(system, (), text) for text, _ in bookings(data, count)]
    decoder = Decoder(model, template, new, threads)

    def one_by_one() -> list[str]:
        made = []
        for prompt in prompts:
            ids = torch.tensor([prompt])
            with torch.inference_mode():
                out = model.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    do_sample=False,
                    max_new_tokens=new,
                    pad_token_id=template.end,
                    temperature=None,
                    top_p=None,
                    top_k=None,
                )
            made.append(base.tokenizer.decode(out[0, len(prompt) :], skip_special_tokens=True))
        return made

    seconds, mine = clock.seconds(lambda: decoder.answer(prompts))
    with quiet():
        other_seconds, theirs = clock.seconds(one_by_one)
    what = f"{count} answers of up to {new} tokens, float32"
    return [
        Line(what, "assay", count / seconds, "rows/s"),
        Line(
            what,
            "generate, row by row",
            count / other_seconds,
            "rows/s",
            other_seconds / seconds,
            2.0,
            _same(mine, theirs),
        ),
    ]


def _same(mine: Sequence[Any], theirs: Sequence[Any]) -> str:
    agree = sum(one == other for one, other in zip(mine, theirs, strict=True))
    return "answers identical" if agree == len(mine) else f"only {agree} of {len(mine)} answers identical"


def reuse(base: Base, data: Path, threads: int, clock: Clock, count: int) -> list[Line]:
    """What all prompts begin with, run once against run for each, float32: short answers, and labels."""
    template, model = Template(base.tokenizer), base.fresh_model()
    system, filler = INSTRUCTION, " Say nothing that the message does not say."
    while len(template.ids(system)) < 400:
        system += filler
    prompts = [template.prompt_ids(system, (), text) for text, _ in bookings(data, count)]
    decoder = Decoder(model, template, 4, threads)
    seconds, mine = clock.seconds(lambda: decoder.answer(prompts))
    with patch("train.lm.decode.common_prefix", _nothing):
        other_seconds, theirs = clock.seconds(lambda: decoder.answer(prompts))
    lines = [
        Line("400 shared tokens, answers of 4", "assay", count / seconds, "rows/s"),
        Line(
            "400 shared tokens, answers of 4",
            "no reuse",
            count / other_seconds,
            "rows/s",
            other_seconds / seconds,
            3.0,
            _same(mine, theirs),
        ),
    ]
    labels = [template.answer_ids(name) for name in ("booking", "change of booking", "cancellation", "other")]

    def scored() -> Any:
        return mean_log_probabilities(model, prompts, labels, threads=threads)

    seconds, scores = clock.seconds(scored)
    with patch("train.lm.likelihood.common_prefix", _nothing):
        other_seconds, alone = clock.seconds(scored)
    worst = float(np.abs(scores - alone).max())
    lines += [
        Line("400 shared tokens, 4 labels", "assay", count / seconds, "rows/s"),
        Line(
            "400 shared tokens, 4 labels",
            "no reuse",
            count / other_seconds,
            "rows/s",
            other_seconds / seconds,
            3.0,
            f"log-probabilities within {worst:.0e}",
        ),
    ]
    return lines


def _nothing(prompts: Sequence[Any]) -> int:
    return 0


def table(lines: Sequence[Line]) -> str:
    """Markdown."""
    out = ["| what | who | rate | assay is faster by | asked | |", "|---|---|---|---|---|---|"]
    for line in lines:
        ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
        asked = f">= {line.asked:g}" if line.asked is not None else ""
        out.append(
            f"| {line.what} | {line.who} | {line.rate:,.1f} {line.unit} | {ratio} | {asked} | {line.note} |"
        )
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rows", type=int, default=64, help="of SFT; a quarter as many answers")
    parser.add_argument("--part", choices=PARTS, action="append", help="one of them; may be repeated")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), action="append", help="of SFT")
    parser.add_argument("--no-trl", action="store_true")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    torch.use_deterministic_algorithms(True)
    base, clock = load_base(), Clock(given.threads)
    parts, native = given.part or PARTS, ("bfloat16", "float32") if native_bfloat16() else ("float32",)
    lines = []
    if "sft" in parts:
        precisions = given.precision or native
        lines += training(base, given.data, clock, given.rows, precisions, not given.no_trl)
    if "answers" in parts:
        lines += answering(base, given.data, given.threads, clock, max(8, given.rows // 4), 32)
    if "reuse" in parts:
        lines += reuse(base, given.data, given.threads, clock, max(16, given.rows // 4))
    print(f"{given.threads} thread(s), {given.rows} rows, torch {torch.__version__}\n\n{table(lines)}")
    sys.exit(any(line.falls_short for line in lines))


if __name__ == "__main__":
    main()
