"""The grader that runs an answer's program against tests."""

import re
from typing import Final

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.grading.grader import Mark
from interlock_evaluation.grading.sandbox import run_python
from interlock_evaluation.suites import Sample

_FENCED: Final = re.compile(r"```[ \t]*(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_SECONDS: Final = 10.0
_MOST: Final = 300.0
_KEYS: Final = ("tests", "seconds")


class Code:
    """Runs the Python of an answer, with `tests` behind it: one text, or several, of which each counts alone.

    `seconds` is the time that each has.
    """

    name = "code"

    def check(self, sample: Sample) -> None:
        for key in sample.options:
            if key not in _KEYS:
                what = f"is no option of it; there are {', '.join(_KEYS)}."
                raise RequestError(what, key=f"grader.{key}", suggestion=nearest(key, _KEYS))
        if not _tests(sample):
            raise RequestError("expected Python that fails where the answer is wrong.", key="grader.tests")
        seconds = sample.options.get("seconds", _SECONDS)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= _MOST:
            raise RequestError(f"expected a number up to {_MOST:g}, not {seconds!r}.", key="grader.seconds")

    async def mark(self, sample: Sample, answer: str) -> Mark:
        program, tests = program_in(answer), _tests(sample)
        seconds = float(sample.options.get("seconds", _SECONDS))
        failed = ""
        passed = 0
        for test in tests:
            try:
                ran = await run_python(f"{program}\n\n{test}\n", seconds=seconds)
            except OSError as error:
                return Mark(score=None, why=f"could not be run: {error.strerror or error}")
            if ran.code == 0:
                passed += 1
            else:
                failed = failed or (f"not within {seconds:g} s" if ran.code is None else _last(ran.printed))
        return Mark(score=passed / len(tests), why=failed)


def program_in(answer: str) -> str:
    """What stands in the answer's fences, one after another; all of it where there are none."""
    found = _FENCED.findall(answer)
    return "\n\n".join(found) if found else answer


def _tests(sample: Sample) -> list[str]:
    given = sample.options.get("tests") or []
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not all(isinstance(each, str) and each.strip() for each in given):
        raise RequestError("expected Python as text, or a list of such.", key="grader.tests")
    return given


def _last(printed: str) -> str:
    lines = printed.strip().splitlines()
    return lines[-1][:160] if lines else "failed without a word"
