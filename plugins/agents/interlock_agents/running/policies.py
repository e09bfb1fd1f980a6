"""Programs in a model's place: what they are told, what they may do next, and how one is read from a file."""

import inspect
import runpy
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable
from uuid import uuid4

from interlock import RequestError, ToolCall, ToolOutcome, ToolSpec
from interlock_agents.running.diagnosing import said


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMove:
    """What a policy wants next: one of four things. `PolicyCall` makes them.

    Attributes:
        calls: tools to call, one after another; one that is refused keeps nobody from the next.
        ends: whether `value` is the node's answer.
        question: for a person; the policy is asked again once they have answered.
        stop: why it gives up: the node has failed.

    Raises:
        RequestError: it is none of the four, or several.
    """

    calls: tuple[ToolCall, ...] = ()
    ends: bool = False
    value: Any = None
    question: str | None = None
    stop: str | None = None

    def __post_init__(self) -> None:
        chosen = (bool(self.calls), self.ends, self.question is not None, self.stop is not None)
        if sum(chosen) != 1:
            raise RequestError(
                "a move calls tools, says the answer, asks a person or stops: exactly one of them",
                key="policy",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What has happened at a policy's wish: a call and its outcome, or a question and a person's answer."""

    call: ToolCall | None = None
    outcome: ToolOutcome | None = None
    question: str | None = None
    answer: Any = None

    @property
    def done(self) -> bool:
        """Whether the tool has done it, or the person has answered."""
        return self.outcome is None or self.outcome.outcome == "done"

    @property
    def text(self) -> str:
        """What the tool said, or the person."""
        return str(self.answer) if self.outcome is None else said(self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCall:
    """What a policy is given each time it is asked, and what it answers with: `use`, `say`, `ask`, `stop`.

    Attributes:
        goal: the run's.
        prompt: what this node is to do, as a model is asked: references filled in, and its values fenced.
        values: what the node's `with` gives, by name, with its types.
        tools: those that it may use.
        history: what it has wanted so far in this way of doing the node, oldest first.
        out: the JSON schema that its answer has to fit; None where any will do.
        number: how many moves there are with this one, in this way of doing the node.
        calls_left: how many calls the run may still make, this move not counted.
        approach: how often the node has been begun; another begins with an empty history.
    """

    run: str
    node: str
    goal: str
    prompt: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[ToolSpec, ...] = ()
    history: tuple[Turn, ...] = ()
    out: Mapping[str, Any] | None = None
    number: int = 1
    calls_left: int = 0
    approach: int = 1

    @property
    def last(self) -> Turn | None:
        """The newest of the history."""
        return self.history[-1] if self.history else None

    def use(self, tool: str, /, **arguments: Any) -> PolicyMove:
        """Call one tool. Several in one move: `PolicyMove(calls=…)`."""
        return PolicyMove(calls=(ToolCall(id=uuid4().hex, name=tool, arguments=arguments),))

    def say(self, value: Any) -> PolicyMove:
        """End with this answer: JSON, or bytes."""
        return PolicyMove(ends=True, value=value)

    def ask(self, question: str) -> PolicyMove:
        """Put a question before a person."""
        return PolicyMove(question=question)

    def stop(self, why: str) -> PolicyMove:
        """Give up."""
        return PolicyMove(stop=why)


@runtime_checkable
class Policy(Protocol):
    """Drives a node, or a whole run, in a model's place. It need not be deterministic: its moves are kept."""

    async def next(self, call: PolicyCall) -> PolicyMove:
        """What to do next. What it raises fails the node."""
        ...


PolicyLike: TypeAlias = Policy | Callable[[PolicyCall], PolicyMove | Awaitable[PolicyMove]]


def as_policy(given: PolicyLike) -> Policy:
    """A policy as it is, or one that asks a function, asynchronous or not.

    Raises:
        RequestError: it is neither.
    """
    if isinstance(given, type):
        given = given()
    if isinstance(given, Policy):
        return given
    if callable(given):
        return _Function(given)
    raise RequestError(f"expected a Policy or a function, not {type(given).__name__}", key="policy")


def policy_from(path: str | Path) -> Policy:
    """The policy of a Python file: its function `policy(call)`, asynchronous or not, or its class `Policy`.

    The file is executed, with the rights of this program.

    Raises:
        RequestError: there is no such file, it fails, or it defines neither.
    """
    file = Path(path)
    if not file.is_file():
        raise RequestError(f"there is no file {file}", key="policy")
    try:
        found = runpy.run_path(str(file))
    except Exception as error:
        raise RequestError(f"{file} fails with {type(error).__name__}: {error}", key="policy") from error
    for name in ("policy", "Policy"):
        if name in found and found[name] is not Policy:
            return as_policy(found[name])
    raise RequestError(f"{file} defines neither a function `policy(call)` nor a class `Policy`", key="policy")


def moves(*script: "PolicyMove | Callable[[PolicyCall], PolicyMove]") -> Policy:
    """A policy that makes these moves, one after another, for each node anew; then it stops."""
    return _Script(script)


class _Function:
    def __init__(self, function: Callable[[PolicyCall], Any]) -> None:
        self._function = function

    async def next(self, call: PolicyCall) -> PolicyMove:
        made = self._function(call)
        move: PolicyMove = await made if inspect.isawaitable(made) else made
        return move


class _Script:
    def __init__(self, script: Iterable[PolicyMove | Callable[[PolicyCall], PolicyMove]]) -> None:
        self._script = tuple(script)

    async def next(self, call: PolicyCall) -> PolicyMove:
        if call.number > len(self._script):
            return call.stop("the script has no further move")
        move = self._script[call.number - 1]
        if isinstance(move, PolicyMove):
            return move
        return move(call)
