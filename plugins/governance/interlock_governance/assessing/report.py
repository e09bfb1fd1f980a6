"""Assessments as a report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from interlock_governance.assessing.answer import Answer
from interlock_governance.assessing.assessment import ALLOWED, NOT_ALLOWED, WITH_MEASURES, Assessment
from interlock_governance.assessing.question import Question
from interlock_governance.assessing.requirement import Requirement
from interlock_governance.assessing.tables import by_words, origin, served, why_not
from interlock_reports import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Kind,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
    Value,
    Verdict,
)

_KINDS: Final[Mapping[str, Kind]] = {ALLOWED: "ok", WITH_MEASURES: "attention", NOT_ALLOWED: "problem"}
_LIMITS: Final = (
    "This is a pre-assessment: it says what follows from the answers that are shown and from what is "
    "recorded of each deployment. It is no legal advice, and what is not known is never taken for a no."
)
_IN_DETAIL: Final = 50


def assessment_report(
    found: Sequence[Assessment], questions: Sequence[Question], *, made_at: datetime, digest: str = ""
) -> Report:
    """`digest` is the router's, empty without a configuration. The first fifty use cases are shown whole,
    those that are not allowed first.
    """
    order = (NOT_ALLOWED, WITH_MEASURES, ALLOWED)
    shown = sorted(found, key=lambda each: order.index(each.verdict))
    whole = shown[:_IN_DETAIL]
    facts = [("Use cases", f"{len(found):,}"), ("Configuration", Code(text=digest) if digest else "none")]
    return Report(
        title="Pre-assessment of AI use cases",
        summary=_summary(found),
        facts=facts,
        sections=[
            Section(title="Verdicts", blocks=[Note(kind="info", text=_LIMITS), _verdicts(shown, len(whole))]),
            Section(title="Who has to do what", blocks=[_measures(found)]),
            Section(title="What nobody knows", blocks=[_unknown(found, questions)]),
            *_by_case(shown, whole),
            Section(title="The questions", blocks=[_questions(questions)]),
        ],
        made_at=made_at,
        made_by="interlock assess",
    )


def _summary(found: Sequence[Assessment]) -> str:
    counted = Counter(each.verdict for each in found)
    told = ", ".join(
        f"{counted[each]:,} {each}" for each in (NOT_ALLOWED, WITH_MEASURES, ALLOWED) if counted[each]
    )
    unknown = sum(bool(each.unknown) for each in found)
    return f"Of {len(found):,} use cases: {told}. Of {unknown:,} some answer is not known."


def _verdicts(shown: Sequence[Assessment], whole: int) -> Table | Paragraph:
    if not shown:
        return Paragraph(text="There is no use case.")
    columns = [
        Column(name="Use case"),
        Column(name="Unit"),
        Column(name="Verdict", kind="verdict"),
        Column(name="Why"),
        Column(name="Unknown", kind="number"),
        Column(name="Measures", kind="number"),
        Column(name="May serve"),
    ]
    rows = [_verdict(each, f"#case-{at}" if at <= whole else "") for at, each in enumerate(shown, 1)]
    return Table(caption="The gravest first", columns=columns, rows=rows)


def _verdict(made: Assessment, link: str) -> Sequence[Cell | Value]:
    serving = served(made)
    return [
        Cell(value=made.use_case.title, link=link, note=_place(made)),
        made.use_case.unit,
        Verdict(kind=_KINDS[made.verdict], word=made.verdict),
        " ".join(made.reasons),
        len(made.unknown),
        len(made.measures),
        None if serving == "-" else Cell(value=serving, note=", ".join(made.satisfying or ())),
    ]


def _place(made: Assessment) -> str:
    source = made.use_case.source
    return "" if source is None else f"{source.file}, row {source.row}"


def _measures(found: Sequence[Assessment]) -> Table | Paragraph:
    counted = Counter((each.who, each.what, each.source) for made in found for each in set(made.measures))
    if not counted:
        return Paragraph(text="Nobody has to do anything.")
    columns = [
        Column(name="Who"),
        Column(name="What"),
        Column(name="Ground"),
        Column(name="Use cases", kind="number"),
    ]
    rows = [(who, what, source or None, count) for (who, what, source), count in sorted(counted.items())]
    return Table(caption="Measures", columns=columns, rows=rows)


def _unknown(found: Sequence[Assessment], questions: Sequence[Question]) -> Table | Paragraph:
    counted = Counter(question.id for made in found for question in made.unknown)
    if not counted:
        return Paragraph(text="Every question is answered.")
    columns = [Column(name="Question"), Column(name="Who may know"), Column(name="Use cases", kind="number")]
    rows = [(each.title, each.ask, counted[each.id]) for each in questions if counted[each.id]]
    return Table(caption="Unanswered questions", columns=columns, rows=rows)


def _by_case(shown: Sequence[Assessment], whole: Sequence[Assessment]) -> Iterator[Section]:
    if not whole:
        return
    rest = len(shown) - len(whole)
    told = f"The first {len(whole)} of {len(shown):,}; --json has every one." if rest else ""
    yield Section(
        title="Each use case",
        blocks=[Paragraph(text=told)] if told else [],
        sections=[_case(each, f"case-{at}") for at, each in enumerate(whole, 1)],
    )


def _case(made: Assessment, name: str) -> Section:
    verdict = Verdict(kind=_KINDS[made.verdict], word=made.verdict)
    blocks: list[Block] = [
        Paragraph(
            text=[verdict, f" {' '.join(made.reasons)} Its level in policies: ", Code(text=made.level), "."]
        ),
        _answers(made),
    ]
    if rules := (*made.refusals, *made.requirements):
        blocks.append(_requirements(rules))
    if made.measures:
        columns = [Column(name="Who"), Column(name="What"), Column(name="Ground"), Column(name="Because")]
        rows = [(each.who, each.what, each.source or None, each.because or None) for each in made.measures]
        blocks.append(Table(caption="Measures", columns=columns, rows=rows))
    if made.deployments is not None:
        blocks.append(_deployments(made))
    return Section(title=made.use_case.title, id=name, blocks=blocks)


def _answers(made: Assessment) -> Table:
    columns = [Column(name="Question"), Column(name="Answer"), Column(name="From")]
    rows = [
        [question.title, _said(question, answer), origin(answer)]
        for question, answer in made.answers.values()
    ]
    return Table(caption="Answers", columns=columns, rows=rows)


def _said(question: Question, answer: Answer) -> Value:
    if not answer.known:
        return Verdict(kind="gap", word="unknown")
    told = []
    for name, held in answer.options.items():
        option = question.option(name)
        told.append((option.text if option else name) + (f" ({', '.join(held)})" if held else ""))
    return "; ".join(told)


def _requirements(rules: Sequence[Requirement]) -> Table:
    columns = [Column(name="Required of a deployment"), Column(name="Ground"), Column(name="Because")]
    rows = [
        (
            told,
            "; ".join(dict.fromkeys(each.source for each in alike)),
            "; ".join(dict.fromkeys(because for each in alike for because in each.because)) or None,
        )
        for told, alike in by_words(rules)
    ]
    return Table(caption="Requirements", columns=columns, rows=rows)


def _deployments(made: Assessment) -> Table:
    columns = [Column(name="Deployment"), Column(name="Requests", kind="verdict"), Column(name="Why not")]
    kinds: Mapping[str, Kind] = {"allowed": "ok", "sealed": "attention", "denied": "problem"}
    rows = [
        (
            name,
            Verdict(kind=kinds[each.verdict], word=each.verdict),
            Cell(value=why_not(made, each) or None, note=each.why if each.unmet else ""),
        )
        for name, each in (made.deployments or {}).items()
    ]
    return Table(caption="Configured deployments", columns=columns, rows=rows)


def _questions(questions: Sequence[Question]) -> Bullets:
    return Bullets(items=[f"{each.title}: {each.text} What counts: {each.counts}" for each in questions])
