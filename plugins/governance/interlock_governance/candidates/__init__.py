"""Which deployments would serve a use case, what the rules say of each, and what each would change."""

from interlock_governance.candidates.candidate import Candidate, CaseCandidates
from interlock_governance.candidates.current import Current
from interlock_governance.candidates.figures import Range
from interlock_governance.candidates.finding import candidates_of
from interlock_governance.candidates.scores import ComparedScore
from interlock_governance.candidates.verdicts import Classified

__all__ = [
    "Candidate",
    "CaseCandidates",
    "Classified",
    "ComparedScore",
    "Current",
    "Range",
    "candidates_of",
]
