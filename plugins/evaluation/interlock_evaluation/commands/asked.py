"""What `eval plan` and `eval run` share: a suite, models, and where runs are kept."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.errors import RequestError

if TYPE_CHECKING:
    from interlock import Router

SuiteArgument = Annotated[
    Path, typer.Argument(metavar="SUITE", help="Prompts: .jsonl or .csv, one row for each.")
]
ModelsOption = Annotated[
    list[str] | None,
    typer.Option("--model", "-m", metavar="MODEL", help="Ask this model; again for more. Without it, all."),
]
RepeatsOption = Annotated[
    int, typer.Option(min=1, max=100, metavar="COUNT", help="How often each is asked each prompt.")
]
AtOnceOption = Annotated[
    int,
    typer.Option(min=1, max=64, metavar="COUNT", help="Calls of one provider that are under way at a time."),
]
StoreOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where runs are kept; INTERLOCK_EVAL_STORE says the same."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def models_of(router: "Router", named: Sequence[str] | None) -> tuple[str, ...]:
    """The models that were named, else every model that a deployment serves."""
    if named:
        return tuple(dict.fromkeys(named))
    found = tuple(dict.fromkeys(each.model for each in router.deployments.values() if not each.unserved))
    if not found:
        raise RequestError(
            "nothing is configured that could be asked; `interlock doctor` says why.", key="--model"
        )
    return found


def rates_of(given: Sequence[str] | None) -> Mapping[str, int]:
    """PROVIDER=COUNT, as many starts in a minute."""
    found: dict[str, int] = {}
    for each in given or ():
        provider, sign, count = each.partition("=")
        if not (provider and sign and count.isascii() and count.isdecimal() and 0 < int(count) < 10**6):
            raise RequestError(f"expected PROVIDER=COUNT, not {each!r}.", key="--per-minute")
        found[provider] = int(count)
    return found
