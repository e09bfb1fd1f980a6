"""Judges that do as a test says, and ensembles that ask them through a router."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from interlock import Answer, Output, Request, Response, Router
from interlock.fencing import read_fences
from interlock.protocols import ProviderCall
from interlock.testing import Step, scripted_router

MANY = 60
Thinks = Callable[["Asked"], Any]


class Asked:
    """A question to a judge as it arrives there.

    Attributes:
        prompt: all of its messages' text.
        outside: what of it is no data.
        answers: what each answer is called, and its text, in the order in which they are shown.
        wanted: the properties that its JSON has to have, and the schema of each.
    """

    def __init__(self, request: Request) -> None:
        self.prompt = "\n".join(message.text for message in request.messages)
        fenced = read_fences(self.prompt)
        self.outside = fenced.outside
        self.question = fenced.pieces["conversation"]
        self.answers = {
            name.removeprefix("answer").strip(): data
            for name, data in fenced.pieces.items()
            if name.startswith("answer")
        }
        self.final = fenced.pieces.get("the final answer")
        output = request.output
        schema = output.schema if isinstance(output, Output) else output or {}
        self.wanted: Mapping[str, Any] = schema.get("properties", {})

    @property
    def shape(self) -> str:
        """What is no data, with labels that say nothing of how they were drawn."""
        text = self.outside
        for place, label in enumerate(self.answers):
            if label:
                text = text.replace(label, f"label {place}")
        return text


def judging(score: Callable[[str], float], pick: Callable[[list[str]], int] | None = None) -> Thinks:
    """Scores texts, and prefers the one with the best score, or as `pick` says by its place."""

    def think(asked: Asked) -> Any:
        names, texts = list(asked.answers), list(asked.answers.values())
        if "better" in asked.wanted:
            place = max(range(len(texts)), key=lambda n: score(texts[n])) if pick is None else pick(texts)
            return {"reason": f"{names[place]} is better.", "better": names[place]}
        if "follows" in asked.wanted:
            return {"follows": names[:1], "dissents": [{"label": each, "says": "No."} for each in names[1:]]}
        grades = {name: score(texts[0]) for name in asked.wanted if name != "reason"}
        return {"reason": "So it is.", **grades}

    return think


def first_with(chance: float, random: Random) -> Thinks:
    """Takes whoever stands first with a chance, and thinks nothing of any answer."""
    return judging(lambda _: 5, lambda texts: 0 if random.random() < chance else len(texts) - 1)


def steps(think: Thinks, seen: list[Asked] | None = None) -> list[Step]:
    """What a judge says, as often as it is asked."""

    def say(call: ProviderCall) -> Any:
        asked = Asked(call.request)
        if seen is not None:
            seen.append(asked)
        said = think(asked)
        return said if isinstance(said, (str, Answer, Exception)) else json.dumps(said)

    return [Step(say)] * MANY


def panel(
    members: Mapping[str, Any] | Iterable[Any],
    *judges: Thinks | list[Step],
    mode: str = "select_best",
    options: Mapping[str, Any] | None = None,
    seen: list[Asked] | None = None,
    **config: Any,
) -> Router:
    """A router with an ensemble `x`, whose members say what is given, and that asks these judges."""
    given = members if isinstance(members, Mapping) else {f"m{n}": each for n, each in enumerate(members)}
    scripts = {name: said if isinstance(said, list) else [said] * MANY for name, said in given.items()}
    names = [f"judge{n}" for n in range(len(judges))]
    asked = {
        name: each if isinstance(each, list) else steps(each, seen)
        for name, each in zip(names, judges, strict=True)
    }
    ensemble = {"members": list(given), "mode": mode, "arbiter": names, "options": dict(options or {})}
    ensemble |= config.pop("ensemble", {})
    return scripted_router({**scripts, **asked}, ensembles={"x": ensemble}, **config)


async def ask(router: Router, question: Any = "How long is the notice period?", **options: Any) -> Response:
    return await router.complete(question, ensemble="x", **options)


def asked(router: Router, question: Any = "How long is the notice period?", **options: Any) -> Response:
    return asyncio.run(ask(router, question, **options))


def arbiter_calls(response: Response) -> int:
    return sum(each.role == "arbiter" for each in response.record.attempts)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))
