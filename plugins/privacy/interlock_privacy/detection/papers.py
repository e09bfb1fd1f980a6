"""The machine-readable zone of passports and identity cards, after ICAO 9303."""

import re
from collections.abc import Iterator

from interlock_privacy.detection.candidate import Candidate

__all__ = ["machine_readable"]

_TD3 = re.compile(
    r"P[A-Z<][A-Z<]{42}\s{0,3}([A-Z0-9<]{9})([0-9])([A-Z<]{3})([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z0-9<]{14}[0-9<][0-9]"
)
_TD1 = re.compile(
    r"[IAC][A-Z<][A-Z<]{3}([A-Z0-9<]{9})([0-9])[A-Z0-9<]{15}\s{0,3}([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z<]{3}[A-Z0-9<]{11}[0-9]\s{0,3}[A-Z<]{30}"
)
_SCORE = 70


def _check(value: str) -> int:
    """Weights 7, 3, 1; < is zero, letters go on from ten."""
    return (
        sum((0 if each == "<" else int(each, 36)) * (7, 3, 1)[place % 3] for place, each in enumerate(value))
        % 10
    )


def machine_readable(text: str) -> Iterator[Candidate]:
    """Every zone in a folded text whose check digits are right."""
    if "<<" not in text:
        return
    for pattern in (_TD3, _TD1):
        for found in pattern.finditer(text):
            parts = found.groups()
            pairs = ((parts[0], parts[1]), (parts[-4], parts[-3]), (parts[-2], parts[-1]))
            if all(_check(body) == int(digit) for body, digit in pairs):
                kind = "passport" if pattern is _TD3 else "id_card"
                yield Candidate(
                    _SCORE, found.start(), found.end(), kind, f"{kind}.mrz", "".join(found[0].split())
                )
