"""Records as JSON values and back, across versions."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import AttemptRecord, Candidate, Constraints, Decision, ErrorRecord, Record, Usage
from interlock.records import Unreadable, record_from_plain, record_to_json, record_to_plain, silent
from interlock.testing.records import bare_record, sample_record, strange_record
from interlock.types.facts import Condition, Facts

texts = st.text(max_size=8)
names = st.none() | texts
seconds = st.floats(0, 1e12)
counts = st.none() | st.integers(0, 2**70)
pairs = st.dictionaries(texts, texts, max_size=3)
some = st.lists(texts, max_size=3).map(tuple)
costs = st.none() | st.floats(0, 1e9)

usages = st.builds(
    Usage, input_tokens=counts, output_tokens=counts, reasoning=counts, estimated=st.booleans()
)
ids = st.none() | st.from_regex(r"[A-Za-z0-9_.:/@+=~#-]{1,128}", fullmatch=True)
errors = st.none() | st.builds(
    ErrorRecord,
    kind=texts,
    message=texts,
    status=st.none() | st.integers(100, 599),
    code=ids,
    request_id=ids,
)
attempts = st.builds(
    AttemptRecord,
    id=st.integers(0, 99),
    deployment=texts,
    model=texts,
    role=st.sampled_from(["answer", "hedge", "member"]),
    parent=st.none() | st.integers(0, 9),
    started=seconds,
    latency=seconds,
    error=errors,
    usage=usages,
    cost=costs,
    first_token=st.none() | seconds,
    served_model=ids,
)
facts = st.builds(
    Facts,
    task=names,
    model=names,
    prefer=names,
    constraints=st.builds(Constraints, residency=st.frozensets(texts, max_size=2)),
    needs=st.frozensets(texts, max_size=2),
    max_tokens=counts,
    promoted=st.booleans(),
    rules=pairs,
    conditions=st.dictionaries(
        texts, st.builds(Condition, verdict=st.sampled_from(["good", "demoted"]), sentence=texts), max_size=2
    ),
)
candidates = st.builds(Candidate, deployment=texts, model=texts, region=texts, reasons=some)
decisions = st.builds(
    Decision,
    task=texts,
    confidence=st.floats(0, 1),
    reason=st.sampled_from(["explicit", "demand"]),
    evidence=some,
    shortlist=st.lists(candidates, max_size=3).map(tuple),
    excluded=pairs,
    input_tokens=st.integers(0, 10**9),
    facts=st.none() | facts,
)
records = st.builds(
    Record,
    id=texts,
    started=seconds,
    latency=seconds,
    decision=decisions,
    attempts=st.lists(attempts, max_size=3).map(tuple),
    deployment=names,
    cost=costs,
    error=names,
    streamed=st.booleans(),
    metadata=pairs,
    run=names,
    step=names,
)


def through_json(record: Record) -> Record:
    return record_from_plain(json.loads(json.dumps(record_to_plain(record), allow_nan=False)))


@given(records)
def test_what_is_read_is_what_was_written(record: Record) -> None:
    assert through_json(record) == record


@pytest.mark.parametrize("record", [sample_record(1), bare_record(2), strange_record(3)])
def test_the_kits_records_too(record: Record) -> None:
    assert through_json(record) == record
    assert json.loads(record_to_json(record)) == record_to_plain(record)


@given(records)
def test_text_says_what_plain_values_say(record: Record) -> None:
    text = record_to_json(record)
    assert text.isascii()
    assert json.loads(text, parse_constant=pytest.fail) == record_to_plain(record)


def test_text_says_the_same_of_values_that_are_not_as_annotated() -> None:
    odd: Any = {"run": 7, "latency": 3, "cost": math.inf, "metadata": {1: 2.5, "a": None}, "streamed": 1}
    record = replace(sample_record(1), **odd)
    assert json.loads(record_to_json(record)) == record_to_plain(record)


def test_text_is_of_each_candidate_however_many_there_are() -> None:
    for number in range(5_000):
        shortlist = (Candidate(deployment=f"d{number}", model="m", region="eu"),)
        record = replace(bare_record(1), decision=replace(bare_record(1).decision, shortlist=shortlist))
        assert f'"deployment":"d{number}"' in record_to_json(record)


def test_what_equals_its_default_is_left_out() -> None:
    assert record_to_plain(bare_record(2)) == {
        "format": 1,
        "id": "record-000002",
        "started": 0.0,
        "latency": 0.0,
        "decision": {"task": "conversational", "confidence": 0.0, "reason": "fallback_excluded"},
        "error": "NoDeployment",
    }


def test_what_a_later_version_adds_is_passed_over() -> None:
    plain = record_to_plain(sample_record(1))
    plain["mood"] = "good"
    plain["decision"]["facts"]["weather"] = {"rain": True}
    plain["attempts"][0]["retries"] = [1, 2]
    plain["attempts"][1]["role"] = "understudy"
    found = record_from_plain(plain)
    assert found.attempts[1].role == "understudy"
    assert replace(found, attempts=()) == replace(sample_record(1), attempts=())


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_what_json_has_no_word_for(value: float) -> None:
    record = replace(bare_record(1), cost=value)
    assert through_json(record) == record
    assert math.isnan(through_json(replace(record, cost=math.nan)).cost or 0.0)


def test_what_callers_put_into_metadata_against_its_type_becomes_text() -> None:
    record = replace(bare_record(1), metadata={"n": 5, 7: object, "list": ["a"]})  # type: ignore[dict-item]
    assert through_json(replace(record, metadata={"n": 5})).metadata == {"n": "5"}  # type: ignore[dict-item]
    assert set(through_json(record).metadata) == {"n", "7", "list"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"started": "noon"}, "record.started is str"),
        ({"streamed": 1}, "record.streamed is int"),
        ({"decision": {"task": "x", "confidence": 1}}, "record.decision.reason is missing"),
        ({"attempts": [{"id": True}]}, "record.attempts.0.deployment is missing"),
        ({"attempts": "none"}, "record.attempts is str"),
        ({"format": 2}, "a later version"),
        ({"format": "two"}, "a later version"),
    ],
)
def test_what_is_no_record_is_named_without_its_value(change: dict[str, object], told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        record_from_plain(record_to_plain(bare_record(1)) | change)


def test_a_list_is_no_record() -> None:
    with pytest.raises(Unreadable, match="expected a mapping"):
        record_from_plain([])  # type: ignore[arg-type]


def test_what_a_vendor_said_does_not_leave_the_process() -> None:
    error = ErrorRecord(
        kind="InvalidRequest",
        message="400 from the vendor: no 'my secret' here",
        status=400,
        code="bad_value",
        quoted=True,
    )
    attempt = AttemptRecord(id=0, deployment="a", model="b", error=error)
    record = replace(bare_record(1), attempts=(attempt,))
    assert "my secret" not in json.dumps(record_to_plain(record))
    kept = silent(record).attempts[0].error
    assert kept is not None
    assert (kept.message, kept.code) == ("400 from the vendor (code bad_value)", "bad_value")
    echo = replace(error, status=None, code="you wrote: my secret")
    kept = silent(replace(record, attempts=(replace(attempt, error=echo),))).attempts[0].error
    assert kept is not None
    assert (kept.message, kept.code) == ("an error from the vendor", None)
    assert silent(sample_record(1)) is not None


@given(prose=st.sampled_from(["my secret", "x" * 129, "a\nb", "ü", ""]), quoted=st.booleans())
def test_what_is_no_name_does_not_leave_the_process(prose: str, quoted: bool) -> None:
    error = ErrorRecord(
        kind="Unavailable",
        message=f"500 from the vendor (code {prose})",
        status=500,
        code=prose,
        request_id=prose,
        quoted=quoted,
    )
    attempt = AttemptRecord(id=0, deployment="a", model="b", error=error, served_model=prose)
    kept = silent(replace(bare_record(1), attempts=(attempt,))).attempts[0]
    assert kept.error is not None
    assert (kept.served_model, kept.error.code, kept.error.request_id) == (None, None, None)
    assert kept.error.message == "500 from the vendor"
