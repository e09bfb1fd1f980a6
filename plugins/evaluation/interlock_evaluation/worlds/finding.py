"""Worlds by their names."""

from importlib import import_module
from pathlib import Path

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.worlds.world import World


def domains() -> tuple[str, ...]:
    """Names of the worlds that come with the package, in the alphabet's order."""
    here = Path(__file__).parent
    return tuple(sorted(each.parent.name for each in here.glob("*/suite.yaml")))


def world_named(name: str) -> World:
    """One of ours, or that of a module, by its dotted path, which calls it `WORLD`.

    Raises RequestError where there is none.
    """
    ours = domains()
    if name not in ours and "." not in name:
        what = (
            f"there is no world {name!r:.80}; there are {', '.join(ours)}, and modules by their dotted path."
        )
        raise RequestError(what, key="domain", suggestion=nearest(name, ours))
    path = f"interlock_evaluation.worlds.{name}" if name in ours else name
    try:
        found = getattr(import_module(path), "WORLD", None)
    except ModuleNotFoundError as error:
        raise RequestError(f"{path!r:.80} cannot be imported: {error}", key="domain") from None
    if not isinstance(found, World):
        raise RequestError(f"the module {path!r:.80} has no WORLD.", key="domain")
    return found
