"""Which kinds of jobs are installed: the entry-point group `interlock_dbos.kinds`."""

from functools import cache
from importlib.metadata import entry_points

from interlock.logs import redacting_logger
from interlock_dbos.jobs.contract import JobKind, Unable

GROUP = "interlock_dbos.kinds"

_log = redacting_logger("interlock.jobs")


@cache
def kinds() -> dict[str, JobKind]:
    """By name those that work; why another one does not is logged."""
    found: dict[str, JobKind] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        try:
            kind = point.load()
        except Exception as error:  # noqa: BLE001 - a plugin that is broken breaks nothing else
            _log.warning(
                "the kind of jobs %r could not be loaded: %s: %s", point.name, type(error).__name__, error
            )
            continue
        if isinstance(kind, JobKind):
            found[kind.name] = kind
        else:
            _log.warning("the kind of jobs %r is no JobKind", point.name)
    return found


def kind_of(name: str) -> JobKind:
    """The kind of that name. Raises Unable where it is not installed."""
    if name not in kinds():
        raise Unable(f"no kind of jobs is called {name!r}; there are {', '.join(kinds()) or 'none'}")
    return kinds()[name]
