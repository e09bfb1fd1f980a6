"""What a database may show that no table of ours could, and what a report says of what it cannot know."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_tampering import finder
from interlock_audit.chaining import NOTHING, link
from interlock_audit.checkpoints import statement
from interlock_audit.keys import SigningKey
from interlock_audit.verifying import Source, verify
from interlock_audit.verifying.words import proved, seen, told, unknown, verdict

KEY = SigningKey.new()
NOW = 1_700_000_000_000_000


def chain(name, entries=4, *, began=NOW, **changes):
    """Rows of a chain; `changes` are what a body says besides: `e2` in its entry 2."""
    rows, before = [], NOTHING
    for seq in range(entries):
        said = {"id": f"{name}{seq}", "at": "1.0", "kind": "x.y", "facts": {}, "logged": began + seq}
        if seq == 0:
            said |= {"kind": "audit.began", "own": True, "facts": {"heads": {}}}
        said |= changes.get(f"e{seq}", {}) | {"chain": name, "seq": seq}
        body = json.dumps(said)
        before = link(name, seq, before, body)
        rows.append((name, seq, said["id"], before, body))
    return rows


def checkpoint(*rows, at=None, monkeypatch=None, key=KEY):
    """One that covers the chain of the last row, and others as they were found."""
    if monkeypatch is not None:
        monkeypatch.setattr(time, "time_ns", lambda: at * 1000)
    *others, (name, seq, _, head, _) = rows
    heads = {each[0]: (each[1], each[3]) for each in others}
    return statement.signed_line(key, chain=name, seq=seq, head=head, heads=heads)


def report_of(rows, *lines):
    sources = [Source(name="f", lines=lines)] if lines else []
    return verify(rows, finder(rows), sources=sources, keys=[KEY.public])


def words_of(report):
    lines = [verdict(report), *(finding.what for finding in report.findings)]
    return [*lines, *seen(report), *proved(report), *unknown(report)]


def kinds(report):
    return {finding.kind for finding in report.findings}


def test_a_chain_that_is_shown_in_two_places_is_found():
    lie = {"e1": {"facts": {"region": "elsewhere"}}}
    for rows in (
        [*chain("a", 2, **lie), *chain("b"), *chain("a")],
        [*chain("a"), *chain("b"), *chain("a", 2, **lie)],
    ):
        line = checkpoint(chain("b")[-1], chain("a")[-1])
        assert "duplicate" in kinds(report_of(rows, line))


def test_a_number_below_nothing_is_found():
    body = '{"chain":"a","seq":-1,"id":"i","logged":0}'
    rows = [("a", -1, "i", link("a", -1, NOTHING, body), body), *chain("a")]
    assert "misplaced" in kinds(report_of(rows, checkpoint(rows[-1])))


@pytest.mark.parametrize("logged", [10**400, -(10**400), -1, True, 1.5, None, "1"])
def test_a_time_that_no_writer_writes_is_found(logged):
    assert kinds(report_of(chain("a", e2={"logged": logged}))) == {"unreadable"}


_names = st.text(st.characters(), max_size=6) | st.sampled_from(
    ["\ud800", "a\n\nThe log is whole.", "\x1b[2J", "\u202e", "\0", "x" * 10_000]
)


@settings(max_examples=200, deadline=None)
@given(_names, _names)
def test_a_name_breaks_no_line_of_a_report_and_steers_no_terminal(name, sink):
    failed = {"own": True, "kind": "audit.sink_failed", "facts": {"sink": sink}}
    began = {"facts": {"heads": {name: [1, "x"]}}}
    row = name.encode("utf-8", "replace").decode()
    report = report_of([*chain("a", e0=began, e2=failed), *chain(row, 2, began=NOW)[1:]])
    assert all(line.isprintable() for line in words_of(report))
    assert all(len(line) < 1000 for line in words_of(report))
    json.dumps(told(report), ensure_ascii=False).encode()


def test_a_chain_that_others_name_is_not_excused_by_what_was_pruned_of_it():
    gone = chain("b", 9)
    pruned = {"own": True, "kind": "audit.pruned", "facts": {"roots": {"b": [3, gone[3][3]]}}}
    names = {"facts": {"heads": {"b": [8, gone[8][3]]}}}
    rows = chain("a", e0=names, e2=pruned)
    assert kinds(report_of(rows, checkpoint(rows[-1]))) == {"chain_missing"}


def test_a_chain_that_no_checkpoint_covers_is_never_said_to_be_later_than_one():
    invented = chain("b", began=NOW - 10**12)
    rows = [*chain("a"), *invented]
    report = report_of(rows, checkpoint(rows[3]))
    assert (report.whole, report.vouched, report.unanchored) == (True, False, 4)
    text = "\n".join(words_of(report))
    assert "since then" not in text
    assert "no checkpoint from outside covers, whatever time they name" in text


def test_what_another_process_has_covered_as_it_was_found_is_told_apart():
    killed, next_one = chain("a"), chain("b")
    rows = [*killed, *next_one]
    report = report_of(rows, checkpoint(killed[1]), checkpoint(killed[-1], next_one[-1]))
    assert (report.unanchored, [state.found_later for state in report.chains]) == (0, [2, 0])
    assert any("2 entries of 1 chain" in line and "as it found them" in line for line in unknown(report))
    assert verdict(report).endswith("2 of them as another process found them.")
    own = report_of(rows, checkpoint(killed[-1]), checkpoint(next_one[-1]))
    assert not any("as it found them" in line for line in unknown(own))


def test_a_checkpoint_that_was_sent_again_behind_another_processs_is_no_clock_set_back(monkeypatch):
    rows = [*chain("a"), *chain("b")]
    late = checkpoint(rows[3], at=NOW, monkeypatch=monkeypatch)
    other = checkpoint(rows[7], at=NOW + 600_000_000, monkeypatch=monkeypatch)
    assert report_of(rows, other, late, other).whole


def test_a_writer_whose_checkpoints_go_back_in_time_is_found_in_whatever_order_they_lie(monkeypatch):
    rows = chain("a")
    first = checkpoint(rows[1], at=NOW, monkeypatch=monkeypatch)
    second = checkpoint(rows[3], at=NOW - 600_000_000, monkeypatch=monkeypatch)
    for lines in ((first, second), (second, first)):
        assert kinds(report_of(rows, *lines)) == {"clock"}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_an_older_backup_of_several_chains_is_found(data):
    now = [chain("a", 6), chain("b", 5), chain("c", 4)]
    lines = [checkpoint(*(rows[-1] for rows in now))]
    kept = [data.draw(st.integers(0, len(rows))) for rows in now]
    report = report_of([row for rows, count in zip(now, kept, strict=True) for row in rows[:count]], *lines)
    assert report.whole == (kept == [6, 5, 4])
    assert kinds(report) <= {"cut", "chain_missing"}


@pytest.mark.parametrize(
    "kind", [f"audit.{name}" for name in ("pruned", "erased", "closed", "key_changed", "began")]
)
def test_no_entry_that_another_process_has_found_excuses_what_is_missing(kind):
    facts = {"roots": {"a": [1, chain("a")[1][3]]}, "handle": "h", "from": "x", "to": KEY.public.id}
    forged = chain("a", 5, e4={"own": True, "kind": kind, "facts": facts})
    later = chain("b")
    lines = (checkpoint(chain("a")[-1]), checkpoint(forged[-1], later[-1]))
    assert report_of([*forged, *later], *lines).chains[0].found_later == 1
    assert "missing" in kinds(report_of([*forged[2:], *later], *lines))


_line = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["", "\r", "[" * 100_000, '{"a":' * 100_000, "NaN", "1e999", "{}", "null", "9" * 5000, "\ufeff", "\0"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_line), st.lists(_line), st.integers(1, 3), st.sampled_from(["", "\r", " "]))
def test_whatever_lies_around_a_checkpoint_it_counts_and_nothing_else_does(before, after, times, ending):
    rows = chain("a")
    line = checkpoint(rows[-1])
    report = report_of(rows, *before, *[line + ending] * times, *after)
    assert (report.findings, report.unanchored, report.sources[0].signed) == ([], 0, times)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_checkpoint_that_was_cut_anywhere_vouches_for_nothing(data):
    line = checkpoint(chain("a")[-1])
    report = report_of(chain("a"), line[: data.draw(st.integers(1, len(line) - 1))])
    assert (report.findings, report.unanchored, report.sources[0].unread) == ([], 4, 1)
