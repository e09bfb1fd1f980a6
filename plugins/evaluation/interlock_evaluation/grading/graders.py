"""Which graders there are, and which marks a sample."""

from collections.abc import Iterable, Mapping
from typing import Final

from interlock import RequestError, Router
from interlock.types.names import nearest
from interlock_evaluation.grading.code import Code
from interlock_evaluation.grading.grader import Grader
from interlock_evaluation.grading.matching import Choice, Contains, Exact, Numeric
from interlock_evaluation.grading.rubric import Rubric
from interlock_evaluation.grading.structure import Schema
from interlock_evaluation.suites import Sample

NAMES: Final = ("exact", "choice", "contains", "numeric", "schema", "code", "rubric", "experts")
EXPERTS: Final = "experts"
"""Marks nothing now: people do, later."""


class Graders:
    """The graders of one run.

    Attributes:
        usual: what marks a sample that names none; where it is empty, `exact` if there is a reference, else
            `rubric` if a judge is named, else `experts`.
    """

    def __init__(self, router: Router, *, judge: str | None, run_code: bool, usual: str = "") -> None:
        self.usual = usual
        self._judged = judge is not None
        made: list[Grader] = [Exact(), Choice(), Contains(), Numeric(), Schema()]
        if run_code:
            made.append(Code())
        if judge is not None:
            made.append(Rubric(router, judge))
        self._made: Mapping[str, Grader] = {each.name: each for each in made}

    def name_of(self, sample: Sample) -> str:
        """The name of what marks it."""
        if sample.grader or self.usual:
            return sample.grader or self.usual
        if sample.reference is not None:
            return "exact"
        return "rubric" if self._judged else EXPERTS

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
        for sample in samples:
            self.of(sample)


def _lacking(name: str) -> tuple[str, str | None]:
    if name == "code":
        return "runs programs that models wrote; allow it with --run-code.", None
    if name == "rubric":
        return "asks a model; name one with --judge.", None
    return f"there is no grader {name!r}; there are {', '.join(NAMES)}.", nearest(name, NAMES)
