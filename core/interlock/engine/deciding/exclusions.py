"""What rules say of a deployment, and which rules are not about the request."""

from dataclasses import dataclass
from typing import NamedTuple

from interlock.types.decisions import Treatment
from interlock.types.facts import Seal
from interlock.types.frozen import quick_init
from interlock.types.models import Deployment

# Rules that say that a deployment cannot serve anybody now; every other rule is about the request.
UNAVAILABLE = frozenset({"provider_installed", "credentials", "health"})

# Rules that tell what was seen of a deployment while a router lived; of one that is new, nothing was.
SEEN = frozenset({"evidence"})


@quick_init
@dataclass(frozen=True, slots=True)
class Exclusion:
    rule: str
    sentence: str


Finding = Exclusion | Seal


class AllowedTreatment(NamedTuple):
    """How a request may go; `seal` is the rule that lets it go only sealed, if one does."""

    treatment: Treatment
    seal: Seal | None = None


def treatment_of(deployment: Deployment, *, seals: bool) -> Treatment:
    """How requests reach a deployment of which no rule says more; `seals` that some guardrail rewrites."""
    return "sealed" if seals and deployment.treatment != "as_is" else "as_is"
