"""What excludes deployments from a request."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from interlock.protocols.providers import ProviderFacts
from interlock.types.frozen import quick_init
from interlock.types.models import Deployment
from interlock.types.request import Constraints, Request
from interlock.types.sensed import Sensed


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintCall:
    """A request and a deployment to judge.

    `constraints` are the request's, tightened by the configuration's defaults. `needs` are the capabilities
    that the request asks of a model, worked out once per request; None when nobody has. `meant` are the ids
    of the deployments that the request's `model` stands for; None when it names none, or nobody has looked.
    `sensed` is what guardrails have found in the request; None where no policy needs to know. `task` is what
    the request is taken for, named by its caller or not; None where a rule that is fixed is asked.
    """

    request: Request
    constraints: Constraints
    deployment: Deployment
    provider: ProviderFacts | None
    input_tokens: int
    needs: frozenset[str] | None = None
    meant: frozenset[str] | None = None
    sensed: Sensed | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Only sealed: the deployment may have the request as guardrails that rewrite leave it, and in no other
    form. `reason` is a sentence that says why. Where no such guardrail is installed, it is excluded.
    """

    reason: str


@runtime_checkable
class Constraint(Protocol):
    """A hard rule. `check` returns None; a sentence that says why the deployment is excluded; or Sealed.

    One that reads no more of a request than its model, constraints, `settings.max_tokens`, needs, tokens, its
    task and what was sensed in it may say `replays = True`: it is asked again when records are replayed.
    """

    api: int
    name: str

    def check(self, call: ConstraintCall) -> str | Sealed | None:
        """A sentence that says why the deployment is excluded, or None; or Sealed, where it may have the
        request only so.
        """


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCall:
    """A request, as in `ConstraintCall`, and every deployment of the router."""

    request: Request
    constraints: Constraints
    input_tokens: int
    needs: frozenset[str]
    deployments: tuple[Deployment, ...]
    sensed: Sensed | None = None
    task: str | None = None


@runtime_checkable
class SelectiveConstraint(Constraint, Protocol):
    """A rule that says when it need not be asked, which keeps decisions fast. It is asked before an attempt
    all the same, unless nothing that it goes by can have changed.

    One whose answer follows from the deployment and from a request's terms, which are its constraints, its
    needs, its `model` and what that means, may say `by_terms = True`: it is asked once for all requests of
    the same terms, and told nothing else of them.

    Attributes:
        fixed: what it says follows from the deployment alone, for as long as the router lives.
    """

    fixed: bool

    def idle(self, call: SurveyCall) -> bool:
        """True when it would say None of every deployment. Asked once a request, unless it is fixed or goes
        by terms.
        """
        ...


def _granted(deployment: str) -> bool:  # noqa: ARG001 - nobody keeps count
    return True
