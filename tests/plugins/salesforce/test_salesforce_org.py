"""The org in memory, held against simple-salesforce: a client that others use with Salesforce itself."""

import json
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests  # noqa: TID251 - the client's own
from acme import PRIVATE
from requests.adapters import HTTPAdapter  # noqa: TID251 - likewise
from simple_salesforce import (
    Salesforce,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from salesforce_org import KEY, SECRET, USER


class Here(HTTPAdapter):
    """Brings to the org in memory what is meant for Salesforce."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, **how):
        there = urlsplit(request.url)
        request.url = self.url + urlunsplit(("", "", there.path, there.query, ""))
        return super().send(request, **how)


@pytest.fixture
def session(there):
    with requests.Session() as session:
        session.mount("https://", Here(there.url))
        yield session


@pytest.fixture
def client(there, session):
    token = there.tokens.admit("a-session")
    there_too = {"instance": "acme.my.salesforce.com", "version": "66.0"}
    return Salesforce(session_id=token, session=session, **there_too)


def test_a_query_of_several_pages_is_read_whole(client, org):
    for number in range(4_500):
        org.make("Account", {"Name": f"Acme {number:04}", "BillingCity": "Köln" if number % 2 else "Ulm"})
    one = client.query("SELECT Id, Name FROM Account WHERE Name = 'Acme 0007'")
    assert (one["totalSize"], one["done"]) == (1, True)
    first = client.query("SELECT Id FROM Account")
    assert (len(first["records"]), first["totalSize"], first["done"]) == (2_000, 4_500, False)
    assert len(client.query_more(first["nextRecordsUrl"], identifier_is_url=True)["records"]) == 2_000
    every = client.query_all(
        "SELECT Name FROM Account WHERE BillingCity IN ('Köln', 'Bonn') ORDER BY Name DESC"
    )
    assert [each["Name"] for each in every["records"]][:2] == ["Acme 4499", "Acme 4497"]
    assert (every["totalSize"], len(every["records"])) == (2_250, 2_250)
    assert client.query("SELECT COUNT() FROM Account WHERE Name LIKE '%00_'")["totalSize"] == 50
    few = client.query("SELECT Id FROM Account WHERE BillingCity != 'Ulm' AND (NOT Name < 'Acme 1') LIMIT 3")
    assert few["totalSize"] == 3


def test_records_are_made_read_changed_and_deleted(client, org):
    made = client.Account.create({"Name": "Acme", "AnnualRevenue": 7.5})
    assert made["success"] is True
    read = client.Account.get(made["id"])
    assert (read["Name"], read["AnnualRevenue"], read["attributes"]["type"]) == ("Acme", 7.5, "Account")
    assert client.Account.update(made["id"], {"Name": "Acme Ltd"}) == 204
    assert client.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Account.get(made["id"])
    with pytest.raises(SalesforceMalformedRequest):
        client.Account.create({"Industry": "Ink"})


def test_an_external_id_makes_once_and_changes_after(client, org):
    assert client.Account.upsert("Run__c/a%2Fb", {"Name": "Acme"}) == 201
    assert client.Account.upsert("Run__c/a%2Fb", {"Name": "Acme Ltd"}) == 200
    assert client.Account.get_by_custom_id("Run__c", "a/b")["Name"] == "Acme Ltd"
    for _ in range(2):
        org.make("Account", {"Name": "Twin", "Number__c": "7"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Account.upsert("Number__c/7", {"Name": "Which?"})


def test_a_composite_request_uses_what_it_has_made(client, org):
    account = {"method": "POST", "url": "/services/data/v66.0/sobjects/Account", "referenceId": "acme"}
    contact = {**account, "url": "/services/data/v66.0/sobjects/Contact", "referenceId": "ada"}
    parts = [
        {**account, "body": {"Name": "Acme"}},
        {**contact, "body": {"LastName": "Ada", "AccountId": "@{acme.id}"}},
    ]
    asked = {"allOrNone": True, "compositeRequest": parts}
    told = client.restful("composite", method="POST", data=json.dumps(asked))["compositeResponse"]
    assert [each["httpStatusCode"] for each in told] == [201, 201]
    assert org.all("Contact")[0]["AccountId"] == told[0]["body"]["id"]
    parts[1]["body"] = {"LastName": ""}
    told = client.restful("composite", method="POST", data=json.dumps(asked))["compositeResponse"]
    assert [each["httpStatusCode"] for each in told] == [400, 400]
    assert [each["body"][0]["errorCode"] for each in told] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert len(org.all("Account")) == 1


def test_collections_and_trees_take_many_records(client, org):
    records = [{"attributes": {"type": "Account"}, "Name": each} for each in ("A", "", "C")]
    for together, kept in ((True, 0), (False, 2)):
        asked = {"allOrNone": together, "records": records}
        told = client.restful("composite/sobjects", method="POST", data=json.dumps(asked))
        assert [each["success"] for each in told] == [not together, False, not together]
        assert len(org.all("Account")) == kept
    tree = {"records": [{"attributes": {"type": "Account", "referenceId": "one"}, "Name": "D"}]}
    told = client.restful("composite/tree/Account", method="POST", data=json.dumps(tree))
    assert (told["hasErrors"], told["results"][0]["referenceId"]) == (False, "one")


def test_limits_are_told_in_a_body_and_in_a_header(client):
    assert client.limits()["DailyApiRequests"]["Max"] == 15_000
    usage = client.api_usage["api-usage"]
    assert (usage.total, usage.used >= 1) == (15_000, True)


def test_objects_and_words_are_found(client, org):
    org.make("Account", {"Name": "Acme & Söhne"})
    assert "Account" in [each["name"] for each in client.describe()["sobjects"]]
    fields = {each["name"]: each for each in client.Account.describe()["fields"]}
    assert (fields["Run__c"]["externalId"], fields["Name"]["nillable"]) == (True, False)
    assert [each["attributes"]["type"] for each in client.quick_search("Söhne")["searchRecords"]] == [
        "Account"
    ]


def test_bulk_jobs_load_and_query(client, org):
    rows = [{"Number__c": f"n{each}", "Name": f"Acme {each}"} for each in range(5)]
    (done,) = client.bulk2.Account.upsert(records=rows, external_id_field="Number__c", wait=0)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (5, 0)
    assert "sf__Created" in client.bulk2.Account.get_successful_records(done["job_id"])
    (wrong,) = client.bulk2.Account.insert(records=[{"Industry": "Ink"}], wait=0)
    assert "REQUIRED_FIELD_MISSING" in client.bulk2.Account.get_failed_records(wrong["job_id"])
    pages = list(client.bulk2.Account.query("SELECT Name FROM Account ORDER BY Name", max_records=2, wait=0))
    assert "".join(pages).count("Acme") == 5
    assert len(pages) == 3


def test_who_has_no_session_or_no_requests_left_is_told_so(client, there):
    there.busy = True
    with pytest.raises(SalesforceRefusedRequest):
        client.limits()
    there.busy = False
    there.tokens.expire()
    with pytest.raises(SalesforceExpiredSession):
        client.limits()


def test_programs_get_sessions_by_an_assertion_and_by_a_secret(session, there):
    mine = {"consumer_key": KEY, "session": session, "domain": "login", "version": "66.0"}
    assert Salesforce(username=USER, privatekey=PRIVATE, **mine).limits()
    assert Salesforce(consumer_secret=SECRET, **{**mine, "domain": "acme.my"}).limits()
    with pytest.raises(Exception, match="invalid_grant"), pytest.warns(UserWarning, match="authorize"):
        Salesforce(username="somebody@else.example", privatekey=PRIVATE, **mine)
