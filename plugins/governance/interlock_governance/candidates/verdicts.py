"""What the router says of a use case: its task, and what each deployment may have of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from interlock import Router
from interlock.policies import Permission
from interlock.types.jurisdictions import is_inside
from interlock.types.request import Options
from interlock_governance.use_cases import UseCase

_PERSONAL = "personal"
_SAMPLE = "-"  # a request whose text says nothing: what a use case will be sent is not known
_SEALABLE = "someone@example.org"
_SEALED = "only requests in which guardrails find what they seal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a use case asks of every deployment.

    Attributes:
        tokens: tokens of one request; None where nobody knows.
        levels: those of its levels that the policies know.
    """

    task: str
    levels: frozenset[str]
    residency: frozenset[str]
    tokens: int | None
    low_latency: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The task, how sure that is (0 to 1), who said so, and what was seen in the name and the purpose."""

    task: str
    confidence: float
    stage: str
    evidence: tuple[str, ...] = ()


class Verdicts:
    """Asks a router, once for all use cases that ask for the same."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._tasks = router.wiring.catalog.tasks
        self._levels = frozenset() if router.policies is None else frozenset(router.policies.levels)
        rules = () if router.policies is None else router.policies.rules
        self._seals = any(rule.sealed for rule in rules)
        self._known: dict[Asked, tuple[Mapping[str, Permission], Mapping[str, str]]] = {}

    def classified(self, case: UseCase) -> tuple[Classified, tuple[str, ...]]:
        """The task that the use case names, else what the router's classifiers make of its name and purpose;
        and what is to be said about it.
        """
        notes: tuple[str, ...] = ()
        if case.task is not None:
            if case.task in self._tasks:
                return Classified(task=case.task, confidence=1.0, stage="explicit"), notes
            notes = (f"{case.task!r} is no task of the router's; it was classified.",)
        text = "\n".join(part for part in (case.name, case.purpose) if part)
        decision = self._router.decide(text or _SAMPLE, estimated_tokens=case.tokens_in)
        return (
            Classified(
                task=decision.task,
                confidence=decision.confidence,
                stage=decision.stage,
                evidence=decision.evidence,
            ),
            notes,
        )

    def asked(self, case: UseCase, task: str) -> tuple[Asked, tuple[str, ...], str]:
        """What is asked of deployments; what was assumed; and in words what could not be asked."""
        notes: tuple[str, ...] = ()
        unchecked = ""
        levels = frozenset(case.sensitivity or ())
        if case.sensitivity is None and _PERSONAL in self._levels:
            levels = frozenset({_PERSONAL})
            notes = ("Its sensitivity is unknown; it was taken for personal.",)
        elif case.sensitivity is None:
            unchecked = "it is unknown, and no policy has the level personal"
        elif unknown := levels - self._levels:
            unchecked = f"no policy has the level {', '.join(sorted(unknown))}"
        asked = Asked(
            task=task,
            levels=levels & self._levels,
            residency=frozenset(case.residency or ()),
            tokens=case.tokens_in,
            low_latency=case.latency == "low",
        )
        return asked, notes, unchecked

    def of(self, asked: Asked) -> tuple[Mapping[str, Permission], Mapping[str, str]]:
        """Deployment -> what it may have; and deployment -> why it could not serve now, in words."""
        if asked not in self._known:
            options: Options = {
                "task": asked.task,
                "constraints": {"sensitivity": asked.levels, "residency": asked.residency},
                "demands": ["low_latency"] if asked.low_latency else [],
                "estimated_tokens": asked.tokens,
            }
            found = dict(self._router.permissions(_SAMPLE, **options).deployments)
            if self._seals and any(each.verdict == "denied" for each in found.values()):
                # Nothing of the sample could be sealed, and much of what the use case will send may be.
                sealable = self._router.permissions(_SEALABLE, **options).deployments
                found |= {
                    name: Permission(verdict="sealed", why=_SEALED, rules=each.rules)
                    for name, each in sealable.items()
                    if each.verdict == "sealed" and found[name].verdict == "denied"
                }
            sealed = any(each.verdict == "sealed" for each in found.values())
            decision = self._router.decide(_SEALABLE if sealed else _SAMPLE, **options)
            self._known[asked] = found, decision.excluded
        return self._known[asked]

    def route(self, asked: Asked) -> tuple[str, ...]:
        """The models and deployments that the task table names, best first."""
        rows = self._tasks
        row = rows.get(asked.task)
        name = asked.task
        if row and row.threshold and asked.tokens and asked.tokens > row.threshold:
            name = "long_document"
        names = [
            *(["eu_regulated"] if is_inside(asked.residency, "eu") else []),
            *(["low_latency"] if asked.low_latency else []),
            name,
        ]
        configured = self._router.wiring.config.routes
        found: list[str] = []
        for each in names:
            known = rows[each].models if each in rows else ()
            found += configured.get(each) or known
        return tuple(dict.fromkeys(found))
