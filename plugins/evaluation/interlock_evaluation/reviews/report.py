"""The figures of a review as a page for people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

from interlock_evaluation.reviews.figures import PairFigures, ReviewFigures
from interlock_evaluation.reviews.review import Review
from interlock_evaluation.statistics import Interval
from interlock_reports import Cell, Column, Note, Paragraph, Report, Section, Table, Value, Verdict

_UNIT = (
    "Intervals are of 95 %, and all votes on one prompt count as one. A model is called preferred only where "
    "its share of wins, with no preference as half a win, lies beyond one half with its interval."
)
_RANKED = (
    "Strengths are logarithms of odds: one that is stronger by 1 is preferred in 73 % of the pairs. Their "
    "mean is 0."
)
_AGREED = (
    "Krippendorff's alpha is 1 where reviewers always agree, and 0 where they do as those would who vote "
    "without looking. Only pairs that two reviewers or more have judged count."
)


def review_report(figures: ReviewFigures, review: Review) -> Report:
    """The report. It is the same each time for the same figures."""
    at = review.closed if review.closed is not None else review.opened
    return Report(
        title=f"{figures.review}: which answers experts prefer",
        summary=_summary(figures),
        facts=[
            ("Review", figures.review),
            ("Run", figures.run),
            ("Drawn by lot", f"{review.drawn:,} of {review.of:,} prompts, seed {review.seed}"),
            ("Judged", f"{figures.prompts:,} prompts, {figures.votes:,} votes"),
            ("Reviewers", ", ".join(each.name for each in figures.reviewers)),
            ("State", "open" if review.closed is None else "closed"),
        ],
        sections=[_pairs(figures), _models(figures), _reviewers(figures)],
        made_at=datetime.fromtimestamp(at, UTC),
        made_by="interlock eval review results",
    )


def _summary(figures: ReviewFigures) -> str:
    claimed = [each for each in figures.pairs if each.claimed]
    unclear = len(figures.pairs) - len(claimed)
    said = [f"{each.claimed} is preferred to {_other(each)}." for each in claimed]
    if unclear:
        said.append(
            "Nobody can tell which of the two is preferred."
            if len(figures.pairs) == 1
            else f"Of {unclear:,} of {len(figures.pairs):,} pairs nobody can tell which model is preferred."
        )
    return " ".join(said)


def _other(pair: PairFigures) -> str:
    return pair.second if pair.claimed == pair.first else pair.first


def _pairs(figures: ReviewFigures) -> Section:
    columns = [
        Column(name="Pair"),
        Column(name="Votes", kind="number"),
        *(Column(name=name, kind="number", unit="%", decimals=1) for name in _ANSWERS),
        Column(name="Preferred", kind="verdict"),
    ]
    rows: list[Sequence[Cell | Value]] = [
        (
            f"{each.first} | {each.second}",
            each.votes,
            *(_share(of) for of in (each.first_preferred, each.second_preferred, each.both, each.neither)),
            Verdict(kind="ok", word=each.claimed)
            if each.claimed
            else Verdict(kind="gap", word="cannot tell"),
        )
        for each in figures.pairs
    ]
    table = Table(caption="What was said of each pair", columns=columns, rows=rows)
    return Section(title="Pairs", blocks=[table, Paragraph(text=_UNIT)])


_ANSWERS = ("First is better", "Second is better", "Equally good", "Neither is acceptable")


def _models(figures: ReviewFigures) -> Section:
    columns = [
        Column(name="Model"),
        Column(name="Strength", kind="number", decimals=2),
        Column(name="Won", kind="number", unit="%", decimals=1),
        Column(name="Compared", kind="number"),
        Column(name="Neither was acceptable", kind="number", unit="%", decimals=1),
    ]
    rows = [
        (
            each.model,
            Cell(value=_known(each.strength.value), note=_bounds(each.strength, 1, 2)),
            _known(100 * each.wins),
            each.judged,
            _share(figures.neither[each.model]),
        )
        for each in figures.ranking
    ]
    table = Table(caption="Models by strength", columns=columns, rows=rows)
    return Section(title="Models", blocks=[table, Paragraph(text=_RANKED)])


def _reviewers(figures: ReviewFigures) -> Section:
    columns = [
        Column(name="Reviewer"),
        Column(name="Votes", kind="number"),
        Column(name="The left one preferred", kind="number", unit="%", decimals=1),
        Column(name="A side", kind="verdict"),
        Column(name="Shown twice", kind="number"),
        Column(name="Judged alike", kind="number", unit="%", decimals=1),
    ]
    rows = [
        (
            each.name,
            each.votes,
            _share(each.left),
            Verdict(kind="attention", word=f"prefers the {each.leaning}")
            if each.leaning
            else Verdict(kind="gap", word="cannot tell"),
            each.twice,
            _share(each.same),
        )
        for each in figures.reviewers
    ]
    table = Table(caption="How far each reviewer may be relied on", columns=columns, rows=rows)
    alpha, raw = figures.agreement.alpha, figures.agreement.raw
    if isfinite(alpha.value):
        agreed = (
            f"Reviewers agree with alpha {alpha.value:.2f} {_bounds(alpha, 1, 2)}; they said the same of "
            f"{100 * raw.value:.1f} % {_bounds(raw, 100, 1)} of {figures.agreement.items:,} pairs. "
        )
    else:
        agreed = "Whether reviewers agree cannot be told from these votes. "
    blocks: list[Table | Paragraph | Note] = [table, Paragraph(text=agreed + _AGREED)]
    if figures.changed:
        told = f"{figures.changed:,} votes do not count: the run has other answers by now."
        blocks.append(Note(kind="attention", text=told))
    return Section(title="Reviewers", blocks=blocks)


def _share(found: Interval) -> Cell:
    return Cell(value=_known(100 * found.value), note=_bounds(found, 100, 1))


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def _bounds(found: Interval, times: float, digits: int) -> str:
    if not (isfinite(found.value) and isfinite(found.low) and isfinite(found.high)):
        return ""
    return f"[{times * found.low:.{digits}f}, {times * found.high:.{digits}f}]"
