"""What vendors say is left of their limits. Pure state behind a plain lock, with an injected clock."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy

from interlock.forks import lock_of
from interlock.types.wire import Announced

# Vendors name the time at which a limit is whole again; most refill it all the while, so that a daily limit
# that is used up has room again in seconds. After so long, a new reply tells more than the old one did.
_LONGEST = 60.0


class _Allowance:
    __slots__ = ("came", "kind", "left", "reset", "until")

    def __init__(self, announced: Announced, now: float) -> None:
        self.kind = announced.kind
        self.left = announced.left
        self.reset = announced.reset
        self.came = now
        self.until: float | None = None  # the reset is read when it matters, which is hardly ever


class Allowances:
    """Thread-safe. `clock` returns seconds that never run backwards.

    `announced` finds the limits in the headers of a reply. `read` is given a reset as a vendor wrote it and
    the age of its reply in seconds, and returns the seconds from that reply to the reset, or None. `known` is
    false as long as nobody has announced anything.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        announced: Callable[[Mapping[str, str]], Sequence[Announced]],
        read: Callable[[str, float], float | None],
    ) -> None:
        self._clock = clock
        self._announced = announced
        self._read = read
        self._lock = lock_of(self)
        self._of: dict[str, tuple[_Allowance, ...]] = {}

    def inherit(self, other: "Allowances", deployments: Collection[str]) -> None:
        """Begin with what the other knows of these."""
        with other._lock:  # noqa: SLF001 - another of its kind
            known = deepcopy(other._of)  # noqa: SLF001 - likewise
        self._of.update({name: known[name] for name in deployments if name in known})

    @property
    def known(self) -> bool:
        return bool(self._of)

    def hear(self, deployment: str, headers: Mapping[str, str]) -> None:
        """A reply of the deployment had these headers. Once it announces anything, what an earlier one did no
        longer counts.
        """
        if limits := self._announced(headers):
            now = self._clock()
            self._of[deployment] = tuple(_Allowance(each, now) for each in limits)

    def spend(self, deployment: str, tokens: int) -> None:
        """An attempt of so many input tokens is about to be sent; the vendor counts it before it replies."""
        allowances = self._of.get(deployment)
        if allowances is None:
            return
        with self._lock:
            for each in allowances:
                each.left -= _need(each.kind, tokens)

    def shortages(self, tokens: int) -> Iterator[tuple[str, str]]:
        """The deployments whose vendors would refuse a request of so many input tokens now, and why."""
        for name in tuple(self._of):
            shortage = self.shortage(name, tokens)
            if shortage is not None:
                yield name, shortage

    def shortage(self, deployment: str, tokens: int) -> str | None:
        """Why the vendor would refuse a request of so many input tokens now; None when it should not."""
        for each in self._of.get(deployment, ()):
            need = _need(each.kind, tokens) or 1
            if each.left < need and (seconds := self._wait(each)) > 0:
                what = f"its vendor's limit of {each.kind}"
                if each.left <= 0:
                    return f"{what} is used up for {seconds:.1f} s more"
                return f"{what} has {each.left:,} left of the {need:,} needed, for {seconds:.1f} s more"
        return None

    def _wait(self, allowance: _Allowance) -> float:
        now = self._clock()
        if allowance.until is None:
            seconds = self._read(allowance.reset, now - allowance.came) or 0.0
            allowance.until = allowance.came + min(seconds, _LONGEST)
        return allowance.until - now


def _need(kind: str, tokens: int) -> int:
    if kind == "tokens":
        return tokens
    return 1 if kind == "requests" else 0
