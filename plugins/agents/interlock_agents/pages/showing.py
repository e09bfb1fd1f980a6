"""What the page says of something that waits, as texts that are ready to be escaped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_agents.approvals import Approval
from interlock_agents.approvals.seeing import cut, moment, seen, spread
from interlock_agents.ledger import Effect

BRIEF = 400
"""Characters of a text in the list; on the page of its own, it has `WHOLE`."""
WHOLE = 6_000
_LINES, _NAME, _VALUE = 6, 40, 140  # of arguments in the list: how many, and characters of each
_SHORT = 12  # of a digest, to be compared by eye
_STEPS = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as far as it is shown, with the number of characters that are left out."""

    shown: str
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Some of a call's arguments, a line each.

    Attributes:
        lines: names, each with the beginning of its value as JSON.
        more: how many arguments are left out.
    """

    lines: Sequence[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as the page has it.

    Attributes:
        facts: names with what they are.
    """

    id: str
    tool: str
    does: str
    run: str
    step: str
    goal: str
    arguments: Text
    brief: Brief
    preview: Text | None
    changes: Text | None
    asked: str
    ago: str
    until: str
    left: str
    state: str
    facts: Sequence[tuple[str, str]]

    @property
    def cut(self) -> int:
        """How many characters of all its texts are left out."""
        return sum(each.more for each in (self.arguments, self.preview, self.changes) if each is not None)


def shown(approval: Approval, *, now: float, goal: str = "", most: int = WHOLE) -> Shown:
    """The request at that time, each of its texts cut after `most` characters."""
    asked = approval.request
    preview = asked.preview
    return Shown(
        id=approval.id,
        tool=seen(asked.tool),
        does=asked.effect,
        run=seen(asked.run),
        step=seen(asked.step),
        goal=cut(goal, BRIEF)[0],
        arguments=text(spread(asked.call.arguments), most),
        brief=brief(asked.call.arguments),
        preview=None if preview is None else text(preview.text, most),
        changes=None if preview is None or not preview.changes else text(spread(preview.changes), most),
        asked=moment(approval.asked_at),
        ago=span(now - approval.asked_at),
        until=moment(approval.times_out),
        left=span(approval.times_out - now),
        state=approval.state,
        facts=_facts(approval),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An effect of which nobody knows whether it has happened.

    Attributes:
        until: when it can happen no more, as a time; empty once that is over.
    """

    id: str
    tool: str
    does: str
    run: str
    step: str
    goal: str
    arguments: Text
    brief: Brief
    key: str
    tries: int
    until: str
    left: str
    facts: Sequence[tuple[str, str]]


def doubt(effect: Effect, *, now: float, goal: str = "", most: int = WHOLE) -> Doubt:
    """The effect at that time, its arguments cut after `most` characters."""
    waits = effect.until is not None and now < effect.until
    return Doubt(
        id=effect.id,
        tool=seen(effect.tool),
        does=effect.effect,
        run=seen(effect.place.run),
        step=seen(effect.place.step),
        goal=cut(goal, BRIEF)[0],
        arguments=text(spread(dict(effect.arguments)), most),
        brief=brief(effect.arguments),
        key=effect.key,
        tries=effect.tries,
        until=moment(effect.until) if waits and effect.until is not None else "",
        left=span(effect.until - now) if waits and effect.until is not None else "",
        facts=[
            ("Run", seen(effect.place.run)),
            ("Step", seen(effect.place.step)),
            ("Effect", seen(effect.id)),
            ("Key that was sent", effect.key),
            ("Sent", f"{effect.tries} times" if effect.tries != 1 else "once"),
            ("Tool digest", effect.tool_digest[:_SHORT]),
            ("Arguments digest", effect.arguments_digest[:_SHORT]),
        ],
    )


def end_of(approval: Approval) -> str:
    """What has become of it, in a sentence; empty while it waits for its first answer."""
    by, at = seen(approval.decided_by), moment(approval.decided_at)
    agreed = ", ".join(map(seen, approval.agreed))
    match approval.state:
        case "pending":
            return f"{agreed} agreed at {at}; another person has to agree as well." if agreed else ""
        case "approved" if approval.grant is not None:
            return f"{agreed} agreed at {at}. It may happen once, until {moment(approval.grant.expires)}."
        case "used":
            return f"{agreed} agreed at {at}, and the grant was used at {moment(approval.used_at)}."
        case "denied" if by:
            return f"{by} denied it at {at}."
        case _:
            return f"It was {approval.state} at {at}: {seen(approval.why)}."


def brief(arguments: Mapping[str, Any]) -> Brief:
    """The first of them by name."""
    lines = [
        (_one_line(name, _NAME), _one_line(json.dumps(arguments[name], ensure_ascii=False), _VALUE))
        for name in sorted(arguments)
    ]
    return Brief(lines=lines[:_LINES], more=max(0, len(lines) - _LINES))


def text(whole: str, most: int) -> Text:
    """The beginning of it."""
    begin, more = cut(whole, most, lines=True)
    return Text(shown=begin, more=more)


def span(seconds: float) -> str:
    """How long that is, in its largest unit."""
    for length, unit in _STEPS:
        if seconds >= length:
            count = round(seconds / length)
            return f"{count:,} {unit}" + ("" if count == 1 else "s")
    return "a moment"


def _one_line(whole: str, most: int) -> str:
    begin, more = cut(whole, most)
    return f"{begin}…" if more else begin


def _facts(approval: Approval) -> list[tuple[str, str]]:
    asked = approval.request
    facts = [
        ("Run", seen(asked.run)),
        ("Step", seen(asked.step)),
        ("Effect", seen(approval.effect)),
        ("Policy", seen(asked.policy)),
        ("Tool digest", asked.tool_digest[:_SHORT]),
        ("Arguments digest", asked.arguments_digest[:_SHORT]),
    ]
    if asked.preview_digest is not None:
        facts.append(("Preview digest", asked.preview_digest[:_SHORT]))
    return [(name, value) for name, value in facts if value]
