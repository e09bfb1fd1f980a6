"""`interlock explain`: where a prompt would go, and why. Nothing is sent."""

from typing import Annotated

import typer

from interlock.cli import show
from interlock.cli.asking import Asked, asking
from interlock.cli.cascades import cascade_data, show_cascade
from interlock.cli.inputs import check_denied
from interlock.cli.panels import ensemble_data, show_ensemble
from interlock.cli.session import session
from interlock.records import decision_to_plain
from interlock.strategies.cascade import CascadeStrategy
from interlock.strategies.fallback import Fallback
from interlock.strategies.panel import PanelStrategy
from interlock.types.decisions import Decision
from interlock.types.request import Settings


@asking
def explain(
    context: typer.Context,
    *,
    asked: Asked,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as one JSON object.")] = False,
) -> None:
    """Say where a prompt would go and why; send nothing.

    The exit code is 0 even when no deployment may serve the prompt: an explanation is what was asked for.
    """
    router = session(context).informed_router()
    check_denied(asked.constraints.deny_vendors, router.wiring.vendors)
    with router:
        decision = router.refine_sync(asked.messages, **asked.options)
    candidates = (router.deployments[each.deployment] for each in decision.shortlist)
    warnings = {each.id: f"{each.unserved}." for each in candidates if each.unserved}
    ensemble, strategy = asked.options["ensemble"], router.wiring.config.strategy
    panel = cascade = None
    if ensemble is None:
        settings = Settings(**asked.options["settings"])
        cascade = cascade_data(router.wiring.engine.cascades, decision, settings)
        strategy = strategy if cascade is None else CascadeStrategy.name
    else:
        panel = ensemble_data(router.wiring.engine.panels, ensemble, decision)
        strategy = panel["strategy"]
    if as_json:
        also = {"strategy": strategy, "warnings": warnings, "ensemble": panel, "cascade": cascade}
        show.write_json({**decision_to_plain(decision), **also})
    else:
        show_decision(decision)
        if panel is not None:
            show_ensemble(panel)
        if cascade is not None:
            show_cascade(cascade)
        for deployment, warning in warnings.items():
            show.note(f"{deployment}: {warning}")
        if strategy not in (Fallback.name, PanelStrategy.name, CascadeStrategy.name):
            show.note(f"The strategy {strategy} says which of them are asked, and in which order.")
    if not decision.shortlist:
        show.note("No deployment may serve this; `interlock doctor` says what each of them lacks.")


def show_decision(decision: Decision) -> None:
    facts = (
        ("confidence", f"{decision.confidence:.0%}"),
        ("evidence", show.names(decision.evidence)),
        ("stage", decision.stage),
        ("reason", decision.reason),
        ("input", f"about {decision.input_tokens:,} tokens"),
        *((("sensitivity", _levels(decision)),) if decision.levels else ()),
    )
    same = all(each.deployment == each.model for each in decision.shortlist)
    sealing = any(each.treatment == "sealed" for each in decision.shortlist)
    columns = ("Rank", "Deployment", *(() if same else ("Model",)), "Region")
    columns += (*(("Request",) if sealing else ()), "Reasons")
    candidates = [
        (
            str(rank),
            each.deployment,
            *(() if same else (each.model,)),
            each.region,
            *((each.treatment.replace("_", " "),) if sealing else ()),
            "; ".join(each.reasons),
        )
        for rank, each in enumerate(decision.shortlist, 1)
    ]
    parts = [
        (("Task", decision.task), facts),
        (columns, candidates),
        (("Excluded", "Rule"), tuple(decision.excluded.items())),
    ]
    show.tables(*(part for part in parts if part[1]))


def _levels(decision: Decision) -> str:
    return "; ".join(f"{level} ({why})" for level, why in decision.levels.items())
