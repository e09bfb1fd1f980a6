"""Worlds opened: a suite's connector, in a fresh folder, behind a router that has nothing else."""

import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

from interlock import Constraints, InterlockError, RequestError, Router, ToolCall, ToolOutcome
from interlock.types.names import nearest
from interlock_evaluation.agents.suite import AS_IT_IS, START, PlannedCall, Suite, Task

APPLIED: Final = "applied.jsonl"
BY: Final = "evaluation"
"""Who agrees in a person's place, and looks."""


class WorldFailed(InterlockError):
    """The world could not be had, or not be looked at: nothing is said of a model by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The share of writes whose answer is lost after they were applied, 0 to 1, by a seed."""

    share: float
    seed: int

    def of(self, task: str, repeat: int) -> dict[str, Any]:
        """As the world of one attempt is told: the same for every model."""
        digest = sha256(f"{self.seed}/{task}/{repeat}".encode()).digest()
        return {"share": self.share, "seed": int.from_bytes(digest[:4], "big")}


@dataclass(slots=True, kw_only=True)
class World:
    """A world that is open.

    Attributes:
        router: has its tools, and no other.
        state: the folder that it was given.
        own: what the world itself calls the tools that models call by these names.
    """

    suite: Suite
    router: Router
    state: Path
    constraints: Constraints
    own: dict[str, str] = field(default_factory=dict)

    def offered(self, tool: str) -> str:
        """What models call a tool that the world calls so."""
        return next((name for name, own in self.own.items() if own == tool), tool)

    async def look(self, call: PlannedCall, *, agreed: bool = False) -> ToolOutcome:
        """What a tool gives, apart from whatever an agent does. Raises WorldFailed where it cannot be had.

        `agreed` is of a tool to each run of which a person would have to.
        """
        toolbox = self.router.toolbox(constraints=self.constraints)
        asked = ToolCall(id=uuid4().hex, name=self.offered(call.tool), arguments=dict(call.arguments))
        try:
            grant = (await toolbox.asking(asked)).grant(approver=BY) if agreed else None
            outcome = await toolbox.run(asked, grant=grant)
        except InterlockError as error:
            raise WorldFailed(f"{call.tool} cannot be run: {error.message}") from None
        if outcome.outcome == "refused" and outcome.reason == "not_sent":
            raise WorldFailed(f"{call.tool} cannot be run: {outcome.content}")
        return outcome

    def applied(self) -> Sequence[Mapping[str, Any]] | None:
        """Writes that the world says it has applied, in order; None where it says nothing."""
        file = self.state / APPLIED
        if not file.is_file():
            return None
        lines = file.read_text(encoding="utf-8").splitlines()
        return [each for line in lines if isinstance(each := _json(line), dict)]


@asynccontextmanager
async def opened(
    suite: Suite, task: Task, *, constraints: Constraints, repeat: int = 0, faults: Faults | None = None
) -> AsyncIterator[World]:
    """The task's world, fresh. It ends with the block, and its folder is gone.

    Raises:
        WorldFailed: it cannot be started, lists no tools, or cannot be reset.
        ConfigError: the suite's connector is none that can be.
    """
    with TemporaryDirectory(prefix="interlock-eval-", ignore_cleanup_errors=True) as folder:
        state = Path(folder)
        told = {
            "suite": suite.name,
            "task": task.id,
            "state": dict(task.state),
            "faults": None if faults is None else faults.of(task.id, repeat),
        }
        (state / "task.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        async with Router.from_config(_configuration(suite, state)) as router:
            world = World(suite=suite, router=router, state=state, constraints=constraints)
            await _list(world)
            if suite.reset not in (START, AS_IT_IS):
                outcome = await world.look(PlannedCall(tool=suite.reset), agreed=True)
                if outcome.outcome != "done":
                    raise WorldFailed(f"{suite.reset}, which resets it, failed: {outcome.content}")
            yield world


async def check_suite(suite: Suite, *, constraints: Constraints) -> None:
    """Hold what the tasks name against what the world has.

    Raises:
        RequestError: a task names a tool that there is not, or a check one that does more than read.
        WorldFailed: the world cannot be had.
    """
    async with opened(suite, suite.tasks[0], constraints=constraints) as world:
        toolbox = world.router.toolbox(constraints=constraints)
        reads = {
            each.tool.spec.name: toolbox.effect_of(each).effect == "read" for each in await toolbox.tools()
        }
    for task in suite:
        named = {
            "tools": task.tools,
            "forbidden": task.forbidden,
            "solution": [each.tool for each in task.solution],
            "checks": [each.tool for each in task.checks],
        }
        for key, tools in named.items():
            for tool in tools:
                if tool not in reads:
                    what = f"the world has no tool {tool!r}; it has {', '.join(sorted(reads))}."
                    raise RequestError(what, key=f"{task.place}, {key}", suggestion=nearest(tool, reads))
        for check in task.checks:
            if not reads[check.tool]:
                what = (
                    f"{check.tool!r} does more than read, as far as the world says; if it only reads, write "
                    f"`tools: {{rules: [{{tools: {check.tool}, effect: read}}]}}` into suite.yaml."
                )
                raise RequestError(what, key=f"{task.place}, checks, {check.name}")


async def _list(world: World) -> None:
    toolbox = world.router.toolbox(constraints=world.constraints)
    world.own = {each.name: each.tool.spec.name for each in await toolbox.tools()}
    if not world.own:
        why = "; ".join(toolbox.excluded.values()) or "it has no tools"
        raise WorldFailed(f"{world.suite.name} cannot be had: {why}")


def _configuration(suite: Suite, state: Path) -> dict[str, Any]:
    connector = _filled(suite.connector, {"{state}": str(state), "{suite}": str(suite.folder)})
    options = connector.get("options", {})
    if options.get("command") == "python":
        connector["options"] = {**options, "command": sys.executable}
    return {"connectors": [connector], "tools": dict(suite.tools)}


def _filled(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in texts.items():
            value = value.replace(name, text)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(each, texts) for key, each in value.items()}
    return [_filled(each, texts) for each in value] if isinstance(value, list | tuple) else value


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None  # a line that its world was killed within
