"""Made-up tables in which a prompt's words say which model is better, and its task does not."""

import numpy as np

from interlock_evaluation.outcomes import Outcome, Outcomes


def worded(prompts: int, seed: int = 0, *, telling: float = 0.5, cost: bool = True) -> Outcomes:
    """Of two tasks, in each of which every other prompt asks for a sum and the others for a story.

    `teller` is right about stories, `adder` about sums, each `telling` more often; `small` is cheap.
    """
    random = np.random.default_rng(seed)
    rows = []
    for at in range(prompts):
        adds = at % 2 == 0
        whom, where = random.choice(["a fox", "two friends"]), random.choice(["sea", "moon"])
        text = (
            f"Please add {random.integers(9999)} and {random.integers(9999)}, halve it, and say {at}"
            if adds
            else f"Please tell a story of {whom} and the {where}, {at}"
        )
        chances = {"teller": 0.75, "adder": 0.7, "small": 0.4}
        chances["adder" if adds else "teller"] += telling / 2.2
        chances["teller" if adds else "adder"] -= telling / 2
        rows += [
            Outcome(
                prompt=str(at),
                task=("quantitative", "conversational")[at // 2 % 2],
                model=model,
                correct=float(random.random() < chance),
                cost=({"teller": 1.0, "adder": 0.6, "small": 0.1}[model] if cost else None),
                length=len(text),
                text=text,
            )
            for model, chance in chances.items()
        ]
    return Outcomes.of(rows)
