"""Tools, as Responses offer them: functions, functions within namespaces, tools whose input is text, and the
client's own search for more of them.

Models behind this endpoint share functions alone. One within a namespace is a function whose name begins with
that of its namespace; a tool whose input is text is a function of one text; a search is a function, too. The
answer is told in the client's own terms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from interlock import RequestError, ToolSpec
from interlock_server.dialects.reading import Fields, kind_of

INPUT = "input"
"""The one argument of a tool whose input is text."""

SEARCH = "tool_search"
"""What models know the client's search by."""

Kind = Literal["function", "custom", "search"]

_FUNCTION = frozenset(
    {
        "allowed_callers", "async", "defer_loading", "description", "name", "output_schema", "parameters",
        "strict", "type",
    }
)  # fmt: skip
_CUSTOM = frozenset({"allowed_callers", "async", "defer_loading", "description", "format", "name", "type"})
_NAMESPACE = frozenset({"description", "name", "tools", "type"})
_FORMAT = frozenset({"definition", "syntax", "type"})
_SEARCH = frozenset({"description", "execution", "parameters", "type"})
_CHOICES = ("none", "auto", "required")
_CHOSEN = frozenset({"name", "namespace", "type"})
_ALLOWED = frozenset({"mode", "tools", "type"})
_KINDS = "function, custom, namespace, and tool_search of execution client"
_LONGEST = 64
_DIGITS = 8

Choice = tuple[str | None, tuple["Tool", ...]]
"""What is to be called, and the tools that are left to call."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what models are told of it, and what the client calls it."""

    spec: ToolSpec
    name: str
    namespace: str | None = None
    kind: Kind = "function"

    @property
    def is_plain(self) -> bool:
        """Whether it is a function by its own name."""
        return self.namespace is None and self.kind == "function"


def name_of(name: str, namespace: str | None) -> str:
    """What models know a tool by: 64 characters at the most, which is what vendors take."""
    if namespace is None:
        return name
    whole = f"{namespace}__{name}"
    if len(whole) <= _LONGEST:
        return whole
    digits = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{whole[: _LONGEST - _DIGITS - 1]}_{digits}"


def tools_of(given: Any, path: str) -> tuple[Tool, ...]:
    """The tools among which a model may choose.

    Raises:
        RequestError: a tool that is none, one that its vendor runs, or two by one name.
    """
    if not isinstance(given, list):
        raise RequestError(f"expected a list of tools, not {kind_of(given)}", key=path)
    found: dict[str, Tool] = {}
    for index, each in enumerate(given):
        where = f"{path}.{index}"
        for tool in _tools(each, where):
            if tool.spec.name in found:
                raise RequestError(f"there are two tools by the name {tool.spec.name!r:.80}", key=where)
            found[tool.spec.name] = tool
    return tuple(found.values())


def found_in(given: Any, path: str) -> tuple[Tool, ...]:
    """The tools that a search of the client's has found.

    Raises:
        RequestError: a tool that is none, or one that its vendor runs.
    """
    if not isinstance(given, list):
        raise RequestError(f"expected a list of tools, not {kind_of(given)}", key=path)
    tools = (_tools(each, f"{path}.{index}", deferred=True) for index, each in enumerate(given))
    return tuple(tool for each in tools for tool in each)


def _tools(value: Any, path: str, namespace: str | None = None, *, deferred: bool = False) -> Iterator[Tool]:
    """`deferred`: of tools that are loaded by a search, and were."""
    kind = _kind(value, path, "a tool")
    if kind == "function":
        yield _function(Fields(value, path, _FUNCTION), namespace, deferred=deferred)
    elif kind == "custom":
        yield _custom(Fields(value, path, _CUSTOM), namespace, deferred=deferred)
    elif kind == "namespace" and namespace is None:
        fields = Fields(value, path, _NAMESPACE)
        name = _name(fields)
        for index, each in enumerate(fields.listed("tools") or ()):
            yield from _tools(each, f"{path}.tools.{index}", name, deferred=deferred)
    elif kind == "tool_search" and value.get("execution") == "client":
        fields = Fields(value, path, _SEARCH)
        spec = _spec(fields, SEARCH, fields.text("description") or "")
        yield Tool(spec, SEARCH, kind="search")
    else:
        raise _no_such(kind, path)


def _kind(value: Any, path: str, what: str) -> str:
    if not isinstance(value, dict):
        raise RequestError(f"expected {what}, not {kind_of(value)}", key=path)
    kind = value.get("type")
    if not isinstance(kind, str):
        raise RequestError(f"expected the type of {what}, not {kind_of(kind)}", key=f"{path}.type")
    return kind


def _no_such(kind: str, path: str) -> RequestError:
    what = f"{kind!r:.40} is run by one vendor alone, and not here; leave it out. There are {_KINDS}"
    return RequestError(what, key=f"{path}.type")


def _name(fields: Fields) -> str:
    name = fields.needed_text("name")
    if not name:
        raise fields.wrong("name", "expected a name, and it is empty")
    return name


def _check_plain(fields: Fields, *, deferred: bool) -> None:
    """What puts a tool into the hands of a vendor's program, and is harmless when it does not."""
    for name in ("async", *(() if deferred else ("defer_loading",))):
        if fields.flag(name):
            raise fields.wrong(name, "only one vendor has that; leave it out")
    if fields.listed("allowed_callers") not in (None, [], ["direct"]):
        raise fields.wrong(
            "allowed_callers", "the model alone calls tools here; send direct, or leave it out"
        )


def _function(fields: Fields, namespace: str | None, *, deferred: bool) -> Tool:
    _check_plain(fields, deferred=deferred)
    name, strict = _name(fields), fields.flag("strict")
    spec = _spec(fields, name_of(name, namespace), fields.text("description") or "", strict)
    return Tool(spec, name, namespace)


def _spec(fields: Fields, name: str, description: str, strict: bool | None = None) -> ToolSpec:
    parameters = fields.mapping("parameters")
    if not parameters:
        return ToolSpec(name=name, description=description, strict=strict)
    return ToolSpec(name=name, description=description, parameters=parameters, strict=strict)


def _custom(fields: Fields, namespace: str | None, *, deferred: bool) -> Tool:
    _check_plain(fields, deferred=deferred)
    name, description = _name(fields), fields.text("description") or ""
    form = fields.inner("format", _FORMAT)
    if form is not None and form.one_of("type", ("text", "grammar")) == "grammar":
        syntax, grammar = form.one_of("syntax", ("lark", "regex")), form.needed_text("definition")
        described = f"The input must match this grammar, written in {syntax or 'lark'}:\n{grammar}"
        description = f"{description}\n\n{described}" if description else described
    parameters = {
        "type": "object",
        "properties": {INPUT: {"type": "string", "description": "The whole input of the tool, as text."}},
        "required": [INPUT],
        "additionalProperties": False,
    }
    spec = ToolSpec(name=name_of(name, namespace), description=description, parameters=parameters)
    return Tool(spec, name, namespace, kind="custom")


def choice_of(given: Any, path: str, tools: tuple[Tool, ...]) -> Choice:
    """What must be called, and the tools that may be: fewer, where only some are allowed.

    Raises:
        RequestError: no such choice, or a tool that is not there.
    """
    if given is None:
        return None, tools
    if isinstance(given, str):
        if given not in _CHOICES:
            raise RequestError(f"{given!r:.40} is none of {', '.join(_CHOICES)}", key=path)
        if given == "required" and not tools:
            raise RequestError("it asks for a tool, and there are none", key=path)
        return given, tools
    kind = _kind(given, path, "a choice")
    if kind == "allowed_tools":
        return _allowed(Fields(given, path, _ALLOWED), tools)
    if kind not in ("function", "custom"):
        raise _no_such(kind, path)
    return _chosen(given, path, tools).spec.name, tools


def _allowed(fields: Fields, tools: tuple[Tool, ...]) -> Choice:
    names = {
        _chosen(each, f"{fields.at('tools')}.{index}", tools).spec.name
        for index, each in enumerate(fields.listed("tools") or ())
    }
    if not names:
        raise fields.wrong("tools", "expected a list of tools")
    mode = fields.one_of("mode", ("auto", "required"))
    return mode, tuple(tool for tool in tools if tool.spec.name in names)


def _chosen(value: Any, path: str, tools: tuple[Tool, ...]) -> Tool:
    fields = Fields(value, path, _CHOSEN)
    wanted = name_of(_name(fields), fields.text("namespace"))
    for tool in tools:
        if tool.spec.name == wanted:
            return tool
    raise fields.wrong("name", f"{wanted!r:.80} is none of the tools")
