"""Kits run without a test runner, for reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from unittest import SkipTest

from interlock.testing.rules import Conformance, rules_of

_LONGEST = 300

Result = Literal["passed", "failed", "left out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """How a rule ended. `reason` says why it failed or was left out."""

    rule: str
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One object that a plugin offers, and what its kit found.

    Attributes:
        kind: `provider`, `classifier`, ….
        name: the object's own.
        kit: the class that was run.
    """

    kind: str
    name: str
    kit: str
    findings: Sequence[RuleResult]

    @property
    def failed(self) -> bool:
        return any(finding.result == "failed" for finding in self.findings)


def run_rules(kit: Conformance) -> tuple[RuleResult, ...]:
    """Run every rule of the kit, by name. Tests that its author added are left to a test runner."""
    return tuple(_run(kit, name) for name in rules_of(type(kit)))


def _run(kit: Conformance, name: str) -> RuleResult:
    rule, test = name.removeprefix("test_").replace("_", " "), getattr(kit, name)
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "xfail"]
    known = str(marks[0].kwargs.get("reason", "")) if marks else None
    try:
        test()
    except SkipTest as skipped:
        return RuleResult(rule=rule, result="left out", reason=_line(skipped))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is reported
        if known is not None:
            return RuleResult(rule=rule, result="left out", reason=known)
        said = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        return RuleResult(rule=rule, result="failed", reason=said + _line(error))
    if known is not None:
        return RuleResult(rule=rule, result="failed", reason=f"it is kept, and marked as broken: {known}")
    return RuleResult(rule=rule, result="passed")


def _line(error: BaseException) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
