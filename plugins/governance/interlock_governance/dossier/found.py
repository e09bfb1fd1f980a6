"""What an inventory, vendors' sheets, records and cases say, as facts of a dossier."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from interlock_governance.dossier.document import Fact, Gap, Grid
from interlock_governance.dossier.wording import listed

if TYPE_CHECKING:
    from interlock import Router
    from interlock.policies import CaseReport
    from interlock_governance.dossier.measured import AttemptFigures, Figures
    from interlock_governance.dossier.verified import Verified
    from interlock_governance.use_cases import UseCase
    from interlock_governance.vendors import Answer, Sheet

_CERTIFICATES: Final = ("iso_27001", "iso_42001", "soc_2", "fedramp", "national_schemes", "gpai_code")
_NO_STORE: Final = (
    "No store of records is configured, or it holds no such call: nothing was measured. Run it first."
)
_ASKS: Final = {
    "owner": "Name who answers for it.",
    "purpose": "Write what it is for.",
    "data_classes": "Say which data about people it is given.",
    "subjects_jurisdictions": "Say where the people live whose data it holds.",
    "decision_effect": "Say what its output does to decisions about people.",
    "human_oversight": "Say whether a person looks at what it says before that has an effect.",
    "annex_iii": "Decide whether it is a use of Annex III.",
    "volume_month": "Estimate how many requests a month it has.",
}


def purpose(use_case: "UseCase | None") -> Iterator[Fact | Gap]:
    """What the inventory says of the use case, and what it does not."""
    if use_case is None:
        yield Gap(
            point="", prompt="Name the use case: --use-case with the inventory's file, or write it here."
        )
        return
    for name, value in (
        ("Use case", use_case.title),
        ("Id", use_case.id),
        ("Owner", use_case.owner),
        ("Unit", use_case.unit),
        ("Purpose", use_case.purpose),
        ("Stage", use_case.stage),
        ("Task", use_case.task),
        ("Sensitivity", _named(use_case.sensitivity)),
        ("Residency", _named(use_case.residency)),
        ("People whose data it holds live in", _named(use_case.subjects_jurisdictions)),
        ("Data about people", _named(use_case.data_classes)),
        ("Requests a month", None if use_case.volume_month is None else f"{use_case.volume_month:,}"),
        ("Effect on decisions about people", use_case.decision_effect),
        ("Of Annex III", use_case.annex_iii),
        ("Review", None if use_case.review_date is None else use_case.review_date.isoformat()),
        ("Evidence", _named(use_case.evidence)),
    ):
        if value is not None:
            yield Fact(name=name, value=value, origin="inventory")
    for field in use_case.gaps:
        if field in _ASKS and field != "human_oversight":
            yield Gap(point="", prompt=f"{_ASKS[field]} The inventory has no {field}.")


def _named(values: Sequence[str] | None) -> str | None:
    return None if values is None else listed(values)


def people(use_case: "UseCase | None") -> Iterator[Fact | Gap]:
    """Whether a person looks at the output."""
    known = None if use_case is None else use_case.human_oversight
    if known is None:
        yield Gap(point="", prompt=_ASKS["human_oversight"])
    else:
        value = "before it has an effect" if known else "not before it has an effect"
        yield Fact(name="A person looks at the output", value=value, origin="inventory")


def _answer(sheet: "Sheet", question: str) -> "Answer":
    return next(each for each in sheet.answers if each.question.id == question)


def _told(answer: "Answer") -> str:
    if answer.state == "gap":
        return "gap"
    first = answer.valued[0]
    old = ", old" if answer.state == "old" else ""
    scope = f" [{first.scope}]" if first.scope else ""
    return f"{first.told}{scope} ({first.by}, {first.as_of}{old})"


def training_content(sheets: "Sequence[Sheet]") -> Iterator[Fact | Gap]:
    """Whether anybody says what the models were trained on."""
    for sheet in sheets:
        answer = _answer(sheet, "training_summary")
        name = f"Public summary of training content, {sheet.name}"
        if answer.state == "gap":
            yield Gap(
                point="",
                prompt=f"Ask {sheet.name} for the public summary of training content (Art. 53(1)(d)).",
            )
        else:
            yield Fact(name=name, value=_told(answer), origin="vendor")


def pinning(sheets: "Sequence[Sheet]") -> Iterator[Fact | Gap]:
    """How long beforehand a vendor tells of a model's end."""
    for sheet in sheets:
        answer = _answer(sheet, "version_pinning")
        if answer.state == "gap":
            yield Gap(
                point="",
                prompt=f"Find out whether {sheet.name} keeps a version, and when it tells of its end.",
            )
        else:
            yield Fact(name=f"End of a version, {sheet.name}", value=_told(answer), origin="vendor")


def tests(report: "CaseReport | None", *, has_policies: bool) -> Iterator[Fact | Grid | Gap]:
    """What came of the cases that were held against the policies."""
    if report is None:
        why = "No cases were given: write some, and hold them against the policies with --cases."
        yield Gap(
            point="", prompt=why if has_policies else "No policies are configured, so none were tested."
        )
        return
    failed = sum(not each.passed for each in report.results)
    yield Fact(
        name="Cases held against the policies",
        value=f"{len(report.results) - failed} of {len(report.results)} pass",
        origin="tested",
    )
    yield Fact(
        name="Rules that decided something",
        value=f"{report.coverage:.0%} of {len(report.rules)}",
        origin="tested",
    )
    rows = tuple(
        (
            each.case.name,
            "pass" if each.passed else "FAIL",
            "; ".join(f"{miss.deployment} is {miss.found}, expected {miss.expected}" for miss in each.misses)
            or "-",
        )
        for each in report.results
    )
    yield Grid(caption="Cases", columns=("Case", "Result", "Misses"), rows=rows, origin="tested")
    if failed:
        yield Gap(point="", prompt=f"{failed} cases fail: mend the policies or the cases.")


def protections() -> Iterator[Fact]:
    """What holds of every request that leaves."""
    yield Fact(
        name="Way out", value="a permit for one origin and one attempt; no redirect is followed elsewhere"
    )
    yield Fact(name="Keys", value="in no log, record, trace or error")


def measurements(figures: "Figures | None") -> Iterator[Fact | Grid | Gap]:
    """Latency, errors, tokens and cost, by deployment."""
    if figures is None or not figures.calls:
        yield Gap(point="", prompt=_NO_STORE)
        return
    period = f"{figures.first:%Y-%m-%d %H:%M} to {figures.last:%Y-%m-%d %H:%M} UTC"
    if figures.cut:
        period += ", of the newest hundred thousand records"
    yield Fact(name="Period", value=period, origin="measured")
    yield Fact(name="Calls", value=f"{figures.calls:,}", origin="measured")
    whose = listed((f"{key}={value}" for key, value in figures.metadata.items()), "whoever made them")
    yield Fact(name="Of which callers", value=whose, origin="measured")
    if figures.failed:
        yield Fact(name="Calls that ended in an error", value=_counted(figures.failed), origin="measured")
    if figures.left:
        yield Fact(name="Calls that their caller left", value=f"{figures.left:,}", origin="measured")
    columns = (
        "Deployment",
        "Attempts",
        "Error rate",
        "Errors",
        "Median, s",
        "95 %, s",
        "Tokens in",
        "Tokens out",
        "Cost, USD",
        "Sealed",
    )
    rows = tuple(_figures_row(name, each) for name, each in figures.deployments.items())
    yield Grid(caption="Attempts, by deployment", columns=columns, rows=rows, origin="measured")
    if figures.guardrails:
        verdicts = tuple((name, action, f"{n:,}") for (name, action), n in sorted(figures.guardrails.items()))
        yield Grid(
            caption="Guardrails' verdicts",
            columns=("Guardrail", "Verdict", "Times"),
            rows=verdicts,
            origin="measured",
        )


def _figures_row(name: str, of: "AttemptFigures") -> tuple[str, ...]:
    rate, median, slow = of.error_rate, of.latency(0.5), of.latency(0.95)
    unpriced = f" ({of.unpriced:,} without a price)" if of.unpriced else ""
    return (
        name,
        f"{of.attempts:,}",
        "unknown" if rate is None else f"{rate:.1%}",
        _counted(of.errors) or "-",
        "unknown" if median is None else f"{median:.2f}",
        "unknown" if slow is None else f"{slow:.2f}",
        f"{of.input_tokens:,}",
        f"{of.output_tokens:,}",
        f"{of.cost:.4f}{unpriced}",
        f"{of.sealed:,}",
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))


def metrics(figures: "Figures | None") -> Iterator[Fact]:
    """Which metrics there are figures of."""
    if figures is not None and figures.calls:
        yield Fact(name="Measured here", value="error rate, latency, tokens, cost", origin="measured")
    yield Fact(name="Not measured here", value="accuracy, and fairness between groups of people")


def incidents(figures: "Figures | None") -> Iterator[Fact]:
    """Answers that a vendor says were made where they should not be."""
    if figures is not None and figures.calls:
        count = sum(each.incidents for each in figures.deployments.values())
        yield Fact(
            name="Answers that vendors say were made outside of the places allowed",
            value=f"{count:,}",
            origin="measured",
        )


def certificates_grid(sheets: "Sequence[Sheet]") -> Grid | None:
    """What is said of the vendors' certificates; none of them is one of this system."""
    if not sheets:
        return None
    rows = tuple((sheet.name, *(_told(_answer(sheet, each)) for each in _CERTIFICATES)) for sheet in sheets)
    caption = "What is said of the vendors, which is none of the system's own"
    return Grid(caption=caption, columns=("Vendor", *_CERTIFICATES), rows=rows, origin="vendor")


def vendors_grid(sheets: "Sequence[Sheet]") -> Grid:
    """How much is known of each vendor."""
    rows = tuple(
        (
            each.name,
            f"{each.count('stated')}",
            f"{each.count('old')}",
            f"{each.count('gap')}",
            listed(each.gaps),
        )
        for each in sheets
    )
    columns = ("Vendor", "Stated", "Old", "Gaps", "Nobody has said")
    return Grid(caption="Questions to vendors", columns=columns, rows=rows, origin="vendor")


def verification(router: "Router", verified: "Verified | None" = None) -> Iterator[Fact | Gap]:
    """Whether what is logged can be shown to be whole."""
    if verified is not None:
        yield Fact(name="Verification of the log", value=verified.verdict, origin="tested")
        yield Fact(name="Its file was written on", value=verified.day.isoformat(), origin="tested")
        yield Fact(name="Entries that were verified", value=f"{verified.entries:,}", origin="tested")
        yield Fact(name="Of these not anchored", value=f"{verified.unanchored:,}", origin="tested")
        if not verified.whole:
            yield Gap(point="", prompt="The log is not whole: say what happened, and what was done.")
        return
    log = router.wiring.config.log
    if log is None:
        prompt = "No log is configured. The Act asks for one, kept for six months (Art. 12, 19, 26(6))."
    elif log.scheme.startswith("audit"):
        prompt = "Attach what `interlock audit verify` says: give its JSON with --verified."
    else:
        prompt = f"The log of kind {log.scheme} cannot show that it is whole: say what protects it."
    yield Gap(point="", prompt=prompt)
