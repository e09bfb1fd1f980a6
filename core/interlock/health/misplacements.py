"""Which deployments' vendors have said that they processed a request outside where it was to stay."""

from collections.abc import Callable, Collection

from interlock.forks import lock_of

# What a vendor has set wrongly today it may have set right after its next release.
_REMEMBERED = 6 * 3600.0


class Misplacements:
    """Thread-safe. `clock` returns seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}
        self._lock = lock_of(self)

    def inherit(self, other: "Misplacements", deployments: Collection[str]) -> None:
        """Begin with what the other knows of these."""
        with other._lock:  # noqa: SLF001 - another of its kind
            known = dict(other._known)  # noqa: SLF001 - likewise
        with self._lock:
            self._known.update({name: known[name] for name in deployments if name in known})

    def silent(self) -> bool:
        """Whether nothing is held against any deployment."""
        return not self._known

    def learn(self, deployment: str, place: str) -> bool:
        """An answer was made in `place`, where it may not have been. Whether that is news."""
        with self._lock:
            known = self._known.get(deployment)
            self._known[deployment] = (self._clock() + _REMEMBERED, place)
            return known is None or known[1] != place

    def against(self, deployment: str) -> str | None:
        """What is held against it, in a sentence."""
        if deployment not in self._known:
            return None
        with self._lock:
            until, place = self._known.get(deployment, (0.0, ""))
            if until <= self._clock():
                self._known.pop(deployment, None)
                return None
        return (
            f"its vendor has said of an answer that it was processed in {place}, not where it is declared or "
            "was to stay; until a restart, or for six hours, it gets no request that is bound to places"
        )
