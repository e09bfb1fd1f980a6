"""What a panel came to, and who of an ensemble may sit on one, for people."""

from typing import TYPE_CHECKING, Any

from interlock.cli import show
from interlock.records.summary import member_cost
from interlock.types.decisions import Decision
from interlock.types.members import Ensemble
from interlock.types.panels import PanelMember, PanelVerdict
from interlock.types.records import Record

if TYPE_CHECKING:
    from interlock.assembly.shipped import EnsembleBook
    from interlock.engine.panels import Panels

ENSEMBLE_COLUMNS = ("Ensemble", "Members", "Arbitration", "Ready")
CONTESTED = "The members disagree and the arbiter could not decide: this is what the first of them says."
_TOLD = {"cut": "was cut off at a length", "late": "was not back in time", "refusal": "refused"}


def verdict_lines(record: Record) -> list[str]:
    """A line on the ruling, and one on each member: who answered for it, how it ended, what it cost."""
    verdict = record.verdict
    if verdict is None:
        return []
    lines = [f"{record.ensemble}: {_ruling(verdict)}"]
    return [*lines, *(f"  {_member(record, verdict, each)}" for each in verdict.members)]


def _ruling(verdict: PanelVerdict) -> str:
    chosen = ", ".join(verdict.chosen)
    if verdict.arbiter is None:
        return f"{chosen} alone counted, and nobody had to arbitrate"
    did = "wrote an answer out of" if verdict.synthesised else "chose"
    parts = [f"{verdict.arbiter} {did} {chosen}"]
    if verdict.agreement is not None:
        parts.append(f"{verdict.agreement:.0%} agree")
    if verdict.contested:
        parts.append("contested")
    if verdict.dissent:
        parts.append(
            f"{', '.join(verdict.dissent)} {'says' if len(verdict.dissent) == 1 else 'say'} otherwise"
        )
    return " · ".join((*parts, *verdict.flags))


def _member(record: Record, verdict: PanelVerdict, member: PanelMember) -> str:
    via = "" if member.deployment in (None, member.member) else f" via {member.deployment}"
    how = "chosen" if member.label in verdict.chosen and member.outcome == "answer" else how_ended(member)
    cost = show.dollars(member_cost(record, member.label))
    return " · ".join(part for part in (f"{member.label} {member.member}{via}", how, cost) if part)


def how_ended(member: PanelMember) -> str:
    """`answered`, `refused`, `failed (Unavailable)` and the like."""
    if member.outcome == "answer":
        return "answered"
    if member.outcome == "excluded":
        return f"left out: {member.why}"
    return _TOLD.get(member.outcome, f"failed ({member.why})")


def ensemble_rows(book: "EnsembleBook") -> list[tuple[str, ...]]:
    """Each ensemble that may be asked for by name, and what is to be done before it can be asked."""
    return [
        (
            name,
            ", ".join(each.model for each in ensemble.members),
            ensemble.mode + (f", by {', '.join(ensemble.arbiter)}" if ensemble.arbiter else ""),
            ready(book, name),
        )
        for name, ensemble in book.all().items()
    ]


def ready(book: "EnsembleBook", name: str) -> str:
    """`yes`, or what it lacks, in short: what to do about a model stands where models are listed."""
    ensemble, lacking = book.all()[name], book.lacking(name)
    arbiter = [f"{ensemble.mode}: {lacking[ensemble.mode]}"] if ensemble.mode in lacking else []
    models = [each for each in lacking if each != ensemble.mode]
    return "; ".join((*arbiter, *([f"not ready: {', '.join(models)}"] if models else ()))) or "yes"


def ensemble_data(panels: "Panels", asked: "str | Ensemble", decision: Decision) -> dict[str, Any]:
    """Who may sit, and who may not by which rule."""
    ensemble = panels.of(asked)
    return {
        "name": ensemble.name,
        "mode": ensemble.arbiter.name,
        "arbiter": [judge.name for judge in ensemble.judges],
        "strategy": ensemble.strategy.name,
        "quorum": ensemble.quorum,
        "deadline": ensemble.deadline,
        "members": [
            {
                "label": seat.label,
                "member": seat.member,
                "deployments": [each.deployment for each in seat.candidates],
                "excluded": dict(seat.excluded),
            }
            for seat in panels.seats(ensemble, decision)
        ],
    }


def show_ensemble(data: dict[str, Any]) -> None:
    """The same as a table; `data` is `ensemble_data`'s."""
    rows = [
        (
            each["label"],
            each["member"],
            show.names(each["deployments"]),
            "; ".join(dict.fromkeys(each["excluded"].values())) or "-",
        )
        for each in data["members"]
    ]
    show.tables((("Seat", "Member", "Deployments", "Excluded"), rows))
    asks = f", which asks {', '.join(data['arbiter'])}" if data["arbiter"] else ""
    seated = sum(bool(each["deployments"]) for each in data["members"])
    show.note(
        f"{data['name']}: {seated} of {len(rows)} may be asked, {data['quorum']} must answer; "
        f"{data['mode']} arbitrates{asks}."
    )
    if seated < data["quorum"]:
        show.note("That is too few: such a call would end in NoDeployment.")
