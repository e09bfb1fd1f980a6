"""Statements: what the body of a function does."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from interlock_evaluation.worlds.software_development.subset.expressions import Scope, bind, iterated
from interlock_evaluation.worlds.software_development.subset.failing import Failing
from interlock_evaluation.worlds.software_development.subset.offered import ERRORS


class Returned(Exception):
    """The end of a function, with what it returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Left(Failing):
    """The end of a loop, which fails outside one."""


class _Next(Failing):
    """The end of one round of a loop, which fails outside one."""


def run(scope: Scope, body: Sequence[ast.stmt], path: str) -> None:
    """Raises Failing, with the line, and Returned."""
    for each in body:
        scope.program.steps.spend()
        try:
            found = _KINDS.get(type(each))
            if found is None:
                raise Failing(f"the subset has no {type(each).__name__}: {ast.unparse(each)[:60]}")
            found(scope, each, path)
        except Failing as error:
            error.place = error.place or f"{path}:{each.lineno}"
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            why = str(error)[:160]
            raise Failing(why, kind=type(error).__name__, place=f"{path}:{each.lineno}") from None


def _assign(scope: Scope, node: ast.Assign, _: str) -> None:
    value = scope.value(node.value)
    for each in node.targets:
        bind(scope, each, value)


def _annotated(scope: Scope, node: ast.AnnAssign, _: str) -> None:
    if node.value is not None:
        bind(scope, node.target, scope.value(node.value))


def _augment(scope: Scope, node: ast.AugAssign, _: str) -> None:
    if not isinstance(node.target, (ast.Name, ast.Subscript)):
        raise Failing(f"the subset assigns nothing to {ast.unparse(node.target)[:60]}")
    before = ast.parse(ast.unparse(node.target), mode="eval").body
    bind(scope, node.target, scope.value(ast.BinOp(before, node.op, node.value)))


def _if(scope: Scope, node: ast.If, path: str) -> None:
    run(scope, node.body if scope.value(node.test) else node.orelse, path)


def _for(scope: Scope, node: ast.For, path: str) -> None:
    for each in iterated(scope, node.iter):
        bind(scope, node.target, each)
        try:
            run(scope, node.body, path)
        except _Next:
            continue
        except _Left:
            return
    run(scope, node.orelse, path)


def _while(scope: Scope, node: ast.While, path: str) -> None:
    while scope.value(node.test):
        try:
            run(scope, node.body, path)
        except _Next:
            continue
        except _Left:
            return
    run(scope, node.orelse, path)


def _return(scope: Scope, node: ast.Return, _: str) -> None:
    raise Returned(None if node.value is None else scope.value(node.value))


def _assert(scope: Scope, node: ast.Assert, _: str) -> None:
    if scope.value(node.test):
        return
    said = ast.unparse(node.test)[:120]
    if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
        said += f"; it is {scope.value(node.test.left)!r:.60}"
    raise Failing(said, kind="AssertionError")


def _raise(scope: Scope, node: ast.Raise, _: str) -> None:
    error, words = node.exc, ""
    if isinstance(error, ast.Call) and len(error.args) <= 1 and not error.keywords:
        words = str(scope.value(error.args[0])) if error.args else ""
        error = error.func
    if not isinstance(error, ast.Name) or error.id not in ERRORS:
        raise Failing(f"the subset raises one of {', '.join(ERRORS)}")
    raise Failing(words[:160], kind=error.id)


def _with(scope: Scope, node: ast.With, path: str) -> None:
    """`with raises(ValueError):` alone, as tests have it."""
    call = node.items[0].context_expr
    if (
        len(node.items) != 1
        or not isinstance(call, ast.Call)
        or ast.unparse(call.func) not in ("raises", "pytest.raises")
        or len(call.args) != 1
        or not isinstance(call.args[0], ast.Name)
    ):
        raise Failing("the subset has no `with` but `with raises(ValueError):`")
    try:
        run(scope, node.body, path)
    except Failing as error:
        if error.kind == call.args[0].id:
            return
        raise
    raise Failing(f"it did not raise {call.args[0].id}", kind="AssertionError")


def _leave(*_: object) -> None:
    raise _Left("`break` outside a loop", kind="SyntaxError")


def _go_on(*_: object) -> None:
    raise _Next("`continue` outside a loop", kind="SyntaxError")


def _import(*_: object) -> None:
    raise Failing("the subset imports at the top of a module")


_KINDS: Final[Mapping[type, Callable[[Scope, Any, str], None]]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augment,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.Return: _return,
    ast.Assert: _assert,
    ast.Raise: _raise,
    ast.With: _with,
    ast.Expr: lambda scope, node, _: scope.value(node.value),
    ast.Pass: lambda *_: None,
    ast.Break: _leave,
    ast.Continue: _go_on,
    ast.Import: _import,
    ast.ImportFrom: _import,
}
