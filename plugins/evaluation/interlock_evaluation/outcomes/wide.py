"""Tables that have a row for each prompt and a column for each model."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from interlock.errors import RequestError

_COST: Final = re.compile(r"(?i)^(?:cost[ _:.-]+(?P<behind>.+)|(?P<before>.+?)[ _:.-]+cost)$")
Spread = Callable[[Mapping[str, Any], Sequence[str]], Iterator[Mapping[str, Any]]]


def long_rows(header: Sequence[str], columns: Mapping[str, str], key: str) -> Spread | None:
    """What makes a row for each model out of one for each prompt; None of a table that has a row for each.

    It is wide where it has a column for the prompt and none for a model or a mark. Columns with other names
    are models and hold marks; `cost MODEL` or `MODEL cost` holds what that model's answer cost.

    Raises:
        RequestError: there are not two such columns, or a cost belongs to none of them.
    """
    meant = set(columns.values())
    if "prompt" not in meant or meant & {"model", "correct", "cost", "answer", "confidence", "accepted"}:
        return None
    others = [(at, name) for at, name in enumerate(header) if name and name not in columns]
    costs: dict[str, int] = {}
    models: dict[str, int] = {}
    names = {name for _, name in others}
    for at, name in others:
        found = _COST.match(name)
        of = (found["behind"] or found["before"]) if found else ""
        if of in names:
            costs[of] = at
        else:
            models[name] = at
    if len(models) < 2:  # noqa: PLR2004 - one model has nobody to be compared with
        return None

    def spread(row: Mapping[str, Any], cells: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for model, at in models.items():
            cost = costs.get(model)
            yield {
                **row,
                "model": model,
                "correct": _cell(cells, at),
                "cost": None if cost is None else _cell(cells, cost),
            }

    stray = [name for name in models if _COST.match(name)]
    if stray:
        raise RequestError(f"has a cost of no model: {', '.join(stray)}.", key=key)
    return spread


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""
