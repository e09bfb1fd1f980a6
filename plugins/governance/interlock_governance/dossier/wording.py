"""Rules of policies and other settings, in words."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlock import Constraints
    from interlock.policies import Rule


def listed(values: Iterable[object], nothing: str = "none") -> str:
    """Names beside each other, in their order."""
    return ", ".join(map(str, values)) or nothing


def seconds(value: float | None) -> str:
    """A duration."""
    return "none" if value is None else f"{value:g} s"


def rule_in_words(rule: "Rule") -> str:
    """What a rule permits, forbids and lets go sealed."""
    return " ".join([*_permitted(rule), *_forbidden(rule), *_sealed(rule)]) or "It permits nothing."


def _permitted(rule: "Rule") -> Iterator[str]:
    permit = rule.permit
    if permit is None:
        return
    if rule.permits_all:
        yield "Whatever is not forbidden is permitted."
        return
    asks = [
        (permit.places, "processed in {} alone"),
        (permit.storage, "kept in {} alone"),
        (permit.operators, "operated by a company of {} alone"),
        (permit.parents, "whose operator belongs to a company of {} alone"),
        (permit.laws, "within reach of the law of {} alone"),
        (permit.agreements, "with {} agreed"),
        (permit.transfers, "or in a place to which a transfer has the ground {}"),
    ]
    told = [words.format(listed(sorted(values))) for values, words in asks if values]
    if permit.on_premise:
        told.append("on the organisation's own ground alone")
    if permit.retention_days is not None:
        told.append(f"kept for at most {permit.retention_days} days")
    if permit.training is False:
        told.append("without training on requests")
    if told:
        yield f"Permitted: {'; '.join(told)}."


def _forbidden(rule: "Rule") -> Iterator[str]:
    forbid = rule.forbid
    asks = [
        (forbid.places, "processing in {}"),
        (forbid.storage, "storage in {}"),
        (forbid.operators, "operators of {}"),
        (forbid.parents, "operators that belong to a company of {}"),
        (forbid.laws, "reach of the law of {}"),
        (forbid.vendors, "the vendors {}"),
    ]
    told = [words.format(listed(sorted(values))) for values, words in asks if values]
    if told:
        yield f"Forbidden: {'; '.join(told)}."


def _sealed(rule: "Rule") -> Iterator[str]:
    if rule.sealed is None:
        return
    with_unread = ", also where something in it cannot be looked into" if rule.sealed.unread else ""
    unchanged = ", also where nothing was found to seal" if rule.sealed.unchanged else ""
    yield f"Sealed by guardrails, a request counts as {rule.sealed.level}{with_unread}{unchanged}."


def constraints_in_words(constraints: "Constraints") -> Iterator[tuple[str, str]]:
    """What is asked of every request, by name; nothing of what is not asked."""
    for name, values, words in (
        ("Residency", constraints.residency, "processed in {} alone"),
        ("Storage", constraints.storage, "kept in {} alone"),
        ("Vendors denied", constraints.deny_vendors, "{}"),
        ("Laws denied", constraints.deny_laws, "no reach of the law of {}"),
        ("Sensitivity", constraints.sensitivity, "every request counts as {}"),
    ):
        if values:
            yield name, words.format(listed(sorted(values)))
    if constraints.on_premise:
        yield "Ground", "the organisation's own alone"
