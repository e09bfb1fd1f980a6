"""What policies cost: `uv run python tests/benchmarks/policies.py`.

Medians in microseconds of a decision about 20 deployments, of one request, in turns: without policies;
with policies of which none applies; with 8 rules, half of which each deployment breaks. Then the same rules
asked of a deployment, for the first time and again, for each rule and deployment.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from interlock import Router
from interlock.policies import Policies

DEPLOYMENTS = 20
RULES = 8
PROMPT = "Could you write a short and friendly note to our customer in Lyon, who waits for her parcel?"
HANDLING = {
    "stored": "eu",
    "operator": "us",
    "parent": "us",
    "agreements": ["dpa"],
    "retention_days": 30,
    "training": False,
}
PERMITS: tuple[Mapping[str, Any], ...] = (
    {"places": ["eu", "us"], "storage": ["eu"], "training": False, "retention_days": 30},
    {"operators": ["eu"], "parents": ["eu"], "laws": ["eu"], "agreements": ["dpa"]},
)


def router(policies: Mapping[str, Any] | None) -> Router:
    parts = [
        {"id": f"d{at}", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}
        | {"region": "us" if at % 2 else "de", "handling": HANDLING}
        for at in range(DEPLOYMENTS)
    ]
    config: dict[str, Any] = {"deployments": parts}
    return Router.from_config(config if policies is None else config | {"policies": policies})


def written(default: str | None) -> dict[str, Any]:
    rules = [
        {"id": f"r{at}", "level": "internal", "source": "a memo", "permit": PERMITS[at % 2]}
        for at in range(RULES)
    ]
    return {"rules": rules, **({} if default is None else {"default": default})}


def once(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e6


def main() -> None:
    routers = {
        "without policies": router(None),
        "policies, none applies": router(written(None)),
        f"{RULES} rules apply": router(written("internal")),
    }
    times: dict[str, list[float]] = {name: [] for name in routers}
    for round_ in range(600):
        for name, each in routers.items():
            taken = once(lambda each=each: each.decide(PROMPT))
            if round_ >= 50:
                times[name].append(taken)
    plain = statistics.median(times["without policies"])
    for name, taken in times.items():
        median = statistics.median(taken)
        per = (median - plain) / (RULES * DEPLOYMENTS)
        each = f"{per:5.2f} µs a rule and deployment"
        print(f"decide, {name:24} {median:7.1f} µs, ratio {median / plain:.2f}, {each}")

    made = routers[f"{RULES} rules apply"].policies
    assert made is not None
    fresh = Policies(made.rules, levels=made.levels)
    kept = list(routers[f"{RULES} rules apply"].deployments.values())
    levels = frozenset({"internal"})
    first = [once(lambda each=each: fresh.judge(replace(each), levels)) for each in kept * 50]
    again = [once(lambda each=each: made.judge(each, levels)) for each in kept * 50]
    for name, taken in (("first", first), ("again", again)):
        print(f"judge, {name:25} {statistics.median(taken) / RULES:7.2f} µs a rule and deployment")


if __name__ == "__main__":
    main()
