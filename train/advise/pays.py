"""Is volume high enough to pay? Break-even against a prompt, from declared prices, before anything was
measured.

A prompted system reads its instructions and examples with every request, a fine-tuned one reads the request
alone. Both read and write at the price of system `prompt` (or `endpoint`) in section `cost`, the fine-tuned
one at its own where `cost.prices` names `fine_tuned`. A token is taken for four characters. What training
and labelling cost comes from `advise.training` and `cost.labelling`. After training the report's cost sheet
(`train.cost_sheet`) says the same from measured requests.
"""

from __future__ import annotations

from train.advise.case import Case, Signal
from train.cost_params import Price

# Characters of a token of English, as vendors of language models reckon.
CHARACTERS_A_TOKEN = 4.0
# Rows that a prompt shows, and tokens that tell the task.
SHOTS, TOLD = 3, 60


def pays(case: Case) -> Signal:
    """Requests from which fine-tuning has paid, against those that are declared."""
    price = case.cost.prices.get("prompt") or case.cost.prices.get("endpoint")
    fixed = [part for part in (case.params.training, case.cost.labelling) if part is not None]
    if price is None or (price.tokens_in is None and price.tokens_out is None) or not fixed:
        return Signal("pays", "no price of a prompt and of training is declared", {"pays": None})
    read, written = _tokens(case)
    shown = case.params.prompt_tokens
    shown = TOLD + SHOTS * (read + written) if shown is None else shown
    tuned = case.cost.prices.get("fine_tuned", price)
    prompted, alone = _request(price, read + shown, written), _request(tuned, read, written)
    saved, unit = prompted - alone, case.cost.currency or "currency"
    even = sum(fixed) / saved if saved > 0 else None
    asked = (
        None
        if case.params.requests_per_month is None
        else case.params.requests_per_month * case.params.months
    )
    figures = {
        "fixed": sum(fixed),
        "saved_per_1000": round(saved * 1000, 6),
        "break_even": None if even is None else round(even),
        "requests": asked,
        "pays": None if asked is None else even is not None and asked >= even,
    }
    said = f"1,000 requests cost {prompted * 1000:.4g} {unit} by prompt, {alone * 1000:.4g} fine-tuned"
    said += (
        f"; {sum(fixed):,.4g} {unit} are paid back after {even:,.0f} requests"
        if even
        else "; it is never paid back"
    )
    if asked is not None:
        said += f", and {asked:,.0f} are expected"
    return Signal("pays", said, figures)


def _request(price: Price, read: float, written: float) -> float:
    return (read * (price.tokens_in or 0.0) + written * (price.tokens_out or 0.0)) / 1e6


def _tokens(case: Case) -> tuple[float, float]:
    """Mean tokens of an input and of an output."""
    read, written = (case.rows[name].str.len_chars().mean() for name in ("input", "output"))
    return float(read or 0.0) / CHARACTERS_A_TOKEN, float(written or 0.0) / CHARACTERS_A_TOKEN  # type: ignore[arg-type]
