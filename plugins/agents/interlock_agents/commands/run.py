"""`interlock agent run`: work on a goal or a plan, and show it while it goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from interlock.commands import note, write_json
from interlock.errors import RequestError
from interlock_agents.commands import detaching
from interlock_agents.commands.place import StoreOption, notifiers_for
from interlock_agents.commands.working import (
    EngineOption,
    FourEyesOption,
    JsonOption,
    LimitOption,
    NotifyOption,
    PageOption,
    PolicyOption,
    QuietOption,
    SecondsOption,
    StuckOption,
    TokensOption,
    UnpricedOption,
    UsdOption,
    budget_of,
    ended,
    stopped,
    with_agent,
)
from interlock_agents.store import DEFAULT

if TYPE_CHECKING:
    from interlock import Router
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.state import Run


def run(
    context: typer.Context,
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="What is to be done, in words.")] = "",
    *,
    plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The plan, as YAML; without it, a goal is enough.")
    ] = None,
    policy: PolicyOption = None,
    input_: Annotated[
        list[str] | None,
        typer.Option(
            "--input", metavar="NAME=VALUE", help="What the plan is given: JSON or text; repeat it."
        ),
    ] = None,
    planned: Annotated[
        bool, typer.Option("--planned", help="Have a model make a plan of the goal first.")
    ] = False,
    id_: Annotated[
        str | None,
        typer.Option("--run", metavar="ID", help="Its id. One that is there goes on: nothing runs twice."),
    ] = None,
    usd: UsdOption = None,
    tokens: TokensOption = None,
    seconds: SecondsOption = None,
    limit: LimitOption = None,
    residency: Annotated[
        list[str] | None,
        typer.Option(metavar="PLACE", help="Where its requests may be processed, e.g. eu; repeat it."),
    ] = None,
    on_premise: Annotated[
        bool, typer.Option("--on-premise", help="Only models and tools on your own ground.")
    ] = False,
    deny: Annotated[
        list[str] | None,
        typer.Option(metavar="VENDOR", help="A vendor that must see nothing; repeat it."),
    ] = None,
    sensitivity: Annotated[
        list[str] | None, typer.Option(metavar="LEVEL", help="A level of the policies; repeat it.")
    ] = None,
    stuck: StuckOption = "ask",
    allow_unpriced: UnpricedOption = False,
    four_eyes: FourEyesOption = None,
    page: PageOption = "",
    notify: NotifyOption = None,
    engine: EngineOption = None,
    store: StoreOption = DEFAULT,
    detach: Annotated[
        bool,
        typer.Option(
            "--detach", help="Leave it to `interlock work`; takes --store dbos+postgresql://host/database."
        ),
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Work on a goal or a plan with the configuration's models and tools, until it is done or waits.

    Without a plan, a model is given the goal and every tool; with --policy, a program makes its moves. What
    was done is kept in the store: after a crash, Ctrl-C or an answer, `interlock agent resume` goes on.
    """
    from interlock_agents.commands.tree import Live
    from interlock_agents.running.policies import policy_from

    if not (goal.strip() or plan or id_):
        raise RequestError("say what is to be done, or give a --plan.", key="GOAL")
    name = id_ or uuid4().hex[:12]
    live = Live(name, quiet=quiet or as_json, goal=goal, limit=limit)
    made = None if policy is None else policy_from(policy)
    given = _options(
        context, engine, notify, four_eyes=four_eyes, page=page, stuck=stuck, unpriced=allow_unpriced
    )
    inputs = inputs_of(input_ or [])
    constraints = {
        "residency": _parted(residency),
        "on_premise": on_premise,
        "deny_vendors": _parted(deny),
        "sensitivity": _parted(sensitivity),
    }

    asked: dict[str, Any] = {
        "goal": goal,
        "plan": None if plan is None else str(plan),
        "inputs": inputs or None,
        "run": name,
        "budget": budget_of(usd, tokens, seconds),
        "limit": limit,
        "constraints": constraints,
    }
    if detach:
        detaching.check(policy=policy is not None, engine=engine, notify=notify)
        told: dict[str, Any] = {
            "four_eyes": [*(four_eyes or ())],
            "page": page,
            "planned": planned,
            "stuck": stuck,
            "unpriced": "allow" if allow_unpriced else "refuse",
        }
        detaching.leave(context, store, asked, told, as_json=as_json)
        return

    async def work(agent: "Agent") -> "Run":
        if not (quiet or as_json):
            note(f"Run {name}")
        with live.shown():
            return await agent.run(policy=made, **asked)

    def options(router: "Router") -> dict[str, Any]:
        from interlock_agents.plans import ModelPlanner

        planner = ModelPlanner(router=router, constraints=constraints) if planned else None
        return {**given, "planner": planner, "on_event": live}

    _work_on(
        name, lambda: with_agent(context, store, work, options), policy=made is not None, as_json=as_json
    )


def resume(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="RUN", help="The id of the run.")],
    *,
    policy: PolicyOption = None,
    usd: UsdOption = None,
    tokens: TokensOption = None,
    seconds: SecondsOption = None,
    limit: LimitOption = None,
    stuck: StuckOption = "ask",
    allow_unpriced: UnpricedOption = False,
    four_eyes: FourEyesOption = None,
    page: PageOption = "",
    notify: NotifyOption = None,
    engine: EngineOption = None,
    store: StoreOption = DEFAULT,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run, whichever process began it.

    What is done stays done, what has failed is tried anew, and what may have happened is looked for first. A
    limit or a budget that is given holds for the whole run from now on.
    """
    from interlock_agents.commands.tree import Live
    from interlock_agents.running.policies import policy_from

    live = Live(id_, quiet=quiet or as_json)
    made = None if policy is None else policy_from(policy)
    given = _options(
        context, engine, notify, four_eyes=four_eyes, page=page, stuck=stuck, unpriced=allow_unpriced
    )

    async def work(agent: "Agent") -> "Run":
        live.picture.know(await agent.show(id_))
        with live.shown():
            return await agent.resume(id_, policy=made, limit=limit, budget=budget_of(usd, tokens, seconds))

    def options(_: "Router") -> dict[str, Any]:
        return {**given, "on_event": live}

    _work_on(id_, lambda: with_agent(context, store, work, options), policy=made is not None, as_json=as_json)


def inputs_of(given: list[str]) -> dict[str, Any]:
    """Inputs of a plan as they were typed: JSON where it is some, else text.

    Raises:
        RequestError: one has no name, or two have the same.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator or not name:
            raise RequestError(f"expected NAME=VALUE, not {each!r:.60}.", key="--input")
        if name in found:
            raise RequestError(f"{name} is given twice.", key="--input")
        found[name] = typed(value)
    return found


def typed(value: str) -> Any:
    """What was typed: JSON where it is some, else text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _options(
    context: typer.Context,
    engine: str | None,
    notify: list[str] | None,
    *,
    four_eyes: list[str] | None,
    page: str,
    stuck: str,
    unpriced: bool,
) -> dict[str, Any]:
    from interlock_agents.approvals import ApprovalRules

    return {
        "engine": engine,
        "notifiers": notifiers_for(context, notify),
        "approvals": ApprovalRules(four_eyes=tuple(four_eyes or ()), page=page),  # type: ignore[arg-type]  # it checks
        "stuck": stuck,
        "unpriced": "allow" if unpriced else "refuse",
    }


def _work_on(name: str, work: "Callable[[], Run]", *, policy: bool, as_json: bool) -> None:
    """Do it, print what came of the run, and leave with its exit code."""
    from interlock_agents.commands.plainly import run_to_plain
    from interlock_agents.commands.shown import show_end

    try:
        found = work()
    except KeyboardInterrupt:
        stopped(name, policy=policy)
        raise
    if as_json:
        write_json(run_to_plain(found))
    else:
        show_end(found)
    ended(found)


def _parted(given: list[str] | None) -> list[str]:
    return [name.strip() for each in given or () for name in each.split(",") if name.strip()]
