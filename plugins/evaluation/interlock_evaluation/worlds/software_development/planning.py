"""Tools for issues, for what is said about them, and for people."""

from typing import Annotated, Any, Literal

from pydantic import Field

from interlock_evaluation.worlds.software_development import history
from interlock_evaluation.worlds.software_development.world import WORLD
from interlock_evaluation.worlds.world import Refused, State

Number = Annotated[int, Field(ge=1, description="The number of an issue or a pull request.")]
Words = Annotated[str, Field(min_length=1, max_length=4000)]


def numbered(state: State, number: int) -> dict[str, Any]:
    """An issue or a pull request. Raises Refused for none."""
    for table in ("issues", "pulls"):
        if str(number) in state.data[table]:
            found: dict[str, Any] = state.data[table][str(number)]
            return found
    raise Refused(f"there is no issue or pull request {number}", reason="not_found")


def next_number(state: State) -> int:
    return max(int(each) for table in ("issues", "pulls") for each in state.data[table]) + 1


def said(state: State, row: dict[str, Any], text: str) -> None:
    row["comments"].append({"by": history.AGENT, "at": state.now, "text": text})


def known_labels(state: State, labels: list[str]) -> None:
    """Raises Refused for a label that there is not."""
    for label in labels:
        if label not in state.data["labels"]:
            there = ", ".join(state.data["labels"])
            raise Refused(f"there is no label {label!r:.80}; there are {there}", reason="invalid")


@WORLD.reads
def issues_list(
    state: State, status: Literal["open", "closed", "all"] = "open", label: str = ""
) -> list[dict[str, Any]]:
    """Issues by number, without their texts and comments."""
    return [
        {name: value for name, value in row.items() if name not in ("body", "comments")}
        for row in state.data["issues"].values()
        if status in ("all", row["state"]) and (not label or label in row["labels"])
    ]


@WORLD.reads
def issues_get(state: State, number: Number) -> dict[str, Any]:
    """An issue, with its text and all comments, oldest first."""
    return state.row("issues", str(number))


@WORLD.reads
def labels_list(state: State) -> dict[str, str]:
    """Labels, and what each is for."""
    return dict(state.data["labels"])


@WORLD.reads
def people_list(state: State) -> list[dict[str, Any]]:
    """Who works here: login, what they do, and whether they are away."""
    return [*state.data["people"].values()]


@WORLD.writes(key=True)
def issues_create(state: State, title: Words, body: Words, labels: list[str] | None = None) -> dict[str, Any]:
    """Open an issue."""
    known_labels(state, labels or [])
    number = next_number(state)
    row = {
        "number": number,
        "title": title,
        "body": body,
        "state": "open",
        "labels": sorted({*(labels or ())}),
        "assignee": None,
        "by": history.AGENT,
        "at": state.now,
        "comments": [],
    }
    state.data["issues"][str(number)] = row
    return {"number": number}


@WORLD.writes()
def comments_create(state: State, number: Number, text: Words) -> dict[str, Any]:
    """Say something below an issue or a pull request."""
    row = numbered(state, number)
    said(state, row, text)
    return {"number": number, "comments": len(row["comments"])}


@WORLD.writes(again=True)
def labels_set(state: State, number: Number, labels: list[str]) -> dict[str, Any]:
    """Give an issue or a pull request these labels, in place of those that it has."""
    known_labels(state, labels)
    row = numbered(state, number)
    row["labels"] = sorted({*labels})
    return {"number": number, "labels": row["labels"]}


@WORLD.writes(again=True)
def issues_assign(state: State, number: Number, login: str) -> dict[str, Any]:
    """Put an issue into somebody's hands, in place of whoever had it."""
    state.row("people", login)
    state.row("issues", str(number))["assignee"] = login
    return {"number": number, "assignee": login}


@WORLD.writes(again=True)
def issues_close(
    state: State,
    number: Number,
    reason: Literal["completed", "not_planned", "duplicate"],
    duplicate_of: Annotated[
        int | None, Field(description="Needed for a duplicate: the issue that stays.")
    ] = None,
) -> dict[str, Any]:
    """Close an issue."""
    row = state.row("issues", str(number))
    if (reason == "duplicate") != (duplicate_of is not None):
        raise Refused("duplicate_of goes with the reason duplicate, and with no other", reason="invalid")
    if duplicate_of is not None:
        state.row("issues", str(duplicate_of))
        if duplicate_of == number:
            raise Refused("an issue is no duplicate of itself", reason="invalid")
    row["state"], row["reason"], row["duplicate_of"] = "closed", reason, duplicate_of
    return {"number": number, "state": "closed", "reason": reason, "duplicate_of": duplicate_of}


@WORLD.writes(again=True)
def issues_reopen(state: State, number: Number) -> dict[str, Any]:
    """Open an issue again."""
    row = state.row("issues", str(number))
    row["state"], row["reason"], row["duplicate_of"] = "open", None, None
    return {"number": number, "state": "open"}
