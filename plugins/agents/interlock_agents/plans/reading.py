"""Plans as users and planners write them: a YAML file, a mapping, a `Plan`."""

import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from interlock import ConfigError, RequestError
from interlock.documents import MAX_CHARACTERS, Node, read
from interlock.types.files import read_regular
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.node_keys import as_node
from interlock_agents.plans.plan import Plan
from interlock_agents.plans.references import kind_of
from interlock_agents.plans.shapes import Shape
from interlock_agents.plans.validating import Known, check
from interlock_agents.plans.values import copied

__all__ = ["PlanSource", "Reading", "read_plan", "unchecked"]

PlanSource = str | os.PathLike[str] | Mapping[str, Any] | Plan

_KEYS: Final = ("goal", "inputs", "nodes", "version", "retired")


def read_plan(source: PlanSource, known: Known | None = None) -> Plan:
    """The plan of a YAML file, by its path, of a mapping with the same keys, or a `Plan`; checked.

    Args:
        source: where the plan is.
        known: what it is held against; without it, tools and constraints are not looked up.

    Raises:
        PlanError: with everything that is wrong, each with its node, its key and, of a file, its line.
    """
    found = unchecked(source)
    check(found.plan, known, source=found.source, complaints=found.complaints, unread=found.unread)
    return found.plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What of a plan could be read, and what was wrong; `check` takes the rest by these names."""

    plan: Plan
    source: str = ""
    complaints: Sequence[Complaint] = ()
    unread: AbstractSet[str] = frozenset()


def unchecked(source: PlanSource) -> Reading:
    """A plan as it is written, held against nothing. Raises PlanError for what cannot be read at all."""
    if isinstance(source, Plan):
        return Reading(plan=source)
    shape, name = Shape(), ""
    if isinstance(source, Mapping):
        plan = _plan(_plain(source), shape, {})
    else:
        name = os.fspath(source)
        written = _written(name)
        lines = _lines(written)
        plan = _plan(_plain(written.plain(), name, lines), shape, lines)
    return Reading(plan=plan, source=name, complaints=shape.complaints, unread=shape.unread)


def _plan(data: Any, shape: Shape, lines: Mapping[str, int]) -> Plan:
    if not isinstance(data, dict):
        shape.complain("", f"a mapping with the key nodes is expected, not {kind_of(data)}")
        return Plan(nodes=(), lines=lines)
    shape.only(data, _KEYS, "", "a plan")
    if data.get("nodes") is None:
        shape.complain("nodes", "it is missing: a list of what is to be done")
    written = shape.items(data, "nodes", "")
    return Plan(
        goal=shape.text(data, "goal", ""),
        inputs={name: shape.mapping(inputs, name, "inputs") for name in inputs}
        if (inputs := shape.mapping(data, "inputs", ""))
        else {},
        nodes=tuple(as_node(each, f"nodes.{index}", shape) for index, each in enumerate(written)),
        version=shape.whole(data, "version", "", 1, 1),
        retired=frozenset(shape.names(data, "retired", "")),
        lines=lines,
    )


def _plain(data: Any, name: str = "", lines: Mapping[str, int] | None = None) -> Any:
    try:
        return copied(data)
    except RequestError as error:
        complaint = Complaint(message=error.message, path=error.key, line=(lines or {}).get(error.key))
        raise PlanError([complaint], source=name) from None


def _written(name: str) -> Node:
    try:
        raw = read_regular(Path(name).expanduser(), 4 * MAX_CHARACTERS + 1)
        root = read(raw.decode("utf-8-sig"), name)
    except ConfigError as error:
        complaint = Complaint(message=error.message, path=error.key, line=error.line)
    except UnicodeDecodeError:
        complaint = Complaint(message="is not UTF-8 text; save it as UTF-8")
    except (OSError, ValueError, RuntimeError) as error:
        complaint = Complaint(message=f"cannot be read: {getattr(error, 'strerror', None) or error}")
    else:
        if root is not None:
            return root
        complaint = Complaint(message="there is nothing in it; a plan has the key nodes")
    raise PlanError([complaint], source=name)


def _lines(root: Node) -> dict[str, int]:
    """The line of each key and item, by its dotted path."""
    lines: dict[str, int] = {}
    waiting = [("", root)]
    while waiting:
        path, node = waiting.pop()
        at = f"{path}." if path else ""
        if isinstance(node.value, dict):
            lines |= {f"{at}{key}": line for key, line in node.keys.items()}
            waiting += [(f"{at}{key}", value) for key, value in node.value.items()]
        elif isinstance(node.value, list):
            lines |= {f"{at}{index}": value.line for index, value in enumerate(node.value)}
            waiting += [(f"{at}{index}", value) for index, value in enumerate(node.value)]
    return lines
