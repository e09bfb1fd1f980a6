"""A report as Markdown that an author can put into a README, and as data."""

from collections.abc import Iterable, Sequence
from typing import Any

from interlock.testing.checking import Report
from interlock.testing.running import Examined, RuleResult


def as_markdown(report: Report) -> str:
    """A heading, and for each kind of object one table of the rules; it holds no date and no path."""
    lines = [f"## Conformance of {report.distribution} {report.version}".rstrip(), "", _summary(report)]
    for failure in report.failures:
        lines += ["", f"Failed: {_cell(failure)}"]
    for kind in dict.fromkeys(each.kind for each in report.examined):
        lines += ["", *_table(kind, [each for each in report.examined if each.kind == kind])]
    for kind, names in report.uncovered.items():
        lines += ["", f"No kit covers {kind} {_names(names)}."]
    return "\n".join(lines) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    return {
        "distribution": report.distribution,
        "version": report.version,
        "kit_version": report.kit_version,
        "passed": report.passed,
        "failures": list(report.failures),
        "examined": [
            {
                "kind": each.kind,
                "name": each.name,
                "kit": each.kit,
                "findings": [
                    {"rule": finding.rule, "result": finding.result, "reason": finding.reason}
                    for finding in each.findings
                ],
            }
            for each in report.examined
        ],
        "uncovered": {kind: list(names) for kind, names in report.uncovered.items()},
    }


def _summary(report: Report) -> str:
    findings = [finding for each in report.examined for finding in each.findings]
    kit = f"Checked by the conformance kit of Interlock {report.kit_version}"
    if not findings:
        return f"{kit}: nothing is offered that a kit covers."
    results = ("passed", "failed", "left out")
    counts = {result: sum(finding.result == result for finding in findings) for result in results}
    return f"{kit}: {', '.join(f'{count} {result}' for result, count in counts.items())}."


def _table(kind: str, examined: Sequence[Examined]) -> Iterable[str]:
    yield f"### {kind} {_names(dict.fromkeys(each.name for each in examined))}"
    yield ""
    yield "| rule | result | reason |"
    yield "| --- | --- | --- |"
    titles = [each.name for each in examined]
    named = [
        (each.name if titles.count(each.name) == 1 else f"{each.name} ({each.kit})", each)
        for each in examined
    ]
    for rule in dict.fromkeys(finding.rule for each in examined for finding in each.findings):
        found = [(name, finding) for name, each in named for finding in each.findings if finding.rule == rule]
        yield f"| {rule} | {_result(found)} | {_reasons(found, alone=len(examined) == 1)} |"


def _result(found: Sequence[tuple[str, RuleResult]]) -> str:
    results = [finding.result for _, finding in found]
    if "failed" in results:
        return "**failed**"
    if "passed" not in results:
        return "left out"
    left = results.count("left out")
    return f"passed, {left} left out" if left else "passed"


def _reasons(found: Sequence[tuple[str, RuleResult]], *, alone: bool) -> str:
    by_reason: dict[str, list[str]] = {}
    for name, finding in found:
        if finding.reason:
            by_reason.setdefault(finding.reason, []).append(name)
    if len(by_reason) == 1 and (alone or len(next(iter(by_reason.values()))) == len(found)):
        return _cell(next(iter(by_reason)))
    return _cell("; ".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items()))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    """Text that neither ends a cell nor begins a tag."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
