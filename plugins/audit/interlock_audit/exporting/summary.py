"""What a person reads first: counts and lists out of one way through the entries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_audit.exporting.entries import Exported

MOST = 1000
"""So many lines of a list are kept; `more` says how many there were besides."""

_OPEN = 100_000
_LOG = {
    "audit.key_changed",
    "audit.erased",
    "audit.opened",
    "audit.pruned",
    "audit.sink_failed",
}

Place = tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Lines:
    """The first lines of a list, and how many more there were."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0

    def add(self, **line: Any) -> None:
        if len(self.lines) < MOST:
            self.lines.append({name: value for name, value in line.items() if value is not None})
        else:
            self.more += 1


@dataclass(slots=True, kw_only=True)
class Summary:
    """Attributes:
    decided: (task, policies' digest) -> decisions.
    denied: (deployment, rule, policies' rules) -> decisions that kept it out.
    places: (to, model, operator, declared region, evidenced region, treatment) -> how often.
    found: kind of personal data -> decisions.
    outcomes: how calls ended.
    rules: (policies' digest, rule) -> its source, and of which date that is.
    nowhere: calls for which no lawful deployment existed, so that nothing was sent.
    """

    entries: int = 0
    first: str = ""
    last: str = ""
    decided: Counter[tuple[str, str]] = field(default_factory=Counter)
    denied: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    places: Counter[Place] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    nowhere: Lines = field(default_factory=Lines)
    incidents: Lines = field(default_factory=Lines)
    approvals: Lines = field(default_factory=Lines)
    loads: Lines = field(default_factory=Lines)
    rules: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    log: Lines = field(default_factory=Lines)
    sealed: int = 0
    erased: int = 0
    unreadable: int = 0
    _sent: dict[tuple[str | None, int | None], Mapping[str, Any]] = field(default_factory=dict)
    _digest: str | None = None
    _keys: tuple[Any, Any] | None = None

    def take(self, entry: Exported) -> None:
        self.entries += 1
        if entry.at:
            self.first, self.last = min(self.first or entry.at, entry.at), max(self.last, entry.at)
        self.sealed += entry.personal not in {"", "erased"} if isinstance(entry.personal, str) else 1
        self.erased += entry.personal == "erased"
        match entry.kind:
            case "decision":
                self._decision(entry.facts)
            case "attempt":
                self._attempt(entry)
            case "attempt_ended":
                self.places[_place(self._sent.pop((entry.call, entry.attempt), {}), entry.facts)] += 1
            case "tool":
                self.places[_place(entry.facts, {})] += 1
            case "answer":
                self.outcomes["answered"] += 1
            case "failed":
                self._failed(entry)
            case "incident":
                self.incidents.add(at=entry.at, call=entry.call, **_flat(entry.facts))
            case "approval_asked" | "approved" | "refused":
                kept = {name: entry.facts.get(name) for name in ("connector", "tool", "policy", "why")}
                self.approvals.add(at=entry.at, what=entry.kind, run=entry.run, **_flat(kept))
            case "opened":
                self._opened(entry)
            case "audit.began":
                self._began(entry)
            case "unreadable":
                self.unreadable += 1
            case kind if kind in _LOG:
                self.log.add(at=entry.at, what=kind, **_flat(entry.facts))

    def finish(self) -> "Summary":
        """Those of whose end nothing was written may have been sent."""
        for facts in self._sent.values():
            self.places[_place(facts, {"evidenced": "no end was written"})] += 1
        self._sent = {}
        return self

    def _decision(self, facts: Mapping[str, Any]) -> None:
        self.decided[_text(facts.get("task")), _text(facts.get("policies"))] += 1
        grounds = _mapping(facts.get("grounds"))
        for deployment, rule in _mapping(facts.get("excluded")).items():
            rules = _mapping(_mapping(grounds.get(deployment)).get("rules"))
            self.denied[deployment, _text(rule), ", ".join(rules)] += 1
        for kind in _list(_mapping(facts.get("found")).get("kinds")):
            self.found[_text(kind)] += 1

    def _attempt(self, entry: Exported) -> None:
        if len(self._sent) >= _OPEN:
            self.finish()
        self._sent[entry.call, entry.attempt] = entry.facts

    def _failed(self, entry: Exported) -> None:
        facts = entry.facts
        error = _text(facts.get("error")) or "error"
        if error == "NoDeployment":
            self.outcomes["refused: no lawful deployment existed, and nothing was sent"] += 1
            self.nowhere.add(at=entry.at, call=entry.call, run=entry.run)
        else:
            self.outcomes[f"ended in {error}"] += 1

    def _opened(self, entry: Exported) -> None:
        facts = entry.facts
        policies = _mapping(facts.get("policies"))
        digest = policies.get("digest")
        self.loads.add(
            at=entry.at,
            configuration=facts.get("configuration"),
            policies=digest,
            changed=None if self._digest is None else digest != self._digest,
            rules=", ".join(_mapping(policies.get("rules"))) or None,
        )
        self._digest = digest
        for rule, stands in _mapping(policies.get("rules")).items():
            told = _mapping(stands)
            self.rules[_text(digest), rule] = _text(told.get("source")), _text(told.get("as_of"))

    def _began(self, entry: Exported) -> None:
        facts = entry.facts
        keys = facts.get("key"), facts.get("sealing")
        if self._keys is not None and keys != self._keys:
            self.log.add(at=entry.at, what="another key is configured", signs=keys[0], seals=keys[1])
        self._keys = keys


PLACE = ("to", "model", "operator", "declared", "evidenced", "treatment")


def summary_of(entries: Iterable[Exported]) -> Summary:
    summary = Summary()
    for entry in entries:
        summary.take(entry)
    return summary.finish()


def told(summary: Summary) -> dict[str, Any]:
    """As plain values."""
    return {
        "entries": summary.entries,
        "first": summary.first,
        "last": summary.last,
        "calls": dict(summary.outcomes.most_common()),
        "decisions": [
            {"task": task, "policies": digest, "count": count}
            for (task, digest), count in summary.decided.most_common()
        ],
        "kept_out": [
            {"deployment": deployment, "rule": rule, "policy_rules": rules, "count": count}
            for (deployment, rule, rules), count in summary.denied.most_common()
        ],
        "policies": [
            {"policies": digest, "rule": rule, "source": source, "as_of": as_of}
            for (digest, rule), (source, as_of) in summary.rules.items()
        ],
        "places": [
            dict(zip(PLACE, place, strict=True)) | {"count": count}
            for place, count in summary.places.most_common()
        ],
        "personal_data_found": dict(summary.found.most_common()),
        **{
            name: {"lines": each.lines, "more": each.more}
            for name, each in (
                ("no_lawful_deployment", summary.nowhere),
                ("incidents", summary.incidents),
                ("approvals", summary.approvals),
                ("policy_loads", summary.loads),
                ("the_log_itself", summary.log),
            )
        },
        "sealed_entries": summary.sealed,
        "erased_entries": summary.erased,
        "unreadable_entries": summary.unreadable,
    }


def _place(sent: Mapping[str, Any], ended: Mapping[str, Any]) -> Place:
    both = {**sent, **ended}
    return (
        _text(both.get("deployment") or both.get("connector")),
        _text(both.get("model")),
        _text(both.get("operator")),
        _text(both.get("pinned") or both.get("region")),
        _text(both.get("evidenced")),
        _text(both.get("treatment")),
    )


def _flat(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: _text(value)
        for name, value in facts.items()
        if value is not None and name not in {"at", "what"}
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
