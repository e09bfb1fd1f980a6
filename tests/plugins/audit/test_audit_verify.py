"""Whatever is done to a log is found against checkpoints; without, a report says what may have been done."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_tampering import ENTRIES, FORGED_END, finder, tampered
from interlock import LogEntry
from interlock_audit.keys import SigningKey
from interlock_audit.verifying import Limit, Source, verify

by_tampering = pytest.mark.parametrize("tampering", ENTRIES, ids=lambda each: each.name)


async def written(place, *, chains=3, entries=40):
    """Rows and checkpoints of a log with several chains, one of which was not closed."""
    logs = [place.open(every=7) for _ in range(chains)]
    for number in range(entries):
        log = logs[number % chains]
        await log.append([LogEntry(kind="attempt", call=f"c{number}", facts={"region": "eu", "share": 0.5})])
    for log in logs:
        await log.aclose()
    rows = place.run("SELECT chain, seq, id, hash, body FROM audit ORDER BY chain, seq")
    return rows, place.checkpoints.read_text().splitlines()


@pytest.fixture
async def log(sqlite):
    rows, lines = await written(sqlite)
    return rows, Source(name="checkpoints.jsonl", lines=lines), sqlite.key.public


def test_what_was_left_alone_is_whole_and_anchored(log):
    rows, source, key = log
    report = verify(rows, finder(rows), sources=[source], keys=[key])
    assert (report.findings, report.limits, report.unanchored, report.vouched) == ([], frozenset(), 0, True)
    assert (report.entries, len(report.chains)) == (len(rows), 3)


@by_tampering
def test_a_checkpoint_from_outside_finds_it(log, tampering):
    rows, source, key = log
    for seed in range(10):
        changed = tampered(Random(seed), rows, tampering)
        report = verify(changed, finder(changed), sources=[source], keys=[key])
        assert report.findings, f"{tampering.name}, {seed}"
        assert all(finding.what.endswith(".") for finding in report.findings)


@by_tampering
def test_without_checkpoints_it_is_found_or_named(log, tampering):
    rows, _, key = log
    for seed in range(10):
        changed = tampered(Random(seed), rows, tampering)
        report = verify(changed, finder(changed), keys=[key])
        assert not report.whole or tampering.limits & report.limits, f"{tampering.name}, {seed}"


def test_what_is_named_as_possible_is_possible(log):
    rows, _, key = log
    possible = set()
    for tampering in (*ENTRIES, FORGED_END):
        for seed in range(10):
            changed = tampered(Random(seed), rows, tampering)
            if verify(changed, finder(changed), keys=[key]).whole:
                possible |= tampering.limits
    assert possible == verify(rows, finder(rows), keys=[key]).limits == set(Limit)


def test_what_comes_after_the_last_checkpoint_is_counted(log):
    rows, source, key = log
    changed = tampered(Random(1), rows, FORGED_END)
    report = verify(changed, finder(changed), sources=[source], keys=[key])
    assert (report.findings, report.unanchored) == ([], 1)


def test_checkpoints_of_another_key_vouch_for_nothing(log):
    rows, source, _ = log
    report = verify(rows, finder(rows), sources=[source], keys=[SigningKey.new().public])
    assert {finding.kind for finding in report.findings} == {"checkpoint"}
    assert report.limits == set(Limit)


def test_every_flipped_byte_of_a_checkpoint_makes_it_vouch_for_nothing(log):
    rows, source, key = log
    line = source.lines[-1]
    for at in range(len(line)):
        for other in "0a}":
            if line[at] != other:
                changed = line[:at] + other + line[at + 1 :]
                report = verify(rows, finder(rows), sources=[Source(name="f", lines=[changed])], keys=[key])
                assert report.sources[0].signed == 0
                assert report.findings or report.sources[0].unread


def test_a_line_that_was_cut_is_no_finding(log):
    rows, source, key = log
    lines = [source.lines[0][:50], *source.lines[1:]]
    report = verify(rows, finder(rows), sources=[Source(name="f", lines=lines)], keys=[key])
    assert (report.findings, report.sources[0].unread, report.unanchored) == ([], 1, 0)


def test_two_checkpoints_that_contradict_each_other_are_a_fork(log, sqlite):
    from interlock_audit.checkpoints.statement import signed_line

    rows, _, key = log
    forged = signed_line(sqlite.key, chain=rows[0][0], seq=3, head="0" * 64, heads={})
    real = signed_line(sqlite.key, chain=rows[0][0], seq=3, head=rows[3][3], heads={})
    report = verify(rows, finder(rows), sources=[Source(name="f", lines=[real, forged])], keys=[key])
    assert {finding.kind for finding in report.findings} == {"fork", "rewritten"}


async def test_a_clock_that_was_set_back_while_it_was_written_is_found(sqlite, monkeypatch):
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    log._writer._clock = lambda: 1_700_000_000.0
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    assert [finding.kind for finding in sqlite.verify().findings] == ["clock"]


async def test_a_process_that_begins_before_what_it_has_seen_is_found(sqlite):
    first, second = sqlite.open(), sqlite.open()
    await first.append([LogEntry(kind="x.y")])
    await second._ask(lambda database: second._writing())
    second._writer._clock = lambda: 1_700_000_000.0
    await second.append([LogEntry(kind="x.y")])
    second._writer._clock = first._writer._clock
    await first.aclose()
    await second.aclose()
    assert {finding.kind for finding in sqlite.verify().findings} == {"clock"}


_values = st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.floats())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_values, _values, _values, _values, _values)), st.lists(st.text()))
def test_whatever_stands_there_is_reported_and_raises_nothing(rows, lines):
    key = SigningKey.new()
    report = verify(rows, lambda chain, seq: None, sources=[Source(name="f", lines=lines)], keys=[key.public])
    assert report.entries == len(rows)
    assert bool(rows) == bool(report.findings)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(_json, st.sampled_from(["audit.began", "audit.pruned", "audit.closed", "audit.sink_failed", "x"]))
def test_whatever_an_entry_of_the_logs_own_says_raises_nothing(facts, kind):
    body = json.dumps(
        {"chain": "c", "seq": 0, "id": "i", "logged": 0, "own": True, "kind": kind, "facts": facts}
    )
    wild = json.dumps({"heads": {"c": facts}, "roots": {"d": facts}, "estranged": facts})
    other = json.dumps(
        {"chain": "d", "seq": 0, "id": "j", "logged": 0, "own": True, "kind": kind, "facts": {}}
    )
    other = other.replace('"facts": {}', f'"facts": {wild}')
    rows = [("c", 0, "i", "h", body), ("d", 0, "j", "h", other)]
    assert not verify(rows, lambda chain, seq: "h").whole
