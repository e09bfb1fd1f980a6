"""Statistics of marked answers: pure functions of numpy arrays.

What is estimated comes as an `Interval`. Prompts are the unit: of several values to one prompt, `clusters`
names the prompt of each. NaN is what nobody knows and is left out; with too little to say anything an
estimate is NaN or a bound infinite, and nothing is raised; what makes no sense is a ValueError.
"""

from interlock_evaluation.statistics.agreement import SCALES, Agreement, Scale, agreement, coded
from interlock_evaluation.statistics.claims import (
    LEVEL,
    POWER,
    discordance,
    holm,
    mcnemar,
    prompts_needed,
    smallest_difference,
)
from interlock_evaluation.statistics.dispersing import dispersion, thinned
from interlock_evaluation.statistics.drifting import Counts, Drift, Moments, drift
from interlock_evaluation.statistics.intervals import (
    CONFIDENCE,
    UNKNOWN,
    Interval,
    Numbers,
    Places,
    rate,
    share,
    student,
)
from interlock_evaluation.statistics.mixing import MixDrift, mix_drift
from interlock_evaluation.statistics.pairing import Paired, joined, paired, paired_predicted, pooled, together
from interlock_evaluation.statistics.predicting import LEAST, Predicted, predicted_mean
from interlock_evaluation.statistics.ranking import Preference, Strength, ranking, strengths
from interlock_evaluation.statistics.resampling import (
    amount,
    between,
    bootstrap,
    difference,
    mean,
    median,
    quantile,
)

__all__ = [
    "CONFIDENCE",
    "LEAST",
    "LEVEL",
    "POWER",
    "SCALES",
    "UNKNOWN",
    "Agreement",
    "Counts",
    "Drift",
    "Interval",
    "MixDrift",
    "Moments",
    "Numbers",
    "Paired",
    "Places",
    "Predicted",
    "Preference",
    "Scale",
    "Strength",
    "agreement",
    "amount",
    "between",
    "bootstrap",
    "coded",
    "difference",
    "discordance",
    "dispersion",
    "drift",
    "holm",
    "joined",
    "mcnemar",
    "mean",
    "median",
    "mix_drift",
    "paired",
    "paired_predicted",
    "pooled",
    "predicted_mean",
    "prompts_needed",
    "quantile",
    "ranking",
    "rate",
    "share",
    "smallest_difference",
    "strengths",
    "student",
    "thinned",
    "together",
]
