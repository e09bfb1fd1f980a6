"""Plays faults to a configuration whose deployments are replaced by the fake upstream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from random import random
from typing import Any, Final, Literal

from interlock.assembly import Wiring, assemble
from interlock.errors import ConfigError
from interlock.hookspecs import hookimpl
from interlock.protocols import API, Constraint, ConstraintCall
from interlock.router import Router
from interlock.types.handling import Handling
from interlock.types.jurisdictions import place_of
from interlock.types.models import Deployment, Timeouts
from interlock.types.request import Request
from interlock.types.response import Response
from interlock_drill.faults.dialect import TOOL, well
from interlock_drill.faults.fault import Fault
from interlock_drill.faults.judging import Scene, Trial, Verdict, judged, scaled
from interlock_drill.faults.stage import Stage

Form = Literal["complete", "stream", "complete_sync", "stream_sync"]
FORMS: Final[tuple[Form, ...]] = ("complete", "stream", "complete_sync", "stream_sync")

_PROVIDER: Final = "openai-compatible"
_PROMPT: Final = "What did a signal box do?"
_AT_ONCE: Final = 12
# How long after the call's total limit it is given up; real seconds.
_PATIENCE: Final = 5.0

_WARM_UP: Final = Fault(number=0, name="is well", conduct="answers", behaviour=well, judge=lambda _: iter(()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a fault went. `seconds` are published ones, `calls` what the upstreams saw.

    `verdict` is None when the fault could not be played; `skipped` says why.
    """

    fault: Fault
    form: Form
    verdict: Verdict | None
    skipped: str = ""
    seconds: float = 0.0
    calls: int = 0

    @property
    def outcome(self) -> Literal["passed", "failed", "skipped"]:
        if self.verdict is None:
            return "skipped"
        return "passed" if self.verdict.passed else "failed"

    @property
    def reason(self) -> str:
        return self.skipped if self.verdict is None else self.verdict.reason


class Drill:
    """Faults against one configuration: its routes, constraints, time limits, retries, rescue and health.

    Nothing leaves the machine, and no key is used. Each fault meets a router of its own. Records are kept in
    memory alone.
    """

    def __init__(self, wiring: Wiring, *, scale: float = 1.0, task: str = "conversational") -> None:
        """`wiring` is the configuration's own, `scale` real seconds for one published second.

        Raises:
            ConfigError: no plugin offers the provider that speaks to the fake upstream.
        """
        if _PROVIDER not in wiring.offers.providers:
            raise ConfigError(f"the drill speaks through {_PROVIDER}; install interlock-openai.")
        self._scale = scale
        self._task = task
        self._config, self._options = _rest(wiring, scale), wiring.offers.options
        self._deployments = {
            name: replace(each, timeouts=scaled(each.timeouts, scale))
            for name, each in wiring.deployments.items()
        }
        denied = {vendor.lower() for vendor in wiring.config.constraints.deny_vendors}
        self._denied = _DeniedProviders(
            {
                name: each.provider
                for name, each in self._deployments.items()
                if each.provider.lower() in denied
            }
        )
        self._total = wiring.config.timeouts.over(Timeouts()).total
        # Assembling is Python's work alone: a dozen threads at it would leave the calls of others no time.
        self._assembling = asyncio.Lock()
        self._rehearsal = Router(self._wire(lambda _: "http://127.0.0.1:9/v1"))

    async def run(self, faults: Iterable[Fault], forms: Iterable[Form]) -> AsyncIterator[Result]:
        """The results as they come; several faults are played at once."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def played(fault: Fault, form: Form) -> Result:
            async with places:
                return await self.play(fault, form)

        await self.play(_WARM_UP, "complete")  # libraries and certificates load at the first call alone
        pairs = [(fault, form) for fault in faults for form in forms if not _impossible(fault, form)]
        # What takes longest begins first.
        pairs.sort(key=lambda pair: -pair[0].every)
        tasks = [asyncio.create_task(played(*pair)) for pair in pairs]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def play(self, fault: Fault, form: Form) -> Result:
        request = Request(_PROMPT, task=self._task, tools=[TOOL] if fault.tools else ())
        decision = self._rehearsal.decide(request)
        if not decision.shortlist:
            rules = "; ".join(f"{name}: {rule}" for name, rule in decision.excluded.items())
            return Result(fault=fault, form=form, verdict=None, skipped=f"no deployment is allowed: {rules}")
        primary = decision.shortlist[0].deployment
        limits = {name: deployment.timeouts for name, deployment in self._deployments.items()}
        with Stage(
            limits,
            primary=primary,
            behaviour=fault.behaviour,
            fallback=fault.fallback,
            refuses=fault.refuses,
            scale=self._scale,
        ) as stage:
            async with self._assembling:
                router = Router(await asyncio.to_thread(self._wire, stage.address))
            scene = Scene(
                trials=(),
                models={each.deployment: each.model for each in decision.shortlist},
                primary=primary,
                timeouts=scaled(limits[primary], 1 / self._scale),
                total=self._total,
                retries=router.wiring.config.retries.max,
                scale=self._scale,
                streamed=form.startswith("stream"),
                refuses=fault.refuses,
            )
            stage.begin()
            try:
                scene = await self._calls(router, partial(_call, router, request, form), fault, stage, scene)
            finally:
                await router.aclose()
                await asyncio.to_thread(router.close_sync)
        return Result(
            fault=fault,
            form=form,
            verdict=judged(scene, fault.judge),
            seconds=scene.seconds,
            calls=len(scene.asked),
        )

    async def _calls(
        self, router: Router, call: Callable[[], Awaitable[Trial]], fault: Fault, stage: Stage, scene: Scene
    ) -> Scene:
        for number in range(fault.calls):
            await asyncio.sleep(max(0.0, number * fault.every * self._scale - stage.clock))
            began, seen, kept = stage.clock, len(stage.asked), len(router.records)
            trial = Trial(delivered="" if scene.streamed else None)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._total * self._scale + _PATIENCE):
                    trial = await call()
            trial = replace(
                trial,
                began=began,
                seconds=stage.clock - began,
                asked=tuple(stage.asked[seen:]),
                record=router.records[-1] if len(router.records) > kept else None,
            )
            scene = replace(scene, trials=(*scene.trials, trial))
            if fault.enough(scene):
                break
        return scene

    def _wire(self, address: Callable[[str], str]) -> Wiring:
        deployments = [_part(each, address(name)) for name, each in self._deployments.items()]
        return assemble(
            {**self._config, "deployments": deployments},
            plugins=[self._denied],
            environ={},
            random=lambda: self._scale * random(),
            options=self._options,
        )


class _DeniedProviders:
    """What the configuration denies by its provider's name, which the doubles do not have."""

    api = API
    name = "denied_providers"

    def __init__(self, denied: Mapping[str, str]) -> None:
        self._denied = denied

    @hookimpl
    def interlock_constraints(self) -> Iterable[Constraint]:
        return [self]

    def check(self, call: ConstraintCall) -> str | None:
        provider = self._denied.get(call.deployment.id)
        return f"{provider} is a denied vendor" if provider else None


def _impossible(fault: Fault, form: Form) -> bool:
    return fault.streams_only and form.startswith("complete")


async def _call(router: Router, request: Request, form: Form) -> Trial:
    if form == "stream":
        return await _stream(router, request)
    if form == "stream_sync":
        return await asyncio.to_thread(_stream_sync, router, request)
    try:
        if form == "complete":
            return Trial(response=await router.complete(request))
        return Trial(response=await asyncio.to_thread(router.complete_sync, request))
    except Exception as error:  # noqa: BLE001 - whatever a call raises is the caller's to see, and judged
        return Trial(error=error)


async def _stream(router: Router, request: Request) -> Trial:
    heard = _Heard()
    try:
        async with router.stream(request) as stream:
            async for chunk in stream:
                heard.take(chunk.text, restart=chunk.restart)
            return heard.trial(response=stream.response)
    except Exception as error:  # noqa: BLE001 - as above
        return heard.trial(error=error)


def _stream_sync(router: Router, request: Request) -> Trial:
    heard = _Heard()
    try:
        with router.stream_sync(request) as stream:
            for chunk in stream:
                heard.take(chunk.text, restart=chunk.restart)
            return heard.trial(response=stream.response)
    except Exception as error:  # noqa: BLE001 - as above
        return heard.trial(error=error)


class _Heard:
    """What a consumer of chunks has in hand."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def take(self, text: str, *, restart: bool) -> None:
        if restart:
            self._pieces.clear()
        self._pieces.append(text)

    def trial(self, *, response: Response | None = None, error: Exception | None = None) -> Trial:
        return Trial(response=response, error=error, delivered="".join(self._pieces))


def _rest(wiring: Wiring, scale: float) -> dict[str, Any]:
    """The configuration without its deployments, its pace, and what goes beyond the process."""
    config = wiring.config
    rest: dict[str, Any] = config.model_dump(
        exclude={
            **dict.fromkeys(("deployments", "connectors", "records", "log", "ledger"), True),
            "health": {"shared"},
            "limits": {"shared", "down", "grace"},
        }
    )
    rest["timeouts"] = asdict(scaled(config.timeouts.over(Timeouts()), scale))
    rest["health"]["cooldown"] *= scale
    return rest


def _handled(known: Handling) -> dict[str, Any]:
    return {
        "stored": known.stored,
        "operator": known.operator or None,
        "parent": known.parent or None,
        "agreements": sorted(known.agreements),
        "retention_days": known.retention_days,
        "training": known.training,
    }


def _part(deployment: Deployment, base_url: str) -> Mapping[str, Any]:
    """The deployment as the configuration of its double."""
    return {
        "id": deployment.id,
        "model": deployment.model,
        "provider": _PROVIDER,
        # The name of a region means what its own provider means by it.
        "region": place_of(deployment.region, deployment.provider),
        "on_premise": deployment.on_premise,
        "handling": _handled(deployment.handling),
        "treatment": deployment.treatment,
        "name": deployment.name,
        "base_url": base_url,
        "api_key": "drill",
        "timeouts": asdict(deployment.timeouts),
        "price": asdict(deployment.price) if deployment.price else None,
    }
