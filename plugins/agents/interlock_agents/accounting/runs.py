"""Which run calls belong to, where the framework has no word for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from interlock import RequestError
from interlock_agents.accounting.counts import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScope:
    """A run while it is executed.

    Attributes:
        counts: of the calls that were made in it so far.
    """

    name: str
    counts: Counts = field(default_factory=Counts)


_SCOPE: ContextVar[RunScope | None] = ContextVar("interlock_agents_run", default=None)


@contextmanager
def in_run(name: str | RunScope) -> Iterator[RunScope]:
    """Whatever is called inside belongs to that run, in tasks that are begun there and by `asyncio.to_thread`
    as well. A thread of your own enters what this gives: `with in_run(scope):`.

    A name is one errand's. Entered again, by whatever process, the run begins anew: its first call is the
    first call that it had, and is answered with what came of that. For another errand take another name.
    Inside itself it goes on.

    Raises:
        RequestError: it is no name.
    """
    outer = scope_here()
    if isinstance(name, RunScope):
        scope = name
    elif not isinstance(name, str) or not name or "\0" in name:
        raise RequestError(f"expected a name, not {name!r}", key="run")
    else:
        scope = outer if outer is not None and outer.name == name else RunScope(name=name)
    token = _SCOPE.set(scope)
    try:
        yield scope
    finally:
        _SCOPE.reset(token)


def scope_here() -> RunScope | None:
    """The run that is executed here, if any."""
    return _SCOPE.get()


def needed_scope() -> RunScope:
    """The run that is executed here.

    Raises:
        RequestError: there is none.
    """
    scope = scope_here()
    if scope is None:
        raise RequestError(
            "nobody says which run it belongs to: call it inside `with in_run(name):`", key="run"
        )
    return scope


def run_here(given: str | None) -> str:
    """The given run, or the one that is executed here.

    Raises:
        RequestError: there is neither.
    """
    return given or needed_scope().name
