"""What came of a fault, and the checks that judges are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from interlock.errors import InterlockError
from interlock.types.models import Timeouts
from interlock.types.records import RESENT, Record
from interlock.types.response import Response
from interlock_drill.faults.dialect import ANSWER
from interlock_drill.faults.stage import Asked

# What a call may take beside what it waits for: published seconds, and real ones where time is scaled.
_MARGIN: Final = 2.0
_OVERHEAD: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One call and what came of it.

    Attributes:
        response, error: the one or the other; both are None when the call never ended.
        delivered: the text of a stream's chunks since its last restart; None for a plain call.
        began, seconds: when, and how long it took; real seconds, the first call beginning at 0.
        asked: what the upstreams saw of it, in order.
    """

    response: Response | None = None
    error: BaseException | None = None
    delivered: str | None = None
    record: Record | None = None
    began: float = 0.0
    seconds: float = 0.0
    asked: Sequence[Asked] = ()

    @property
    def partial(self) -> str:
        """What an interrupted stream hands over with its error."""
        partial = getattr(self.error, "partial", None)
        return partial.text if isinstance(partial, Response) else ""

    def __str__(self) -> str:
        if self.response is not None:
            return f"answered by {self.response.deployment}"
        return type(self.error).__name__ if self.error else "never ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A fault played to its end.

    Attributes:
        trials: the calls, in order; most faults have one.
        models: deployment -> model, of the shortlist, best first.
        primary: the deployment that misbehaved.
        timeouts: the primary's, in published seconds, as are the call's `total` seconds.
        retries: the configuration's.
        scale: real seconds for one published second.
        refuses: whether the primary's connections were refused, which no upstream sees.
    """

    trials: tuple[Trial, ...]
    models: Mapping[str, str]
    primary: str
    timeouts: Timeouts
    total: float
    retries: int
    scale: float
    streamed: bool
    refuses: bool = False

    @property
    def first(self) -> Trial:
        return self.trials[0]

    @property
    def asked(self) -> tuple[Asked, ...]:
        return tuple(asked for trial in self.trials for asked in trial.asked)

    @property
    def seconds(self) -> float:
        """From the first call to the end of the last, in published seconds."""
        return (self.trials[-1].began + self.trials[-1].seconds) / self.scale

    def of_primary(self, trial: Trial | None = None) -> tuple[Asked, ...]:
        seen = self.asked if trial is None else trial.asked
        return tuple(asked for asked in seen if asked.deployment == self.primary)

    def real(self, published: float) -> float:
        """Published seconds as real ones, with what the machine takes for itself where they are scaled."""
        return published * self.scale + _OVERHEAD * max(0.0, 1.0 - self.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reason` is what was wrong, or who answered."""

    passed: bool
    reason: str


Complaints = Iterator[str]
Judge = Callable[[Scene], Complaints]


def judged(scene: Scene, judge: Judge) -> Verdict:
    """What the judge says, and what must hold whatever the fault."""
    complaints = [*_always(scene), *judge(scene)]
    if complaints:
        return Verdict(passed=False, reason="; ".join(dict.fromkeys(complaints)))
    return Verdict(passed=True, reason=str(scene.trials[-1]))


def _always(scene: Scene) -> Complaints:
    for trial in scene.trials:
        if trial.response is None and trial.error is None:
            yield "the call did not end"
            continue
        if trial.error is not None and not isinstance(trial.error, InterlockError):
            yield f"the error is of no kind of Interlock's: {type(trial.error).__name__}"
        yield from within(scene, scene.total, trial, "timeouts.total")
        yield from _recorded(scene, trial)
        if trial.response is not None and trial.delivered not in (None, trial.response.text):
            yield "what was streamed is not what the response says"


def _recorded(scene: Scene, trial: Trial) -> Complaints:
    """The record lists what the upstreams saw, no more and no less."""
    if trial.record is None:
        yield "there is no record"
        return
    sent = [each for each in trial.record.attempts if not each.error or each.error.kind != "NoLongerAllowed"]
    listed = [
        each.deployment
        for each in sent
        if not (scene.refuses and each.deployment == scene.primary)
        for _ in range(2 if RESENT in each.adjusted else 1)
    ]
    seen = [asked.deployment for asked in trial.asked]
    if listed != seen:
        yield f"the record lists {', '.join(listed) or 'nothing'}; the upstreams saw {', '.join(seen)}"


def whole(trial: Trial, text: str = ANSWER) -> Complaints:
    """The caller has the complete answer."""
    response = trial.response
    if response is None:
        yield f"no answer: {type(trial.error).__name__}"
    elif response.text != text:
        yield "another text was shown as the answer"
    elif response.finish_reason != "stop":
        yield f"a whole answer is marked {response.finish_reason}"


def never_short(trial: Trial) -> Complaints:
    """The complete answer; or, of a stream, an error and nothing delivered but the answer's beginning."""
    if trial.response is not None or trial.delivered is None:
        yield from whole(trial)
    elif not ANSWER.startswith(trial.delivered):
        yield "what was streamed before the error is not the answer's beginning"
    elif trial.delivered != trial.partial:
        yield "the error does not hold what was streamed"


def by_fallback(scene: Scene, trial: Trial) -> Complaints:
    if trial.response is not None and trial.response.deployment == scene.primary:
        yield f"{scene.primary} answered, which could not"


def by_primary(scene: Scene, trial: Trial) -> Complaints:
    if trial.response is not None and trial.response.deployment != scene.primary:
        yield f"{trial.response.deployment} answered; {scene.primary} was well"


def within(scene: Scene, limit: float, trial: Trial | None = None, of: str = "") -> Complaints:
    """A call ended in so many published seconds; two more are its own where `of` names a limit of time."""
    trial = trial or scene.first
    allowed = limit + (_MARGIN if of else 0.0)
    if trial.seconds > scene.real(allowed):
        what = f" ({of})" if of else ""
        yield f"it took {trial.seconds / scene.scale:.1f} s; {limit:g} s are allowed{what}"


def asked_primary(scene: Scene, least: int, most: int, trial: Trial | None = None) -> Complaints:
    count = len(scene.of_primary(trial))
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        yield f"{scene.primary} was asked {count} times, not {wanted}"


def fails_over(scene: Scene) -> Complaints:
    """The whole answer, from elsewhere, within the primary's retries."""
    yield from whole(scene.first)
    yield from by_fallback(scene, scene.first)
    yield from asked_primary(scene, 0 if scene.refuses else 1, 1 + scene.retries)


def crowded(scene: Scene, calls: int, seconds: float) -> bool:
    """Whether more than so many calls fell into some span of so many published seconds."""
    times = [asked.at for asked in scene.asked]
    pairs = zip(times, times[calls:], strict=False)
    return any(later - earlier < seconds * scene.scale for earlier, later in pairs)


def scaled(timeouts: Timeouts, factor: float) -> Timeouts:
    """Limits for scaled time. Connecting takes what it takes."""
    names = ("first_token", "between_tokens", "answer", "total")
    return replace(timeouts, **{name: getattr(timeouts, name) * factor for name in names})
