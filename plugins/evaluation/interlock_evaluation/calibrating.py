"""What was measured of a cascade, as a file that its configuration may name."""

from collections.abc import Sequence
from datetime import date

from interlock.types.calibrations import Calibration
from interlock.types.escalations import SignalName
from interlock_evaluation.cascades import Fit
from interlock_evaluation.statistics import CONFIDENCE

_SIGNALS: dict[str, SignalName] = {"agreement": "agreement", "confidence": "logprobs", "verifier": "verifier"}


def calibration_of(
    found: Fit, task: str, measured: date, *, margin: float = 0.0, verifier: Sequence[str] = ()
) -> Calibration:
    """The calibration of a cascade that may be used; `margin` is a share, as `fit` was given it.

    Raises:
        UnusableCalibration: no prompt tells the two answers apart, or no threshold was found.
    """
    asked = found.signal == "verifier"
    return Calibration(
        task=task,
        steps=(*found.cheap_models, found.best_model),
        signal=_SIGNALS[found.signal],
        threshold=None if found.signal == "agreement" else found.threshold,
        verifier=tuple(verifier) if asked else (),
        mode="verify" if asked else None,
        n=found.prompts,
        w01=found.only_best,
        w10=found.only_cheap,
        margin=margin,
        q=found.q.value,
        q_low=found.q.low,
        q_high=found.q.high,
        level=CONFIDENCE,
        measured=measured.isoformat(),
    )
