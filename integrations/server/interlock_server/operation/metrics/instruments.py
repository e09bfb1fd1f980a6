"""Counters, gauges and histograms of one process. Not for several threads: the loop's alone."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

Kind = Literal["counter", "gauge", "histogram"]
Plain = dict[str, Any]
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
"""The upper bounds of a histogram of seconds."""

_MOST: Final = 2_000  # series of one name; whatever comes beyond is one
_OTHERS: Final = "(others)"


class _Instrument:
    kind: Kind

    def __init__(self, name: str, text: str, labels: Sequence[str]) -> None:
        self.name, self.text, self.labels = name, text, tuple(labels)
        self._values: dict[tuple[str, ...], Any] = {}

    def _key(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        if labels in self._values or len(self._values) < _MOST:
            return labels
        return (_OTHERS,) * len(labels)

    def plain(self) -> Plain:
        """As plain values, which a program elsewhere can read and add up."""
        return {
            "name": self.name,
            "kind": self.kind,
            "text": self.text,
            "labels": list(self.labels),
            "values": [[list(labels), value] for labels, value in self._values.items()],
        }


class Counter(_Instrument):
    """What only grows."""

    kind: Kind = "counter"

    def add(self, amount: float, *labels: str) -> None:
        """Add to the series of these labels, in the order of their names."""
        try:
            self._values[labels] += amount
        except KeyError:
            key = self._key(labels)
            self._values[key] = self._values.get(key, 0) + amount


class Gauge(_Instrument):
    """What rises and falls. `read` is asked for the value, where one is given."""

    kind: Kind = "gauge"

    def __init__(
        self, name: str, text: str, labels: Sequence[str] = (), read: Callable[[], float | None] | None = None
    ) -> None:
        super().__init__(name, text, labels)
        self._read = read

    def set(self, value: float, *labels: str) -> None:
        """Say what the series of these labels is."""
        self._values[self._key(labels)] = value

    def clear(self) -> None:
        """Forget every series."""
        self._values.clear()

    def plain(self) -> Plain:
        """As of every instrument."""
        if self._read is not None:
            value = self._read()
            self._values = {} if value is None else {(): value}
        return super().plain()


class Histogram(_Instrument):
    """How often something took how long."""

    kind: Kind = "histogram"

    def __init__(
        self, name: str, text: str, labels: Sequence[str] = (), bounds: Sequence[float] = SECONDS
    ) -> None:
        super().__init__(name, text, labels)
        self._bounds = tuple(bounds)

    def observe(self, value: float, *labels: str) -> None:
        """Count one more."""
        try:
            found = self._values[labels]
        except KeyError:
            found = self._begun(self._key(labels))
        found["counts"][bisect_left(self._bounds, value)] += 1
        found["sum"] += value

    def _begun(self, key: tuple[str, ...]) -> Plain:
        fresh = {"counts": [0] * (len(self._bounds) + 1), "sum": 0.0}
        found: Plain = self._values.setdefault(key, fresh)
        return found

    def plain(self) -> Plain:
        """As of every instrument, with its bounds."""
        return {**super().plain(), "bounds": list(self._bounds)}


Made = TypeVar("Made", bound=_Instrument)


class Registry:
    """The instruments of a process."""

    def __init__(self) -> None:
        self._instruments: dict[str, _Instrument] = {}

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """A new counter; its name ends with `_total`."""
        return self._added(Counter(name, text, labels))

    def gauge(
        self, name: str, text: str, *labels: str, read: Callable[[], float | None] | None = None
    ) -> Gauge:
        """A new gauge."""
        return self._added(Gauge(name, text, labels, read))

    def histogram(self, name: str, text: str, *labels: str, bounds: Sequence[float] = SECONDS) -> Histogram:
        """A new histogram."""
        return self._added(Histogram(name, text, labels, bounds))

    def plain(self) -> list[Plain]:
        """All of them as plain values."""
        return [each.plain() for each in self._instruments.values()]

    def _added(self, instrument: Made) -> Made:
        if instrument.name in self._instruments:
            raise ValueError(f"there is a metric {instrument.name!r} already")
        self._instruments[instrument.name] = instrument
        return instrument


def added_up(several: Sequence[Sequence[Mapping[str, Any]]]) -> list[Plain]:
    """The plain values of several processes as those of one: everything is summed, gauges too."""
    found: dict[str, Plain] = {}
    for each in (instrument for process in several for instrument in process):
        whole = found.setdefault(each["name"], {**each, "values": {}})
        if each["kind"] == "histogram" and each["bounds"] != whole["bounds"]:
            continue  # of a process that ran another version
        for labels, value in each["values"]:
            key, values = tuple(labels), whole["values"]
            values[key] = _sum(values[key], value) if key in values else value
    return [
        {**each, "values": [[list(key), value] for key, value in each["values"].items()]}
        for each in found.values()
    ]


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        counts = [a + b for a, b in zip(one["counts"], other["counts"], strict=True)]
        return {"counts": counts, "sum": one["sum"] + other["sum"]}
    return one + other
