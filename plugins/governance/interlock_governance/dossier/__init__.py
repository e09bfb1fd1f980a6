"""Dossiers: what is configured and measured of a use of AI, by Annex IV, and what people must write."""

from interlock_governance.dossier.document import Dossier, Fact, Gap, Grid, Point, dossier_data
from interlock_governance.dossier.making import dossier_of, permitted
from interlock_governance.dossier.measured import AttemptFigures, Figures, figures_of
from interlock_governance.dossier.verified import Verified, read_verified

__all__ = [
    "AttemptFigures",
    "Dossier",
    "Fact",
    "Figures",
    "Gap",
    "Grid",
    "Point",
    "Verified",
    "dossier_data",
    "dossier_of",
    "figures_of",
    "permitted",
    "read_verified",
]
