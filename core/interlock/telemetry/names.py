"""Every name that a trace or a metric of ours carries, in one table.

`Names()` is version 1.41 of OpenTelemetry's semantic conventions; `Names.newest()` is what they have become
since, and what `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental` asks for. What the conventions have
no word for stands under `interlock.`.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"
NEWEST = "gen_ai_latest_experimental"

CHAT = "chat"
EMBEDDINGS = "embeddings"
INVOKE_WORKFLOW = "invoke_workflow"
INVOKE_AGENT = "invoke_agent"
EXECUTE_TOOL = "execute_tool"

# Providers whose names in the conventions are not ours.
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeNames:
    """The attributes of spans and metrics. A field's name is what the code calls it."""

    operation: str = "gen_ai.operation.name"
    provider: str = "gen_ai.provider.name"
    workflow: str = "gen_ai.workflow.name"
    conversation: str = "gen_ai.conversation.id"
    output_type: str = "gen_ai.output.type"
    request_model: str = "gen_ai.request.model"
    temperature: str = "gen_ai.request.temperature"
    top_p: str = "gen_ai.request.top_p"
    top_k: str = "gen_ai.request.top_k"
    max_tokens: str = "gen_ai.request.max_tokens"
    stop: str = "gen_ai.request.stop_sequences"
    seed: str = "gen_ai.request.seed"
    presence_penalty: str = "gen_ai.request.presence_penalty"
    frequency_penalty: str = "gen_ai.request.frequency_penalty"
    stream: str = "gen_ai.request.stream"
    response_model: str = "gen_ai.response.model"
    response_id: str = "gen_ai.response.id"
    finish_reasons: str = "gen_ai.response.finish_reasons"
    first_chunk: str = "gen_ai.response.time_to_first_chunk"
    input_tokens: str = "gen_ai.usage.input_tokens"
    output_tokens: str = "gen_ai.usage.output_tokens"
    cache_read: str = "gen_ai.usage.cache_read.input_tokens"
    cache_write: str = "gen_ai.usage.cache_creation.input_tokens"
    reasoning: str = "gen_ai.usage.reasoning.output_tokens"
    token_type: str = "gen_ai.token.type"  # noqa: S105 - a kind of token, not a secret
    input_messages: str = "gen_ai.input.messages"
    output_messages: str = "gen_ai.output.messages"
    system_instructions: str = "gen_ai.system_instructions"
    agent: str = "gen_ai.agent.name"
    tool: str = "gen_ai.tool.name"
    tool_type: str = "gen_ai.tool.type"
    tool_call: str = "gen_ai.tool.call.id"
    tool_arguments: str = "gen_ai.tool.call.arguments"
    server_address: str = "server.address"
    server_port: str = "server.port"
    error_type: str = "error.type"
    status: str = "http.response.status_code"
    deployment: str = "interlock.deployment"
    model: str = "interlock.model"
    region: str = "interlock.region"
    pinned: str = "interlock.region.pinned"
    evidenced: str = "interlock.region.evidenced"
    incident: str = "interlock.incident"
    role: str = "interlock.role"
    attempt: str = "interlock.attempt"
    attempts: str = "interlock.attempts"
    outcome: str = "interlock.outcome"
    task: str = "interlock.task"
    confidence: str = "interlock.task.confidence"
    stage: str = "interlock.task.stage"
    reason: str = "interlock.reason"
    shortlist: str = "interlock.shortlist"
    excluded: str = "interlock.excluded"
    rescue: str = "interlock.rescue"
    guardrails: str = "interlock.guardrails"
    ensemble: str = "interlock.ensemble"
    arbiter: str = "interlock.panel.arbiter"
    agreement: str = "interlock.panel.agreement"
    contested: str = "interlock.panel.contested"
    member: str = "interlock.panel.member"
    cascade: str = "interlock.cascade"
    cascade_signal: str = "interlock.cascade.signal"
    cascade_accepted: str = "interlock.cascade.accepted"
    cascade_calibrated: str = "interlock.cascade.calibrated"
    cascade_escalated: str = "interlock.cascade.escalated"
    cascade_bound: str = "interlock.cascade.bound"
    cascade_steps: str = "interlock.cascade.steps"
    cascade_step: str = "interlock.cascade.step"
    waited: str = "interlock.waited"
    adjusted: str = "interlock.adjusted"
    record: str = "interlock.record"
    run: str = "interlock.run"
    step: str = "interlock.step"
    cost: str = "interlock.cost"
    estimated: str = "interlock.usage.estimated"
    error_code: str = "interlock.error.code"
    error_request: str = "interlock.error.request_id"
    link: str = "interlock.link"
    origin: str = "interlock.fallback.from"

    @classmethod
    def newest(cls) -> Self:
        return cls(cache_write="gen_ai.usage.cache_write.input_tokens")

    @classmethod
    def wanted(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls.newest() if wants_newest(environ) else cls()

    def __iter__(self) -> Iterator[str]:
        return (getattr(self, field.name) for field in fields(self))


def wants_newest(environ: Mapping[str, str] = os.environ) -> bool:
    return NEWEST in (part.strip() for part in environ.get(OPT_IN, "").split(","))


def provider_name(provider: str) -> str:
    """The conventions' name for one of our providers; its own name when they have none."""
    return _PROVIDERS.get(provider, provider)


_SECONDS = tuple(0.01 * 2**power for power in range(14))
_TOKENS = tuple(4**power for power in range(14))
_CALL_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """An instrument; `buckets` are the boundaries of a histogram's."""

    name: str
    kind: Literal["histogram", "counter", "gauge"]
    unit: str
    what: str
    buckets: tuple[float, ...] = ()


_V1_41: Mapping[str, Metric] = {
    "duration": Metric(
        name="gen_ai.client.operation.duration",
        kind="histogram",
        unit="s",
        what="how long an attempt took",
        buckets=_SECONDS,
    ),
    "tokens": Metric(
        name="gen_ai.client.token.usage",
        kind="histogram",
        unit="{token}",
        what="tokens of an attempt, by gen_ai.token.type",
        buckets=_TOKENS,
    ),
    "first_chunk": Metric(
        name="gen_ai.client.operation.time_to_first_chunk",
        kind="histogram",
        unit="s",
        what="until the first token of a streamed attempt",
        buckets=_SECONDS,
    ),
    "per_chunk": Metric(
        name="gen_ai.client.operation.time_per_output_chunk",
        kind="histogram",
        unit="s",
        what="from one chunk of a streamed attempt to the next",
        buckets=_SECONDS,
    ),
    "call": Metric(
        name="interlock.call.duration",
        kind="histogram",
        unit="s",
        what="how long a call took, every attempt included",
        buckets=_CALL_SECONDS,
    ),
    "decisions": Metric(
        name="interlock.decisions", kind="counter", unit="{decision}", what="decisions, by task and reason"
    ),
    "fallbacks": Metric(
        name="interlock.fallbacks",
        kind="counter",
        unit="{fallback}",
        what="attempts that took the place of another deployment's failed one",
    ),
    "breaker": Metric(
        name="interlock.breaker.state",
        kind="gauge",
        unit="{state}",
        what="a deployment's circuit breaker: 0 closed, 1 half-open, 2 open",
    ),
    "cost": Metric(name="interlock.cost", kind="counter", unit="USD", what="what attempts cost"),
}


def _newest() -> dict[str, Metric]:
    """Durations are renamed; tokens have an instrument for each kind, for totals and for a call's size."""
    inference = "gen_ai.client.inference"
    renamed = {
        "duration": replace(_V1_41["duration"], name=f"{inference}.duration"),
        "first_chunk": replace(_V1_41["first_chunk"], name=f"{inference}.time_to_first_chunk"),
        "per_chunk": replace(_V1_41["per_chunk"], name=f"{inference}.time_per_output_chunk"),
        "call": replace(_V1_41["call"], name="gen_ai.invoke_workflow.duration"),
    }
    for kind, words in (
        ("input_tokens", "input tokens, cached ones included"),
        ("output_tokens", "output tokens, reasoning included"),
        ("cache_read.input_tokens", "input tokens read from the vendor's cache"),
        ("cache_write.input_tokens", "input tokens written to the vendor's cache"),
        ("reasoning.output_tokens", "output tokens of reasoning"),
    ):
        name = f"{inference}.usage.{kind}"
        renamed[f"usage.{kind}"] = Metric(name=name, kind="counter", unit="{token}", what=words)
    for kind in ("input_tokens", "output_tokens"):
        name = f"{inference}.operation.{kind}"
        what = f"{kind.replace('_', ' ')} of an attempt"
        renamed[f"operation.{kind}"] = Metric(
            name=name, kind="histogram", unit="{token}", what=what, buckets=_TOKENS
        )
    return {key: metric for key, metric in {**_V1_41, **renamed}.items() if key != "tokens"}


_NEWEST = _newest()


def metrics_of(*, newest: bool) -> Mapping[str, Metric]:
    """The instruments of one version of the conventions, by what the code calls them."""
    return _NEWEST if newest else _V1_41
