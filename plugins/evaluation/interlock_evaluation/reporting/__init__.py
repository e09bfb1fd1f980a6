"""What a run comes to, as figures and as a page."""

from interlock_evaluation.reporting.figures import Compared, Figures, ModelFigures, figures_of
from interlock_evaluation.reporting.report import report_of

__all__ = ["Compared", "Figures", "ModelFigures", "figures_of", "report_of"]
