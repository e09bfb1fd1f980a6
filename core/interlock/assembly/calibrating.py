"""Calibrations that cascades name: read, held against the cascade, and refused where it does not pay."""

from collections.abc import Sequence
from typing import Final

from interlock.config import CascadeConfig, Config
from interlock.engine.cascades import OTHERWISE, CascadeRules
from interlock.logs import redacting_logger
from interlock.types.calibrations import Calibration, UnusableCalibration, calibration_from_plain
from interlock.types.files import read_regular
from interlock.types.strict import loads

_log = redacting_logger("interlock.cascades")
_MOST: Final = 64 * 1024  # bytes


def calibration_of(config: Config, name: str, given: CascadeConfig, models: "Models") -> Calibration | None:
    """The calibration of a cascade, if it names one.

    Raises:
        ConfigError: the file cannot be read or holds none; it is of another cascade; or it says that this one
            is more often wrong than its last step alone.
    """
    if given.calibration is None:
        return None
    key = ["cascades", name, "calibration"]
    found = _read(config, key, given.calibration)
    if why := _stranger(name, given, found, models):
        raise config.error(key, f"{given.calibration} was measured of another cascade: {why}.")
    if not found.pays:
        raise config.error(key, _refusal(found))
    return found


class Models:
    """Which models the names of a cascade mean; a calibration may have either."""

    def __init__(self, models: "dict[str, frozenset[str]]") -> None:
        self._models = models

    def differ(self, names: Sequence[str], ids: Sequence[str]) -> bool:
        """Whether some name means another model than the one in its place."""
        return len(names) != len(ids) or any(
            name != id_ and self._models.get(name) != frozenset({id_})
            for name, id_ in zip(names, ids, strict=True)
        )


def warn_of_uncalibrated(rules: Sequence[CascadeRules]) -> None:
    """Once for a router; whether an answer fits is nothing to calibrate."""
    names = [each.name for each in rules if each.signal != "schema" and not each.calibrated]
    if names:
        _log.warning(
            "uncalibrated cascades: %s. Nobody has measured whether they are as good as their last steps.",
            ", ".join(names),
        )


def _read(config: Config, key: Sequence[str], name: str) -> Calibration:
    path = name if config.folder is None else config.folder / name
    try:
        raw = read_regular(path, _MOST + 1)
    except OSError as error:
        raise config.error(key, f"{name} cannot be read: {error.strerror or error}.") from None
    if len(raw) > _MOST:
        raise config.error(key, f"{name} is no calibration: it is longer than {_MOST:,} bytes.")
    try:
        return calibration_from_plain(loads(raw.decode("utf-8")))
    except UnusableCalibration as error:
        at = f" {error.key}:" if error.key else ""
        raise config.error(key, f"{name} is no calibration:{at} {error.message}.", error.suggestion) from None
    except (ValueError, RecursionError):
        raise config.error(key, f"{name} is no calibration: it is no JSON.") from None


def _stranger(name: str, given: CascadeConfig, found: Calibration, models: Models) -> str | None:
    if name == OTHERWISE:
        return f"it is of the task {found.task}, and {OTHERWISE} is every task's"
    if found.task != name:
        return f"it is of the task {found.task}"
    if found.signal != given.signal:
        return f"its signal is {found.signal}"
    if given.threshold is not None and given.threshold != found.threshold:
        return f"its threshold is {found.threshold}; leave the key out to go by that"
    if models.differ(given.steps, found.steps):
        return f"its steps are {', '.join(found.steps)}"
    if given.signal == "verifier" and (
        found.mode != given.mode or models.differ(given.verifier, found.verifier)
    ):
        return f"its verifier is {found.mode} with {', '.join(found.verifier) or 'nobody'}"
    return None


def _refusal(found: Calibration) -> str:
    less = f" - {found.margin:g}" if found.margin else ""
    return (
        f"the signal takes the right side in {found.q:.0%} of the cases in which it matters "
        f"({found.level:.0%} interval {found.q_low:.0%} to {found.q_high:.0%}; {found.n:,} prompts, "
        f"{found.measured}), and needs q* = (w01{less}) / (w01 + w10) = {found.break_even:.0%}, with "
        f"w01 = {found.w01:g} and w10 = {found.w10:g}: the answers might be worse than those of "
        f"{found.steps[-1]} alone. Measure more prompts or another threshold, or leave the cascade out."
    )
