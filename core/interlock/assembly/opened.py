"""The facts with which a router's log begins: by which version, configuration, rules and places it goes."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from interlock.assembly.digest import digest
from interlock.assembly.offers import Offers
from interlock.config import Config
from interlock.policies import Policies, Rule
from interlock.types.models import Deployment


def opening_facts(
    config: Config, deployments: Iterable[Deployment], offers: Offers, policies: Policies | None
) -> dict[str, Any]:
    """Names, digests and dates alone."""
    listed = list(deployments)
    dates = [each.handling.as_of for each in listed if each.handling.as_of]
    facts: dict[str, Any] = {
        "version": version("interlock"),
        "configuration": digest(config, listed, offers, policies),
        "deployments": [each.id for each in listed],
        "rules": list(offers.constraints),
    }
    if dates:
        facts["places_as_of"] = min(dates)
    if policies is not None:
        facts["policies"] = {
            "digest": policies.digest,
            "levels": list(policies.levels),
            "rules": {rule.id: _told(rule, policies) for rule in policies.rules},
        }
    return facts


def _told(rule: Rule, policies: Policies) -> dict[str, str]:
    origin = policies.origins.get(rule.id)
    told = {
        "source": rule.source,
        "where": origin.where if origin else "",
        "as_of": origin.as_of if origin else "",
    }
    return {name: value for name, value in told.items() if value}
