"""Time that passes when a test says so."""

import asyncio


class FakeClock:
    """Seconds, as `time.monotonic` gives them, from `start` on. Give it to whatever takes a clock."""

    def __init__(self, start: float = 1_000.0) -> None:
        self._now = start

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for less than nothing: such clocks never run backwards."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back by {-seconds:g} s")
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """`asyncio.sleep` for code that takes one: advances this clock and gives other tasks a turn."""
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)
