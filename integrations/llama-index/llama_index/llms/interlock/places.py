"""Where calls of tools have their places: LlamaIndex hands a tool no id of its call."""

import asyncio
import json
import re
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from llama_index.core.workflow import Context

from interlock import RequestError

_KEY = "interlock_calls"  # in the state of a workflow's context
_RANDOM = re.compile(r"[0-9A-Za-z]{8,}$")
_LOCKS: weakref.WeakKeyDictionary[Any, asyncio.Lock] = weakref.WeakKeyDictionary()
_MADE: dict[int, dict[str, int]] = {}  # by execution of a step and node, how many calls it has made


class Spot:
    """One call among the equal ones of its run, for as long as it is made.

    A call that ends in an error is not over, since nobody was told what came of it: the next equal one is the
    same call.
    """

    def __init__(self, place: Any, counts: Any) -> None:
        """`counts` are those of calls outside a workflow, None inside: its context has them."""
        self.place = place
        self._counts = counts

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        if self._counts is not None:
            self._counts.leave(self.place.node, self.place.seq)
        elif isinstance(error, Exception) and not isinstance(error, _waiting()):
            # A step that waits, or that is cancelled, is done again, and finds its own calls.
            place = self.place
            async with counts_of(place.run) as counts:
                counts.leave(place.node, place.seq)


def in_step() -> bool:
    """Whether a workflow's step is executed here."""
    return _execution() is not None


def run_of() -> str:
    """The run that `in_run` says; empty where nobody does."""
    try:
        from interlock_agents.accounting import scope_here  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return ""
    scope = scope_here()
    return "" if scope is None else scope.name


def step_of(tool: str, arguments: Mapping[str, Any]) -> str:
    """The place of a call in the workflow's step that is executed here, the same when it is done again; empty
    elsewhere.
    """
    execution = _execution()
    if execution is None:
        return ""
    node = f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"
    return f"{_work(execution)}:{_nth(execution, node)}"


async def spot_of(tool: str, arguments: Mapping[str, Any]) -> Spot:
    """The place of a call of that tool with these arguments.

    In a workflow the calls are counted in the state of its context, and kept with it by `Context.to_dict`:
    with the piece of work that makes them, since that is repeated after a wait and after a crash, and has to
    meet the same effect. Elsewhere they are counted from the beginning of `in_run`.

    Raises:
        RequestError: nobody says which run it belongs to, the arguments are no JSON, or the workflow's state
            has no room for the counts.
    """
    from interlock_agents import Place  # noqa: PLC0415 - an extra
    from interlock_agents.accounting import needed_scope, node_of  # noqa: PLC0415 - as above

    scope, execution = needed_scope(), _execution()
    run = scope.name
    if execution is None:
        node = node_of(tool, arguments, how="loop")
        number = scope.counts.take(node)
        return Spot(Place(run=run, node=node, seq=number), scope.counts)
    node = node_of(tool, arguments)
    nth = _nth(execution, node)
    async with counts_of(run) as counts:
        number = counts.take(node, work=_work(execution), nth=nth)
    return Spot(Place(run=run, node=node, seq=number), None)


@asynccontextmanager
async def counts_of(run: str) -> AsyncIterator[Any]:
    """The counts in the state of the workflow's context, which has what they are afterwards."""
    from interlock_agents.accounting import Counts  # noqa: PLC0415 - as above

    store = Context.get_step_context().store
    async with _LOCKS.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        kept = await store.get(_KEY, default=None) or {}
        counts = Counts.read(kept.get(run))
        yield counts
        try:
            await store.set(_KEY, {**kept, run: counts.plain()})
        except (AttributeError, TypeError, ValueError) as error:
            raise RequestError(
                f"the workflow's state has no room for what was called: give it `{_KEY}: dict = {{}}`",
                key="state",
            ) from error


def _waiting() -> type[BaseException]:
    from workflows.runtime.types.results import WaitingForEvent  # noqa: PLC0415 - as below

    return WaitingForEvent


def _execution() -> Any:
    """The execution of a workflow's step in which this is called, if any."""
    from workflows.runtime.types.results import StepWorkerStateContextVar  # noqa: PLC0415 - few need it

    return StepWorkerStateContextVar.get(None)


def _work(execution: Any) -> str:
    """The piece of work that a step does, by a name that it keeps when it is done again.

    An agent that goes on from amid its distribution of calls distributes them anew, as other pieces of work
    with the same ids: these tell them apart, unless they are a model's mere numbers, which come back.
    """
    state = execution.state
    id_ = str(getattr(execution.event, "tool_id", ""))
    return f"{state.step_name}:{id_ if _RANDOM.search(id_) else state.work_item_id}"


def _nth(execution: Any, node: str) -> int:
    name = id(execution)
    if name not in _MADE:
        _MADE[name] = {}
        weakref.finalize(execution, _MADE.pop, name, None).atexit = False
    made = _MADE[name]
    made[node] = made.get(node, -1) + 1
    return made[node]
