"""Money as reports print it."""

from typing import Final

_HALF_A_CENT: Final = 0.005


def money(dollars: float) -> str:
    """US dollars to the cent; what is less than half of one is not printed as nothing."""
    return f"${dollars:,.2f}" if dollars >= _HALF_A_CENT or not dollars else "less than $0.01"
