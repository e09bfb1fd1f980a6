"""Which engine a URL means: kinds come from the entry-point group `interlock_agents.engines`."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

from interlock import StoreError
from interlock.logs import redacting_logger
from interlock.protocols import API
from interlock.types.names import nearest
from interlock_agents.engines.protocol import DurableEngine, EngineCall, EngineKind

GROUP = "interlock_agents.engines"
# What has an engine for these schemes, should it not be installed.
_ELSEWHERE = {"dbos": "interlock-dbos"}

_log = redacting_logger("interlock.agents")


def open_engine(call: EngineCall) -> DurableEngine:
    """The engine of the kind that has the URL's scheme. It does no I/O.

    Raises:
        StoreError: no kind that is installed has it, or the kind cannot use the URL, which is not repeated.
    """
    scheme, _, rest = call.url.partition("://")
    return kind_for(call.url).open(replace(call, url=f"{scheme.lower()}://{rest}"))


def kind_for(url: str) -> EngineKind:
    """The kind that has the URL's scheme. Raises StoreError where none does that is installed."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise StoreError("an engine is named by a URL, as in sqlite:///interlock-agents.db")
    scheme = scheme.lower()
    kinds = {name: kind for kind in _kinds() for name in kind.schemes}
    if scheme in kinds:
        return kinds[scheme]
    missing = _ELSEWHERE.get(scheme.partition("+")[0])
    if missing is not None and not any(name.startswith("dbos+") for name in kinds):
        raise StoreError(f"the engine {scheme!r} comes with {missing}: pip install {missing}")
    near = nearest(scheme, kinds) or next((name for name in kinds if name.startswith(f"{scheme}+")), None)
    known = ", ".join(sorted(kinds))
    raise StoreError(
        f"no engine is called {scheme!r}" + (f"; did you mean {near!r}?" if near else f": there are {known}")
    )


def _kinds() -> Iterator[EngineKind]:
    """Those that are installed and work; why another one does not is logged."""
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        kind = _load(point)
        if kind is not None:
            yield kind


def _load(point: EntryPoint) -> EngineKind | None:
    try:
        kind = point.load()
    except Exception as error:  # noqa: BLE001 - a plugin that is broken breaks nothing else
        _log.warning("the engine %r could not be loaded: %s: %s", point.name, type(error).__name__, error)
        return None
    if not isinstance(kind, EngineKind) or kind.api != API:
        _log.warning("the engine %r is no EngineKind of version %s", point.name, API)
        return None
    return kind
