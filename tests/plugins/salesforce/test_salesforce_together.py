"""Requests of several parts, and jobs of many records: what has failed in them is never told as done."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpReply
from interlock_salesforce.together import told_of

ACME = {"name": "acme", "do": "create", "object": "Account", "fields": {"Name": "Acme"}}
ADA = {
    "name": "ada",
    "do": "upsert",
    "object": "Contact",
    "external_id_field": "Number__c",
    "external_id": "7",
}
TAKEN = {"errorCode": "DUPLICATE_VALUE", "message": "duplicate value found", "fields": []}
HALTED = {"errorCode": "PROCESSING_HALTED", "message": "rolled back", "fields": []}


async def test_a_later_part_uses_what_an_earlier_one_made(box, org):
    ada = {**ADA, "fields": {"LastName": "Ada", "AccountId": "@{acme.id}"}}
    seen = {"name": "seen", "do": "get", "object": "Contact", "id": "@{ada.id}"}
    outcome = await box.run("composite", parts=[ACME, ada, seen])
    assert outcome.outcome == "done"
    assert org.all("Contact")[0]["AccountId"] == outcome.receipt["ids"]["acme"]
    told = {each["name"]: each["told"] for each in json.loads(outcome.content)}
    assert told["seen"]["Name"] == "Ada"


async def test_a_record_is_updated_together_with_what_is_made_for_it(box, org):
    ada = org.make("Contact", {"LastName": "Ada"})
    change = {"name": "ada", "do": "update", "object": "Contact", "id": ada}
    change["fields"] = {"AccountId": "@{acme.id}", "Title": "Countess"}
    outcome = await box.run("composite", parts=[ACME, change])
    assert (outcome.outcome, list(outcome.receipt["ids"])) == ("done", ["acme"])
    assert org.get("Contact", ada)["AccountId"] == outcome.receipt["ids"]["acme"]
    org.locked.add(ada)
    again = await box.run("composite", parts=[ACME, change])
    assert (again.outcome, again.reason, len(org.all("Account"))) == ("refused", "conflict", 1)


async def test_when_a_part_fails_nothing_of_it_happened_and_its_own_reason_is_told(box, org):
    ada = {**ADA, "fields": {"LastName": "Ada", "Nickname": "A"}}
    outcome = await box.run("composite", parts=[ACME, ada])
    assert (outcome.outcome, outcome.reason) == ("refused", "refused")
    assert "INVALID_FIELD" in outcome.content
    assert "in ada" in outcome.content
    assert "HALTED" not in outcome.content
    assert org.all("Account") == []


async def test_what_happened_in_part_is_neither_done_nor_refused_and_is_told_part_by_part(box, org):
    ada = {**ADA, "fields": {"FirstName": "Ada"}}
    outcome = await box.run("composite", parts=[ACME, ada], all_or_none=False)
    assert outcome.outcome == "unknown"
    assert "some of it happened" in outcome.content
    assert "REQUIRED_FIELD_MISSING" in outcome.content
    assert len(org.all("Account")) == 1


async def test_a_lock_on_one_part_is_a_conflict_of_all(box, org):
    org.locked.add(org.make("Contact", {"LastName": "Ada", "Number__c": "7"}))
    outcome = await box.run("composite", parts=[ACME, {**ADA, "fields": {"LastName": "Byron"}}])
    assert (outcome.outcome, outcome.reason, org.all("Account")) == ("refused", "conflict", [])


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({**ADA, "fields": {"LastName": "@{nobody.id}"}}, "no earlier part"),
        ({**ADA, "fields": {"LastName": "@{acme.id"}}, "no earlier part"),
        ({**ADA, "fields": {"Account": {"Number__c": "@{x}"}}}, "no earlier part"),
        ({**ADA, "name": "ACME", "fields": {"LastName": "Ada"}}, "another part"),
        ({**ADA, "fields": {}}, "fields"),
        ({"name": "x", "do": "upsert", "object": "Contact", "fields": {"LastName": "Ada"}}, "API name"),
        ({"name": "x", "do": "create", "object": "Contact", "fields": {"LastName": "Ada"}}, "upsert it"),
        ({"name": "x", "do": "get", "object": "Account", "id": "../x"}, "no id"),
        ({"name": "x", "do": "get", "object": "Account", "id": "@{acme.id}/../x"}, "no earlier part"),
        ({"name": "x", "do": "delete", "object": "Account", "id": "001000000000001"}, "delete"),
    ],
)
async def test_a_part_that_says_something_else_than_it_seems_is_not_sent(box, proxy, part, what):
    before = len(proxy.requests)
    outcome = await box.run("composite", parts=[ACME, part])
    assert (outcome.outcome, outcome.reason, len(proxy.requests)) == ("refused", "not_sent", before)
    assert what in outcome.content


def part(status, body):
    return {"httpStatusCode": status, "body": body, "referenceId": f"part{status}"}


WROTE = st.builds(part, st.just(201), st.just({"id": "001", "success": True, "errors": []}))
CHANGED = st.builds(part, st.just(204), st.none())
FAILED = st.builds(
    part, st.sampled_from([400, 404, 412]), st.sampled_from([[TAKEN], [HALTED], None, {}, "x"])
)
BROKEN = st.builds(part, st.sampled_from([500, 503]), st.just(None))


@given(st.lists(st.one_of(WROTE, CHANGED, FAILED, BROKEN), min_size=1, max_size=25))
def test_parts_are_told_as_done_only_where_all_are(parts):
    outcome = told_of({"compositeResponse": parts}, HttpReply(status=200, headers={}, body=b""))
    good = {each["httpStatusCode"] for each in parts} <= {201, 204}
    assert (outcome.outcome == "done") is good
    touched = any(each["httpStatusCode"] in (201, 204, 500, 503) for each in parts)
    assert (outcome.outcome == "refused") is (not touched)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["compositeResponse", "httpStatusCode", "referenceId"]), inner)
        ),
    )
)
def test_what_is_no_answer_is_unknown(told):
    outcome = told_of(told, HttpReply(status=200, headers={}, body=b""))
    assert outcome.outcome in ("unknown", "done")
    if outcome.outcome == "done":
        assert told["compositeResponse"]


async def test_a_job_loads_records_and_says_which_were_not_taken(box, org):
    org.make("Account", {"Name": "Old, name", "Number__c": "1", "Phone": "7"})
    records = [
        {"Number__c": "1", "Name": 'New "name",\nwith a break', "Phone": None},
        {"Number__c": "2", "Industry": "Ink"},
        {"Number__c": "3", "Name": "Third", "AnnualRevenue": 2.5, "Active__c": True},
    ]
    load = {"object": "Account", "operation": "upsert", "external_id_field": "Number__c"}
    begun = await box.run("load_records", **load, records=records)
    assert begun.outcome == "done"
    job = await box.told("get_job", id=begun.receipt["id"], job="load")
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 3, 1)
    (failed,) = await box.told("get_job_rows", id=job["id"], rows="failed")
    assert (failed["Number__c"], "REQUIRED_FIELD_MISSING" in failed["sf__Error"]) == ("2", True)
    taken = await box.told("get_job_rows", id=job["id"], rows="successful")
    assert [each["sf__Created"] for each in taken] == ["false", "true"]
    first = org.external("Account", "Number__c", "1")[0]
    assert (first["Name"], first["Phone"]) == ('New "name",\nwith a break', None)
    assert await box.told("get_job_rows", id=job["id"], rows="unprocessed") == []


@pytest.mark.parametrize(
    "record",
    [{"Name": "x"}, {"Number__c": ""}, {"Number__c": "1", "Name": ""}, {"Number__c": "1", "Name": "#N/A"}],
)
async def test_a_row_that_would_mean_something_else_is_refused(box, org, record):
    load = {"object": "Account", "operation": "upsert", "external_id_field": "Number__c"}
    outcome = await box.run("load_records", **load, records=[record])
    assert (outcome.outcome, outcome.reason, org.all("Account")) == ("refused", "not_sent", [])


async def test_a_query_job_is_read_over_several_pages(box, org):
    for number in range(2_500):
        org.make("Account", {"Name": f"A{number:04}"})
    begun = await box.run("start_query_job", query="SELECT Name FROM Account ORDER BY Name")
    job = begun.receipt["id"]
    assert (await box.told("get_job", id=job, job="query"))["state"] == "JobComplete"
    seen, cursor = [], {}
    for _ in range(3):
        outcome = await box.run("get_job_rows", id=job, rows="query", **cursor)
        seen += [each["Name"] for each in json.loads(outcome.content)]
        if not outcome.truncated:
            break
        cursor = {"cursor": outcome.more.removeprefix("cursor=")}
    assert seen == [f"A{number:04}" for number in range(2_500)]
