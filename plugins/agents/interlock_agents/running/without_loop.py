"""An agent's verbs for code without a loop."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar

from interlock import Router
from interlock_agents.plans import PlanSource
from interlock_agents.running.state import Run

T = TypeVar("T")
_Verb: TypeAlias = Callable[..., Coroutine[Any, Any, Run]]


class Verbs(Protocol):
    """An agent's own verbs."""

    router: Router

    @property
    def run(self) -> _Verb: ...
    @property
    def resume(self) -> _Verb: ...
    @property
    def answer(self) -> _Verb: ...
    @property
    def show(self) -> _Verb: ...
    @property
    def aclose(self) -> Callable[[], Coroutine[Any, Any, None]]: ...


class WithoutLoop:
    """Goes through the asynchronous verbs on the router's own loop, from any thread."""

    def run_sync(self: Verbs, goal: "str | PlanSource" = "", **options: Any) -> Run:
        """`run` for code without a loop; so are the others."""
        return _through(self, lambda: self.run(goal, **options))

    def resume_sync(self: Verbs, run: str, **options: Any) -> Run:
        """`resume` for code without a loop."""
        return _through(self, lambda: self.resume(run, **options))

    def answer_sync(self: Verbs, run: str, node: str, value: Any, *, by: str) -> Run:
        """`answer` for code without a loop."""
        return _through(self, lambda: self.answer(run, node, value, by=by))

    def show_sync(self: Verbs, run: str) -> Run:
        """`show` for code without a loop."""
        return _through(self, lambda: self.show(run))

    def close_sync(self: Verbs) -> None:
        """`aclose` for code without a loop."""
        _through(self, self.aclose)


def _through(verbs: Verbs, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return verbs.router.wiring.bridge.run(make)
