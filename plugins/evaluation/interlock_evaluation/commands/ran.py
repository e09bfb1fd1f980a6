"""What a run, or this part of it, came to, as `eval run` says it."""

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from interlock.commands import note, tables

if TYPE_CHECKING:
    from interlock_evaluation.runs import Ended, Kept

_SHOWN: Final = 3  # reasons


def show_ran(ended: "Ended", kept: "Kept") -> None:
    rows = []
    for model in kept.run.models:
        of = [each for each in kept.results.values() if each.key.model == model]
        marks = [
            mark.score
            for each in of
            for mark in kept.marks.get(each.key, {}).values()
            if mark.score is not None
        ]
        counts = {
            outcome: sum(each.outcome == outcome for each in of)
            for outcome in ("answer", "error", "excluded")
        }
        rows.append(
            (
                model,
                *(f"{counts[outcome]:,}" for outcome in counts),
                f"{sum(marks) / len(marks):.3f}" if marks else "-",
                f"{len(marks):,}",
                f"${sum(each.cost or 0 for each in of):,.4f}",
            )
        )
    tables((("Model", "Answers", "Failed", "Excluded", "Mean mark", "Marked", "Cost"), rows))
    _tell_failures(kept)
    _tell_unmarked(kept)
    if kept.again:
        note(f"{kept.again:,} calls were made again after a break or a failure, and cost as often.")
    if ended.left:
        note(f"{ended.left:,} questions are left: the budget was over. The same command goes on.")
    note(f"`interlock eval outcomes {kept.run.id}` writes the table from which `eval learn` learns.")


def ran_data(ended: "Ended", kept: "Kept") -> dict[str, Any]:
    return {
        "run": asdict(kept.run),
        "done": ended.progress.done,
        "left": ended.left,
        "again": kept.again,
        "spent": ended.progress.spent,
        "results": [asdict(each) | {"key": each.key._asdict()} for each in kept.results.values()],
    }


def _tell_failures(kept: "Kept") -> None:
    """Why, by the class of the error; where nobody could be asked, in words."""
    failed = [each for each in kept.results.values() if each.outcome == "error"]
    if not failed:
        return
    reasons = Counter(
        each.why if each.error == "NoDeployment" and each.why else each.error or "unknown" for each in failed
    )
    note(f"{len(failed):,} failed: {_counted(reasons)}. With --errors the same command asks them again.")


def _tell_unmarked(kept: "Kept") -> None:
    """How many answers have no mark: experts are to give it, or who should have could not."""
    answers = {key for key, each in kept.results.items() if each.outcome == "answer"}
    waiting = sum(not kept.marks.get(key) for key in answers)
    if waiting:
        note(f"{waiting:,} answers wait for experts: `interlock eval review` asks them.")
    reasons = Counter(
        mark.why for key in answers for mark in kept.marks.get(key, {}).values() if mark.score is None
    )
    if reasons:
        note(f"{sum(reasons.values()):,} answers could not be marked: {_counted(reasons)}.")


def _counted(reasons: Counter[str]) -> str:
    told = [f"{why} ({count:,})" for why, count in reasons.most_common(_SHOWN)]
    return "; ".join([*told, *(["…"] if len(reasons) > _SHOWN else [])])
