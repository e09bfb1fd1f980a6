"""From answers to a verdict."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from interlock import Router
from interlock.types.jurisdictions import NOWHERE, shared
from interlock_governance.assessing.answer import Answer
from interlock_governance.assessing.answer_files import Answers
from interlock_governance.assessing.assessment import (
    ALLOWED,
    NOT_ALLOWED,
    WITH_MEASURES,
    Assessment,
    Verdict,
)
from interlock_governance.assessing.deployments import Deployments
from interlock_governance.assessing.levels import level_names
from interlock_governance.assessing.question import Measure, Option, Question
from interlock_governance.assessing.question_files import standard_questions
from interlock_governance.assessing.requirement import Requirement, refusal, required
from interlock_governance.assessing.row_answers import row_answer
from interlock_governance.use_cases import UseCase

_ADMINISTRATOR: Final = "administrator"
_STRICTEST: Final = ("refuse", "redact", "mask", "tokenise", "flag", "ignore")
_DONE: Final = {"refuse": "refused", "redact": "redacted", "mask": "masked", "tokenise": "replaced by tokens"}
_NO_ANSWERS: Final = Answers()


def assess(
    use_cases: Iterable[UseCase],
    *,
    answers: Answers = _NO_ANSWERS,
    questions: Sequence[Question] | None = None,
    router: Router | None = None,
    progress: Callable[[], None] | None = None,
) -> tuple[Assessment, ...]:
    """An assessment of each use case, in their order.

    Answers about a use case go before its row, and the row before answers about every use case. `router` is
    asked what each of its deployments may have; nothing is sent. `progress` is called once for each.

    Raises:
        RequestError: an answer names an agreement that nobody has, such as a misspelt one.
    """
    cases = tuple(use_cases)
    asked = standard_questions() if questions is None else tuple(questions)
    found = []
    for case, level in zip(cases, level_names(cases), strict=True):
        found.append(_assessed(case, level, answers, asked))
        if progress is not None:
            progress()
    if router is None:
        return tuple(found)
    deployments = Deployments(router, found)
    return tuple(_placed(each, deployments) for each in found)


def assess_case(
    use_case: UseCase,
    *,
    answers: Mapping[str, Answer] | None = None,
    questions: Sequence[Question] | None = None,
    router: Router | None = None,
) -> Assessment:
    """One use case; `answers` are by the ids of questions. Raises RequestError as `assess`."""
    name = use_case.id or use_case.name or "use case"
    given = Answers(of={name: dict(answers or {})})
    named = use_case if use_case.id or use_case.name else replace(use_case, name=name)
    (found,) = assess([named], answers=given, questions=questions, router=router)
    return replace(found, use_case=use_case)


def _assessed(case: UseCase, level: str, answers: Answers, questions: Sequence[Question]) -> Assessment:
    own, everywhere = answers.about(case)
    counted = {each.id: (each, _answer(each, case, own, everywhere)) for each in questions}
    refusals: list[Requirement] = []
    requirements: dict[str, Requirement] = {}
    measures: list[Measure] = []
    treat: dict[str, str] = {}
    for question, answer in counted.values():
        if not answer.known:
            measures.append(_find_out(question, answer))
        for option, held in _counting(question, answer):
            because = f"{question.title}: {_said(option, held) if answer.known else 'not known'}"
            for rule in option.rules:
                _add(requirements, required(rule, held, because))
            if answer.known:
                measures += [replace(each, because=because) for each in option.measures]
                _stricter(treat, option.treat)
                if option.refused:
                    refusals.append(
                        refusal(f"{question.id}-{option.id}", option.refused, option.source, because)
                    )
    refusals += _contradiction(requirements.values())
    measures = [*measures, *_treated(treat), *_held(requirements, refusals)]
    verdict: Verdict = NOT_ALLOWED if refusals else WITH_MEASURES if measures else ALLOWED
    made = Assessment(
        use_case=case,
        level=level,
        verdict=verdict,
        reasons=(),
        answers=counted,
        requirements=tuple(requirements.values()),
        refusals=tuple(refusals),
        measures=tuple(measures),
        treat=treat,
    )
    return replace(made, reasons=_reasons(made))


def _answer(
    question: Question, case: UseCase, own: Mapping[str, Answer], everywhere: Mapping[str, Answer]
) -> Answer:
    row = row_answer(question, case)
    given = own.get(question.id)
    if given is not None and given.known:
        differs = row.known and row.options.keys() - given.options.keys()
        remark = f"The row says otherwise: {row.words}." if differs else ""
        return replace(given, words=row.words, remark=remark)
    general = everywhere.get(question.id)
    if not row.known and general is not None and general.known:
        return replace(general, origin="everywhere", words=row.words)
    return row


def _counting(question: Question, answer: Answer) -> list[tuple[Option, tuple[str, ...]]]:
    """The options that count, with what they hold: those that hold, else those that might."""
    held = answer.options or dict.fromkeys(question.until_known, ())
    return [(option, held[option.id]) for option in question.options if option.id in held]


def _said(option: Option, held: Sequence[str]) -> str:
    return option.text + (f" ({', '.join(held)})" if held else "")


def _find_out(question: Question, answer: Answer) -> Measure:
    told = f" The row says no more than: {answer.words}." if answer.words else ""
    return Measure(
        who=question.ask,
        what=f"Find out: {question.text}{told}",
        because=f"{question.title}: not known",
    )


def _add(found: dict[str, Requirement], new: Requirement) -> None:
    before = found.get(new.id)
    if before is not None:
        new = replace(before, because=tuple(dict.fromkeys((*before.because, *new.because))))
    found[new.id] = new


def _stricter(found: dict[str, str], new: Mapping[str, str]) -> None:
    for kind, action in new.items():
        both = [each for each in (found.get(kind), action) if each]
        found[kind] = min(both, key=lambda each: _STRICTEST.index(each) if each in _STRICTEST else 0)


def _contradiction(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Where one rule permits places of which another permits none."""
    before: frozenset[str] = frozenset()
    for each in requirements:
        places = frozenset(each.rule.permit.get("places", ()))
        if not places or "transfers" in each.rule.permit:
            continue
        both = shared(before, places)
        if NOWHERE in both:
            names = [", ".join(sorted(part)) for part in (before, places)]
            told = f"Two requirements contradict each other: {' and '.join(names)} have no place in common"
            return [refusal("=".join(("places", *names)), told)]
        before = both
    return []


def _treated(treat: Mapping[str, str]) -> list[Measure]:
    found = []
    for kind, action in treat.items():
        what = "personal data" if kind == "*" else f"data of the kind {kind}"
        done = f"have it {_DONE.get(action, action)} before it leaves; interlock-privacy does that"
        found.append(Measure(who=_ADMINISTRATOR, what=f"Have a guardrail look for {what}, and {done}."))
    return found


def _held(requirements: Mapping[str, Requirement], refusals: Sequence[Requirement]) -> list[Measure]:
    if refusals:
        what = "Leave it, and stop it where it is in use, until what forbids it has changed."
        return [Measure(who="owner", what=what)]
    if not requirements:
        return []
    what = "Let it have only deployments that meet what is required; --policy writes rules that see to it."
    return [Measure(who=_ADMINISTRATOR, what=what)]


def _reasons(made: Assessment) -> tuple[str, ...]:
    if made.refusals:
        return tuple(f"{each.rule.source}." for each in made.refusals)
    found = []
    if made.unknown:
        found.append(f"Not known: {', '.join(each.title.lower() for each in made.unknown)}.")
    for question, answer in made.answers.values():
        told = [
            _said(option, held)
            for option, held in (_counting(question, answer) if answer.known else ())
            if option.rules or option.measures or option.treat
        ]
        if told:
            found.append(f"{question.title}: {'; '.join(told)}.")
    return tuple(found) or ("Nothing in the answers asks for anything.",)


def _placed(made: Assessment, deployments: Deployments) -> Assessment:
    found = deployments.of(made)
    measures = made.measures
    verdict = made.verdict
    if verdict != NOT_ALLOWED and all(each.verdict == "denied" for each in found.values()):
        what = "Configure a deployment that meets what is required; none of those that are configured does."
        measures = (*measures, Measure(who=_ADMINISTRATOR, what=what))
        verdict = WITH_MEASURES
    return replace(made, deployments=found, measures=measures, verdict=verdict)
