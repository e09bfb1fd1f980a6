"""What an agent acts with: the user's models, the world's tools, and an account of what it asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

from interlock import Constraints, InterlockError, Request, Response, Router
from interlock.protocols import GrantBook
from interlock.toolbox import Toolbox
from interlock.types.records import EVALUATION
from interlock.types.request import Options, Prompt
from interlock_agents import AgentEvent
from interlock_evaluation.agents.attempt import MadeCall
from interlock_evaluation.agents.opening import World

_DONE = frozenset({"done", "confirmed"})
_KNOWN = frozenset({"confirmed", "failed", "abandoned"})  # states of effects
_NOT_MADE = "not made"


class Stage(Router):
    """The user's router, with the world's tools in place of its own.

    Attributes:
        calls: the tools' that models have asked for, in order.
        failed: what calls of models have failed with.
        answers: how many models have given, and `tokens` of any kind, as far as vendors say.
    """

    def __init__(self, models: Router, world: World) -> None:
        super().__init__(models.wiring)
        self._world = world
        self.calls: list[MadeCall] = []
        self._effects: set[int] = set()
        self._again: list[int] = []
        self.failed: list[InterlockError] = []
        self.tokens = self.answers = 0

    def toolbox(
        self,
        *,
        constraints: Constraints | Mapping[str, Any] | None = None,
        grants: GrantBook | None = None,
    ) -> Toolbox:
        asked = Request("", constraints=constraints or Constraints()).constraints
        return self._world.router.toolbox(constraints=self._world.constraints.tightened(asked), grants=grants)

    async def complete(self, prompt: Prompt | Request, **options: Unpack[Options]) -> Response:
        request = prompt if isinstance(prompt, Request) else Request(prompt, **options)
        request = replace(request, metadata={**request.metadata, EVALUATION: "agents"})
        try:
            response = await super().complete(request)
        except InterlockError as error:
            self.failed.append(error)
            raise
        self.answers += 1
        self.tokens += (response.usage.input_tokens or 0) + (response.usage.output_tokens or 0)
        self.calls += [
            MadeCall(tool=each.name, arguments=dict(each.arguments), outcome=_NOT_MADE)
            for each in response.tool_calls
        ]
        return response

    def heard(self, event: AgentEvent) -> None:
        """Told of everything that happens in the run: how calls of tools have ended."""
        if event.kind == "run_started":  # effects that are known are told of again
            self._again = sorted(self._effects)
        if event.kind != "call_ended" or "tool" not in event.facts:
            return
        tool, ended = str(event.facts["tool"]), str(event.facts.get("outcome"))
        place = self._place(tool, known=ended in _KNOWN)
        if place is None:
            return
        if ended in _KNOWN:
            self._effects.add(place)
        outcome = "done" if ended in _DONE else ended
        self.calls[place] = replace(self.calls[place], outcome=outcome)

    def _place(self, tool: str, *, known: bool) -> int | None:
        """Which of the calls has ended."""
        if known and self._again:
            return self._again.pop(0)
        open_calls = [index for index, call in enumerate(self.calls) if call.outcome == _NOT_MADE]
        named = [index for index in open_calls if self.calls[index].tool == tool]
        return next(iter(named or open_calls), None)
