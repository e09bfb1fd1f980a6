"""What cases say of rules: which decided something, and in which case."""

from interlock import Router
from interlock.policies import Case, run_cases

CONFIG = {
    "deployments": [
        {"id": "here", "model": "local/smollm2-135m", "provider": "local"},
    ],
    "policies": {
        "levels": ["open", "closed"],
        "rules": [
            {"id": "all", "level": "open", "permit": "any"},
            {"id": "nobody", "level": "closed", "permit": {"places": ["jp"]}},
        ],
    },
}


def test_a_rule_that_denies_nobody_is_covered_by_a_case_of_its_level() -> None:
    with Router.from_config(CONFIG) as router:
        of_the_level = Case(name="open", sensitivity=frozenset({"open"}), expected={"here": "allowed"})
        report = run_cases(router, [of_the_level])
        assert report.rules == {"all": ("open",), "nobody": ()}
        of_another = Case(name="closed", sensitivity=frozenset({"closed"}), others="allowed")
        assert run_cases(router, [of_another]).rules["all"] == ()
