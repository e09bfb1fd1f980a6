"""Who has a name that plugins offer something under.

A known name belongs to its distribution. Any other belongs to the only distribution that offers it: what is
installed side by side has no order, and the alphabet decides nothing. What the user gives in code goes before
what is installed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from interlock.plugins.host import Claim, PluginHost

Owner = Callable[[str], str | None]


def nobody(name: str) -> str | None:  # noqa: ARG001 - no name is spoken for
    return None


def settle(
    host: PluginHost, hook: str, claims: Iterable[Claim], owner: Owner = nobody, taken: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """(what has each name, why nobody has the others). Claims that fail are in the host's reports.

    `owner` gives the distribution to which a name belongs; those that are `taken` are nobody's to offer.
    """
    named: dict[str, list[Claim]] = {}
    for claim in claims:
        named.setdefault(claim.name, []).append(claim)
    found: dict[str, Any] = {}
    contested: dict[str, str] = {}
    for name, claimants in named.items():
        if name in taken:
            _refuse(host, hook, claimants, "this name is taken already")
            continue
        belongs = owner(name)
        strangers = [claim for claim in claimants if belongs and _is_strange(claim, belongs)]
        _refuse(host, hook, strangers, f"this name belongs to {belongs}")
        rightful = [claim for claim in claimants if claim not in strangers]
        if why := quarrel(name, rightful):
            contested[name] = why
            _refuse(host, hook, rightful, why)
        elif rightful:
            first = next((claim for claim in rightful if not claim.report.installed), rightful[0])
            found[name] = first.item
            others = [claim for claim in rightful if claim is not first]
            _refuse(host, hook, others, "another plugin offers this name already")
    return found, contested


def settle_schemes(
    host: PluginHost, hook: str, claims: Iterable[Claim], owners: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """As `settle`, of the schemes of URLs that the claims' items open."""
    found: dict[str, Any] = {}
    contested: dict[str, str] = {}
    schemes: dict[str, list[Claim]] = {}
    for claim in claims:
        for scheme in claim.item.schemes:
            schemes.setdefault(scheme, []).append(claim)
    for scheme, claimants in schemes.items():
        belongs = owners.get(scheme)
        strangers = [claim for claim in claimants if belongs and _is_strange(claim, belongs)]
        for claim in strangers:
            host.fail(claim.report, f"{hook} offered {claim.name!r}: {scheme}: belongs to {belongs}")
        rightful = [claim for claim in claimants if claim not in strangers]
        if why := quarrel(scheme, rightful):
            contested[scheme] = why
            for claim in rightful:
                host.fail(claim.report, f"{hook} offered {claim.name!r}: {why}")
        elif rightful:
            first = next((claim for claim in rightful if not claim.report.installed), rightful[0])
            found[scheme] = first.item
    return found, contested


def quarrel(name: str, claims: Iterable[Claim]) -> str | None:
    """What to say when several installed distributions claim a name that is nobody's."""
    claims = list(claims)
    whose = sorted({claim.report.distribution for claim in claims})
    if len(whose) < 2 or not all(claim.report.installed for claim in claims):  # noqa: PLR2004 - two quarrel
        return None
    return (
        f"{name!r} is offered by {' and by '.join(whose)}, and which is meant is yours to say: switch one of "
        f"them off, as in plugins: {{disabled: [{whose[0]}]}}, or uninstall it"
    )


def way_out(distribution: str, state: str | None) -> str:
    """What is the matter with a distribution that should offer something; `state` is its plugin's
    status, None where it is not installed.
    """
    if state is None:
        return f"pip install {distribution}"
    how = "is switched off" if state == "blocked" else "failed, `interlock plugins` says how"
    return f"{distribution} {how}"


def _is_strange(claim: Claim, owner: str) -> bool:
    return claim.report.installed and _normal(claim.report.distribution) != owner


def _normal(distribution: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _refuse(host: PluginHost, hook: str, claims: Iterable[Claim], reason: str) -> None:
    for claim in claims:
        host.refuse(hook, claim, reason)
