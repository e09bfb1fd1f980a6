"""`interlock guard test`: what the configured guardrails think of a text, without a model."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from inspect import isawaitable
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock import Answer, Message, Request, RequestError, Text, ToolCall, ToolResult, Verdict
from interlock.commands import note, session, tables, write_json
from interlock.protocols import GuardCall, Guardrail
from interlock.types.names import nearest
from interlock.types.passages import Passage

__all__ = ["app"]

_PLACES = {
    "request": "messages[0].parts[0]",
    "tool_result": "messages[0].parts[0]",
    "answer": "parts[0]",
    "tool_arguments": "parts[0].arguments[0]",
}
_STOPPED = 1
_STOPS = frozenset({"block", "ask", "failed"})

app = typer.Typer(no_args_is_help=True, help="Try the configured guardrails.")


@app.callback()
def guard() -> None:
    """Try the configured guardrails."""


@app.command("test")
def try_them(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text; - is standard input.")] = "-",
    *,
    phases: Annotated[
        list[str] | None,
        typer.Option("--as", help="What the text is: as if it stood there. May be repeated; else all four."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Say what each guardrail of the configuration thinks of a text. No model is asked, nothing is sent.

    Each is asked by itself, with the text as it is. One that asks a model is not asked. The exit code is 1
    where the text would be stopped.
    """
    text = _read(file)
    guardrails = session(context).router().wiring.offers.guardrails
    if not guardrails:
        note("No guardrail is configured: docs/guardrails.md shows some.")
    rows = [
        _asked(guardrail, phase, text)
        for phase in _known(phases or _PLACES)
        for guardrail in guardrails.values()
        if phase in guardrail.phases
    ]
    stopped = any(row["action"] in _STOPS for row in rows)
    if as_json:
        write_json({"stopped": stopped, "verdicts": rows})
    elif rows:
        heads = ("Guardrail", "As", "Verdict", "Category", "Score", "Reason")
        keys = ("guardrail", "as", "action", "category", "score", "reason")
        tables((heads, [tuple(_shown(row[key]) for key in keys) for row in rows]))
    for row in rows:
        if not as_json and row["text"] is not None:
            note(f"As {row['as']}, {row['guardrail']} makes of it: {row['text']}")
    if stopped:
        raise typer.Exit(_STOPPED)


def _known(phases: Iterable[str]) -> list[str]:
    for phase in phases:
        if phase not in _PLACES:
            what = f"{phase!r:.40} is no place of a text; there are {', '.join(_PLACES)}."
            raise RequestError(what, key="--as", suggestion=nearest(phase, _PLACES))
    return list(phases)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{file} cannot be read: {error.strerror}.", key="FILE") from None
    except UnicodeDecodeError:
        raise RequestError(f"{file} is no text in UTF-8.", key="FILE") from None


def _asked(guardrail: Guardrail, phase: str, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"guardrail": guardrail.name, "as": phase, "text": None}
    try:
        verdict = _verdict(guardrail, phase, text)
    except Exception as error:  # noqa: BLE001 - whatever it raises, a call would end
        told = {"action": "failed", "category": None, "score": None, "reason": type(error).__name__}
        return found | told
    if verdict is None:
        told = {"action": "not asked", "category": None, "score": None, "reason": "it asks a model"}
        return found | told
    changed = verdict.texts.get(_PLACES[phase])
    return found | {
        "action": verdict.action,
        "category": verdict.category,
        "score": verdict.score,
        "reason": verdict.reason,
        "text": changed,
    }


def _verdict(guardrail: Guardrail, phase: str, text: str) -> Verdict | None:
    """None of one that would ask a model."""
    asked: list[Request] = []

    async def ask(request: Request) -> Answer:
        asked.append(request)
        raise RequestError("no model is asked here")

    async def said() -> Verdict:
        found: Any = guardrail.inspect(_call(phase, text, ask))
        return await found if isawaitable(found) else found  # type: ignore[no-any-return]  # a guardrail's verdict

    try:
        return asyncio.run(said())
    except Exception:
        if asked:
            return None
        raise


def _call(phase: str, text: str, ask: Any) -> GuardCall:
    passage = Passage(phase=phase, where=_PLACES[phase], text=text)  # type: ignore[arg-type]  # one of the four
    request = Request(next(_said(phase, text)))
    answer = None
    if phase == "answer":
        answer = Answer(parts=(Text(text),) if text else (), finish_reason="stop")
    elif phase == "tool_arguments":
        answer = Answer(
            parts=(ToolCall(id="call_1", name="tool", arguments=_arguments(text)),),
            finish_reason="tool_calls",
        )
    return GuardCall(passages=(passage,), request=request, answer=answer, ask=ask)


def _said(phase: str, text: str) -> Iterator[tuple[Message, ...]]:
    if phase == "tool_result":
        yield (Message("tool", (ToolResult(id="call_1", content=text),)),)
    yield (Message("user", text if phase == "request" else "…"),)


def _arguments(text: str) -> Mapping[str, Any]:
    """The text as the arguments of a call: what it says, where it is a JSON object."""
    from interlock.types.strict import loads

    try:
        value = loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"text": text}


def _shown(value: object) -> str:
    return "–" if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)
