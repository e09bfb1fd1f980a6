"""Cases that say what policies must do, and what came of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.policies.permissions import Permissions, Verdict
from interlock.policies.policies import Policies
from interlock.policies.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request, and what must become of it.

    Attributes:
        sensitivity: the levels that the request declares.
        text: the prompt, for guardrails that look for personal data.
        task: what the caller names, if anything.
        expected: deployment id -> what the rules must say of it.
        others: what they must say of every deployment that is not among these; None leaves it open.
    """

    name: str
    sensitivity: frozenset[str] = frozenset()
    text: str = ""
    task: str | None = None
    expected: Mapping[str, Verdict] = field(default_factory=dict)
    others: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A deployment of which something else was said than was expected; `why` in words."""

    deployment: str
    expected: Verdict
    found: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of a case. `levels` are those that the request had and why; `rules` the ids of the rules that
    denied a deployment of which the case says something.
    """

    case: Case
    levels: Mapping[str, str]
    misses: tuple[Miss, ...]
    rules: frozenset[str]

    @property
    def passed(self) -> bool:
        return not self.misses


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """What came of all cases. `rules` maps each rule's id to the cases in which it decided something."""

    results: tuple[CaseResult, ...]
    rules: Mapping[str, tuple[str, ...]]

    @property
    def passed(self) -> bool:
        return all(each.passed for each in self.results)

    @property
    def coverage(self) -> float:
        """The share of rules, 0 to 1, that decided something in some case."""
        return sum(map(bool, self.rules.values())) / len(self.rules) if self.rules else 1.0

    @property
    def undecided(self) -> tuple[str, ...]:
        """The rules that decided nothing in any case."""
        return tuple(rule for rule, cases in self.rules.items() if not cases)


class Decides(Protocol):
    """A `Router`, as far as cases ask it."""

    @property
    def policies(self) -> Policies | None: ...

    @property
    def permissions(self) -> Callable[..., Permissions]: ...


def run_cases(router: Decides, cases: Iterable[Case]) -> CaseReport:
    """What the router's rules say in each case. Nobody is called, and no key is needed.

    Raises:
        RequestError: a case has a level or a task that there is not.
        ValueError: a case names a deployment that there is not, or the router has no policies.
    """
    policies = router.policies
    if policies is None:
        raise ValueError("the router has no policies")
    results = tuple(_run(router, case) for case in cases)
    decided = {
        rule.id: tuple(each.case.name for each in results if _decides(rule, each)) for rule in policies.rules
    }
    return CaseReport(results=results, rules=decided)


def _decides(rule: Rule, result: CaseResult) -> bool:
    """Whether it denied a deployment of which the case speaks; a rule that can deny nobody, whether the case
    has its level.
    """
    if rule.permits_all:
        return not rule.levels.isdisjoint(result.levels)
    return rule.id in result.rules


def _run(router: Decides, case: Case) -> CaseResult:
    found = router.permissions(case.text, task=case.task, constraints={"sensitivity": case.sensitivity})
    expected: dict[str, Verdict] = {}
    if case.others is not None:
        expected = dict.fromkeys(found.deployments, case.others)
    expected.update(case.expected)
    misses: list[Miss] = []
    rules: set[str] = set()
    for name, wanted in expected.items():
        if name not in found.deployments:
            raise ValueError(f"{case.name}: there is no deployment {name!r}")
        permission = found.deployments[name]
        rules |= permission.rules
        if permission.verdict != wanted:
            misses.append(
                Miss(deployment=name, expected=wanted, found=permission.verdict, why=permission.why)
            )
    return CaseResult(case=case, levels=found.levels, misses=tuple(misses), rules=frozenset(rules))
