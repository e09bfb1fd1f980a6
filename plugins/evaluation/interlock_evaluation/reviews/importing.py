"""Votes that were given elsewhere, as a review of a run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.reviews.drawing import digest_of
from interlock_evaluation.reviews.review import CHOICES, Choice, Item, Pair, Shown, Vote
from interlock_evaluation.rows import read_rows
from interlock_evaluation.runs.run import Kept

_NEEDED: Final = ("prompt", "reviewer", "left", "right")
_TRUE: Final = frozenset({"true", "1", "yes"})


def read_votes(path: Path, kept: Kept) -> list[Vote]:
    """The votes of a file of rows, `.csv`, `.jsonl` or `.json`.

    It has `prompt`, `reviewer`, `left` and `right` (models), and `choice` (left, right, both, neither) or
    `preferred` (a model, both, neither). `comment`, `again` and `at` may be there; others are passed over.

    Raises:
        RequestError: a row cannot be read, is there twice, or is about what the run has no answer of; it
            names the line.
    """
    shown = _answers(kept)
    numbers: defaultdict[str, int] = defaultdict(int)
    seen: set[tuple[Any, ...]] = set()
    found = []
    for place, row in read_rows(path):
        values = {
            name: str(row.get(name) or "").strip() for name in (*_NEEDED, "choice", "preferred", "comment")
        }
        for name in _NEEDED:
            if not values[name]:
                raise RequestError("is missing.", key=f"{place}, {name}")
        left, right = (
            _shown(shown, values["prompt"], values[side], f"{place}, {side}") for side in ("left", "right")
        )
        if left.model == right.model:
            raise RequestError("is compared with itself.", key=f"{place}, right")
        again = str(row.get("again") or "").strip().lower() in _TRUE
        same = values["prompt"], values["reviewer"], frozenset((left.model, right.model)), again
        if same in seen:
            raise RequestError("this reviewer has judged this pair in a line before.", key=place)
        seen.add(same)
        item = Item(
            id=token_urlsafe(12),
            reviewer=values["reviewer"],
            number=numbers[values["reviewer"]],
            prompt=values["prompt"],
            left=left,
            right=right,
            again=again,
        )
        numbers[item.reviewer] += 1
        choice = _choice(values, item, place)
        found.append(
            Vote(item=item, choice=choice, comment=values["comment"], at=_moment(row.get("at"), place))
        )
    if not found:
        raise RequestError("has no votes.", key=str(path))
    return found


def pairs_in(votes: Iterable[Vote], models: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs that votes are about, each once, in the order of the run's models."""
    known = {frozenset((each.item.left.model, each.item.right.model)) for each in votes}
    return tuple(pair for pair in combinations(dict.fromkeys(models), 2) if frozenset(pair) in known)


def _answers(kept: Kept) -> Mapping[str, Mapping[str, Shown]]:
    """Of each prompt that the run has, each model's first answer."""
    found: dict[str, dict[str, Shown]] = {sample.id: {} for sample in kept.samples}
    for key, result in sorted(kept.results.items()):
        if result.outcome == "answer" and result.answer is not None:
            shown = Shown(model=key.model, repeat=key.repeat, digest=digest_of(result.answer))
            found[key.prompt].setdefault(key.model, shown)
    return found


def _shown(answers: Mapping[str, Mapping[str, Shown]], prompt: str, model: str, place: str) -> Shown:
    if prompt not in answers:
        raise RequestError(
            f"the run has no prompt {prompt!r}.", key=place, suggestion=nearest(prompt, list(answers))
        )
    found = answers[prompt].get(model)
    if found is None:
        known: Sequence[str] = list(answers[prompt])
        raise RequestError(
            f"the run has no answer of {model!r} to {prompt!r}, but of {', '.join(known) or 'nobody'}.",
            key=place,
            suggestion=nearest(model, known),
        )
    return found


def _choice(values: Mapping[str, str], item: Item, place: str) -> Choice:
    if values["choice"]:
        for each in CHOICES:
            if values["choice"].lower() == each:
                return each
        raise RequestError(
            f"expected {', '.join(CHOICES)}, not {values['choice']!r}.",
            key=f"{place}, choice",
            suggestion=nearest(values["choice"], CHOICES),
        )
    by_name: Mapping[str, Choice] = {
        item.left.model: "left",
        item.right.model: "right",
        "both": "both",
        "neither": "neither",
    }
    if values["preferred"] not in by_name:
        raise RequestError(
            f"expected {', '.join(by_name)}, not {values['preferred']!r}.", key=f"{place}, preferred"
        )
    return by_name[values["preferred"]]


def _moment(given: object, place: str) -> float:
    if given is None or not str(given).strip():
        return 0.0
    try:
        return datetime.fromisoformat(str(given).strip()).timestamp()
    except (ValueError, OverflowError):
        raise RequestError(
            f"expected a time such as 2026-11-30T09:00:00+00:00, not {given!r}.", key=f"{place}, at"
        ) from None
