"""What the verbs that look after runs have in common: the agent, the exit codes, the way a stop is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

import typer

from interlock.commands import FAILED, note, session
from interlock_agents.commands.place import folder_of

if TYPE_CHECKING:
    from interlock import Router
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.state import Run

T = TypeVar("T")

PERSON: Final = 3
OVER_BUDGET: Final = 4
CODES: Final[Mapping[str, int]] = {
    "done": 0,
    "failed": FAILED,
    "cancelled": FAILED,
    "running": FAILED,
    "needs_person": PERSON,
    "over_budget": OVER_BUDGET,
}
"""How a run stands -> the exit code of a verb that has worked on it."""

EPILOG: Final = """\b
Exit codes:
  0    done
  1    it failed, or was cancelled
  2    wrong usage, configuration or plan
  3    it waits for a person
  4    its budget is used up
  130  interrupted: `interlock agent resume` goes on
"""

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The id of the run.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Do not show what happens while it happens.")]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A Python file whose `policy(call)` makes the moves in a model's place. It is executed.",
    ),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="INTERLOCK_AGENTS_ENGINE",
        help="What executes runs, e.g. dbos+sqlite:///engine.db; by default, the store itself.",
    ),
]
UsdOption = Annotated[
    float | None, typer.Option("--usd", metavar="DOLLARS", help="What it may cost, in US dollars.")
]
TokensOption = Annotated[
    int | None, typer.Option("--tokens", metavar="COUNT", help="How many tokens its models may use.")
]
SecondsOption = Annotated[
    float | None, typer.Option("--seconds", metavar="SECONDS", help="How long its calls may take in all.")
]
UnpricedOption = Annotated[
    bool,
    typer.Option("--allow-unpriced", help="With --usd, count models that have no price as free."),
]
StuckOption = Annotated[
    Literal["ask", "fail"],
    typer.Option(help="Where nothing is left to be tried for a node: ask a person, or let it fail."),
]
FourEyesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--four-eyes",
        metavar="EFFECT",
        help="An effect to which two people have to agree, such as irreversible; repeat it.",
    ),
]
PageOption = Annotated[
    str,
    typer.Option(metavar="URL", help="Where people answer, for the links that notifiers send."),
]
LimitOption = Annotated[
    int | None,
    typer.Option(metavar="COUNT", help="How many calls of models and tools it may make in all; 50."),
]
NotifyOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="URL", help="Who is told what waits, such as stdout: or https://…; may be repeated."
    ),
]


def with_agent(
    context: typer.Context,
    store: str,
    work: "Callable[[Agent], Awaitable[T]]",
    options: "Callable[[Router], Mapping[str, Any]]" = lambda _: {},
) -> T:
    """What comes of the work with an agent of the configuration, once agent and router are closed.

    `options` gives what the agent takes beside the router.

    Raises:
        ConfigError: the configuration cannot be used.
        StoreError: the store cannot be used.
    """
    from interlock_agents.running.agent import Agent

    folder = folder_of(context)

    async def through() -> T:
        async with (
            session(context).informed_router() as router,
            Agent(router, store=store, folder=folder, **options(router)) as agent,
        ):
            return await work(agent)

    return asyncio.run(through())


def budget_of(usd: float | None, tokens: int | None, seconds: float | None) -> dict[str, float] | None:
    """The budget, as an agent takes it; None where nobody has said anything of one."""
    said = {"usd": usd, "tokens": tokens, "seconds": seconds}
    return {name: value for name, value in said.items() if value is not None} or None


def ended(run: "Run") -> None:
    """Leave with the exit code of the run's state."""
    if code := CODES[run.state]:
        raise typer.Exit(code)


def stopped(run: str, *, policy: bool) -> None:
    """Say how to go on with a run that was interrupted here, and that a policy drives or not."""
    how = f"{run} --policy …" if policy else run
    note(f"Stopped; what was done is kept. `interlock agent resume {how}` goes on.")
