"""From the URL of something beyond the process to the installed plugin that opens it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from interlock.config import Config
from interlock.errors import ConfigError, StoreError
from interlock.logs import redact
from interlock.types.names import nearest

T = TypeVar("T")
K = TypeVar("K")


def kind_at(
    config: Config,
    key: str,
    scheme: str,
    doing: str,
    *,
    why: str | None,
    kinds: Mapping[str, K],
    shipped: Mapping[str, str],
) -> K:
    """What opens the URL at `key`. `why` is why nobody has its scheme though it is offered; `doing` says what
    is done there, before the scheme; `shipped` maps schemes to the distributions that bring them.

    Raises:
        ConfigError: no plugin that is installed knows the scheme. It does not show the URL.
    """
    if why is not None:
        raise config.error(key, f"{why}.")
    if scheme in kinds:
        return kinds[scheme]
    if scheme in shipped:
        raise config.error(key, f"no installed plugin {doing} {scheme}; install {shipped[scheme]}.")
    known = sorted({*kinds, *shipped})
    what = f"no plugin {doing} {scheme!r}; there are {', '.join(known)}."
    raise config.error(key, what, nearest(scheme, known))


def tried(
    config: Config, key: str, opening: Callable[[], T], *, options: Sequence[str] = ()
) -> Callable[[], T]:
    """What opens the URL at `key`, once it has. `options` is the path of what else it was opened with.

    Raises:
        ConfigError: it cannot open it, or cannot take an option.
    """
    try:
        opening()
    except StoreError as error:
        raise config.error(key, error.message) from None
    except ConfigError as error:
        steps = error.key.split(".") if error.key else []
        path = [*options, *steps] if options else key
        raise config.error(path, redact(error.message), error.suggestion) from None
    except ValueError as error:
        raise config.error(options or key, f"{redact(str(error)).rstrip('.')}.") from None
    return opening
