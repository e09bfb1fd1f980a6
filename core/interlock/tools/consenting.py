"""A run to which a person may have to agree, as a conversation: what to run, whom to ask, what follows."""

import json
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock.errors import ApprovalNeeded, RequestError
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.canonical import plainly
from interlock.types.messages import Text, ToolCall
from interlock.types.tools import ToolOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Run this now; a person has agreed to it where there is a grant."""

    call: ToolCall
    grant: Grant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked before a run.

    The answer is a mapping: `id`, which is the question's, since consent is to what was shown and to nothing
    else; `decision`, which is `approve`, `deny` or `edit`; `by`, who has been authenticated; `why`, of a
    denial; `arguments`, of an edit. Other arguments are another run, and asked about anew.

    Attributes:
        request: the run that is to be approved.
        problem: what was wrong with the answer before, in a sentence; empty the first time.
    """

    request: ApprovalRequest
    problem: str = ""

    @property
    def id(self) -> str:
        """What an answer has to name."""
        return self.request.digest

    @property
    def about(self) -> dict[str, Any]:
        """The question as JSON."""
        asked = self.request
        about = {
            "kind": "approval",
            "id": self.id,
            "does": asked.effect,
            "tool": asked.tool,
            "arguments": dict(asked.call.arguments),
            "preview": None if asked.preview is None else asked.preview.text,
        }
        return about | ({"problem": self.problem} if self.problem else {})


Turns = Generator[Running | Question, Any, ToolOutcome]
Ask = Callable[[Question], Any]
"""Gives a person's answer, or None where nobody can be asked."""


def consented(call: ToolCall) -> Turns:
    """The turns of one run: each Running is answered by its outcome, or by the ApprovalNeeded that it raised,
    each Question by what a person said, or by None where there is nobody.

    Raises:
        ApprovalNeeded: it asks for no run of a tool.
    """
    grant: Grant | None = None
    problem = edited = ""
    while True:
        try:
            outcome: ToolOutcome = yield Running(call=call, grant=grant)
        except ApprovalNeeded as needed:
            if needed.request is None:
                raise
            asked, error = needed.request, needed
        else:
            return _noted(outcome, edited)
        if grant is not None:
            problem = error.message
        said = yield Question(request=asked, problem=problem)
        if said is None:
            return _unasked(asked, error)
        grant, (decision, by, problem) = None, _read(asked, said)
        if decision == "deny":
            why = f": {said['why']}" if said.get("why") else ""
            return ToolOutcome(outcome="refused", content=f"{asked.tool} was not run; refused by {by}{why}")
        if decision == "approve":
            grant = asked.grant(approver=by)
        if decision == "edit":
            call = replace(asked.call, arguments=dict(said["arguments"]))
            edited = f"[{by} changed the arguments to {json.dumps(said['arguments'], ensure_ascii=False)}]\n"


async def conversed(
    call: ToolCall,
    run: Callable[[Running], Awaitable[ToolOutcome]],
    ask: Callable[[Question], Awaitable[Any]],
) -> ToolOutcome:
    """The run's outcome. Raises what `run` and `ask` do, but for ApprovalNeeded."""
    turns = consented(call)
    turn = next(turns)
    while True:
        try:
            if isinstance(turn, Question):
                turn = turns.send(await ask(turn))
                continue
            try:
                outcome = await run(turn)
            except ApprovalNeeded as needed:
                turn = turns.throw(needed)
            else:
                turn = turns.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a generator's end holds what it returned


def conversed_sync(call: ToolCall, run: Callable[[Running], ToolOutcome], ask: Ask) -> ToolOutcome:
    """`conversed` for code without a loop: `ask` is called in the caller's thread."""
    turns = consented(call)
    turn = next(turns)
    while True:
        try:
            if isinstance(turn, Question):
                turn = turns.send(ask(turn))
                continue
            try:
                outcome = run(turn)
            except ApprovalNeeded as needed:
                turn = turns.throw(needed)
            else:
                turn = turns.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # as above


def _read(asked: ApprovalRequest, said: object) -> tuple[str, str, str]:
    """(decision, by, problem): the decision is empty where there is a problem with the answer."""
    if not isinstance(said, Mapping) or said.get("id") != asked.digest:
        return "", "", "the answer is not to this question: give its id"
    decision, by = said.get("decision"), said.get("by")
    if decision not in ("approve", "deny", "edit"):
        return "", "", f"{decision!r} is none of approve, deny, edit"
    if not isinstance(by, str) or not by.strip():
        return "", "", "nobody's name is on the answer: say who decides, in `by`"
    if decision == "edit" and not _is_json_object(said.get("arguments")):
        return "", "", "an edit says which `arguments`, a JSON object"
    return str(decision), by, ""


def _is_json_object(value: object) -> bool:
    try:
        return isinstance(value, Mapping) and plainly(value, key="arguments") is not None
    except RequestError:
        return False


def _unasked(asked: ApprovalRequest, error: ApprovalNeeded) -> ToolOutcome:
    told = (
        f"{asked.tool} was not run, and nothing was sent: it is {asked.effect}, so a person has to approve "
        "it first, and nobody can be asked here. Do not ask for it again; say what it would do, and that it "
        "needs approval."
    )
    return ToolOutcome(outcome="refused", reason="not_sent", content=told, error=error)


def _noted(outcome: ToolOutcome, note: str) -> ToolOutcome:
    """The outcome, and that it is of other arguments than the model gave."""
    if not note:
        return outcome
    content = outcome.content
    if isinstance(content, str):
        return replace(outcome, content=f"{note}{content}")
    return replace(outcome, content=(Text(note), *content))
