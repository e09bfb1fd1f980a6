"""Expressions: what each kind of them comes to."""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from interlock_evaluation.worlds.software_development.subset.failing import Failing, Steps
from interlock_evaluation.worlds.software_development.subset.offered import FUNCTIONS, method

_BINARY: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: Final[Mapping[type, Callable[[Any], Any]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_COMPARED: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_FORMAT: Final = re.compile(r"[<>^]?0?\d{0,3},?(?:\.\d{1,2})?[dfs%]?")


@dataclass(frozen=True, slots=True)
class Function:
    """One of the program's own."""

    node: ast.FunctionDef
    module: str


@dataclass(frozen=True, slots=True)
class Module:
    name: str


class Calling(Protocol):
    """What expressions need of the program that they stand in."""

    steps: Steps
    functions: Mapping[str, Callable[..., Any]]

    def call(self, function: Function, given: list[Any], named: dict[str, Any]) -> Any: ...

    def member(self, module: Module, name: str) -> Any: ...


@dataclass(slots=True)
class Scope:
    """The names of a function's body, before those of its module."""

    program: Calling
    module: str
    globals: dict[str, Any]
    locals: dict[str, Any] = field(default_factory=dict)

    def value(self, node: ast.expr) -> Any:
        """What an expression comes to. Raises Failing."""
        self.program.steps.spend()
        found = _KINDS.get(type(node))
        if found is None:
            raise Failing(f"the subset has no {type(node).__name__}: {ast.unparse(node)[:60]}")
        return found(self, node)

    def name(self, name: str) -> Any:
        for names in (self.locals, self.globals):
            if name in names:
                return names[name]
        raise Failing(f"name {name!r:.60} is not defined", kind="NameError")

    def weigh(self, value: Any) -> Any:
        return self.program.steps.weigh(value)


def _constant(scope: Scope, node: ast.Constant) -> Any:
    if not isinstance(node.value, (str, int, float, type(None))):
        raise Failing(f"the subset has no {type(node.value).__name__}: {ast.unparse(node)[:60]}")
    return scope.weigh(node.value)


def _binary(scope: Scope, node: ast.BinOp) -> Any:
    left, right = scope.value(node.left), scope.value(node.right)
    found = _BINARY.get(type(node.op))
    if found is None or (isinstance(node.op, ast.Mod) and isinstance(left, str)):
        raise Failing(f"the subset has no such operator: {ast.unparse(node)[:60]}")
    if isinstance(node.op, ast.Mult):
        for many, times in ((left, right), (right, left)):
            if isinstance(many, (str, list, tuple)) and isinstance(times, int):
                scope.program.steps.fits(len(many) * times)
    return scope.weigh(found(left, right))


def _unary(scope: Scope, node: ast.UnaryOp) -> Any:
    found = _UNARY.get(type(node.op))
    if found is None:
        raise Failing(f"the subset has no such operator: {ast.unparse(node)[:60]}")
    return found(scope.value(node.operand))


def _either(scope: Scope, node: ast.BoolOp) -> Any:
    stops = isinstance(node.op, ast.Or)
    for each in node.values[:-1]:
        found = scope.value(each)
        if bool(found) is stops:
            return found
    return scope.value(node.values[-1])


def _compared(scope: Scope, node: ast.Compare) -> Any:
    left = scope.weigh(scope.value(node.left))
    for operation, each in zip(node.ops, node.comparators, strict=True):
        right = scope.weigh(scope.value(each))
        if not _COMPARED[type(operation)](left, right):
            return False
        left = right
    return True


def _called(scope: Scope, node: ast.Call) -> Any:
    found = _callable(scope, node.func)
    given = [scope.weigh(scope.value(each)) for each in node.args]
    named = {}
    for each in node.keywords:
        if each.arg is None:
            raise Failing("the subset has no ** in a call")
        named[each.arg] = scope.weigh(scope.value(each.value))
    if isinstance(found, Function):
        return scope.program.call(found, given, named)
    return scope.weigh(found(*given, **named))


def _callable(scope: Scope, node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        known = node.id in scope.locals or node.id in scope.globals
        offered = scope.program.functions.get(node.id) or FUNCTIONS.get(node.id)
        found = scope.name(node.id) if known or offered is None else offered
        if found is offered:
            return found
    elif isinstance(node, ast.Attribute):
        value = scope.value(node.value)
        if not isinstance(value, Module):
            return method(value, node.attr)
        found = scope.program.member(value, node.attr)
    else:
        raise Failing(f"the subset does not call {ast.unparse(node)[:60]}")
    if not isinstance(found, Function):
        raise Failing(f"{ast.unparse(node)[:60]} is no function", kind="TypeError")
    return found


def _attribute(scope: Scope, node: ast.Attribute) -> Any:
    value = scope.value(node.value)
    if not isinstance(value, Module):
        raise Failing(f"the subset has no attribute {node.attr!r:.60} of a {type(value).__name__}")
    return scope.program.member(value, node.attr)


def _sliced(scope: Scope, node: ast.Slice) -> slice:
    return slice(
        *(None if each is None else scope.value(each) for each in (node.lower, node.upper, node.step))
    )


def _text(scope: Scope, node: ast.JoinedStr) -> str:
    return str(scope.weigh("".join(str(scope.value(each)) for each in node.values)))


def _formatted(scope: Scope, node: ast.FormattedValue) -> str:
    form = "" if node.format_spec is None else str(scope.value(node.format_spec))
    if not _FORMAT.fullmatch(form):
        raise Failing(f"the subset has no format {form!r:.20}")
    value = scope.weigh(scope.value(node.value))
    return format(repr(value) if node.conversion == ord("r") else value, form)


def _generated(scope: Scope, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
    inner = Scope(scope.program, scope.module, scope.globals, dict(scope.locals))
    return [inner.value(node.elt) for _ in _rounds(inner, node.generators)]


def _mapped(scope: Scope, node: ast.DictComp) -> dict[Any, Any]:
    inner = Scope(scope.program, scope.module, scope.globals, dict(scope.locals))
    return {inner.value(node.key): inner.value(node.value) for _ in _rounds(inner, node.generators)}


def _rounds(scope: Scope, generators: list[ast.comprehension]) -> Iterator[None]:
    first, *others = generators
    for each in iterated(scope, first.iter):
        bind(scope, first.target, each)
        if all(scope.value(test) for test in first.ifs):
            if others:
                yield from _rounds(scope, others)
            else:
                yield


def _dictionary(scope: Scope, node: ast.Dict) -> dict[Any, Any]:
    if None in node.keys:
        raise Failing("the subset has no ** in a dictionary")
    keys = [scope.value(key) for key in node.keys if key is not None]
    found = dict(zip(keys, (scope.value(each) for each in node.values), strict=True))
    scope.weigh(found)
    return found


_KINDS: Final[Mapping[type, Callable[[Scope, Any], Any]]] = {
    ast.Constant: _constant,
    ast.Name: lambda scope, node: scope.name(node.id),
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _either,
    ast.Compare: _compared,
    ast.Call: _called,
    ast.Attribute: _attribute,
    ast.IfExp: lambda scope, node: scope.value(node.body if scope.value(node.test) else node.orelse),
    ast.Subscript: lambda scope, node: scope.weigh(scope.value(node.value)[scope.value(node.slice)]),
    ast.Slice: _sliced,
    ast.List: lambda scope, node: scope.weigh([scope.value(each) for each in node.elts]),
    ast.Tuple: lambda scope, node: scope.weigh(tuple(scope.value(each) for each in node.elts)),
    ast.Dict: _dictionary,
    ast.JoinedStr: _text,
    ast.FormattedValue: _formatted,
    ast.ListComp: _generated,
    ast.GeneratorExp: _generated,
    ast.DictComp: _mapped,
}


def iterated(scope: Scope, node: ast.expr) -> list[Any]:
    """What is gone through, as it was when that began."""
    found = scope.weigh(scope.value(node))
    if not isinstance(found, (str, list, tuple, dict)):
        raise Failing(f"{ast.unparse(node)[:60]} cannot be gone through", kind="TypeError")
    return [*found]


def bind(scope: Scope, target: ast.expr, value: Any) -> None:
    """Raises Failing for a target that the subset does not have."""
    if isinstance(target, ast.Name):
        scope.locals[target.id] = value
    elif isinstance(target, (ast.Tuple, ast.List)):
        values = [*value] if isinstance(value, (str, list, tuple, dict)) else [value]
        if len(values) != len(target.elts):
            raise Failing(f"expected {len(target.elts)} values, not {len(values)}", kind="ValueError")
        for each, one in zip(target.elts, values, strict=True):
            bind(scope, each, one)
    elif isinstance(target, ast.Subscript):
        held = scope.value(target.value)
        if not isinstance(held, (list, dict)):
            raise Failing(f"{ast.unparse(target.value)[:60]} takes no items", kind="TypeError")
        scope.program.steps.weigh(value)
        held[scope.value(target.slice)] = value
    else:
        raise Failing(f"the subset assigns nothing to {ast.unparse(target)[:60]}")
