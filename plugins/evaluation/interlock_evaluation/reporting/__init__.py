"""What a run comes to, as figures, as a page, and as a table for other programs."""

from interlock_evaluation.reporting.comparing import Compared
from interlock_evaluation.reporting.figures import Figures, ModelFigures, figures_of
from interlock_evaluation.reporting.judging import Judged, JudgedModel
from interlock_evaluation.reporting.report import cost_and_quality, report_of
from interlock_evaluation.reporting.tidy import tidy

__all__ = [
    "Compared",
    "Figures",
    "Judged",
    "JudgedModel",
    "ModelFigures",
    "cost_and_quality",
    "figures_of",
    "report_of",
    "tidy",
]
