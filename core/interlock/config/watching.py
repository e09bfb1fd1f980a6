"""The section `watch`: how often what was measured is looked at again, and how sure an alarm has to be."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from interlock.config.schema import Limit, Part, PartShare
from interlock.types.names import nearest

_UNITS: Final = {"hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}
_PERIOD: Final = re.compile(r"\s*([0-9]{1,4})\s*([A-Za-z]+)\s*")
_LONGEST: Final = 366 * 86_400.0
_EXPECTED: Final = "expected a number of hours, days or weeks, such as 1 day."


def period(value: object) -> str:
    """How long, as `2 days` says it; `2d` says the same. Raises PydanticCustomError."""
    parts = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise PydanticCustomError("named", "{message}", {"message": _EXPECTED})
    count, word = int(parts[1]), parts[2].lower()
    names = {name: unit for unit in _UNITS for name in (unit[0], unit, f"{unit}s")}
    unit = names.get(word)
    if unit is None:
        facts = {"message": _EXPECTED, "suggestion": nearest(word, [each for each in names if len(each) > 1])}
        raise PydanticCustomError("named", "{message}", {key: each for key, each in facts.items() if each})
    if not 0 < count * _UNITS[unit] <= _LONGEST:
        raise PydanticCustomError("named", "{message}", {"message": "expected from 1 hour to a year."})
    return f"{count} {unit}{'' if count == 1 else 's'}"


def seconds(said: str) -> float:
    """Of what `period` has checked."""
    count, _, unit = said.partition(" ")
    return int(count) * _UNITS[unit.removesuffix("s")]


Period = Annotated[str, BeforeValidator(period)]


class WatchConfig(Part):
    """When `interlock eval watch` looks, and at what.

    `every` is the time from one look to the next, `baseline` how much of what was recorded it begins with.
    `level` is the chance, 0 to 1, that a year of looks raises an alarm though nothing changes.
    `least` is how many calls a deployment, or a task of one, needs in the baseline to be watched.
    """

    every: Period = "1 day"
    baseline: Period = "28 days"
    level: PartShare = 0.05
    least: Limit = 30

    @property
    def every_seconds(self) -> float:
        return seconds(self.every)

    @property
    def baseline_seconds(self) -> float:
        return seconds(self.baseline)
