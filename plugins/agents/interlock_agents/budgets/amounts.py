"""How much something costs: money, tokens, time and calls."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil, isfinite

from interlock import RequestError

_MICRO = 1_000_000
_MOST = 1_000_000_000_000  # of any kind: sums of such amounts fit into the columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What is held or spent.

    Attributes:
        usd: US dollars, counted in whole millionths, rounded up.
        tokens: how many, of any kind.
        seconds: of time, counted in whole thousandths, rounded up.
        calls: how many calls of a model or of a tool.

    Raises:
        RequestError: one is below 0, above a million million, or no number.
    """

    usd: float = 0.0
    tokens: int = 0
    seconds: float = 0.0
    calls: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise RequestError(f"expected a number, not {value!r}", key=each.name)
            if not (isfinite(value) and value >= 0):
                raise RequestError(f"expected 0 or more, not {value}", key=each.name)
            if value > _MOST:
                raise RequestError(f"expected at most {_MOST:,}, not {value}", key=each.name)

    @property
    def units(self) -> dict[str, int]:
        """The same in whole numbers, as accounts count: `usd` in millionths, `seconds` in thousandths."""
        return {
            "usd": _up(self.usd * _MICRO),
            "tokens": int(self.tokens),
            "seconds": _up(self.seconds * 1000),
            "calls": int(self.calls),
        }

    def __bool__(self) -> bool:
        return any(self.units.values())


def amounts_of(units: Mapping[str, int]) -> Amounts:
    """Whole numbers, as accounts count, as amounts."""
    return Amounts(
        usd=units["usd"] / _MICRO,
        tokens=units["tokens"],
        seconds=units["seconds"] / 1000,
        calls=units["calls"],
    )


def _up(value: float) -> int:
    # What a float cannot say exactly does not cost a unit more: 0.29 * 1,000,000 is 290,000.00000000006.
    return ceil(round(value, 3))
