"""A path held against a schema, before there is a value: what is there, or why nothing can be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock.types.names import nearest
from interlock_agents.plans.schemas import is_bytes

__all__ = ["Nowhere", "followed", "holds_bytes", "kinds_of"]

_MOST: Final = 200
_ANYTHING: Final[Mapping[str, Any]] = {}
_SHAPED: Final = frozenset(
    {"type", "properties", "items", "prefixItems", "enum", "const", "patternProperties"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nowhere:
    """Why a path leads to nothing. `steps` is how many of its steps there are."""

    steps: int
    message: str
    suggestion: str | None = None


def followed(schema: Mapping[str, Any], path: tuple[str | int, ...]) -> Mapping[str, Any] | Nowhere:
    """The schema of what a path leads to.

    Where a schema lists an object's properties, others are not there unless it says
    `additionalProperties: true`; where it says nothing of a value, anything may be.
    """
    here: list[Mapping[str, Any]] = [schema]
    for taken, step in enumerate(path):
        forms = [form for each in here for form in _forms(each, schema)]
        there = [found for form in forms if (found := _taken(form, step)) is not None]
        if not there:
            return _nowhere(forms, taken, step)
        here = there
    if len(here) == 1:
        return _rooted(here[0], schema)
    return _rooted({"anyOf": here}, schema)


def kinds_of(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """The types that a value may have, as JSON calls them, and `bytes`; None where it may have any."""
    kinds: set[str] = set()
    for form in _forms(schema, schema):
        said = form.get("type")
        if said is None:
            return None
        names = [said] if isinstance(said, str) else [str(name) for name in said]
        kinds.update("bytes" if name == "string" and is_bytes(form) else name for name in names)
    return frozenset(kinds) or None


def holds_bytes(schema: Mapping[str, Any]) -> bool:
    """Whether some part of a value is meant to be bytes."""
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if part.get("type") == "string" and is_bytes(part):
                return True
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
    return False


def _rooted(found: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the definitions that its references need."""
    kept = {name: root[name] for name in ("$defs", "definitions") if name in root and name not in found}
    return {**found, **kept}


def _forms(schema: Any, root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Each form that a value may have, without the keywords that combine or refer."""
    waiting = [schema]
    seen = 0
    while waiting and seen < _MOST:
        seen += 1
        part = waiting.pop()
        if part is True or not isinstance(part, Mapping):
            if part is True:
                yield _ANYTHING
            continue
        under = [*part.get("anyOf", ()), *part.get("oneOf", ()), *part.get("allOf", ())]
        if isinstance(reference := part.get("$ref"), str):
            under.append(_referred(reference, root))
        waiting.extend(under)
        if not under or _SHAPED & part.keys():
            yield part


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    if reference.startswith("#"):
        for step in reference[1:].split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, Mapping) else None
        return found
    return True


def _taken(form: Mapping[str, Any], step: str | int) -> Mapping[str, Any] | None:
    """What is behind one step of one form; None where nothing can be."""
    kind = form.get("type")
    kinds = None if kind is None else {kind} if isinstance(kind, str) else set(kind)
    wanted = "object" if isinstance(step, str) else "array"
    if kinds is not None and wanted not in kinds:
        return None
    return _property(form, step) if isinstance(step, str) else _item(form, step)


def _property(form: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    listed = form.get("properties") or {}
    if name in listed:
        return _as_schema(listed[name])
    rest = form.get("additionalProperties", not listed)
    if form.get("patternProperties"):
        return _ANYTHING
    return _as_schema(rest)


def _item(form: Mapping[str, Any], index: int) -> Mapping[str, Any] | None:
    first = form.get("prefixItems") or ()
    if index < len(first):
        return _as_schema(first[index])
    if isinstance(most := form.get("maxItems"), int) and index >= most:
        return None
    return _as_schema(form.get("items", True))


def _as_schema(said: Any) -> Mapping[str, Any] | None:
    if isinstance(said, Mapping):
        return said
    return None if said is False else _ANYTHING


def _nowhere(forms: list[Mapping[str, Any]], taken: int, step: str | int) -> Nowhere:
    kinds = sorted({str(form["type"]) for form in forms if "type" in form})
    what = " or ".join(kinds) or "something else"
    if isinstance(step, int):
        if "array" in kinds:
            return Nowhere(steps=taken, message=f"the list has no item {step}")
        return Nowhere(steps=taken, message=f"it is {what}, so there is no item {step}")
    known = [name for form in forms for name in form.get("properties") or ()]
    if not known:
        return Nowhere(steps=taken, message=f"it is {what}, so there is no {step!r}")
    message = f"there is no {step!r}; there is {', '.join(dict.fromkeys(known))}"
    return Nowhere(steps=taken, message=message, suggestion=nearest(step, known))
