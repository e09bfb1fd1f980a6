"""The policy that holds requests to what assessments require, and cases that test it, as YAML."""

import textwrap
from collections.abc import Sequence
from typing import Any, Final

import yaml

from interlock import Router
from interlock.errors import RequestError
from interlock_governance.assessing.assessment import Assessment
from interlock_governance.assessing.deployments import levels_before, own_levels
from interlock_governance.assessing.requirement import Requirement, loaded, permit_any
from interlock_governance.use_cases.inventory import shortened

_WIDTH: Final = 110
_MOST: Final = 100_000  # values that a file of policies may hold


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # whichever is there
    """Writes everything out: files of policies hold no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's signature
        return True


def policy_rules(found: Sequence[Assessment]) -> list[dict[str, Any]]:
    """The rules of a policies file: each once, with the levels of all use cases that it is for."""
    levels: dict[str, list[str]] = {}
    rules: dict[str, Requirement] = {}
    for each in found:
        for rule in each.rules:
            rules[rule.id] = rule
            levels.setdefault(rule.id, []).append(each.level)
    # What refuses a use case permits by itself, though nothing.
    allowed = [each.level for each in found if not each.refusals]
    listed = [rule.plain(levels[rule.id]) for rule in rules.values()]
    return [*([permit_any(allowed)] if allowed else []), *listed]


def policy_text(
    found: Sequence[Assessment], *, file: str = "policy.yaml", router: Router | None = None
) -> str:
    """A file of policies, which a configuration names under `policies.files`. Its head says what the
    configuration needs; `file` is what it will be called.

    Raises:
        RequestError: there is no assessment, or there are too many for one file.
        ConfigError: a rule would be refused.
    """
    if not found:
        raise RequestError("there is no use case, and so no rule.", key="--policy")
    rules = policy_rules(found)
    if sum(len(rule["level"]) + 12 for rule in rules) > _MOST:
        raise RequestError(
            "would hold more than a file of policies may; choose with --where.", key="--policy"
        )
    own = [each.level for each in found]
    before = levels_before(router)
    loaded(rules, own, before)
    levels = dict.fromkeys((*before, *own))
    head = [
        "Made by interlock assess, of a pre-assessment, which is no legal advice. The configuration needs:",
        "policies:",
        *textwrap.wrap(
            f"levels: [{', '.join(levels)}]",
            _WIDTH - 4,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        ),
        f"  files: [{_line(file)}]",
        *_treated(found),
        "A request says of which use case it is by its level: `sensitivity`.",
        *(f"{each.level}: {_line(each.use_case.title)}: {each.verdict}" for each in found),
    ]
    return "".join(f"# {line}\n" for line in head) + _yaml({"rules": rules})


def cases_text(found: Sequence[Assessment], router: Router) -> str:
    """Cases that `interlock policy test` holds against the configuration with the policy in it.

    Raises:
        RequestError: an assessment was made without a router, or there is none.
    """
    if not found or any(each.deployments is None for each in found):
        raise RequestError("a configuration with deployments is needed.", key="--cases")
    return _yaml({"cases": [_case(each, router) for each in found]})


def _case(made: Assessment, router: Router) -> dict[str, Any]:
    deployments = made.deployments or {}
    expected: dict[str, Any] = {
        verdict: names
        for verdict in ("allowed", "sealed")
        if (names := [name for name, each in deployments.items() if each.verdict == verdict])
    }
    return {
        "name": f"{_line(made.use_case.title)}: {made.verdict}",
        "sensitivity": [*sorted(own_levels(router, made.use_case)), made.level],
        "expect": {**expected, "denied": "others"} if expected else "nobody",
    }


def _treated(found: Sequence[Assessment]) -> list[str]:
    treat = {kind: action for each in found for kind, action in each.treat.items()}
    if not treat:
        return []
    kinds = ", ".join(f"{kind}: {action}" for kind, action in treat.items() if kind != "*")
    default = f"default: {treat['*']}" if "*" in treat else ""
    parts = [part for part in (f"actions: {{{kinds}}}" if kinds else "", default) if part]
    return [f"guardrails: {{privacy: {{{', '.join(parts)}}}}}"]


def _line(text: str) -> str:
    """On one line, of characters that a comment may hold."""
    return shortened("".join(each if each.isprintable() else " " for each in text))


def _yaml(data: object) -> str:
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )
