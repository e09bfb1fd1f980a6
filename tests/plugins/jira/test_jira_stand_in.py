"""Our stand-in for Jira Cloud, held against `atlassian-python-api`, and against what Jira documents."""

import json
from http.client import HTTPConnection

import pytest
from atlassian import Jira
from atlassian.jira import JiraCloud

from jira_cloud import CloudSite

DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Dyed"}]}],
}


@pytest.fixture
def client(site):
    name, _, password = CloudSite.key.partition(":")
    return Jira(url=site.url, username=name, password=password, cloud=True, api_version="3")


@pytest.fixture
def ask(site):
    def ask(method, path, body=None):
        connection = HTTPConnection("127.0.0.1", site.port, timeout=10)
        try:
            headers = {"authorization": "Bearer scoped-3f9a", "content-type": "application/json"}
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read() or b"null")
        finally:
            connection.close()

    return ask


def make(client, summary="Ink"):
    told = client.issue_create(
        {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": summary}
    )
    return told["key"]


def test_the_client_creates_comments_moves_and_reads_an_issue(client):
    key = make(client)
    client.issue_add_comment(key, DOCUMENT)
    assert [each["to"] for each in client.get_issue_transitions(key)] == ["In Progress", "Done"]
    client.set_issue_status(key, "In Progress")
    assert client.get_issue_status(key) == "In Progress"
    assert client.issue_get_comments(key)["comments"][0]["body"] == DOCUMENT
    client.update_issue_field(key, {"summary": "Paper"})
    assert client.issue_field_value(key, "summary") == "Paper"
    assert client.myself()["displayName"] == "Ada Ink"


def test_the_client_follows_the_pages_of_an_enhanced_search(client, site):
    keys = [make(client) for _ in range(7)]
    site.page = 3
    found = client.enhanced_jql_get_list_of_tickets("project = SHOP ORDER BY created ASC", fields=["summary"])
    assert [each["key"] for each in found] == keys
    cloud = JiraCloud(site.url, token="scoped-3f9a")
    first = cloud.enhanced_jql("project = SHOP ORDER BY created DESC", fields="summary")
    assert [each["key"] for each in first["issues"]] == keys[:-4:-1]
    assert first["isLast"] is False
    assert "total" not in first


def test_the_old_search_is_gone(ask):
    for version in (2, 3):
        status, told = ask("GET", f"/rest/api/{version}/search?jql=project=SHOP")
        assert status == 410
        assert "/rest/api/3/search/jql" in told["errorMessages"][0]


def test_a_search_gives_ids_alone_where_no_fields_are_named_and_refuses_what_is_unbounded(client, ask):
    make(client)
    _, told = ask("GET", "/rest/api/3/search/jql?jql=project%20%3D%20SHOP")
    assert set(told["issues"][0]) == {"id", "key", "self"}
    assert ask("GET", "/rest/api/3/search/jql?jql=ORDER%20BY%20created")[0] == 400
    assert ask("GET", "/rest/api/3/search/jql?jql=colour%20%3D%20red")[0] == 400


def test_the_index_lags_and_reading_by_key_does_not(client, site, ask):
    old = make(client)
    site.lag = 1000.0
    key = make(client)
    assert client.enhanced_jql("project = SHOP")["issues"] == []
    assert client.issue(key)["key"] == key
    body = {"issueIdsOrKeys": [old, key, "SHOP-99"], "fields": ["summary"], "properties": ["interlock"]}
    _, told = ask("POST", "/rest/api/3/issue/bulkfetch", body)
    assert [each["key"] for each in told["issues"]] == [old, key]


@pytest.mark.parametrize(
    "body",
    [
        "plain text",
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "bare"}]},
        {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}],
        },
        {"type": "doc", "version": 1, "content": [{"type": "bulletList", "content": []}]},
        {"type": "doc", "version": 2, "content": []},
    ],
)
def test_what_is_no_document_is_refused(client, ask, body):
    key = make(client)
    assert ask("POST", f"/rest/api/3/issue/{key}/comment", {"body": body})[0] == 400


def test_a_transition_that_the_workflow_lacks_is_refused(client, ask):
    key = make(client)
    path = f"/rest/api/3/issue/{key}/transitions"
    assert ask("POST", path, {"transition": {"id": "21"}})[0] == 400
    assert ask("POST", path, {"transition": {"id": "11"}})[0] == 204
