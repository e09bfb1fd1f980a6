"""What a run has come to: what the world counts, beside what the ledger says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Self

from points import IN_DOUBT, STEPS, Kill

_NEVER = ("none", "intent", "failed")


@dataclass(kw_only=True)
class Verdict:
    """Sums over runs.

    Attributes:
        full: runs in which every kill of their schedule was reached.
        twice: effects that happened more than once, `extra` being how often too many.
        lost: effects of a run that ended as done, which the world does not have.
        false: effects of which the ledger says that they happened, or never did, and the world otherwise.
        asked: effects that wait for a person, of which so many `happened`.
        wrongly_asked: of those, the ones that nobody had to be asked about.
    """

    runs: int = 0
    kills: int = 0
    full: int = 0
    effects: int = 0
    twice: int = 0
    extra: int = 0
    lost: int = 0
    false: int = 0
    asked: int = 0
    happened: int = 0
    wrongly_asked: int = 0
    why: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Verdict") -> Self:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    @property
    def holds(self) -> bool:
        return not (self.twice or self.lost or self.false or self.wrongly_asked)


def judge(
    run: str,
    *,
    api: str,
    kills: Sequence[Kill],
    done: bool,
    happened: Sequence[str],
    states: Mapping[str, str] | None,
    asked: Sequence[str] = (),
) -> Verdict:
    """Hold a run that has come to its end, or to a person, against the world.

    Args:
        run: its id, with which the titles of its effects begin.
        api: the world's that it had its effects by.
        done: whether it came to its end, and not to a person.
        happened: the title of each effect in the world.
        states: by title, what the ledger says; None where there is no ledger.
        kills: where it was killed; a step of -1 is anywhere.
        asked: of which titles a person was asked.
    """
    verdict = Verdict(runs=1, kills=len(kills), effects=STEPS, asked=len(asked))
    counts = Counter(happened)
    for step in range(STEPS):
        title = f"{run}-{step}"
        count = counts.pop(title, 0)
        state = None if states is None else states.get(title, "none")
        if count > 1:
            verdict.twice += 1
            verdict.extra += count - 1
            verdict.why.append(f"{title}: {count} times ({state}) after {_told(kills)}")
        if done and count == 0:
            verdict.lost += 1
            verdict.why.append(f"{title}: never ({state}) after {_told(kills)}")
        if (state == "confirmed" and not count) or (state in _NEVER and count):
            verdict.false += 1
            verdict.why.append(f"{title}: {state}, and {count} times, after {_told(kills)}")
        if title in asked:
            verdict.happened += bool(count)
            if api != "blind" or not any(
                kill.step == -1 or (kill.step == step and kill.point in IN_DOUBT) for kill in kills
            ):
                verdict.wrongly_asked += 1
                verdict.why.append(f"{title}: a person was asked after {_told(kills)}")
    assert not counts, f"{run} had effects that nobody wanted: {counts}"
    return verdict


def _told(kills: Sequence[Kill]) -> str:
    return ", ".join(f"{kill.point}@{kill.step}" for kill in kills) or "no kill"
