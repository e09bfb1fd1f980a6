"""Records of several kinds, for those who keep, send or show them."""

from interlock.types.decisions import Candidate, Decision
from interlock.types.facts import Condition, Facts
from interlock.types.records import AttemptRecord, ErrorRecord, GuardrailRecord, Record
from interlock.types.request import Constraints
from interlock.types.response import Usage


def sample_record(number: int) -> Record:
    """A call that failed once and was answered elsewhere; `number` seconds after the first of them."""
    shortlist = tuple(
        Candidate(deployment=name, model=f"maker/{name}", region="eu", reasons=("primary",))
        for name in ("first", "second")
    )
    decision = Decision(
        task="conversational",
        confidence=0.75,
        reason="primary_optimal",
        evidence=("short",),
        stage="heuristics",
        shortlist=shortlist,
        excluded={"third": "processed in cn; the residency allows eu only"},
        input_tokens=12,
        facts=Facts(
            constraints=Constraints(residency=frozenset({"eu"})),
            max_tokens=100,
            language="en",
            rules={"third": "residency"},
            conditions={"second": Condition(verdict="demoted", sentence="slow", high_error_rate=True)},
        ),
    )
    error = ErrorRecord(kind="RateLimited", message="slow down", status=429, code="busy", request_id="r1")
    used = Usage(input_tokens=12, output_tokens=5, cache_read=3, reasoning=2)
    attempts = (
        AttemptRecord(id=0, deployment="first", model="maker/first", latency=0.25, error=error),
        AttemptRecord(
            id=1,
            deployment="second",
            model="maker/second",
            parent=0,
            started=0.5,
            latency=1.25,
            usage=used,
            cost=0.000125,
            served_model="second-2026",
            first_token=0.125,
        ),
    )
    return Record(
        id=f"record-{number:06}",
        started=1_700_000_000.5 + number,
        latency=1.75,
        decision=decision,
        attempts=attempts,
        deployment="second",
        model="maker/second",
        cost=0.000125,
        rescue="replay",
        streamed=True,
        metadata={"customer": "42"},
        run=f"run-{number}",
        step="plan",
        guardrails=(
            GuardrailRecord(guardrail="seals", phase="request", action="rewrite", category="person"),
            GuardrailRecord(guardrail="asks", phase="answer", action="flag", score=0.5, attempt=1),
            GuardrailRecord(
                guardrail="frail", phase="request", action="skipped", error="LookupError", role="classifier"
            ),
        ),
    )


def bare_record(number: int) -> Record:
    """A call that nobody might serve."""
    decision = Decision(task="conversational", confidence=0.0, reason="fallback_excluded")
    return Record(id=f"record-{number:06}", started=0.0, latency=0.0, decision=decision, error="NoDeployment")


def strange_record(number: int) -> Record:
    """Names that files and databases like to trip over."""
    name = "it's \"quoted\", 100 %; -- \n\t\0\u202e 名前 👩‍👩‍👧 \ud800 '); DROP TABLE records;"
    decision = Decision(task=name, confidence=1.0, reason="explicit", evidence=(name,), excluded={name: name})
    return Record(
        id=f"record-{number:06}",
        started=1e10,
        latency=1e-9,
        decision=decision,
        metadata={name: name, "": ""},
    )
