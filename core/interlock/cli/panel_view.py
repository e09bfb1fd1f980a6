"""A panel's answers beside one another, as data and as a picture of them."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from interlock.cli import show
from interlock.cli.panels import CONTESTED, how_ended
from interlock.records.summary import member_cost, usage_to_plain
from interlock.types.messages import ToolCall
from interlock.types.panels import PanelMember, PanelVerdict
from interlock.types.records import AttemptRecord, Record
from interlock.types.response import PanelResult, Response

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_NARROWEST: Final = 40  # columns of a terminal for one answer
_ELSEWHERE: Final = 100
_ENDS: Final = {"length": "cut off at a length, and not complete", "refusal": "a refusal"}


def panel_data(response: Response) -> dict[str, Any]:
    """All that is shown, as plain values: times in seconds, costs in US dollars and null where no price is
    known. Texts are content.
    """
    record, verdict, result = response.record, response.verdict, response.panel
    members = verdict.members if verdict else ()
    return {
        "ensemble": record.ensemble,
        "text": response.text,
        "finish_reason": response.finish_reason,
        "deployment": response.deployment,
        "model": response.model,
        "arbiter": verdict and verdict.arbiter,
        "chosen": list(verdict.chosen) if verdict else [],
        "synthesised": bool(verdict and verdict.synthesised),
        "agreement": verdict and verdict.agreement,
        "contested": bool(verdict and verdict.contested),
        "dissent": list(verdict.dissent) if verdict else [],
        "flags": list(verdict.flags) if verdict else [],
        "flips": verdict.flips if verdict else 0,
        "reason": result.reason if result else "",
        "members": [_member(record, verdict, result, each) for each in members if verdict],
        "arbiters": list(_arbiters(record)),
        "cost": response.cost,
        "latency": record.latency,
        "record": record.id,
    }


def _member(
    record: Record, verdict: PanelVerdict | None, result: PanelResult | None, member: PanelMember
) -> dict[str, Any]:
    attempts = [each for each in record.attempts if each.member == member.label]
    answer = result.answers.get(member.label) if result else None
    return {
        "label": member.label,
        "member": member.member,
        "deployment": member.deployment,
        "weight": member.weight,
        "outcome": member.outcome,
        "why": member.why,
        "how": how_ended(member),
        "chosen": _part(verdict, member.label),
        "score": verdict.scores.get(member.label) if verdict else None,
        "text": answer and (answer.text or answer.refusal or _called(answer.tool_calls)),
        "finish_reason": answer and answer.finish_reason,
        "usage": answer and usage_to_plain(answer.usage),
        "summary": result.summaries.get(member.label, "") if result else "",
        "attempts": len(attempts),
        "cost": member_cost(record, member.label) if attempts else 0.0,
        "latency": sum(each.latency for each in attempts),
    }


def _part(verdict: PanelVerdict | None, label: str) -> str | None:
    """What a member has to do with the answer: it is chosen, says the same, or is used."""
    if verdict is None or label not in verdict.chosen:
        return None
    if verdict.synthesised:
        return "used"
    return "chosen" if label == verdict.chosen[0] else "says the same"


def _called(calls: Sequence[ToolCall]) -> str:
    """Tools that an answer asks for, a line each."""
    written = ((each.name, map("{0[0]}={0[1]!r}".format, each.arguments.items())) for each in calls)
    return "\n".join(f"{name}({', '.join(arguments)})" for name, arguments in written)


def _arbiters(record: Record) -> Iterator[dict[str, Any]]:
    """Whom the arbiter asked. Of calls at once, the longest says how long it took."""
    asked: dict[str, list[AttemptRecord]] = {}
    for each in record.attempts:
        if each.role == "arbiter":
            asked.setdefault(each.deployment, []).append(each)
    for deployment, attempts in asked.items():
        costs = [each.cost for each in attempts]
        yield {
            "deployment": deployment,
            "model": attempts[0].model,
            "calls": len(attempts),
            "cost": None if None in costs else sum(cost or 0 for cost in costs),
            "latency": max(each.latency for each in attempts),
        }


def show_panel(data: Mapping[str, Any]) -> None:
    """Answers side by side where there is room, below one another where there is not, and facts below."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    fixed = terminal or bool(os.environ.get("COLUMNS"))
    width = shutil.get_terminal_size().columns if fixed else _ELSEWHERE
    plain = bool(os.environ.get("NO_COLOR"))
    console = Console(file=StringIO(), force_terminal=terminal, width=width, no_color=plain, highlight=False)
    for drawn in (*_rows(data["members"], console), *_own(data), "", _facts(data)):
        console.print(drawn)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    sys.stdout.write("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
    sys.stdout.flush()


def _rows(members: Sequence[Mapping[str, Any]], console: "Console") -> "Iterator[RenderableType]":
    from rich.table import Table

    beside = max(1, min(len(members), console.width // _NARROWEST))
    # Four are two and two rather than three and one.
    rows = -(-len(members) // beside) if members else 0
    beside = -(-len(members) // rows) if rows else 1
    for start in range(0, len(members), beside):
        group = members[start : start + beside]
        grid = Table.grid(expand=True, padding=(0, 1 if beside > 1 else 0, 0, 0), pad_edge=False)
        for _ in range(beside):
            grid.add_column(ratio=1)
        inner = console.width // beside - 5
        texts = [_text(each) for each in group]
        height = max(len(each.wrap(console, max(1, inner))) for each in texts) + 2
        boxes = [_box(each, text, height) for each, text in zip(group, texts, strict=True)]
        grid.add_row(*boxes, *[""] * (beside - len(group)))
        yield grid


def _text(member: Mapping[str, Any]) -> Any:
    from rich.text import Text

    said = member["text"]
    if said is None:
        return Text(show.cleaned(member["how"]), style="dim italic")
    style = "" if member["outcome"] == "answer" else "dim"
    return Text(show.cleaned(said.strip()) or "(nothing)", style=style)


def _box(member: Mapping[str, Any], text: Any, height: int) -> Any:
    from rich.panel import Panel
    from rich.text import Text

    chosen, answered = member["chosen"], member["outcome"] == "answer"
    colour = "green" if chosen else "blue" if answered else "red"
    title = Text(f"{member['label']} {show.cleaned(member['member'])}", style="bold")
    if member["weight"] != 1:
        title.append(f" ×{member['weight']:g}", style="not bold")
    return Panel(
        text,
        title=title,
        title_align="left",
        subtitle=Text(" · ".join(_below(member))),
        subtitle_align="left",
        border_style=colour,
        height=height,
    )


def _below(member: Mapping[str, Any]) -> Iterator[str]:
    if member["chosen"]:
        yield f"✓ {member['chosen']}"
    elif member["text"] is not None and member["outcome"] != "answer":
        yield member["how"]
    if member["score"] is not None:
        yield f"score {member['score']:.3g}"
    if member["attempts"]:
        yield f"{member['latency']:.1f} s"
    if cost := show.dollars(member["cost"]):
        yield cost


def _own(data: Mapping[str, Any]) -> "Iterator[RenderableType]":
    """The answer, where it is none of the members'."""
    from rich.panel import Panel
    from rich.text import Text

    if data["synthesised"] or not data["members"]:
        text, title = Text(show.cleaned(data["text"].strip())), Text("Answer", style="bold")
        yield Panel(text, title=title, title_align="left", border_style="green")


def _facts(data: Mapping[str, Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, told in _told(data):
        table.add_row(name, Text(show.cleaned(told)))
    return table


def _told(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    members = {each["label"]: each for each in data["members"]}

    def names(labels: Sequence[str]) -> str:
        return ", ".join(f"{label} {members[label]['member']}" for label in labels)

    if not members:
        yield "Answered", data["model"]
    elif data["arbiter"] is None:
        yield "Chosen", f"{names(data['chosen'])}, the only one that counts; nobody had to arbitrate"
    elif data["synthesised"]:
        yield "Written", f"by {data['arbiter']}, out of {names(data['chosen'])}"
    else:
        first, *others = data["chosen"]
        also = f"; {names(others)} say{'' if others[1:] else 's'} the same" if others else ""
        yield "Chosen", f"{names([first])}, by {data['arbiter']}{also}"
    if data["finish_reason"] in _ENDS:
        yield "Ending", _ENDS[data["finish_reason"]]
    if data["reason"]:
        yield "Reason", data["reason"]
    if data["agreement"] is not None:
        yield "Agreement", f"{data['agreement']:.0%}"
    if data["contested"]:
        yield "Contested", CONTESTED
    for at, label in enumerate(data["dissent"]):
        summary = members[label]["summary"]
        yield "" if at else "Dissent", names([label]) + (f": {summary}" if summary else "")
    if data["flags"]:
        yield "Flags", ", ".join(data["flags"])
    if data["flips"]:
        yield "Flips", f"{data['flips']}: a judge said otherwise when it was asked again"
    for at, each in enumerate(data["arbiters"]):
        calls = "1 call" if each["calls"] == 1 else f"{each['calls']} calls"
        parts = (each["deployment"], calls, f"{each['latency']:.1f} s", show.dollars(each["cost"]))
        yield "" if at else "Arbiter", " · ".join(part for part in parts if part)
    total = (f"{data['latency']:.1f} s", show.dollars(data["cost"]))
    yield "Total", " · ".join(part for part in total if part)
