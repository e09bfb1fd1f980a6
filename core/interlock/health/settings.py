"""Which settings deployments have been seen to refuse, so that the next request goes without them at once."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from interlock.forks import lock_of
from interlock.types.request import Request

# What a vendor refuses today it may take after its next release.
_REMEMBERED = 6 * 3600.0
# More than a deployment can refuse, but for values that callers make up.
_MOST = 32

_Key = tuple[str, object, bool]


class RefusedSettings:
    """Thread-safe. `clock` returns seconds that never run backwards.

    An effort is remembered by its value and by whether there were tools: most models know others, and some
    refuse one beside tools alone. Any other setting is remembered whatever its value.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, dict[_Key, float]] = {}
        self._lock = lock_of(self)

    def inherit(self, other: "RefusedSettings", deployments: Collection[str]) -> None:
        """Begin with what the other knows of these."""
        with other._lock:  # noqa: SLF001 - another of its kind
            known = {name: dict(until) for name, until in other._until.items()}  # noqa: SLF001 - likewise
        with self._lock:
            self._until.update({name: known[name] for name in deployments if name in known})

    def learn(self, deployment: str, setting: str, request: Request) -> None:
        """The deployment has refused `setting` as this request has it."""
        with self._lock:
            known = self._until.setdefault(deployment, {})
            known.pop(key := _key(setting, request), None)
            while len(known) >= _MOST:
                del known[next(iter(known))]
            known[key] = self._clock() + _REMEMBERED

    def among(self, deployment: str, request: Request) -> tuple[str, ...]:
        """The settings of this request that the deployment is known to refuse."""
        known = self._until.get(deployment)
        if known is None:
            return ()
        with self._lock:
            now = self._clock()
            for key in [key for key, until in known.items() if until <= now]:
                del known[key]
            return tuple(
                key[0]
                for key in known
                if getattr(request.settings, key[0]) is not None and key == _key(key[0], request)
            )


def without(request: Request, settings: tuple[str, ...]) -> Request:
    """The request as it is without these settings."""
    gone: dict[str, Any] = dict.fromkeys(settings)
    return replace(request, settings=replace(request.settings, **gone))


def _key(setting: str, request: Request) -> _Key:
    if setting == "reasoning_effort":
        return setting, request.settings.reasoning_effort, bool(request.tools)
    return setting, None, False
