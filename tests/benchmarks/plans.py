"""Plans at random, run to their end: `uv run python tests/benchmarks/plans.py [how many] [seed]`.

Each is a valid graph of up to 64 nodes with references and maps within maps; nodes fail, wait for a person,
and end in any order, and now and then everything is read back from where it was kept. Then as many plans are
broken at random, and read. Prints how many there were, how they ended, and what reading and scheduling cost
beside `json.loads` of the same plan.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from random import Random

from interlock_agents.plans import PlanError, plan_to_plain, read_plan, schedule

sys.path.append(str(Path(__file__).parents[1] / "support"))
from random_plans import RandomPlan, check_ends, run


def timed(call):
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def broken(plain, random):
    """A plan with something wrong in it: a cycle, a reference to nothing, an id twice, any other value."""
    text = json.dumps(plain)
    for _ in range(random.randint(1, 3)):
        old = f"n{random.randint(1, 64)}"
        new = random.choice((f"n{random.randint(1, 70)}", "", "inputs", "item"))
        text = text.replace(f'"{old}"', f'"{new}"', random.randint(1, 3))
        text = text.replace(f"${{{old}}}", f"${{{new}}}", 1)
    if random.random() < 0.3:
        text = text.replace('"do"', random.choice(('"done"', '"after"')), 1)
    return json.loads(text)


def quantiles(times):
    ordered = sorted(times)
    chosen = {"p50": statistics.median(ordered), "p99": ordered[int(len(ordered) * 0.99)], "max": ordered[-1]}
    return ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in chosen.items())


def main(many=2_000, seed=1):
    reading, scheduling, loading = [], [], []
    read_plan(RandomPlan(0).plain)  # imports what reads schemas
    nodes = steps = instances = ended_well = refused = 0
    for number in range(seed, seed + many):
        made = RandomPlan(number)
        text = json.dumps(made.plain)
        loading.append(timed(lambda: json.loads(text))[1])  # noqa: B023 - called at once
        plan, seconds = timed(lambda: read_plan(made.plain))  # noqa: B023 - called at once
        reading.append(seconds)
        assert read_plan(plan_to_plain(plan)) == plan
        taken, there, outcomes = run(made, plan)
        check_ends(plan, there, outcomes)
        scheduling.append(timed(lambda: schedule(plan, outcomes))[1])  # noqa: B023 - called at once
        nodes, steps, instances = nodes + made.names, steps + taken, instances + len(outcomes)
        ended_well += not there.failed
    for number in range(seed, seed + many):
        random = Random(number)
        try:
            plan = read_plan(broken(RandomPlan(number).plain, random))
        except PlanError:
            refused += 1
        else:
            made = RandomPlan(number)
            made.valid = False
            run(made, plan)
    ratio = statistics.median(reading) / statistics.median(loading)
    print(f"{many} plans of {nodes / many:.1f} nodes: {steps} steps, {instances} outcomes; none hangs")
    print(
        f"{ended_well} ended without a failure; of {many} broken ones {refused} were refused, the rest ended"
    )
    print(f"reading: {quantiles(reading)}; {ratio:.0f} times json.loads")
    print(f"scheduling a plan that has ended: {quantiles(scheduling)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
