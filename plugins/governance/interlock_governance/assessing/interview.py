"""Questions put to a person one after another; each answer is kept as it is given."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from interlock.errors import RequestError
from interlock_governance.assessing.answer import UNKNOWN, Answer, checked
from interlock_governance.assessing.answer_files import EVERY, Answers
from interlock_governance.assessing.question import Option, Question
from interlock_governance.assessing.row_answers import row_answer
from interlock_governance.use_cases import UseCase

_HELD: Final = {
    "places": "Which places? (such as eu, ch, us; several with commas)",
    "days": "How many days?",
    "names": "Which? (such as soc2, iso27001; several with commas)",
}
_YES: Final = ("y", "yes")


class Enough(Exception):
    """The person wants to stop; what was answered is kept."""


@dataclass(kw_only=True)
class Interview:
    """`read` shows a prompt and gives the line that was typed, `say` shows a line, `keep` is given all
    answers after each one.
    """

    questions: Sequence[Question]
    answers: Answers
    read: Callable[[str], str]
    say: Callable[[str], None]
    keep: Callable[[Answers], None]
    today: date
    who: str = ""
    given: int = 0

    def ask(self, use_cases: Sequence[UseCase]) -> Answers:
        """About every question of every use case that nobody has answered; those without id and name are
        left out, since an answer would not find them again.
        """
        named = [case for case in use_cases if case.id or case.name]
        for at, case in enumerate(named):
            rest = [question for question in self.questions if not self._known(question, case)]
            if not rest:
                continue
            self.say("")
            self.say(f"{case.title} ({at + 1} of {len(named)})")
            for question in rest:
                if not self._known(question, case):
                    try:
                        self._put(question, case, last=at + 1 == len(named))
                    except Enough:
                        return self.answers
        return self.answers

    def _known(self, question: Question, case: UseCase) -> bool:
        own, everywhere = self.answers.about(case)
        given = [own.get(question.id), everywhere.get(question.id), row_answer(question, case)]
        return any(each is not None and each.known for each in given)

    def _put(self, question: Question, case: UseCase, *, last: bool) -> None:
        self.say("")
        self.say(f"{question.title}. {question.text}")
        for at, option in enumerate(question.options, 1):
            self.say(f"  {at:>2}  {option.text}")
        words = row_answer(question, case).words
        if words:
            self.say(f"The inventory says: {words}.")
        while True:
            line = self.read("Numbers, ? for what counts, Enter where you do not know, q to stop").strip()
            if line.lower() in ("q", "quit"):
                raise Enough
            if line == "?":
                self.say(f"{question.counts or 'Nobody has said more.'} Who may know: {question.ask}.")
                continue
            if not line or line.lower() == UNKNOWN:
                return
            try:
                options = self._options(question, line)
            except RequestError as error:
                self.say(str(error))
                continue
            if options:
                self._take(
                    question,
                    case,
                    Answer(
                        options=options,
                        origin="answer",
                        who=self.who,
                        when=self.today,
                        evidence=self._evidence(),
                    ),
                    last=last,
                )
                return

    def _options(self, question: Question, line: str) -> dict[str, tuple[str, ...]]:
        given: list[str | tuple[str, str]] = []
        for each in re.split(r"[,\s]+", line):
            option = self._named(question, each)
            if option is not None and option.takes:
                given.append((option.id, self.read(_HELD[option.takes]).strip()))
            elif each:
                given.append(option.id if option is not None else each)
        return checked(question, given, question.title)

    def _named(self, question: Question, text: str) -> Option | None:
        if text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) <= len(question.options):  # noqa: PLR2004 - no question has more
            return question.options[int(text) - 1]
        return question.option(text.lower())

    def _evidence(self) -> str:
        return self.read("Where does it stand? (a document, an address; Enter for nowhere)").strip()

    def _take(self, question: Question, case: UseCase, answer: Answer, *, last: bool) -> None:
        name = case.id or case.name or ""
        if question.shared and not last:
            line = self.read("Is it the same for every use case? y or n").strip().lower()
            name = EVERY if line in _YES else name
        self.answers = self.answers.with_answer(name, question.id, answer)
        self.given += 1
        self.keep(self.answers)
