"""What the row of an inventory answers by itself, and with which words."""

from collections.abc import Callable, Mapping
from typing import Final

from interlock.types.jurisdictions import jurisdictions_of
from interlock_governance.assessing.answer import Answer, checked
from interlock_governance.assessing.question import Question
from interlock_governance.use_cases import UseCase
from interlock_governance.use_cases.findings import shown

_PERSONAL: Final = "personal"
_UNITED_STATES: Final = "us"
_CALIFORNIA: Final = "us-ca"


def row_answer(question: Question, case: UseCase) -> Answer:
    """Empty where the row says nothing, or nothing that answers the question as it is asked here."""
    read = _READ.get(question.id)
    if read is None:
        return Answer()
    given, words = read(case)
    if not all(question.option(each.partition("=")[0]) for each in given):
        return Answer(words=words)
    options = checked(question, given, question.id) if given else {}
    return Answer(options=options, origin="row" if options else "", words=words)


def _personal_data(case: UseCase) -> tuple[list[str], str]:
    people, classes = case.subjects_jurisdictions, case.data_classes
    if people == () and _PERSONAL in (case.sensitivity or ()):
        return [], f"{_words(case, 'sensitivity')}; {_words(case, 'subjects_jurisdictions')}"
    if people == () or (people is None and not classes and case.sensitivity == ()):
        return ["none"], _words(case, "subjects_jurisdictions" if people == () else "sensitivity")
    if people:
        found = dict.fromkeys(name for place in people for name in _of(place))
        return list(found), _words(case, "subjects_jurisdictions")
    if _PERSONAL in (case.sensitivity or ()):
        return [], f"{_words(case, 'sensitivity')}, and not whose"
    if classes:
        return [], f"{_words(case, 'data_classes')}, and not whose"
    return [], ""


def _of(place: str) -> list[str]:
    if place == _CALIFORNIA:
        return ["california"]
    if place == _UNITED_STATES:
        return ["california", "elsewhere"]  # among them people in California, as far as anybody knows
    around = jurisdictions_of(place)
    if around & {"eea", "eu"} or place in ("eea", "eu"):
        return ["eu"]
    return ["uk"] if place == "uk" else ["elsewhere"]


def _residency(case: UseCase) -> tuple[list[str], str]:
    if case.residency is None:
        return [], ""
    words = _words(case, "residency")
    return [f"places={'+'.join(case.residency)}"] if case.residency else ["anywhere"], words


def _words(case: UseCase, field: str) -> str:
    return case.words.get(field) or f"{field}: {', '.join(shown(getattr(case, field)))}"


_READ: Final[Mapping[str, Callable[[UseCase], tuple[list[str], str]]]] = {
    "personal_data": _personal_data,
    "residency": _residency,
}
