"""An order out of comparisons of two. Pure: nobody is asked."""

from interlock_panels.ranking.bradley_terry import bradley_terry
from interlock_panels.ranking.copeland import copeland
from interlock_panels.ranking.matches import Match

__all__ = ["Match", "bradley_terry", "copeland"]
