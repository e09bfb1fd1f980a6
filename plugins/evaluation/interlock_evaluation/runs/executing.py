"""Who asks a run elsewhere than in this process alone, by the scheme of the store's URL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Protocol

from interlock import Router, StoreError
from interlock_evaluation.store import DBOS

GROUP: Final = "interlock_evaluation.executors"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorCall:
    """A run that is to be asked: `id` is the job's, `spec` what its kind needs to know.

    Attributes:
        url: the store's, as it was given; a relative path in it begins in `folder`.
        budget: US dollars for the whole run.
        at_once: calls of one provider that are under way at a time, on all machines.
        per_minute: by provider, likewise.
        detach: leave it to workers that are there, and return.
        tell: told how many are done, of how many, how many of them failed, and US dollars.
    """

    id: str
    kind: str
    spec: Mapping[str, Any]
    router: Router
    url: str
    folder: Path
    budget: float | None = None
    at_once: int = 4
    per_minute: Mapping[str, int] = field(default_factory=dict)
    detach: bool = False
    tell: Callable[[int, int, int, float], None] = lambda *_: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """How a run stands: `state` is the job's. Money is in US dollars."""

    state: str
    reason: str
    done: int
    total: int
    errors: int
    spent: float


class RunExecutor(Protocol):
    """Has runs asked. Offered in the entry-point group `interlock_evaluation.executors`."""

    schemes: Sequence[str]

    async def execute(self, call: ExecutorCall) -> Executed:
        """How it stands once it has ended, or, where it is detached, as it begins.

        Raises:
            StoreError: the store cannot be used.
        """
        ...


def executor_for(url: str) -> RunExecutor | None:
    """The one for the store of that URL; None where this process asks by itself.

    Raises:
        StoreError: the one that has the scheme is not installed.
    """
    scheme = url.partition("://")[0].lower()
    if not scheme.startswith(DBOS):
        return None
    for point in entry_points(group=GROUP):
        executor: RunExecutor = point.load()
        if scheme in executor.schemes:
            return executor
    raise StoreError(f"a store of {scheme!r} comes with interlock-dbos: pip install interlock-dbos")
