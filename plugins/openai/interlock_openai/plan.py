"""What of a request a vendor's model is sent, and what it is not, decided before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from interlock.errors import ProtocolError
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.remembered import Remembered
from interlock.types.request import Output, Request
from interlock.types.traits import Formats, Speaks, Traits
from interlock_openai.families import traits_at
from interlock_openai.vendors import Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a request fits a model.

    Attributes:
        effort, budget: what is asked of its reasoning; None asks nothing.
        reasoning: whether it will reason, as far as anybody knows.
        forced: how it is made to call a tool: by the `field`, in `words`, or not at all.
        output: the response format, as it goes with all the rest.
        adjusted: what becomes of settings, for the attempt's record.
    """

    traits: Traits
    effort: str | None = None
    budget: int | None = None
    reasoning: bool | None = None
    forced: Literal["field", "words"] | None = None
    output: Formats | None = None
    adjusted: tuple[tuple[str, str], ...] = ()


class _Asked(NamedTuple):
    """All of a request that a plan depends on."""

    effort: str | None
    budget: int | None
    tools: bool
    forced: bool
    output: bool
    stream: bool


def plan_of(call: ProviderCall, vendor: Vendor, *, stream: bool = False, endpoint: Speaks = "chat") -> Plan:
    """Pure: the same call gets the same plan. `stream` matters where a model reasons only in streams."""
    request, settings = call.request, call.request.settings
    asked = _Asked(
        settings.reasoning_effort,
        settings.reasoning_tokens,
        bool(request.tools),
        is_forced(request),
        isinstance(request.output, Output),
        stream,
    )
    return _plans(vendor, endpoint)(call.deployment)(asked)


@lru_cache(maxsize=1024)
def _plans(vendor: Vendor, endpoint: Speaks) -> Remembered[Deployment, Callable[[_Asked], Plan]]:
    def of(deployment: Deployment) -> Callable[[_Asked], Plan]:
        traits = traits_at(deployment, vendor, endpoint=endpoint)
        # Most calls of a deployment ask for the same.
        return lru_cache(maxsize=64)(lambda asked: _Planner(asked, vendor, traits).plan())

    return Remembered(of)


class _Planner:
    def __init__(self, asked: _Asked, vendor: Vendor, traits: Traits) -> None:
        self._asked, self._vendor = asked, vendor
        self._traits = traits
        self._effort = asked.effort
        self._budget = asked.budget
        self._adjusted: list[tuple[str, str]] = []

    def plan(self) -> Plan:
        self._reason()
        asked = self._asked
        present = (
            ("forced_tools", asked.forced, "no tool can be forced while it reasons"),
            ("tools", asked.tools, "the model takes no tools while it reasons"),
            ("unstreamed", not asked.stream, "the model reasons in streams alone"),
        )
        for what, there, why in present:
            if there and self._clashes(what):
                self._stop_reasoning(why)
        output = self._format()
        reasoning = self._reasoning
        in_field = self._vendor.forces_tools and self._takes("forced_tools", reasoning)
        return Plan(
            traits=self._traits,
            effort=self._effort,
            budget=self._budget,
            reasoning=reasoning,
            forced=None if not asked.forced else "field" if in_field else "words",
            output=output,
            adjusted=tuple(self._adjusted),
        )

    @property
    def _reasoning(self) -> bool | None:
        return self._traits.reasoning(self._effort, self._budget)

    def _takes(self, what: str, reasoning: bool | None) -> bool:
        return self._traits.takes(what, reasoning=bool(reasoning))

    def _reason(self) -> None:
        """What is asked of the model's reasoning, as far as the model and the vendor know such a thing."""
        vendor, traits = self._vendor, self._traits
        if self._budget is not None and vendor.ask not in ("reasoning", "enable_thinking"):
            self._say("reasoning_tokens", "left out; the vendor takes an effort alone")
            self._budget = None
        if (
            traits.reasons == "never"
            or vendor.ask == "none"
            or not traits.takes("reasoning_effort", reasoning=False)
        ):
            who = "the model does not reason" if traits.reasons == "never" else "there is no such setting"
            if self._effort not in (None, "none"):
                self._say("reasoning_effort", f"left out; {who}")
            if self._budget:
                self._say("reasoning_tokens", f"left out; {who}")
            self._effort = self._budget = None
        if self._effort is not None and self._budget is not None and vendor.ask == "reasoning":
            self._say(
                "reasoning_effort", "left out; the vendor takes it or reasoning_tokens, and those say more"
            )
            self._effort = None
        if self._effort is not None and (level := traits.effort(self._effort)) != self._effort:
            self._say("reasoning_effort", f"sent as {level}, the nearest that the model knows")
            self._effort = level

    def _clashes(self, what: str) -> bool:
        """Whether something in the request goes only without reasoning, and reasoning can be left."""
        if self._takes(what, reasoning=True) or not self._can_stop:
            return False
        # Who switches thinking on and off by a field of its own loses nothing by hearing it once too often.
        return bool(self._reasoning) or (self._vendor.ask == "thinking" and what == "forced_tools")

    @property
    def _can_stop(self) -> bool:
        efforts = self._traits.efforts
        return (
            self._vendor.ask != "none"
            and self._traits.reasons != "always"
            and (efforts is None or "none" in efforts)
        )

    def _stop_reasoning(self, why: str) -> None:
        if self._reasoning:
            self._say("reasoning_effort", f"sent as none; {why}")
        self._effort, self._budget = "none", None

    def _format(self) -> Formats | None:
        """The strictest response format that goes with tools, streams and reasoning as they are."""
        given, vendor, traits = self._asked, self._vendor, self._traits
        if not given.output:
            return None
        form: Formats = traits.output or vendor.output
        if form == "json_schema" and given.stream and not vendor.schema_in_streams:
            form = vendor.output
        if given.tools and not vendor.output_with_tools:
            form = "words"
        if form != "words" and not traits.takes("json", reasoning=True) and self._reasoning:
            asked = self._effort is not None or self._budget is not None
            if asked or not self._can_stop:
                self._say("output", "told in words; the model takes no response format while it reasons")
                return "words"
            self._stop_reasoning("the model takes no response format while it reasons")
        return form

    def _say(self, what: str, how: str) -> None:
        self._adjusted.append((what, how))


def is_forced(request: Request) -> bool:
    return bool(request.tools) and request.tool_choice not in (None, "auto", "none")


def check_called(call: ProviderCall, vendor: Vendor, *, called: bool, ended: str) -> None:
    """A call that could only be asked for in words must have come, unless the answer was cut or refused."""
    if called or ended != "stop" or not is_forced(call.request):
        return
    if plan_of(call, vendor).forced == "words":
        raise ProtocolError(f"{vendor.name} was told to call {call.request.tool_choice} and did not")
