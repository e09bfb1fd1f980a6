"""Which graders there are, and which marks a sample."""

from collections.abc import Iterable, Mapping
from typing import Final

from interlock import RequestError, Router
from interlock.types.names import nearest
from interlock_evaluation.grading.code import Code
from interlock_evaluation.grading.grader import Grader
from interlock_evaluation.grading.matching import Choice, Contains, Exact, Numeric
from interlock_evaluation.grading.rubric import Judged, Rubric
from interlock_evaluation.grading.structure import Schema
from interlock_evaluation.suites import Sample

NAMES: Final = ("exact", "choice", "contains", "numeric", "schema", "code", "rubric", "experts")
EXPERTS: Final = "experts"
"""Marks nothing now: people do, later."""


class Graders:
    """The graders of one run.

    Attributes:
        judge: the model that marks by rubrics; None where none does.
        usual: what marks a sample that names none; where it is empty, `exact` if there is a reference, else
            `rubric` if a judge is named, else `experts`.
    """

    def __init__(self, router: Router, *, judge: str | None, run_code: bool, usual: str = "") -> None:
        self.usual, self.judge = usual, judge
        made: list[Grader] = [Exact(), Choice(), Contains(), Numeric(), Schema()]
        if run_code:
            made.append(Code())
        self._rubric = None if judge is None else Rubric(router, judge)
        if self._rubric is not None:
            made.append(self._rubric)
        self._made: Mapping[str, Grader] = {each.name: each for each in made}

    def name_of(self, sample: Sample) -> str:
        """The name of what marks it."""
        if sample.grader or self.usual:
            return sample.grader or self.usual
        if sample.reference is not None:
            return "exact"
        return EXPERTS if self._rubric is None else self._rubric.name

    def of(self, sample: Sample) -> Grader | None:
        """What marks it now; None where experts do later.

        Raises:
            RequestError: there is no such grader, it is not to be used here, or it cannot mark this sample.
        """
        name = self.name_of(sample)
        if name == EXPERTS:
            return None
        grader = self._made.get(name)
        if grader is None:
            what, near = _lacking(name)
            raise RequestError(what, key=f"{sample.place}, grader", suggestion=near)
        try:
            grader.check(sample)
        except RequestError as error:
            raise RequestError(
                error.message, key=f"{sample.place}, {error.key}", suggestion=error.suggestion
            ) from None
        return grader

    def check(self, samples: Iterable[Sample]) -> None:
        """Raise for the first sample that nothing here can mark."""
        if self._rubric is not None:
            self._rubric.check_model()
        for sample in samples:
            self.of(sample)

    def judged(self, sample: Sample, tokens: int) -> Judged | None:
        """What a judge's mark of it may cost, and whether it may be shown; None where no judge marks it."""
        marks = self._rubric is not None and self.name_of(sample) == self._rubric.name
        return self._rubric.judged(sample, tokens) if marks and self._rubric is not None else None


def _lacking(name: str) -> tuple[str, str | None]:
    if name == "code":
        return "runs programs that models wrote; allow it with --run-code.", None
    if name == "rubric":
        return "asks a model; name one with --judge.", None
    return f"there is no grader {name!r}; there are {', '.join(NAMES)}.", nearest(name, NAMES)
