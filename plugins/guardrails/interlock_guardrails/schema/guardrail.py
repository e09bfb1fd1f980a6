"""The guardrail: an answer that does not fit is no answer, and another deployment is asked."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final

from interlock import ToolCall, Verdict
from interlock.http import aside
from interlock.protocols import API, GuardCall
from interlock_guardrails.schema.checking import Check, check_of, fenced, read, schema_in
from interlock_guardrails.schema.options import SchemaOptions

__all__ = ["Schema"]

_AT_ONCE: Final = 20_000  # characters of an answer that are checked on the loop


class Schema:
    """Works by its options. As the plugin offers it, everything fits.

    A request that has an output of its own is left to that: its answers are checked, and asked for again, by
    the router. Answers that call tools, and refusals, need not fit the schema of answers.
    """

    api = API
    name = "schema"
    listed = True
    options = SchemaOptions
    timeout = 10.0  # for what is checked in a thread

    def __init__(
        self, action: str = "block", answer: Check | None = None, tools: Mapping[str, Check] | None = None
    ) -> None:
        self._action, self._answer, self._tools = action, answer, tools or {}
        self._within = "whole"
        phases = {"answer": answer is not None, "tool_arguments": bool(tools)}
        self.phases: frozenset[str] = frozenset(
            [phase for phase, looked in phases.items() if looked] or phases
        )

    def configured(self, options: SchemaOptions) -> "Schema":
        """Raises ConfigError for what is no JSON schema."""
        answer = None
        if options.file is not None:
            answer = check_of(schema_in(options.file), "file")
        elif options.schema is not None:
            answer = check_of(options.schema, "schema")
        tools = {name: check_of(schema, f"tools.{name}") for name, schema in options.tools.items()}
        made = Schema(options.action, answer, tools)
        made._within = options.within
        return made

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        if sum(len(each.text) for each in call.passages) > _AT_ONCE:
            return aside(self._judged, call)
        return self._judged(call)

    def _judged(self, call: GuardCall) -> Verdict:
        answer = call.answer
        if answer is None:
            return Verdict()
        for at, part in enumerate(answer.parts):
            check = self._tools.get(part.name) if isinstance(part, ToolCall) else None
            if check is None or not isinstance(part, ToolCall):
                continue
            if (where := _misfit(check, part.arguments)) is not None:
                why = f"the arguments of {part.name} do not fit their schema{where}"
                return self._verdict("tool_arguments", why, f"parts[{at}].name")
        if self._answer is None or answer.tool_calls or answer.finish_reason == "refusal":
            return Verdict()
        if call.request.output is not None:
            return Verdict()
        return self._fits(self._answer, answer.text)

    def _fits(self, check: Check, text: str) -> Verdict:
        if self._within == "fenced":
            block = fenced(text)
            if block is None:
                return self._verdict("no_json", "the answer has no block that is fenced as json")
            text = block
        try:
            value = read(text)
        except (ValueError, RecursionError):
            return self._verdict("no_json", "the answer is no JSON")
        where = _misfit(check, value)
        return (
            Verdict()
            if where is None
            else self._verdict("misfit", f"the answer does not fit its schema{where}")
        )

    def _verdict(self, category: str, reason: str, where: str | None = None) -> Verdict:
        return Verdict(
            action=self._action,  # type: ignore[arg-type]  # block or flag
            category=category,
            score=1.0,
            reason=reason,
            where=where,
        )


def _misfit(check: Check, value: Any) -> str | None:
    """What is told of where in the schema it misfits."""
    where = check(value)
    if where is None:
        return None
    return f" ({where})" if where else ""
