"""What was measured of a cascade's signal, and the small file that carries it to where it is used."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from math import isfinite
from typing import Any, Final, get_args

from interlock.types.escalations import SignalName
from interlock.types.names import nearest

FORMAT: Final = "interlock-calibration/1"
_ROUNDING = 1e-6


class UnusableCalibration(ValueError):
    """A value that is no calibration. `key` is the one that offends, if one does."""

    def __init__(self, message: str, key: str = "", suggestion: str | None = None) -> None:
        super().__init__(message)
        self.key, self.message, self.suggestion = key, message, suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A signal, held against prompts of one task whose right answers are known.

    A prompt counts for `q` where the cheaper steps' answer or the last one's is right and the other is not:
    there, and only there, it matters which is handed over.

    Attributes:
        task: whose prompts they were.
        steps: ids of the models, cheapest first, as the cascade asks them.
        signal: what judged the answers.
        threshold: what its value had to reach, from 0 to 1; None for a signal without one.
        verifier: ids of the models that judged, for the signal `verifier`; `mode` is the arbiter's name.
        n: how many prompts there were.
        w01: the share of them on which the cheaper answer is wrong and the last step's right, from 0 to 1.
        w10: the reverse.
        margin: how much may be lost for what is saved, as a share of all prompts, from 0 to 1.
        q: the share of those that count on which the signal took the right side, from 0 to 1.
        q_low: the lower end of its interval.
        q_high: the upper end.
        level: how likely the interval holds the true one, as 0.95.
        measured: the day, as 2026-11-30.
    """

    task: str
    steps: tuple[str, ...]
    signal: SignalName
    threshold: float | None = None
    verifier: tuple[str, ...] = ()
    mode: str | None = None
    n: int
    w01: float
    w10: float
    margin: float = 0.0
    q: float
    q_low: float
    q_high: float
    level: float = 0.95
    measured: str

    def __post_init__(self) -> None:
        """Raises UnusableCalibration for what cannot have been measured."""
        for name in ("w01", "w10", "margin", "q", "q_low", "q_high", "level"):
            _check_share(name, getattr(self, name))
        if self.threshold is not None:
            _check_share("threshold", self.threshold)
        if self.signal not in get_args(SignalName):
            raise UnusableCalibration(
                f"{self.signal!r} is no signal", "signal", nearest(self.signal, get_args(SignalName))
            )
        if len(self.steps) < 2:  # noqa: PLR2004 - a cascade's fewest
            raise UnusableCalibration("expected at least two models", "steps")
        if self.n < 1:
            raise UnusableCalibration("expected at least one prompt", "n")
        if self.w01 + self.w10 > 1 + _ROUNDING:
            raise UnusableCalibration(
                "w01 and w10 are shares of the same prompts, and exceed 1 together", "w10"
            )
        if not self.q_low <= self.q <= self.q_high:
            raise UnusableCalibration("expected q between q_low and q_high", "q")
        try:
            date.fromisoformat(self.measured)
        except ValueError:
            raise UnusableCalibration("expected a day such as 2026-11-30", "measured") from None

    @property
    def break_even(self) -> float:
        """The least q, from 0 to 1, with which the cascade is as often right as its last step alone, but for
        the margin: (w01 - margin) / (w01 + w10). 0 where the last step is never the only one that is right.
        """
        return max(0.0, (self.w01 - self.margin) / (self.w01 + self.w10)) if self.w01 else 0.0

    @property
    def pays(self) -> bool:
        """Whether even the lower end of q's interval is no less than that."""
        return self.q_low >= self.break_even


def calibration_to_plain(calibration: Calibration) -> dict[str, Any]:
    """As it is written into a file, as JSON."""
    plain: dict[str, Any] = {"format": FORMAT}
    for field in fields(calibration):
        value = getattr(calibration, field.name)
        if value != field.default:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return {**plain, "q_star": calibration.break_even}


def calibration_from_plain(data: Any) -> Calibration:
    """The calibration again.

    Raises:
        UnusableCalibration: it is none, or of a later format; a key is missing, unknown or of another kind;
            `q_star`, which follows from the others, is another number.
    """
    if not isinstance(data, Mapping):
        raise UnusableCalibration(f"expected a mapping, not {type(data).__name__}")
    if data.get("format") != FORMAT:
        raise UnusableCalibration(f"expected {FORMAT}", "format")
    known = {field.name: field for field in fields(Calibration)}
    for name in data:
        if name not in known and name not in ("format", "q_star"):
            raise UnusableCalibration("there is no such key", str(name), nearest(str(name), list(known)))
    for name, field in known.items():
        if name not in data and field.default is MISSING:
            raise UnusableCalibration("is missing", name)
    made = Calibration(**{name: _READ[name](data[name], name) for name in known if name in data})
    told = data.get("q_star")
    if told is not None and abs(_number(told, "q_star") - made.break_even) > _ROUNDING:
        raise UnusableCalibration(
            f"(w01 - margin) / (w01 + w10) is {made.break_even:.4f}, not {told}", "q_star"
        )
    return made


def _check_share(name: str, value: float) -> None:
    if not (isfinite(value) and 0 <= value <= 1):
        raise UnusableCalibration("expected a number from 0 to 1", name)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableCalibration("expected a number", name)
    return float(value)


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnusableCalibration("expected a whole number", name)
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise UnusableCalibration("expected text", name)
    return value


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise UnusableCalibration("expected a list of names", name)
    return tuple(_text(each, name) for each in value)


def _optional(read: Any) -> Any:
    return lambda value, name: None if value is None else read(value, name)


_READ: Final[Mapping[str, Any]] = {
    "task": _text,
    "steps": _texts,
    "signal": _text,
    "threshold": _optional(_number),
    "verifier": _texts,
    "mode": _optional(_text),
    "n": _whole,
    **dict.fromkeys(("w01", "w10", "margin", "q", "q_low", "q_high", "level"), _number),
    "measured": _text,
}
