"""Moving issues through their workflow, from the status in which they were read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from interlock import Preview, Repeat, ToolOutcome
from interlock.http import HttpReply
from interlock_jira.hosting import Hosting
from interlock_jira.reading import Written, bodiless
from interlock_jira.schemas import ISSUE, NAME, schema
from interlock_jira.texts import checked
from interlock_tools import Arguments, Call, Find, Operation, PreconditionTool, Service, value_at

_LISTED = ("id", "name", "to.name", "to.statusCategory.name", "hasScreen", "fields")


def transitions_row(hosting: Hosting) -> Operation:
    """What lists them."""
    return Operation(
        name="jira_list_transitions",
        description="Lists where an issue can be moved from its status now, and what each move asks for.",
        parameters=schema(issue=ISSUE),
        request=lambda asked: Call(
            path=hosting.issue(asked, "transitions"), query={"expand": "transitions.fields"}
        ),
        effect="read",
        answer=Written(at="transitions", fields=_LISTED, longest=300),
    )


def transition_row(hosting: Hosting) -> Operation:
    """The row without its request, which is known once the transitions are."""

    def preview(asked: Arguments) -> Preview:
        checked(asked.values, key="")
        told = {"issue": hosting.key(asked), **{name: asked[name] for name in ("from_status", "to_status")}}
        more = {name: asked[name] for name in ("transition", "resolution") if name in asked}
        text = "Move {issue} from {from_status} to {to_status}".format(**told)
        return Preview(
            text="; ".join((text, *(f"{name}: {each}" for name, each in more.items()))),
            changes={**told, **more},
        )

    return Operation(
        name="jira_transition_issue",
        description=(
            "Moves an issue from the status in which it was read to another one. Where it has another status "
            "by now, or no transition leads there, nothing is moved and the answer names what can be done."
        ),
        parameters=schema(
            {
                "resolution": {**NAME, "description": "its name, where the transition asks for one"},
                "transition": {**NAME, "description": "name or id, where several lead to that status"},
            },
            issue=ISSUE,
            from_status={**NAME, "description": "the name of the status that it was read in"},
            to_status={**NAME, "description": "the name of the status that it is to have"},
        ),
        request=lambda asked: _status(hosting, asked),
        effect="write",
        answer=Written(fields=("key", "fields.status.name"), receipt={"issue": "key"}),
        repeat=Repeat("read"),
        settles_within=hosting.options.settles_within,
        find=Find(
            request=lambda asked: _status(hosting, asked),
            items="",
            fits=lambda issue, asked: _is(value_at(issue, "fields.status.name"), asked["to_status"]),
            # It is in a third one: who has moved it where, and when, is not told.
            unclear=lambda issue, asked: not _is(value_at(issue, "fields.status.name"), asked["from_status"]),
        ),
        preview=preview,
    )


def transition_tool(service: Service, hosting: Hosting) -> PreconditionTool:
    """The tool of that row."""
    row = transition_row(hosting)

    def then(read: Sequence[Any], asked: Arguments) -> Operation | ToolOutcome:
        status = value_at(read[0], "fields.status.name")
        listed = value_at(read[1], "transitions")
        transitions = (
            [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        )
        chosen = _chosen(status, transitions, asked)
        return chosen if isinstance(chosen, ToolOutcome) else _with(row, hosting, chosen, hosting.key(asked))

    reads = (
        lambda asked: _status(hosting, asked),
        lambda asked: Call(path=hosting.issue(asked, "transitions")),
    )
    return PreconditionTool(service, row, reads=reads, then=then)


def _chosen(status: Any, transitions: Sequence[Mapping[str, Any]], asked: Arguments) -> str | ToolOutcome:
    """The id of the transition that is meant; an outcome where there is none."""
    if not isinstance(status, str):
        return ToolOutcome(outcome="refused", reason="not_sent", content="Jira sent no status")
    ways = [
        (str(each.get("id")), str(each.get("name")), str(value_at(each, "to.name"))) for each in transitions
    ]
    told = "; ".join(f"{to} (by {name!r}, id {number})" for number, name, to in ways[:30]) or "nowhere"
    can = f"From {status} it can go to: {told}"
    if not _is(status, asked["from_status"]):
        return _conflict(f"it is in {status} by now, not in {asked['from_status']}. {can}")
    fitting = [each for each in ways if _is(each[2], asked["to_status"])]
    if not fitting:
        return _conflict(f"no transition leads from {status} to {asked['to_status']}. {can}")
    if "transition" in asked:
        fitting = [
            each for each in fitting if asked["transition"] == each[0] or _is(each[1], asked["transition"])
        ]
    if len(fitting) != 1:
        what = (
            "several transitions lead there: name one" if fitting else "that transition does not lead there"
        )
        return ToolOutcome(outcome="refused", reason="not_sent", content=f"transition: {what}. {can}")
    return fitting[0][0]


def _with(row: Operation, hosting: Hosting, number: str, key: str) -> Operation:
    def request(asked: Arguments) -> Call:
        body: dict[str, Any] = {"transition": {"id": number}}
        if "resolution" in asked:
            body["fields"] = {"resolution": {"name": asked["resolution"]}}
        return Call(method="POST", path=hosting.issue(asked, "transitions"), body=body)

    def answer(told: Any, reply: HttpReply) -> ToolOutcome:
        outcome = bodiless(told, reply)
        return replace(outcome, receipt={"issue": key}) if outcome.outcome == "done" else outcome

    return replace(row, request=request, answer=answer)


def _status(hosting: Hosting, asked: Arguments) -> Call:
    return Call(path=hosting.issue(asked), query={"fields": "status"})


def _is(name: Any, other: str) -> bool:
    return isinstance(name, str) and name.strip().casefold() == other.strip().casefold()


def _conflict(why: str) -> ToolOutcome:
    return ToolOutcome(outcome="refused", reason="conflict", content=why)
