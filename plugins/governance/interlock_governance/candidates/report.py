"""Candidates as a report."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from interlock.types.models import Price
from interlock_governance.candidates.candidate import Candidate, CaseCandidates
from interlock_governance.candidates.comparing import percent
from interlock_governance.candidates.figures import Range
from interlock_governance.candidates.finding import gaps_of
from interlock_governance.candidates.plain import dollars
from interlock_reports import Cell, Column, Note, Paragraph, Report, Section, Table, Value, Verdict

_LIMITS = (
    "Prices are of requests of which nothing is read from a cache. A task is found from words, and results "
    "of tests are their publishers' own: try the candidates on prompts of yours. What the rules say follows "
    "from what is recorded of each deployment, and is no legal advice."
)


def candidates_report(found: Sequence[CaseCandidates], *, made_at: datetime, digest: str) -> Report:
    """`digest` is the router's, which tells by which configuration it was made."""
    asked = [each for each in found if not each.skipped]
    return Report(
        title="Candidates for AI use cases",
        summary=_summary(asked, len(found)),
        facts=[
            ("Use cases", f"{len(found):,}"),
            ("Asked about", f"{len(asked):,}"),
            ("Configuration", digest),
        ],
        sections=[
            Section(title="Use cases", blocks=[_cases(asked)]),
            Section(title="What each would change", blocks=[_changes(asked)]),
            Section(title="What the rules deny", blocks=[_denied(asked)]),
            Section(title="Where the figures are from", blocks=[_prices(asked), _scores(asked)]),
            Section(title="What nobody knows", blocks=[_gaps(asked)]),
            Section(title="Not asked about", blocks=[_skipped(found)]),
            Section(title="What this does not say", blocks=[Note(kind="info", text=_LIMITS)]),
        ],
        made_at=made_at,
        made_by="interlock candidates",
    )


def _summary(asked: Sequence[CaseCandidates], total: int) -> str:
    savings = [each.best.saving_month for each in asked if each.best and each.best.saving_month]
    known = [each for each in savings if each.low > 0]
    told = f"Of {total:,} use cases, {len(asked):,} may be served by a language model and are not retired. "
    if wrong := sum(each.unlawful for each in asked):
        told += f"The rules deny what serves {wrong:,} of them now. "
    if not known:
        return told + "No saving is known of any; the gaps say what is missing."
    whole = Range(low=sum(each.low for each in known), high=sum(each.high for each in known))
    return told + f"Of {len(known):,} a saving is known, together {dollars(whole)} a month."


def _cases(asked: Sequence[CaseCandidates]) -> Table:
    columns = [
        Column(name="Use case"),
        Column(name="Task"),
        Column(name="Now"),
        Column(name="By the rules", kind="verdict"),
        Column(name="Candidate"),
        Column(name="Allowed", kind="number", align="start"),
    ]
    return Table(caption="The largest gain first", columns=columns, rows=map(_case, asked))


def _case(found: CaseCandidates) -> Sequence[Cell | Value]:
    case, classified, current, best = found.use_case, found.classified, found.current, found.best
    source = "" if case.source is None else f"{case.source.file}, row {case.source.row}"
    now: Value = Verdict(kind="gap", word="unknown") if current is None else current.words
    saved = None if best is None else best.saving_month
    denied = ", ".join(found.denied)
    unchecked = "unchecked; " if found.unchecked else ""
    return [
        Cell(value=case.title, note="; ".join(part for part in (case.unit, source) if part)),
        Cell(
            value="" if classified is None else f"{classified.task} ({classified.confidence:.0%})",
            note="; ".join(found.notes),
        ),
        Cell(value=now, note="" if found.month is None else f"{dollars(found.month)} a month"),
        _verdict(found),
        Cell(
            value=None if best is None else best.deployment,
            note="" if saved is None else f"saves {dollars(saved)} a month",
        ),
        Cell(
            value=len(found.candidates),
            note=f"{unchecked}denied: {denied}" if denied else f"{unchecked}none is denied",
        ),
    ]


def _verdict(found: CaseCandidates) -> Verdict:
    if not found.current_verdicts:
        return Verdict(kind="gap", word="unknown")
    if found.unlawful:
        return Verdict(kind="problem", word="denied")
    return Verdict(kind="ok", word="allowed")


def _changes(asked: Sequence[CaseCandidates]) -> Table | Paragraph:
    columns = [
        Column(name="Use case"),
        Column(name="Deployment"),
        Column(name="Request", kind="verdict"),
        Column(name="A month"),
        Column(name="Saved"),
        Column(name="For"),
        Column(name="Against"),
    ]
    rows = [_change(found, each) for found in asked for each in found.candidates if each.gains]
    if not rows:
        return Paragraph(text="Of no candidate is a gain known.")
    return Table(caption="Candidates of which a gain is known", columns=columns, rows=rows)


def _change(found: CaseCandidates, each: Candidate) -> Sequence[Cell | Value]:
    sealed = each.verdict == "sealed"
    saved = None if each.saving_share is None else percent(each.saving_share)
    month = each.saving_month
    return [
        found.use_case.title,
        Cell(value=each.deployment, note=each.model),
        Verdict(kind="attention" if sealed else "ok", word="sealed" if sealed else "as it is"),
        "own hardware" if each.own_ground else dollars(each.month),
        Cell(
            value="unknown" if month is None else dollars(month),
            note=saved or "",
            sort=None if month is None else month.low,
        ),
        "; ".join(each.gains),
        "; ".join([part for part in (each.why, *each.losses, each.lacks) if part]),
    ]


def _denied(asked: Sequence[CaseCandidates]) -> Table | Paragraph:
    counted = Counter(pair for each in asked for pair in each.denied.items())
    if not counted:
        return Paragraph(text="Nothing is denied.")
    columns = [Column(name="Deployment"), Column(name="Rule"), Column(name="Use cases", kind="number")]
    rows = [(name, why, count) for (name, why), count in counted.most_common()]
    return Table(caption="Rules in words", columns=columns, rows=rows)


def _prices(asked: Sequence[CaseCandidates]) -> Table | Paragraph:
    columns = [
        Column(name="Of"),
        Column(name="Input", kind="money", unit="USD"),
        Column(name="Output", kind="money", unit="USD"),
        Column(name="Source"),
        Column(name="As of"),
    ]
    rows = sorted(set(_priced(asked)), key=lambda row: row[0])
    if not rows:
        return Paragraph(text="No price is known.")
    return Table(caption="Prices of a million tokens", columns=columns, rows=rows)


def _priced(asked: Sequence[CaseCandidates]) -> Iterator[tuple[str, float, float, str, str]]:
    for found in asked:
        current = found.current
        if current is not None and current.card is not None and current.price is not None:
            yield _price(f"{current.card.id} (now)", current.price)
        for each in found.candidates:
            if each.price is not None:
                yield _price(each.deployment, each.price)


def _price(name: str, price: Price) -> tuple[str, float, float, str, str]:
    return name, price.input, price.output, price.source or "the configuration", price.as_of or "undated"


def _scores(asked: Sequence[CaseCandidates]) -> Table | Paragraph:
    columns = [
        Column(name="Model"),
        Column(name="Result"),
        Column(name="Percent", kind="number"),
        Column(name="Source, undated"),
    ]
    rows = sorted(
        {
            (each.model, one.benchmark, one.value, one.source)
            for found in asked
            for each in found.candidates
            for one in each.scores
        }
    )
    if not rows:
        return Paragraph(text="No published result of the catalog measures these tasks.")
    return Table(caption="Published results", columns=columns, rows=rows)


def _gaps(asked: Sequence[CaseCandidates]) -> Table | Paragraph:
    rows = [(name, so, count) for name, so, count in gaps_of(asked)]
    if not rows:
        return Paragraph(text="Every figure is known.")
    columns = [Column(name="Unknown"), Column(name="So"), Column(name="Use cases", kind="number")]
    return Table(caption="Gaps", columns=columns, rows=rows)


def _skipped(found: Sequence[CaseCandidates]) -> Table | Paragraph:
    counted = Counter(each.skipped for each in found if each.skipped)
    if not counted:
        return Paragraph(text="Every use case was asked about.")
    columns = [Column(name="Why"), Column(name="Use cases", kind="number")]
    return Table(caption="By their own rows", columns=columns, rows=counted.most_common())
