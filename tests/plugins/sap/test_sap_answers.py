"""Answers in any form, and batches cut anywhere: what cannot be read is never taken for done."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_sap.batch import outcome_of, replies_in, together
from interlock_sap.plain import plain, words
from interlock_tools import Call

NAMES = st.sampled_from(
    [
        "d",
        "results",
        "value",
        "error",
        "message",
        "details",
        "__metadata",
        "etag",
        "__next",
        "@odata.etag",
        "x",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("/Date(1795996800000)/"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
)
ROOT = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"
ERROR = '{"error":{"code":"M/1","message":{"lang":"en","value":"Item 99 is not there"}}}'


def batch(*inner, kind="multipart/mixed; boundary=b"):
    """A change set of these parts in a batch, as Gateway answers."""
    parts = "".join(
        f"--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{each}\r\n"
        for each in inner
    )
    body = f"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n\r\n--b--\r\n"
    return HttpReply(status=202, headers={"content-type": kind}, body=body.encode())


def part(status, body=""):
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n{body}"


@given(JSON)
def test_any_answer_is_read_or_left_as_it_is(told):
    found = plain(told)
    if isinstance(told, dict):
        words(told)
    assert plain(found) is not None or found is None


def test_both_versions_have_one_form():
    item = {"Order": "1", "Date": "2026-11-30", "Items": [{"Item": "10"}], "etag": 'W/"1"'}
    second = {
        "__metadata": {"etag": 'W/"1"', "uri": "x"},
        "Order": "1",
        "Date": "/Date(1795996800000)/",
        "Items": {"results": [{"__metadata": {}, "Item": "10"}]},
        "to_Text": {"__deferred": {"uri": "x"}},
    }
    fourth = {
        "@odata.context": "x",
        "@odata.etag": 'W/"1"',
        "Order": "1",
        "Date": "2026-11-30",
        "Items": [{"Item": "10"}],
    }
    assert plain({"d": second}) == plain(fourth) == {"item": item}
    one = plain({"d": {"results": [second], "__next": "x", "__count": "7"}})
    assert one == {"items": [item], "next": "x", "count": "7"}
    assert plain({"value": [fourth], "@odata.nextLink": "x"}) == {"items": [item], "next": "x", "count": None}
    assert plain({"d": [second]})["items"] == [item]


def test_times_keep_their_hour_and_those_that_are_none_stay_as_they_are():
    told = plain(
        {"d": {"a": "/Date(1796027400000+0120)/", "b": "/Date(99999999999999999)/", "c": "/Date(x)/"}}
    )
    assert told["item"] == {"a": "2026-11-30T08:30:00Z", "b": "/Date(99999999999999999)/", "c": "/Date(x)/"}
    assert plain({"d": {"a": "/Date(999999999999999)/"}})["item"]["a"] == "/Date(999999999999999)/"


def test_an_error_is_told_with_its_details():
    second = {
        "error": {
            "message": {"value": "The order was not created"},
            "innererror": {
                "errordetails": [
                    {"message": "Supplier 7 is blocked"},
                    {"message": "The order was not created"},
                ]
            },
        }
    }
    assert words(second) == "The order was not created; Supplier 7 is blocked"
    assert (
        words({"error": {"message": "No", "details": [{"message": "Enter a plant"}]}}) == "No; Enter a plant"
    )
    assert words({"error": "plain"}) == "plain"
    assert words({"error": {}}) is None


def test_a_set_that_was_done_has_a_good_status_for_each_of_its_parts():
    assert outcome_of(batch(part(204), part(200, "{}"))) is None


@pytest.mark.parametrize(
    ("parts", "ending", "says"),
    [
        ((part(404, ERROR),), ("refused", "refused"), "Item 99 is not there"),
        ((part(412, "{}"),), ("refused", "conflict"), "412"),
        ((part(424, "{}"), part(412, "{}")), ("refused", "conflict"), "412"),
        ((part(500, ERROR),), ("unknown", None), "Item 99"),
        ((), ("unknown", None), "not whole"),
    ],
)
def test_a_set_that_failed_is_told_by_the_part_that_did(parts, ending, says):
    outcome = outcome_of(batch(*parts))
    assert outcome is not None
    assert (outcome.outcome, outcome.reason) == ending
    assert says in outcome.content


def test_an_answer_that_is_cut_anywhere_is_never_taken_for_done():
    whole = batch(part(204), part(204))
    end = len(whole.body.rstrip())
    for length in range(end):
        cut = HttpReply(status=202, headers=whole.headers, body=whole.body[:length])
        outcome = outcome_of(cut)
        assert outcome is not None, whole.body[:length]
        assert outcome.outcome == "unknown"


@given(
    st.binary(max_size=200),
    st.sampled_from(["multipart/mixed", "multipart/mixed; boundary=b", "text/html", ""]),
)
def test_whatever_comes_in_place_of_a_batch_is_unknown(body, kind):
    reply = HttpReply(status=202, headers={"content-type": kind}, body=body)
    outcome = outcome_of(reply)
    assert outcome is not None
    assert outcome.outcome == "unknown"
    assert not replies_in(reply)


@given(st.text(max_size=40))
def test_no_value_ends_its_part_of_a_batch(text):
    body = {"Text": text, "Quantity": "5"}
    call = Call(method="PATCH", path=f"{ROOT}/A_Item('1')", body=body, headers={"if-match": 'W/"1"'})
    sent = together(ROOT, [call, call])
    parts = sent.body.decode("ascii").split("--changeset_")
    assert len(parts) == 4
    for each in parts[1:3]:
        head, _, rest = each.partition("\r\n\r\n")[2].partition("\r\n\r\n")
        assert head.startswith("PATCH A_Item('1') HTTP/1.1\r\n")
        assert 'if-match: W/"1"' in head
        assert json.loads(rest) == body
    assert together(ROOT, [call, call]) == sent
