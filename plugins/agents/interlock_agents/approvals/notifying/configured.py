"""From URLs to notifiers, by the kinds that are installed."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from interlock import RequestError
from interlock.logs import redacting_logger
from interlock_agents.approvals.notifying.protocol import Notifier, NotifierCall, NotifierKind

GROUP = "interlock_agents.notifiers"
_ARGUMENTS = "arguments+"
_log = redacting_logger("interlock.agents")


def notifiers_of(urls: Iterable[str], folder: Path | None = None) -> tuple[Notifier, ...]:
    """Those at these URLs. One that begins with `arguments+` is told the arguments of calls, too.

    Raises:
        RequestError: without the URL, for one that nothing installed can use.
    """
    wanted = list(urls)
    kinds = _kinds() if wanted else {}
    return tuple(_opened(url, kinds, folder or Path()) for url in wanted)


def _opened(url: str, kinds: dict[str, NotifierKind], folder: Path) -> Notifier:
    bare = url[len(_ARGUMENTS) :] if url.lower().startswith(_ARGUMENTS) else url
    scheme = bare.partition(":")[0].lower()
    kind = kinds.get(scheme)
    if kind is None:
        near = get_close_matches(scheme, kinds, n=1)
        there = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(kinds))}"
        raise RequestError(f"nothing that is installed notifies by {scheme[:40]!r}; {there}", key="notify")
    rest = bare.partition(":")[2]
    return kind.open(NotifierCall(url=f"{scheme}:{rest}", folder=folder, arguments=bare != url))


def _kinds() -> dict[str, NotifierKind]:
    found: dict[str, NotifierKind] = {}
    for entry in entry_points(group=GROUP):
        kind = _loaded(entry)
        for scheme in () if kind is None else kind.schemes:
            found.setdefault(scheme, kind)  # type: ignore[arg-type]  # there are none without a kind
    return found


def _loaded(entry: EntryPoint) -> NotifierKind | None:
    """The kind; one that fails keeps nobody from the others."""
    try:
        made: object = entry.load()()
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        _log.warning("the notifier %s cannot be loaded: %s", entry.value, type(error).__name__)
        return None
    if isinstance(made, NotifierKind):
        return made
    _log.warning("%s offers what is no NotifierKind", entry.value)
    return None
