"""`interlock policy`: what the policies say, tested and explained. Nothing is sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import show
from interlock.cli.cases import read_cases
from interlock.cli.failures import FAILED
from interlock.cli.session import session
from interlock.errors import ConfigError, InterlockError, RequestError
from interlock.types.names import nearest

if TYPE_CHECKING:
    from interlock.policies import CaseReport, Judgement, Policies
    from interlock.router import Router
    from interlock.types.models import Deployment

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Show, test and explain what the policies allow."
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_PERCENT: Final = 100


@app.callback()
def policy() -> None:
    """Show, test and explain what the policies allow."""


@app.command("show")
def show_policies(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List levels and rules, and what each deployment may have of each level, and why not."""
    router, policies = _policies(context)
    seals = router.wiring.engine.decider.seals
    found = {
        name: {level: policies.judge(deployment, frozenset({level})) for level in policies.levels}
        for name, deployment in router.deployments.items()
    }
    if as_json:
        show.write_json(_shown(policies, found, seals=seals))
        return
    levels = [(level, *_of_level(policies, level)) for level in policies.levels]
    rules = [(rule.id, show.names(sorted(rule.levels)), rule.source or "-") for rule in policies.rules]
    matrix = [(name, *(_verdict(each, seals=seals) for each in of.values())) for name, of in found.items()]
    reasons = [
        (name, level, each.sentence)
        for name, of in found.items()
        for level, each in of.items()
        if each.denials
    ]
    show.tables(
        (("Level", "Rules", "Given to"), levels),
        (("Rule", "Levels", "Source"), rules),
        (("Deployment", *policies.levels), matrix),
        *([(("Deployment", "Level", "Why not"), reasons)] if reasons else []),
    )
    if not seals and any(rule.sealed for rule in policies.rules):
        show.note("No guardrail seals here, so nothing goes sealed; `interlock plugins` lists guardrails.")


@app.command("test")
def hold_against(
    context: typer.Context,
    cases: Annotated[
        list[Path], typer.Argument(metavar="CASES...", show_default=False, help="Files of cases.")
    ],
    *,
    min_coverage: Annotated[
        float,
        typer.Option(min=0, max=_PERCENT, metavar="PERCENT", help="Rules that must have decided something."),
    ] = 0,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results as JUnit XML, too.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the policies against cases; the exit code is 1 when one fails or too few rules are covered."""
    from interlock.policies import run_cases

    router, _ = _policies(context)
    report = run_cases(router, read_cases(router, cases))
    covered = report.coverage * _PERCENT
    if junit is not None:
        _write_junit(junit, report)
    if as_json:
        show.write_json(_reported(report))
    else:
        _show_report(report)
    if covered < min_coverage:
        show.note(f"Rules covered: {covered:.0f} %, and {min_coverage:g} % are wanted.")
    if not report.passed or covered < min_coverage:
        raise typer.Exit(FAILED)


@app.command()
def explain(
    context: typer.Context,
    deployment: Annotated[str, typer.Argument(metavar="DEPLOYMENT", show_default=False, help="Its id.")],
    *,
    level: Annotated[
        list[str] | None,
        typer.Option(metavar="LEVEL", help="A level to ask about; without one, all. May be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say of each rule whether it holds of a deployment, with the facts that it looked at."""
    router, policies = _policies(context)
    found = router.deployments.get(deployment)
    if found is None:
        known = list(router.deployments)
        what = f"there is no deployment {deployment!r}; there are {', '.join(known)}."
        raise RequestError(what, key="DEPLOYMENT", suggestion=nearest(deployment, known))
    wanted = tuple(name.strip().lower() for name in level or policies.levels)
    policies.check(wanted, "--level")
    rows = [row for name in wanted for row in _explained(policies, found, name)]
    facts = _facts(found)
    if as_json:
        keys = ("level", "rule", "source", "holds", "why")
        rules = [dict(zip(keys, row, strict=True)) for row in rows]
        show.write_json({"deployment": deployment, "facts": facts, "rules": rules})
        return
    told = [(name, rule, "holds" if holds else "denies", why or "-") for name, rule, _, holds, why in rows]
    show.tables(
        ((deployment, ""), [(name, str(value)) for name, value in facts.items()]),
        (("Level", "Rule", "Result", "Why"), told),
    )


def _policies(context: typer.Context) -> "tuple[Router, Policies]":
    """Raises ConfigError for a configuration without policies."""
    router = session(context).router()
    if router.policies is None:
        what = "the configuration has none. Write `policies:` with `rules` or `files`."
        raise ConfigError(what, key="policies")
    return router, router.policies


def _verdict(found: "Judgement", *, seals: bool) -> str:
    if not found.denials:
        return "allowed"
    return "sealed" if found.sealing is not None and seals else "denied"


def _of_level(policies: "Policies", level: str) -> tuple[str, str]:
    """The rules of a level, and what has it without anybody's saying so."""
    rules = show.names([rule.id for rule in policies.rules_of(level)])
    kinds = [kind for kind, of in policies.detected.items() if of == level]
    given = ["whatever has no other"] if policies.default == level else []
    if not policies.is_open(level):
        rules = f"{rules} (nothing is permitted)" if rules != "-" else "- (nothing is permitted)"
    return rules, show.names([*given, *(f"{kind} found" for kind in kinds)])


def _shown(
    policies: "Policies", found: "Mapping[str, Mapping[str, Judgement]]", *, seals: bool
) -> dict[str, Any]:
    return {
        "levels": list(policies.levels),
        "default": policies.default,
        "detected": dict(policies.detected),
        "rules": [
            {"id": rule.id, "levels": sorted(rule.levels), "source": rule.source} for rule in policies.rules
        ],
        "deployments": {
            name: {
                level: {
                    "verdict": _verdict(each, seals=seals),
                    "why": each.sentence,
                    "rules": sorted({denial.rule for denial in each.denials if denial.rule}),
                }
                for level, each in of.items()
            }
            for name, of in found.items()
        },
    }


def _explained(
    policies: "Policies", deployment: "Deployment", level: str
) -> list[tuple[str, str, str, bool, str]]:
    denials = policies.judge(deployment, frozenset({level})).denials
    broken = {denial.rule: denial.sentence for denial in denials}
    rows = [
        (level, rule.id, rule.source, rule.id not in broken, broken.get(rule.id, ""))
        for rule in policies.rules_of(level)
    ]
    return rows + ([(level, "-", "", False, broken[""])] if "" in broken else [])


def _facts(deployment: "Deployment") -> dict[str, Any]:
    """What is recorded of a deployment, as rules see it; `unknown` where nobody has recorded it."""
    from interlock.policies.judging import Site

    handling = Site.of(deployment).handling
    unknown = "unknown"
    return {
        "region": deployment.region,
        "stored": handling.stored,
        "operator": handling.operator or unknown,
        "parent": handling.parent or unknown,
        "agreements": sorted(handling.agreements),
        "retention_days": unknown if handling.retention_days is None else handling.retention_days,
        "training": unknown if handling.training is None else handling.training,
        "on_premise": deployment.on_premise,
        "source": handling.source or "the configuration",
        "as_of": handling.as_of or unknown,
    }


def _show_report(report: "CaseReport") -> None:
    rows = [
        (
            each.case.name,
            "pass" if each.passed else "FAIL",
            show.names(list(each.levels)),
            "; ".join(
                f"{miss.deployment} is {miss.found}, expected {miss.expected}"
                + (f": {miss.why}" if miss.why else "")
                for miss in each.misses
            )
            or "-",
        )
        for each in report.results
    ]
    failed = sum(not each.passed for each in report.results)
    rules = [(rule, str(len(cases)) if cases else "none") for rule, cases in report.rules.items()]
    show.tables((("Case", "Result", "Levels", "Misses"), rows), (("Rule", "Decided in cases"), rules))
    show.note(
        f"{len(report.results) - failed} of {len(report.results)} cases pass; "
        f"{report.coverage:.0%} of {len(report.rules)} rules decided something."
    )
    if report.undecided:
        show.note(f"Decided nothing in any case: {', '.join(report.undecided)}.")


def _reported(report: "CaseReport") -> dict[str, Any]:
    return {
        "passed": report.passed,
        "coverage": round(report.coverage, 4),
        "undecided": list(report.undecided),
        "rules": {rule: list(cases) for rule, cases in report.rules.items()},
        "cases": [
            {
                "name": each.case.name,
                "passed": each.passed,
                "levels": dict(each.levels),
                "rules": sorted(each.rules),
                "misses": [
                    {
                        "deployment": miss.deployment,
                        "expected": miss.expected,
                        "found": miss.found,
                        "why": miss.why,
                    }
                    for miss in each.misses
                ],
            }
            for each in report.results
        ],
    }


def _write_junit(path: Path, report: "CaseReport") -> None:
    from xml.etree.ElementTree import Element, ElementTree, SubElement

    failures = str(sum(not each.passed for each in report.results))
    suite = Element("testsuite", name="policies", tests=str(len(report.results)), failures=failures)
    for each in report.results:
        case = SubElement(suite, "testcase", classname="policies", name=each.case.name)
        for miss in each.misses:
            what = f"{miss.deployment} is {miss.found}, expected {miss.expected}"
            SubElement(case, "failure", message=what).text = miss.why
    try:
        ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise InterlockError(f"{path} cannot be written: {error.strerror or error}") from None
