"""What a router's configuration says, as facts of a dossier. No key, no password and no option's value."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from interlock import Timeouts
from interlock_governance.dossier.document import Fact, Grid
from interlock_governance.dossier.wording import constraints_in_words, listed, rule_in_words, seconds

if TYPE_CHECKING:
    from interlock import Deployment, Router


def deployments_grid(chosen: "Sequence[Deployment]") -> Grid:
    """Which models, at which endpoints, under which names."""
    rows = tuple(
        (
            each.id,
            each.model,
            each.name,
            each.provider,
            urlsplit(each.base_url).hostname or "in the process",
            "the organisation's own" if each.on_premise or each.region == "local" else "the vendor's",
        )
        for each in chosen
    )
    columns = ("Deployment", "Model", "Name there", "Provider", "Host", "Ground")
    return Grid(caption="Deployments that may answer", columns=columns, rows=rows)


def places_grid(chosen: "Sequence[Deployment]") -> Grid:
    """Where each processes and keeps, whose law reaches it, and who says so."""
    rows = []
    for each in chosen:
        known = each.handling
        laws = [*each.region.split("+"), known.operator or "unknown", known.parent or "unknown"]
        says = f"{known.source or 'the configuration'}{f', {known.as_of}' if known.as_of else ''}"
        rows.append((each.id, each.region, known.stored, listed(dict.fromkeys(laws)), says))
    columns = ("Deployment", "Processed in", "Kept in", "Law of the place, the operator, its parent", "Says")
    return Grid(caption="Places and laws", columns=columns, rows=tuple(rows))


def handling_grid(chosen: "Sequence[Deployment]") -> Grid:
    """What whoever runs each does with what it is sent."""
    rows = []
    for each in chosen:
        known = each.handling
        if each.on_premise:
            rows.append((each.id, "by the organisation itself", "by nobody else", "none needed"))
            continue
        days = "unknown" if known.retention_days is None else f"{known.retention_days} days"
        training = "unknown" if known.training is None else "yes" if known.training else "no"
        rows.append((each.id, days, training, listed(sorted(known.agreements), "none recorded")))
    columns = ("Deployment", "Kept for", "Trained on", "Agreed")
    return Grid(caption="Handling", columns=columns, rows=tuple(rows))


def models_grid(chosen: "Sequence[Deployment]") -> Grid:
    """What each model is, by its card."""
    rows = []
    for card in {each.model: each.card for each in chosen}.values():
        window = "unknown" if card.context_window is None else f"{card.context_window:,}"
        rows.append(
            (
                card.id,
                card.maker,
                card.jurisdiction or "unknown",
                card.weights,
                window,
                listed(sorted(card.capabilities), "unknown"),
            )
        )
    columns = ("Model", "Maker", "At home in", "Weights", "Context, tokens", "Takes")
    return Grid(caption="Models of others that it is built on", columns=columns, rows=tuple(rows))


def scores_grid(chosen: "Sequence[Deployment]") -> Grid | None:
    """Published results, each with its source: starting values, and no measurement of this system."""
    cards = {each.model: each.card for each in chosen}.values()
    rows = tuple(
        (card.id, score.benchmark, f"{score.value:g} %", score.source)
        for card in cards
        for score in card.scores
    )
    if not rows:
        return None
    columns = ("Model", "Benchmark", "Result", "Source")
    return Grid(
        caption="Results that others published, not measured here",
        columns=columns,
        rows=rows,
        origin="installed",
    )


def versions(router: "Router") -> Iterator[Fact]:
    """Of the software that runs, as far as it is installed here."""
    for report in router.wiring.host.reports:
        if report.version:
            yield Fact(
                name=report.distribution or report.name,
                value=f"{report.version} ({report.status})",
                origin="installed",
            )


def connectors_grid(router: "Router") -> Grid | None:
    """What may give tools."""
    rows = tuple(
        (each.id, each.connector, each.region or "unknown", urlsplit(each.base_url or "").hostname or "-")
        for each in router.wiring.config.connectors
    )
    if not rows:
        return None
    return Grid(caption="Connectors", columns=("Connector", "Kind", "Region", "Host"), rows=rows)


def logic(router: "Router", task: str | None) -> Iterator[Fact]:
    """How a request finds its way, in the words of the settings that decide it."""
    config = router.wiring.config
    yield Fact(
        name="Way of a request",
        value="classified; every deployment that a rule forbids is excluded, the rest is ranked and tried in "
        "turn; before each attempt the rules are asked again",
    )
    if task is not None:
        known = router.wiring.catalog.tasks.get(task)
        row = config.routes.get(task) or (known.models if known else ())
        yield Fact(name="Task", value=task)
        yield Fact(name=f"Row for {task}", value=f"{listed(row)}; whatever else is permitted follows")
    yield Fact(name="Strategy", value=config.strategy)
    yield Fact(name="A stream that breaks", value=config.rescue)
    yield Fact(name="Retries", value=f"at most {config.retries.max} at one deployment")
    if config.hedge is not None:
        yield Fact(name="Hedging", value="a late answer is asked for elsewhere as well")
    for name, ensemble in config.ensembles.items():
        members = listed([member.model for member in ensemble.members])
        value = f"{members}; {ensemble.mode}, at least {ensemble.quorum} have to answer"
        yield Fact(name=f"Ensemble {name}", value=value)
    yield Fact(name="Total time of a call", value=seconds(config.timeouts.over(Timeouts()).total))


def rules(router: "Router") -> Iterator[Fact | Grid]:
    """The constraints of every request, and the policies with their digest."""
    for name, value in constraints_in_words(router.wiring.config.constraints.constraints()):
        yield Fact(name=name, value=value)
    yield Fact(name="Digest of the configuration", value=router.digest)
    policies = router.policies
    if policies is None:
        return
    columns = ("Rule", "Levels", "What it says", "Ground")
    rows = tuple(
        (rule.id, listed(sorted(rule.levels)), rule_in_words(rule), rule.source or "none given")
        for rule in policies.rules
    )
    yield Grid(caption="Policies", columns=columns, rows=rows)
    if policies.default:
        yield Fact(name="Level of a request that has no other", value=policies.default)
    for kind, level in policies.detected.items():
        yield Fact(name=f"Level where {'anything else' if kind == '*' else kind} is found", value=level)


def verdicts_grid(router: "Router", chosen: "Sequence[Deployment]") -> Grid | None:
    """What the policies let each deployment have, by level."""
    policies = router.policies
    if policies is None:
        return None
    rows = []
    for each in chosen:
        for level in policies.levels:
            found = policies.judge(each, frozenset({level}))
            verdict = "permitted" if not found.denials else "denied"
            if found.denials and found.sealing is not None:
                verdict = "sealed alone, where guardrails seal"
            rows.append((each.id, level, verdict, found.sentence or "-"))
    columns = ("Deployment", "Level", "Verdict", "Why not")
    return Grid(caption="What each deployment may have", columns=columns, rows=tuple(rows))


def guardrails_grid(router: "Router") -> Grid | None:
    """What looks at texts on their way out and back."""
    settings = router.wiring.config.guardrails
    rows = []
    for name, guardrail in router.wiring.offers.guardrails.items():
        setting: Any = settings.get(name)
        if getattr(guardrail, "listed", False) and setting is None:
            continue
        fails = (setting.on_error if setting else None) or getattr(guardrail, "on_error", "block")
        rows.append(
            (
                name,
                listed(sorted(guardrail.phases)),
                "yes" if getattr(guardrail, "rewrites", False) else "no",
                "the call ends" if fails == "block" else "the call goes on without it",
                listed(sorted(getattr(guardrail, "kinds", ())), "says nothing of it"),
            )
        )
    if not rows:
        return None
    columns = ("Guardrail", "Looks at", "Rewrites", "Where it fails", "Kinds that it finds")
    return Grid(caption="Guardrails", columns=columns, rows=tuple(rows))


def treatments(chosen: "Sequence[Deployment]") -> Iterator[Fact]:
    """How requests may reach each, where the configuration says so."""
    for each in chosen:
        if each.treatment is not None:
            value = "as the caller gives it" if each.treatment == "as_is" else "sealed by guardrails alone"
            yield Fact(name=f"Requests reach {each.id}", value=value)


def oversight(router: "Router") -> Iterator[Fact]:
    """What runs only when somebody has said yes."""
    policy = router.wiring.config.tools.policy()
    yield Fact(
        name="Tools that need a person's approval",
        value=f"whatever is {policy.requires_grant} or stronger; what is destructive always does",
    )
    yield Fact(name="A router runs no tool by itself", value="its caller does, one call at a time")
    yield Fact(name="Version of the policy about tools", value=policy.version)
    for rule in policy.rules:
        told = [
            f"counts as {rule.effect}" if rule.effect else "",
            f"is repeated by {rule.repeat.way}" if rule.repeat else "",
        ]
        yield Fact(
            name=f"Tools {rule.tools}", value="; ".join(each for each in told if each) or "settles late"
        )


def logging(router: "Router") -> Iterator[Fact]:
    """What is kept of calls, where and for how long, without a word of their content."""
    config = router.wiring.config
    if config.log is None:
        yield Fact(name="Log", value="none is configured")
    else:
        required = "before a request leaves" if config.log.mode == "required" else "in the background"
        yield Fact(name="Log", value=f"{config.log.scheme}, written {required}")
        named = sorted(getattr(config.log, "options", None) or {})
        if named:
            yield Fact(name="Options of the log that are set", value=listed(named))
    if config.records is None:
        yield Fact(name="Records", value="the last thousand calls of the process alone")
    else:
        days = "no bound of days" if config.records.days is None else f"{config.records.days:g} days"
        keep = "all" if config.records.keep is None else f"the last {config.records.keep:,}"
        yield Fact(name="Records", value=f"{config.records.scheme}: {keep} calls, {days}")
