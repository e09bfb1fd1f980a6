"""The lease to probe, where several processes share what they know of a deployment: one probes for all."""

# Processes wait for the lease for this many seconds after a probe is due. By then one with much to do has
# probed; those with little to do would else be given the lease and lose it again between two requests.
_GRACE = 10.0
# How long it is believed that another process has the lease, in seconds.
_BELIEVED = 1.0


class ProbeLease:
    """What this process knows of it. Not thread-safe."""

    __slots__ = ("_denied_until", "asked", "held")

    def __init__(self) -> None:
        self.asked = False  # somebody was turned away
        self.held = False
        self._denied_until = 0.0

    def permits(self, now: float, due: float) -> bool:
        """Whether this process may probe what has been due since then."""
        return self.held or (now >= due + _GRACE and now >= self._denied_until)

    @property
    def wanted(self) -> bool:
        return self.asked or self.held

    def answered(self, now: float, *, given: bool) -> None:
        """What became of asking for it, or for keeping it."""
        self.held = given
        if given:
            self.asked = False
        else:
            self._denied_until = now + _BELIEVED

    def over(self) -> None:
        self.asked = self.held = False
        self._denied_until = 0.0
