"""What `eval plan` and `eval run` share: a suite, models, and where runs are kept."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interlock.commands import session
from interlock.errors import RequestError

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.store import Store

SuiteArgument = Annotated[
    Path, typer.Argument(metavar="SUITE", help="Prompts: .jsonl or .csv, one row for each.")
]
ModelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        help="Ask this model, ensemble, or `auto`; again for more. Else all.",
    ),
]
TasksOption = Annotated[
    list[str] | None,
    typer.Option("--task", metavar="TASK", help="Prompts of this task alone; again for more. Else all."),
]
RepeatsOption = Annotated[
    int, typer.Option(min=1, max=100, metavar="COUNT", help="How often each is asked each prompt.")
]
AtOnceOption = Annotated[
    int,
    typer.Option(min=1, max=64, metavar="COUNT", help="Calls of one provider that are under way at a time."),
]
GraderOption = Annotated[
    str, typer.Option(metavar="NAME", help="What marks samples that name nothing; see the docs for all.")
]
JudgeOption = Annotated[str | None, typer.Option(metavar="MODEL", help="The model that marks by rubrics.")]
StoreOption = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where runs are kept; INTERLOCK_EVAL_STORE says the same."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def models_of(router: "Router", named: Sequence[str] | None) -> tuple[str, ...]:
    """Those that were named, as runs write them down, else every model that a deployment serves."""
    from interlock_evaluation.runs import written

    if named:
        return tuple(dict.fromkeys(written(router, each) for each in named))
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


def open_store(context: typer.Context, url: str | None) -> "Store":
    """Where runs are kept: as the option says, else the environment, else beside the configuration."""
    from interlock_evaluation.store import Store

    return Store.open(*place_of(context, url))


def place_of(context: typer.Context, url: str | None) -> tuple[str, Path]:
    """The URL of the store, and the folder in which a relative path in it begins."""
    from interlock_evaluation.store import DEFAULT

    config = session(context).config
    folder = Path() if config is None else Path(config).parent
    return url or os.environ.get("INTERLOCK_EVAL_STORE") or DEFAULT, folder
