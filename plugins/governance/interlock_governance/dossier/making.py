"""A dossier out of a router, an inventory, records and cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from interlock import Constraints
from interlock.errors import RequestError
from interlock.policies import CaseReport, run_cases
from interlock.types.names import nearest
from interlock_governance.dossier import configured, found
from interlock_governance.dossier.document import Dossier, Fact, Gap, Grid, Point
from interlock_governance.dossier.points import HEADINGS, Heading
from interlock_governance.vendors import vendor_sheets

if TYPE_CHECKING:
    from interlock import Deployment, Router
    from interlock.policies import Case
    from interlock_governance.dossier.measured import Figures
    from interlock_governance.dossier.verified import Verified
    from interlock_governance.use_cases import UseCase
    from interlock_governance.vendors import Sheet


def dossier_of(
    router: "Router",
    *,
    deployments: Iterable[str] = (),
    use_case: "UseCase | None" = None,
    cases: "Iterable[Case]" = (),
    figures: "Figures | None" = None,
    facts: Iterable[Path | str] = (),
    verified: "Verified | None" = None,
    made_at: datetime | None = None,
) -> Dossier:
    """The technical documentation of what is configured, by the points of Annex IV. Nothing is sent.

    What no configuration and no measurement knows is a gap with a prompt, and stays one.

    Args:
        router: whose configuration it is.
        deployments: ids; without any, those that the use case may have, else all.
        use_case: what they serve, out of an inventory.
        cases: held against the policies, as `interlock policy test` does.
        figures: what the store of records says, of `figures_of`.
        facts: files of the user's own about vendors, as `vendor_sheets` takes them.
        verified: what a verification of the log came to, of `read_verified`.
        made_at: with a time zone; now by default.

    Raises:
        RequestError: there is no such deployment, or the use case names a level or a place that there is not.
        ConfigError: a file about a vendor cannot be used.
    """
    chosen = _chosen(router, tuple(deployments), use_case)
    moment = made_at or datetime.now(UTC)
    providers = tuple(dict.fromkeys(each.provider for each in chosen))
    known = vendor_sheets(router, facts=facts, today=moment.astimezone(UTC).date())
    sheets = [each for each in known if set(each.providers) & set(providers)]
    told = tuple(cases)
    tested = run_cases(router, told) if told and router.policies is not None else None
    filled = _filled(_Known(router, chosen, use_case, figures, sheets, tested, verified))
    points = tuple(_point(each, filled) for each in HEADINGS)
    own = (
        Point(number="", title="Gaps of the vendors", grids=(found.vendors_grid(sheets),)) if sheets else None
    )
    about = use_case.title if use_case else ", ".join(each.id for each in chosen)
    return Dossier(
        about=about, digest=router.digest, made_at=moment, points=(*points, *([own] if own else []))
    )


def _chosen(
    router: "Router", wanted: tuple[str, ...], use_case: "UseCase | None"
) -> "tuple[Deployment, ...]":
    known = router.deployments
    for name in wanted:
        if name not in known:
            there = ", ".join(known) or "none"
            what = f"there is no deployment {name!r}; there are {there}."
            raise RequestError(what, key="--deployment", suggestion=nearest(name, known))
    if wanted:
        return tuple(known[name] for name in dict.fromkeys(wanted))
    if use_case is None:
        return tuple(known.values())
    allowed = permitted(router, use_case)
    return tuple(known[name] for name in allowed)


def permitted(router: "Router", use_case: "UseCase") -> tuple[str, ...]:
    """The deployments that the rules let a use case have, as it is or sealed, by what is known of it.

    Where there are no policies, its levels of sensitivity ask for nothing.

    Raises:
        RequestError: the use case names a level, a place or a task that there is not.
    """
    prompt = use_case.purpose or use_case.title
    levels = frozenset(use_case.sensitivity or ()) if router.policies is not None else frozenset()
    constraints = Constraints(residency=frozenset(use_case.residency or ()), sensitivity=levels)
    found_ = router.permissions(prompt, task=use_case.task, constraints=constraints)
    return tuple(name for name, each in found_.deployments.items() if each.verdict != "denied")


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that facts are taken from."""

    router: "Router"
    chosen: "tuple[Deployment, ...]"
    use_case: "UseCase | None"
    figures: "Figures | None"
    sheets: "Sequence[Sheet]"
    tested: CaseReport | None
    verified: "Verified | None"


def _filled(known: _Known) -> dict[str, list[Fact | Grid | Gap]]:
    """What is known, by point; what is missing beside the headings' own prompts, too."""
    router, chosen, sheets = known.router, known.chosen, known.sheets
    task = None if known.use_case is None else known.use_case.task
    tests = found.tests(known.tested, has_policies=router.policies is not None)
    guardrails = configured.guardrails_grid(router)
    parts: dict[str, list[Fact | Grid | Gap | None]] = {
        "1(a)": [*found.purpose(known.use_case)],
        "1(b)": [configured.deployments_grid(chosen), configured.connectors_grid(router)],
        "1(c)": [*configured.versions(router)],
        "2(a)": [configured.models_grid(chosen)],
        "2(b)": [
            *configured.logic(router, task),
            *configured.rules(router),
            configured.verdicts_grid(router, chosen),
        ],
        "2(c)": [configured.places_grid(chosen), configured.handling_grid(chosen)],
        "2(d)": [*found.training_content(sheets)],
        "2(e)": [*found.people(known.use_case), *configured.oversight(router)],
        "2(f)": [*found.pinning(sheets)],
        "2(g)": [*tests, configured.scores_grid(chosen)],
        "2(h)": [guardrails, *configured.treatments(chosen), *found.protections()],
        "3": [*found.measurements(known.figures), *configured.logging(router)],
        "4": [*found.metrics(known.figures)],
        "5": [*found.incidents(known.figures)],
        "7": [found.certificates_grid(sheets)],
        "9": [*found.verification(router, known.verified)],
    }
    if router.policies is None and known.use_case is not None and known.use_case.sensitivity:
        levels = ", ".join(known.use_case.sensitivity)
        prompt = f"Its data are {levels}, and no policies are configured that say what may be done with them."
        parts["2(b)"].append(Gap(point="2(b)", prompt=prompt))
    if guardrails is None:
        parts["2(h)"].append(
            Gap(point="2(h)", prompt="No guardrail looks at requests or answers: say why none is needed.")
        )
    return {number: [each for each in items if each is not None] for number, items in parts.items()}


def _point(heading: Heading, filled: dict[str, list[Fact | Grid | Gap]]) -> Point:
    known = filled.get(heading.number, [])
    gaps = [Gap(point=heading.number, prompt=each) for each in heading.prompts]
    gaps += [replace(each, point=heading.number) for each in known if isinstance(each, Gap)]
    return Point(
        number=heading.number,
        title=heading.title,
        facts=tuple(each for each in known if isinstance(each, Fact)),
        grids=tuple(each for each in known if isinstance(each, Grid)),
        gaps=tuple(gaps),
        points=tuple(_point(each, filled) for each in heading.inner),
    )
