"""Suites of agent tasks: a world behind a connector, and what is to be done in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

START: Final = "start"
AS_IT_IS: Final = "none"
STEPS: Final = 50  # calls of models and tools together, where a task says nothing
DOLLARS: Final = 1.0  # likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call of a tool by the world's own name of it."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must be so in the world afterwards: what a tool that only reads gives has to fit `expect`, a JSON
    schema.
    """

    name: str
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """What an attempt's last answer must be, as the model is told: a value that fits `schema`, or a text in
    which each of `contains` stands, case aside. Neither where the answer does not matter.
    """

    schema: Mapping[str, Any] | None = None
    contains: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        goal: all that the agent is told.
        tools: which it may use; none for every tool of the world.
        state: laid over the world's initial data, as the world's server understands it.
        least_calls: how many calls of tools it takes at the least; None where nobody has said.
        steps: how many calls of models and tools an attempt may make, together.
        dollars: what an attempt may cost at the most, in US dollars.
        expected: a JSON schema that the last answer has to fit as well, and that no model is shown.
        forbidden: tools whose successful call fails the task.
        solution: calls that solve it, in order, and `answer` what is answered then.
        place: where it is written.
    """

    id: str
    goal: str
    checks: Sequence[Check]
    tools: Sequence[str] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    least_calls: int | None = None
    steps: int = STEPS
    dollars: float = DOLLARS
    deliverable: Deliverable = field(default_factory=Deliverable)
    expected: Mapping[str, Any] | None = None
    forbidden: Sequence[str] = ()
    solution: Sequence[PlannedCall] = ()
    answer: Any = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Tasks in the order of their files' names, in one world.

    Attributes:
        connector: as a configuration's list of connectors has it; `{state}` and `{suite}` stand in its texts.
        tools: the section `tools` of a configuration.
        reset: how a fresh world is had: `start`, by a new process; `none`, not at all; else by calling the
            tool of that name.
        folder: where it is written.
    """

    name: str
    about: str
    connector: Mapping[str, Any]
    tasks: Sequence[Task]
    tools: Mapping[str, Any] = field(default_factory=dict)
    reset: str = START
    folder: Path = field(default=Path(), compare=False)

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything that is asked for, allowed or checked."""
        tasks = [{name: value for name, value in asdict(task).items() if name != "place"} for task in self]
        facts = [self.name, self.connector, self.tools, self.reset, tasks]
        text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
