"""Attributes out of our own types: facts alone, so that no prompt, answer or key can be among them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from interlock.protocols import ProviderCall
from interlock.telemetry.names import CHAT, EMBEDDINGS, AttributeNames, provider_name
from interlock.types.embeddings import EmbeddingRequest
from interlock.types.escalations import CascadeFacts, StepFacts
from interlock.types.identifiers import identifier
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord, ErrorRecord, GuardrailRecord, Record
from interlock.types.response import Answer

Attributes = dict[str, Any]


def of_place(names: AttributeNames, deployment: Deployment) -> Attributes:
    """Where an attempt goes; without a server when that is in process."""
    attributes: Attributes = {
        names.operation: CHAT,
        names.provider: provider_name(deployment.provider),
        names.request_model: deployment.name,
        names.deployment: deployment.id,
        names.model: deployment.model,
        names.region: deployment.region,
    }
    if deployment.base_url:
        parts = urlsplit(deployment.base_url)
        attributes[names.server_address] = parts.hostname or ""
        attributes[names.server_port] = parts.port or (443 if parts.scheme == "https" else 80)
    return attributes


def of_call(names: AttributeNames, call: ProviderCall, role: str, *, streamed: bool) -> Attributes:
    """What an attempt asks for."""
    if isinstance(call.request, EmbeddingRequest):
        return {names.role: role, names.operation: EMBEDDINGS}
    settings = call.request.settings
    attributes: Attributes = {names.role: role}
    if streamed:
        attributes[names.stream] = True
    if settings.stop:
        attributes[names.stop] = settings.stop
    if call.request.output is not None:
        attributes[names.output_type] = "json"
    for name, value in (
        (names.temperature, settings.temperature),
        (names.top_p, settings.top_p),
        (names.top_k, settings.top_k),
        (names.max_tokens, settings.max_tokens),
        (names.seed, settings.seed),
        (names.presence_penalty, settings.presence_penalty),
        (names.frequency_penalty, settings.frequency_penalty),
    ):
        if value is not None:
            attributes[name] = value
    return attributes


def of_attempt(names: AttributeNames, record: AttemptRecord, answer: Answer | None) -> Attributes:
    """How an attempt ended."""
    usage, member = record.usage, record.member
    attributes: Attributes = {names.attempt: record.id}
    if member is not None:
        # A panel's members have letters, a cascade's steps numbers.
        attributes[names.cascade_step if member.isdigit() else names.member] = member
    if answer is not None:
        attributes[names.finish_reasons] = (answer.finish_reason,)
    if record.waited:
        attributes[names.waited] = record.waited
    if record.adjusted:
        attributes[names.adjusted] = record.adjusted
    if record.incident:
        attributes[names.incident] = record.incident
    if usage.estimated:
        attributes[names.estimated] = True
    for name, value in (
        (names.response_model, identifier(record.served_model)),
        (names.response_id, None if answer is None else identifier(answer.id)),
        (names.first_chunk, record.first_token),
        (names.pinned, record.pinned),
        (names.evidenced, record.evidenced),
        (names.input_tokens, usage.input_tokens),
        (names.output_tokens, usage.output_tokens),
        (names.cache_read, usage.cache_read),
        (names.cache_write, usage.cache_write),
        (names.reasoning, usage.reasoning),
        (names.cost, record.cost),
    ):
        if value is not None:
            attributes[name] = value
    return attributes


def aside(attributes: Attributes) -> Attributes:
    """The same with usage under names of ours, which no backend adds up: the span above has it too."""
    theirs, ours = "gen_ai.usage.", "interlock.usage."
    return {
        ours + name.removeprefix(theirs) if name.startswith(theirs) else name: value
        for name, value in attributes.items()
    }


def of_error(names: AttributeNames, error: ErrorRecord) -> Attributes:
    """Why an attempt failed. A vendor's words stay out: they may quote the prompt."""
    attributes: Attributes = {names.error_type: error.kind}
    if error.status is not None:
        attributes[names.status] = error.status
    for name, value in ((names.error_code, error.code), (names.error_request, error.request_id)):
        if identifier(value) is not None:
            attributes[name] = value
    return attributes


def cause(error: ErrorRecord) -> str:
    """A failure in a few words, for a span's status."""
    code = identifier(error.code)
    return " ".join(str(part) for part in (error.kind, error.status, code) if part is not None)


def of_record(names: AttributeNames, record: Record) -> Attributes:
    """A finished call. Its tokens stand on the attempts, or they would be counted twice."""
    decision = record.decision
    attributes: Attributes = {
        names.record: record.id,
        names.task: decision.task,
        names.confidence: decision.confidence,
        names.stage: decision.stage,
        names.reason: decision.reason,
        names.shortlist: tuple(candidate.deployment for candidate in decision.shortlist),
        names.excluded: tuple(decision.excluded),
        names.attempts: len(record.attempts),
    }
    for name, value in (
        (names.deployment, record.deployment),
        (names.model, record.model),
        (names.cost, record.cost),
        (names.rescue, record.rescue),
        (names.run, record.run),
        (names.step, record.step),
        (names.ensemble, record.ensemble),
    ):
        if value is not None:
            attributes[name] = value
    if (verdict := record.verdict) is not None:
        attributes[names.contested] = verdict.contested
        if verdict.arbiter is not None:
            attributes[names.arbiter] = verdict.arbiter
        if verdict.agreement is not None:
            attributes[names.agreement] = verdict.agreement
    if record.cascade is not None:
        attributes |= _of_cascade(names, record.cascade)
    if record.guardrails:
        attributes[names.guardrails] = tuple(map(_of_guardrail, record.guardrails))
    return attributes


def _of_cascade(names: AttributeNames, facts: CascadeFacts) -> Attributes:
    """Each step as `1 escalated logprobs 0.41 of 0.80`."""
    attributes: Attributes = {
        names.cascade: facts.cascade,
        names.cascade_signal: facts.signal,
        names.cascade_accepted: facts.accepted,
        names.cascade_calibrated: facts.calibrated,
        names.cascade_escalated: facts.escalated,
        names.cascade_steps: tuple(map(_of_step, facts.steps)),
    }
    if facts.bound is not None:
        attributes[names.cascade_bound] = facts.bound
    return attributes


def _of_step(step: StepFacts) -> str:
    said = [str(step.number), step.outcome, step.signal or ""]
    if step.value is not None:
        said.append(f"{step.value:.2f}")
        if step.threshold is not None:
            said.append(f"of {step.threshold:.2f}")
    return " ".join(each for each in said if each)


def _of_guardrail(record: GuardrailRecord) -> str:
    """As `accounts request rewrite account`."""
    said = (record.guardrail, record.phase, record.action, record.category, record.error)
    return " ".join(each for each in said if each)


def some(attributes: Mapping[str, Any], *kept: str) -> Attributes:
    """Those of the attributes that are there and wanted; metrics keep fewer than spans."""
    return {name: attributes[name] for name in kept if name in attributes}
