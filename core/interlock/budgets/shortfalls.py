"""A budget that does not reach, in words and in seconds."""

from dataclasses import dataclass
from math import inf

from interlock.types.windows import Period, until

UNITS = 10**12
"""Picodollars in a US dollar."""

_CENT = UNITS // 100
_DIGITS = 2  # of an amount below a dollar


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`resets_at` is in seconds since the epoch; None when waiting does not help."""

    sentence: str
    resets_at: float | None

    def outlasts(self, other: "Shortfall") -> bool:
        return _end(self) > _end(other)


def _end(each: Shortfall) -> float:
    return inf if each.resets_at is None else each.resets_at


def describe(
    name: str,
    *,
    per: Period,
    end: float,
    limits: "Amounts",
    used: "Amounts",
    held: "Amounts",
    wanted: "Amounts",
) -> Shortfall:
    """Why `wanted` does not fit within `limits`, dollars first; `used` includes what is only `held` for
    attempts under way. A limit of inf is none, and a wanted inf is an unknown price.
    """
    for unit, limit, spent, kept, asked in zip(_KINDS, limits, used, held, wanted, strict=True):
        if spent + asked <= limit:
            continue
        if asked == inf:
            lacks = "no price is known here; give the deployment its price, 0 when it is free"
            return Shortfall(f"{name} counts {unit}, and {lacks}", None)
        need = f"; this request may {_VERBS[unit]} {_up(unit, asked)} {unit} here" if unit in _VERBS else ""
        if asked > limit:
            return Shortfall(f"{name}: there are {_down(unit, limit)} {unit} per {per}{need}", None)
        left = f"{_down(unit, max(0, limit - spent))} of {_down(unit, limit)} {unit} are left"
        under_way = f" and {_up(unit, kept)} are held for attempts under way" if kept else ""
        return Shortfall(f"{name}: {left} until {until(per, end)}{under_way}{need}", end)
    raise AssertionError("what fits has no shortfall")


Amounts = tuple[float, float, float]
"""Picodollars, tokens and requests: whole numbers, or inf."""

_KINDS = ("USD", "tokens", "requests")
_VERBS = {"USD": "cost", "tokens": "take"}


def _down(unit: str, amount: float) -> str:
    return f"{int(amount):,}" if unit != "USD" else _dollars(int(amount) // _grain(amount) * _grain(amount))


def _up(unit: str, amount: float) -> str:
    return (
        f"{int(amount):,}" if unit != "USD" else _dollars(-(-int(amount) // _grain(amount)) * _grain(amount))
    )


def _grain(amount: float) -> int:
    """To what an amount is rounded: cents, below a dollar two digits."""
    return min(_CENT, int(10 ** max(0, len(str(int(amount))) - _DIGITS)))


def _dollars(amount: int) -> str:
    """As many decimals as two digits need."""
    text = f"{amount // UNITS:,}.{amount % UNITS:012d}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"
