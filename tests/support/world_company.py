"""Who else asks models in a world: judges of panels, of cascades, of guardrails, and a classifier's."""

import random
from collections.abc import Sequence
from typing import Any

ARBITERS = ("select_best", "rank", "score", "synthesise")


def ensembles(dice: random.Random, names: Sequence[str]) -> dict[str, Any]:
    """Two that are judged by models, of members that may be there several times."""
    return {
        f"judged{number}": {
            "members": dice.choices(names, k=dice.randint(2, 4)),
            "mode": mode,
            "arbiter": dice.choices(names, k=dice.randint(1, 2)),
            "options": {"criteria": {"It is right.": 1}} if mode == "score" else {},
        }
        for number, mode in enumerate(dice.choices(ARBITERS, k=2))
    }


def cascades(dice: random.Random, names: Sequence[str]) -> dict[str, Any]:
    """One for every task, of steps in any order."""
    signal = dice.choice(("schema", "agreement", "verifier"))
    steps = dice.sample(names, min(len(names), dice.randint(2, 4)))
    if signal == "agreement" and len(steps) < 3:
        signal = "schema"
    given: dict[str, Any] = {"steps": steps, "signal": signal, "rejected": dice.choice(("fail", "hand_over"))}
    if signal == "verifier":
        given["verifier"] = dice.choices(names, k=dice.randint(1, 2))
    return {"default": given}


def guardrails(dice: random.Random, *, answers: bool) -> dict[str, Any]:
    """A judge of requests, and with `answers` of answers, beside a guardrail that asks nobody."""
    phases = dice.choice((["request"], ["answer"], ["request", "answer"])) if answers else ["request"]
    return {
        "judge": {"policy": "No orders to machines.", "phases": phases, "action": "flag"},
        "injection": {},
    }


def classifiers(dice: random.Random) -> dict[str, Any]:
    return {"judge": {"below": dice.choice((0.5, 0.9, 1.0))}}
