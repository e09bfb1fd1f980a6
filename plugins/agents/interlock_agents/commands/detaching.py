"""`interlock agent run --detach`: a run is written down, and left to workers."""

from typing import TYPE_CHECKING, Any

import typer

from interlock.commands import note, write_json
from interlock.errors import RequestError
from interlock_agents.commands.place import folder_of
from interlock_agents.commands.working import with_agent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from interlock import Router
    from interlock_agents.running.agent import Agent


def check(*, policy: bool, engine: str | None, notify: list[str] | None) -> None:
    """Raises RequestError for what workers cannot be told."""
    if policy:
        raise RequestError("a policy is a program of this machine: workers do not have it.", key="--policy")
    if engine is not None:
        raise RequestError("with --detach, the --store says what executes runs.", key="--engine")
    if notify:
        raise RequestError(
            "workers tell those whom INTERLOCK_AGENTS_NOTIFY names where they are.", key="--notify"
        )


def leave(
    context: typer.Context,
    store: str,
    run: "Mapping[str, Any]",
    options: "Mapping[str, Any]",
    *,
    as_json: bool,
) -> None:
    """Write the run down, as `Agent.begin` takes it, and have workers go on with it.

    Raises:
        StoreError: the store cannot be used, or has no workers.
        RequestError: the run cannot be begun.
    """
    from interlock_agents.engines.delegating import Delegation, check_delegating, delegate

    check_delegating(store)
    budget = run["budget"] or {}

    async def work(agent: "Agent") -> str:
        begun = await agent.begin(**run)
        call = Delegation(
            run=begun,
            url=store,
            folder=folder_of(context),
            router=agent.router,
            usd=budget.get("usd"),
            options={**options, "budget": budget, "constraints": run["constraints"]},
        )
        return await delegate(call)

    def made(router: "Router") -> "dict[str, Any]":
        from interlock_agents.plans import ModelPlanner

        planner = ModelPlanner(router=router, constraints=run["constraints"]) if options["planned"] else None
        return {"planner": planner, "unpriced": options["unpriced"]}

    job = with_agent(context, store, work, made)
    if as_json:
        write_json({"run": run["run"], "job": job})
    else:
        note(f"{run['run']} is left to workers: `interlock jobs watch {job}`.")
