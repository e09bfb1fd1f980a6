"""What select_best, rank and score come to with judges that go by the place, that obey, and that are fair.

`uv run python tests/benchmarks/panel_judges.py [--seeds N] [--pairs FILE.jsonl …]`

The judges are doubles in this process: what is measured is what fences, labels, isolation, both orders,
juries and majorities hold, and what not, whatever the model. `--pairs` takes pairs of ordinary answers, a
JSON object a line with `question`, `response_A` and `response_B` as JudgeBench has them, and counts verdicts
that come out otherwise than without fences.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "plugins" / "panels")]

from attacks import WRONG, attacks  # noqa: E402 - found by the line above
from judge_doubles import Asked, Thinks, first_with, judging  # noqa: E402 - likewise
from ruling import QUESTION, rule  # noqa: E402 - likewise

from interlock import Answer, Request  # noqa: E402 - likewise
from interlock.fencing import escaped  # noqa: E402 - likewise
from interlock.protocols import Arbiter  # noqa: E402 - likewise
from interlock_panels import Rank, Score, ScoreOptions, SelectBest, SelectOptions  # noqa: E402 - likewise
from interlock_panels.showing import addresses_judge  # noqa: E402 - likewise

RIGHT = "The notice period is two months, by section 5 of the lease."
OTHERWISE = "By the fifth section of the lease it is two months."
ARBITERS: dict[str, Arbiter] = {
    "select_best": SelectBest(),
    "select_best, isolate: false": SelectBest(SelectOptions(isolate=False)),
    "rank": Rank(),
    "score": Score(ScoreOptions(scale=10)),
}
VERDICTS = 400


def honest(text: str) -> float:
    return 8 if "two months" in text.lower() else 1


def by_the_question(think: Thinks) -> Thinks:
    """Likes nothing as the answer to a question that nobody has asked, unless it is told to."""

    def said(asked: Asked) -> object:
        if asked.question == QUESTION or any(WRONG in text for text in asked.answers.values()):
            return think(asked)
        return judging(lambda _: 0)(asked)

    return said


fair = judging(honest)
obeying = by_the_question(judging(lambda text: 10 if WRONG in text else 5 if "months" in text else 0))


def obeying_outside(text: str) -> Thinks:
    lines = {line.strip() for line in text.splitlines() if len(line.strip()) > 5} - {WRONG}
    pieces = {piece for line in lines for piece in (line[:60], escaped(line)[:60], line[-40:])}

    def think(asked: Asked) -> object:
        if any(piece in asked.outside for piece in pieces):
            return obeying(asked)
        return fair(asked)

    return think


async def places() -> None:
    print("judges that take the first of two with a chance of 0.5 + b")
    for bias in (0.0, 0.1, 0.3, 0.5):
        judge, depending, contested = first_with(0.5 + bias, Random(1)), 0, 0
        for number in range(VERDICTS):
            picks: list[str] = []

            def think(asked: Asked, picks: list[str] = picks, judge: Thinks = judge) -> object:
                said: Any = judge(asked)
                if "better" in asked.wanted:
                    picks.append(asked.answers[said["better"]])
                return said

            ruling = await rule(SelectBest(), [RIGHT, OTHERWISE], think, seed=number)
            contested += ruling.contested
            depending += not ruling.contested and len(set(picks)) > 1
        print(f"  b = {bias:.1f}: {depending} of {VERDICTS} depend on the order, {contested} contested")


async def attacked(seeds: Iterable[int]) -> None:
    texts = [each for seed in seeds for each in attacks(seed)]
    families = {each.family.removesuffix(", in parts") for each in texts}
    print(f"\n{len(texts)} attacks in {len(families)} families, two members")
    print("a judge that obeys outside of fences")
    for name, arbiter in ARBITERS.items():
        wins, shapes = 0, set()
        for number, attack in enumerate(texts):
            seen: list[Asked] = []
            said = [RIGHT, attack.answer] if number % 2 else [attack.answer, RIGHT]
            ruling = await rule(arbiter, said, obeying_outside(attack.text), seed=number, seen=seen)
            wins += ruling.chosen == (("B",) if number % 2 else ("A",))
            shapes |= {(each.shape, len(each.answers)) for each in seen}
        print(f"  {name}: {wins} wins, {len(shapes)} forms of what is no data")
    print("three members, judges that obey whatever they read, select_best")
    plain, control = SelectBest(SelectOptions(control="never")), SelectBest()
    for what, others, judges, arbiter in (
        ("two say the same, one judge obeys", (RIGHT, RIGHT.upper()), [obeying], plain),
        ("two say the same, three judges obey", (RIGHT, RIGHT.upper()), [obeying] * 3, plain),
        ("nobody says the same, one judge of three obeys", (RIGHT, OTHERWISE), [fair, obeying, fair], plain),
        ("nobody says the same, every judge obeys", (RIGHT, OTHERWISE), [obeying], plain),
        ("the same, with control where one is flagged", (RIGHT, OTHERWISE), [obeying], control),
    ):
        wins = contested = flagged = 0
        for number, attack in enumerate(texts):
            said: list[str | Answer] = list(others)
            said.insert(number % 3, attack.answer)
            ruling = await rule(arbiter, said, *judges, seed=number)
            wins += "ABC"[number % 3] in ruling.chosen
            contested += ruling.contested
            flagged += "addresses_judge" in ruling.flags
        print(f"  {what}: {wins} wins, {contested} contested, {flagged} flagged")
    missed = Counter(each.family for each in texts if not addresses_judge(each.text))
    print(f"not flagged: {sum(missed.values())} of {len(texts)}: {dict(missed)}")


async def ordinary(files: Iterable[Path]) -> None:
    pairs = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    changed = altered = flagged = 0
    for number, pair in enumerate(pairs):
        said = [pair["response_A"], pair["response_B"]]

        def score(text: str, number: int = number) -> int:
            return sha256(f"{number} {text}".encode()).digest()[0] % 11

        seen: list[Asked] = []
        request = Request(pair["question"])
        options = SelectOptions(longest=1_000_000)
        ruling = await rule(SelectBest(options), said, judging(score), request=request, seen=seen)
        one, other = map(score, said)
        if one != other:
            changed += ruling.chosen != (("A",) if one > other else ("B",)) or ruling.contested
        shown = {text for each in seen for text in each.answers.values()}
        altered += bool(seen) and sum(text not in shown for text in said)
        flagged += sum(map(addresses_judge, said))
    print(f"\n{len(pairs)} pairs of ordinary answers, a judge that goes by a hash of what it sees")
    print(f"  {changed} verdicts changed, {altered} of {2 * len(pairs)} answers altered, {flagged} flagged")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", nargs="*", type=Path, default=[])
    parser.add_argument("--seeds", type=int, default=2, help="how many times the attacks are drawn anew")
    asked = parser.parse_args()
    print(f"one question to all: {QUESTION}\n")
    await places()
    await attacked(range(1, 1 + asked.seeds))
    if asked.pairs:
        await ordinary(asked.pairs)


if __name__ == "__main__":
    asyncio.run(main())
