"""What learned routes gain on published outcomes, and how often out of few prompts they are worse than none.

    uv run python tests/benchmarks/learned_routes.py FOLDER [DRAWS]

FOLDER is a checkout of ulab-uiuc/LLMRouter (4e7a796 was read): nine models' marks on 6,108 prompts of 14
tasks lie in data/dcrouter_preprocessed, tasks in data/example_data/query_data, prices beside them. Nothing of
it is kept here. MMLU-Pro's table lies in `outcomes`, as cascade_curve.py says; of its eight models the first
six are taken, without prices. The gate was tuned on MMLU-Pro, and on worlds in which no model is better than
any other; the nine models' table was only looked at afterwards, but for one thing: that a task's own prompts
say how much answers to it vary was thought of in view of it. How far, was found on MMLU-Pro.

Routes refined by words take some minutes more; how much of what words predict is added was found on MMLU-Pro.
A prompt's cost is its price for a quarter as many tokens as it has characters, and for 200 of an answer.
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
from cascade_curve import mmlu_pro

from interlock_evaluation.learning import Features, learn
from interlock_evaluation.learning.gating import best_single, gains, gated, promising, winners
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.sight import vectors_of
from interlock_evaluation.outcomes import Outcome, Outcomes

PER_TOKEN = 4
ANSWER = 200
SIZES = (100, 200, 300, 500, 1000)
SIX = 6


def nine_models(folder: Path) -> Outcomes:
    queries = [
        json.loads(line)
        for part in ("train", "test")
        for line in (folder / f"data/example_data/query_data/default_query_{part}.jsonl").open(
            encoding="utf-8"
        )
    ]
    tasks = {each["query"].strip(): each["task_name"] for each in queries}
    prices = json.loads((folder / "data/example_data/llm_candidates/default_llm.json").read_text("utf-8"))
    rows = [
        row
        for part in ("train", "test")
        for row in json.loads((folder / f"data/dcrouter_preprocessed/{part}.json").read_text("utf-8"))
    ]
    return Outcomes.of(
        Outcome(
            prompt=str(at),
            task=tasks[row["question"].strip()],
            model=model,
            correct=mark,
            cost=prices[model]["input_price"] * len(row["question"]) / PER_TOKEN
            + prices[model]["output_price"] * ANSWER,
            length=len(row["question"]),
            text=row["question"],
        )
        for at, row in enumerate(rows)
        for model, mark in row["scores"].items()
    )


def drawn(marks: Marks, draws: int) -> None:
    """Routes out of so many prompts, on all the others: points over the best model alone; how often below."""
    print("  prompts  plain winner    without a gate  gated           likely")
    for size in SIZES:
        told = []
        for rule in (winners, promising, gated, partial(gated, likely=True)):
            found = []
            for draw in range(draws):
                order = np.random.default_rng([draw, size]).permutation(len(marks))
                part, rest = marks.rows(order[:size]), marks.rows(order[size:])
                single = best_single(part)
                route = rule(gains(part, single))
                found.append(rest.at(route[rest.task])[0].mean() - rest.marks[:, single].mean())
            told.append(f"{100 * np.mean(found):+.2f}, {100 * np.mean(np.array(found) < 0):3.0f} %")
        print(f"  {size:7}  {'     '.join(told)}", flush=True)


def whole(outcomes: Outcomes) -> None:
    words = Features.of(outcomes.texts, vectors_of(outcomes.texts))
    for objective, likely in (("quality", False), ("quality", True), ("cost", False)):
        found = learn(outcomes, objective=objective, likely=likely, words=words)
        print(f"  {objective}{', likely' if likely else ''}; the best model alone is {found.single}")
        for name, each in found.estimates.items():
            gain = each.gain
            print(
                f"    {name:10} {100 * each.quality.value:5.1f}  {100 * gain.value:+.2f} "
                f"[{100 * gain.low:+.2f}, {100 * gain.high:+.2f}]  cost {each.cost.value:.3f}"
            )


def main() -> None:
    draws = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    six = mmlu_pro()
    print(f"MMLU-Pro, six models, {draws} draws")
    drawn(Marks.of(six, without=six.models[SIX:]), draws)
    nine = nine_models(Path(sys.argv[1]))
    print(f"Nine models, {draws} draws")
    drawn(Marks.of(nine), draws)
    print("Nine models, on prompts not learned from")
    whole(nine)


if __name__ == "__main__":
    main()
