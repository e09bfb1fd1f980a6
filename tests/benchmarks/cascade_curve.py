"""What cascades save, on published outcomes of several models: figures, and the picture in docs.

    uv run python tests/benchmarks/cascade_curve.py
    uv run --with matplotlib python tests/benchmarks/cascade_curve.py docs/cascades.svg

Data beside this file: which answer each of eight models gave to 12,002 questions of MMLU-Pro
(TIGER-AI-Lab/MMLU-Pro at f418b11), and whether Mixtral 8x7B and GPT-4 were right about MMLU and GSM8K
(lm-sys/RouteLLM at 0b64fda); both under Apache-2.0. No question and no text of an answer is among them.

Prices are rough, in those of the best model: 8B .02, flash .06, 70B .30, pro 1; Mixtral 1/25 of GPT-4, a
verifier 1/10.
"""

import csv
import gzip
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interlock_evaluation.cascades import Stakes, by_task, curve, fit, quotient, stakes
from interlock_evaluation.outcomes import Outcome, Outcomes
from interlock_evaluation.panels import choose, voted
from interlock_evaluation.statistics import Interval, bootstrap

DATA = Path(__file__).parent / "outcomes"
PRO, FLASH, LARGE, SMALL = (
    "gemini-1.5-pro-002",
    "gemini-1.5-flash-002",
    "meta-llama-3_1-70b-instruct",
    "meta-llama-3_1-8b-instruct",
)
SHORT = {FLASH: "flash", LARGE: "70B", SMALL: "8B"}
PRICES = {PRO: 1.0, FLASH: 0.06, LARGE: 0.30, SMALL: 0.02}
WEAK, STRONG = "mixtral-8x7b", "gpt-4"
VERIFIER = 0.1
SEED = 2026
DRAWS = 10


@dataclass(frozen=True)
class Line:
    name: str
    costs: list[Interval]
    qualities: list[Interval]


def rows_of(name: str) -> list[Mapping[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mmlu_pro() -> Outcomes:
    rows = rows_of("mmlu_pro")
    models = list(rows[0])[4:]
    return Outcomes.of(
        Outcome(
            prompt=row["question"],
            task=row["category"],
            model=model,
            correct=float(row[model] == row["answer"]),
            answer=row[model],
            cost=PRICES.get(model),
            length=int(row["length"]),
        )
        for row in rows
        for model in models
    )


def routellm(name: str, verifier: float | None = None, seed: int = 0) -> Outcomes:
    """With a verifier that is right this often about right and wrong answers alike, simulated."""
    random = np.random.default_rng([SEED, seed])
    found = []
    for at, row in enumerate(rows_of(name)):
        for model, cost in ((WEAK, 1 / 25 + (VERIFIER if verifier else 0)), (STRONG, 1.0)):
            correct = row[model] == "1"
            accepted = correct == (random.random() < verifier) if verifier else None
            found.append(
                Outcome(
                    prompt=str(at),
                    task=row["subject"],
                    model=model,
                    correct=float(correct),
                    accepted=accepted,
                    cost=cost,
                    length=int(row["length"]),
                )
            )
    return Outcomes.of(found)


def halves(outcomes: Outcomes) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(SEED).permutation(len(outcomes.prompts))
    return order[::2], order[1::2]


def told(found: Interval, scale: float = 100) -> str:
    return f"{scale * found.value:.1f} [{scale * found.low:.1f}, {scale * found.high:.1f}]"


def ends(known: Stakes) -> list[Line]:
    """Always the cheap model, and always the best one."""
    drawn = bootstrap(np.stack([known.cheap, known.best], axis=1))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    spent = float(known.spent.sum() / known.dear.sum())
    found = []
    for at, (name, values, cost) in enumerate(
        (("always cheap", known.cheap, spent), ("always best", known.best, 1.0))
    ):
        quality = Interval(value=float(values.mean()), low=float(low[at]), high=float(high[at]))
        found.append(Line(name, [Interval(value=cost, low=cost, high=cost)], [quality]))
    return found


def scored(known: Stakes, score: np.ndarray) -> Stakes:
    return Stakes(cheap=known.cheap, best=known.best, score=score, spent=known.spent, dear=known.dear)


def line(name: str, known: Stakes) -> Line:
    points = curve(known)
    return Line(name, [point.cost for point in points], [point.quality for point in points])


def print_pro(outcomes: Outcomes) -> list[Line]:
    learn, report = halves(outcomes)
    print(f"MMLU-Pro, {len(report):,} questions that nothing was learned on; cost in always-best's")
    held = outcomes.rows(report)
    single = held.correct[:, held.place(PRO)]
    print(f"  {'always best':34} {100 * single.mean():5.1f}            cost 1.00")
    lines = []
    for cheap in ([SMALL, FLASH], [FLASH, LARGE], [SMALL, FLASH, LARGE]):
        found = fit(held, cheap, PRO, "agreement")
        verdict = "refused" if found.refused else "may be used"
        print(
            f"  {'agreement of ' + ', '.join(SHORT[each] for each in cheap):34} {told(found.quality)} "
            f"cost {found.cost:.2f}  q {told(found.q)} q* {100 * found.q_star:.1f}: {verdict}"
        )
    whole = stakes(outcomes, [FLASH, LARGE], PRO, "agreement")
    with_tasks = by_task(whole, outcomes.tasks, learn).rows(report)
    lines.append(line("agreement of flash and 70B, by task", with_tasks))
    alone = stakes(held, [FLASH, LARGE], PRO, "agreement")
    flash = Stakes(
        cheap=alone.cheap,
        best=alone.best,
        score=-held.lengths,
        spent=held.cost[:, held.place(FLASH)],
        dear=alone.dear,
    )
    lines.append(line("length alone", flash))
    lines.append(line("random", scored(flash, np.random.default_rng(1).random(len(flash)))))
    lines += ends(flash)
    return lines


def print_panels(outcomes: Outcomes) -> None:
    _, report = halves(outcomes)
    held = outcomes.rows(report)
    chosen = choose(outcomes)
    print(f"  panel chosen out of {len(outcomes.models)}: {', '.join(chosen.members)}")
    print(f"    {100 * chosen.quality:.1f}, alone {100 * chosen.alone:.1f}: {told(chosen.gain)} points")
    everybody = voted(held, held.models, [1.0] * len(held.models))
    single = held.correct[:, held.place(PRO)]
    drawn = bootstrap((everybody.correct - single)[:, None])[:, 0]
    low, high = np.quantile(drawn, [0.025, 0.975])
    gain = float((everybody.correct - single).mean())
    print(f"    plain vote of all eight: {100 * gain:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}] points")


def print_routellm(name: str) -> list[Line]:
    plain = routellm(name)
    known = Stakes(
        cheap=plain.correct[:, 0],
        best=plain.correct[:, 1],
        score=-plain.lengths,
        spent=plain.cost[:, 0],
        dear=plain.cost[:, 1],
    )
    _, q_star, _ = quotient(known, 0.0)
    cheap, best = 100 * known.cheap.mean(), 100 * known.best.mean()
    print(
        f"{name.upper()}, {len(known):,} questions: {WEAK} {cheap:.1f}, {STRONG} {best:.1f}, "
        f"q* {100 * q_star:.1f}"
    )
    lines = [verified(name, q) for q in (0.6, 0.7, 0.8, 0.85, 1.0)]
    lines.append(line("length alone", known))
    lines.append(line("random", scored(known, np.random.default_rng(1).random(len(known)))))
    return lines + ends(known)


def verified(name: str, q: float) -> Line:
    """Of one that is simulated, the mean of several draws: the interval holds for any one of them."""
    fits = [fit(routellm(name, q, seed), [WEAK], STRONG, "verifier") for seed in range(DRAWS)]
    quality, gain = (mean_of([getattr(each, what) for each in fits]) for what in ("quality", "gain"))
    cost = float(np.mean([each.cost for each in fits]))
    refused = sum(bool(each.refused) for each in fits)
    print(
        f"  verifier {q:.2f}: {told(quality)}  gain {told(gain)}  cost {cost:.2f}: "
        f"refused in {refused} of {DRAWS} draws"
    )
    return Line(f"verifier {q:g}", [Interval(value=cost, low=cost, high=cost)], [quality])


def mean_of(found: list[Interval]) -> Interval:
    value, low, high = (
        float(np.mean([getattr(each, at) for each in found])) for at in ("value", "low", "high")
    )
    return Interval(value=value, low=low, high=high)


def main() -> None:
    outcomes = mmlu_pro()
    pictures = {"MMLU-Pro": print_pro(outcomes)}
    print_panels(outcomes)
    for name in ("gsm8k", "mmlu"):
        pictures[name.upper()] = print_routellm(name)
    if len(sys.argv) > 1:
        from cascade_picture import draw

        draw(pictures, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
