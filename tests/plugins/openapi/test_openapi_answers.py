"""What a model is told of a service's reply, and what a run has come to by it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Image, ToolCall
from interlock.http import HttpReply
from interlock.testing import Reply, Upstream
from interlock_openapi.paging import next_of
from openapi_documents import KEY, document_of

ITEM = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"}},
}
OWNER = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "friend": {"$ref": "#/components/schemas/Owner"}},
}
MORE = {"components": {"schemas": {"Item": ITEM, "Owner": OWNER}}}


@pytest.fixture
def told(router_of):
    """Runs one operation of which the service says this, and gives the outcome."""

    def run(reply: Reply, schema: Any = None, *, method: str = "get", **options: Any) -> Any:
        responses = {} if schema is None else {"200": {"content": {"application/json": {"schema": schema}}}}
        parameters = [{"name": name, "in": "query"} for name in ("page", "cursor")]
        node = {"operationId": "act", "parameters": parameters, "responses": responses}
        arguments = options.pop("arguments", {})
        with Upstream(always=reply) as service:
            box = router_of(document_of({"/": {method: node}}, **MORE), service, **options).toolbox()
            return box.run_sync(ToolCall(id="call-1", name="act", arguments=arguments))

    return run


def test_fields_that_the_document_declares_are_told(told):
    items = [
        {"id": 1, "node_id": "x", "owner": {"name": "ann", "url": "y", "friend": {"name": "bob", "z": 1}}}
    ]
    outcome = told(Reply.json(items), {"type": "array", "items": {"$ref": "#/components/schemas/Item"}})
    assert json.loads(outcome.content) == [{"id": 1, "owner": {"name": "ann", "friend": {"name": "bob"}}}]


@pytest.mark.parametrize(
    "schema", [None, {}, {"type": "object", "properties": {"other": {}}}, {"$ref": "#/none"}]
)
def test_where_nothing_fits_what_is_declared_everything_is_told(told, schema):
    assert json.loads(told(Reply.json({"a": {"b": 1}}), schema).content) == {"a": {"b": 1}}


def test_a_long_answer_is_cut_to_json_that_says_so(told):
    items = [{"id": at, "text": "x" * 300} for at in range(1_000)]
    outcome = told(Reply.json(items), most_characters=3_000)
    kept = json.loads(outcome.content)
    assert len(outcome.content) <= 3_000
    assert kept[-1] == f"[{1_000 - len(kept) + 1} more]"
    assert outcome.truncated


def test_the_next_page_is_named_by_a_link_or_a_cursor(told):
    link = {
        "link": '<https://api.example.com/?page=3&x=1>; rel="next", <https://api.example.com/>; rel="last"'
    }
    assert told(Reply.json([1], headers=link), arguments={"page": 2}).more == "page=3"
    assert told(Reply.json({"response_metadata": {"next_cursor": "abc"}})).more == "cursor=abc"
    assert told(Reply.json({"next_cursor": "abc"}), arguments={"cursor": "abc"}).more is None
    assert told(Reply.json({"next_cursor": ""})).truncated is False


@pytest.mark.parametrize(
    ("told", "arguments", "more"),
    [
        ({"next_page_uri": "/things?Page=2&PageSize=1", "page": 1}, {}, "Page=2 PageSize=1"),
        ({"@odata.nextLink": "https://elsewhere.example/x?$skip=20"}, {}, "$skip=20"),
        ({"links": {"next": {"href": "/things?Page=3"}}}, {"Page": 2}, "Page=3"),
        ({"paging": {"next": {"after": "abc", "link": "?after=abc"}}}, {}, "after=abc"),
        ({"pagination": {"count": 2, "next": 1796043107787}}, {}, "until=1796043107787"),
        ({"data": [{"id": "a"}, {"id": "b"}], "has_more": True}, {}, "starting_after=b"),
        ({"data": [{"id": "a"}], "has_more": False}, {}, None),
        ({"data": [], "has_more": True}, {}, None),
        ({"data": [1, 2], "total_count": 5}, {"offset": 2}, "offset=4"),
        ({"data": [1], "total_count": 5}, {"offset": 4}, None),
        ({"next": "/things"}, {}, None),
        ({"next": "/things?other=1"}, {}, None),
        ({"next": True, "data": None}, {}, None),
    ],
)
def test_services_say_in_many_ways_that_there_is_more(told, arguments, more):
    query = {
        name: name for name in ("Page", "PageSize", "$skip", "after", "until", "starting_after", "offset")
    }
    if "data" in told:
        del query["after"]
    assert next_of(told, HttpReply(status=200, headers={}, body=b""), query, arguments) == more


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("?page=2&%zz=\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["next", "paging", "links", "href", "has_more", "total", "data", "id", "after", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(told=JSON, before=JSON, link=st.text(max_size=60))
def test_the_next_page_is_asked_for_with_arguments_that_there_are(told, before, link):
    query = {name: name for name in ("page", "after", "offset", "starting_after")}
    reply = HttpReply(status=200, headers={"link": link}, body=b"")
    more = next_of(told, reply, query, {"offset": before, "page": 1})
    assert more is None or more.split("=")[0] in query


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errorCode": "E0000007", "errorSummary": "Not found: group"}, "Not found: group"),
        ({"error": {"code": "x", "message": {"lang": "en", "value": "no such order"}}}, "no such order"),
        ({"errors": [{"long_message": "too short"}]}, "too short"),
        ({"Fault": {"faultstring": "no"}}, "no"),
    ],
)
def test_what_is_wrong_is_told_in_the_services_words_wherever_they_stand(told, body, words):
    assert told(Reply.json(body, status=400)).content == f"400 from the service: {words}"


@pytest.mark.parametrize(
    ("reply", "method", "outcome", "reason"),
    [
        (Reply.json({"message": "no such thing"}, status=404), "get", "refused", "refused"),
        (Reply.json({"errors": [{"detail": "no such thing"}]}, status=422), "post", "refused", "refused"),
        (Reply.json({}, status=429, headers={"retry-after": "7"}), "post", "refused", "limited"),
        (Reply.json({}, status=409), "post", "refused", "conflict"),
        (Reply.json({}, status=500), "post", "unknown", None),
        (Reply.json({}, status=500), "get", "refused", "refused"),
        (Reply.json({}, status=200), "post", "done", None),
        (Reply(status=204), "delete", "done", None),
    ],
)
def test_the_status_says_what_a_run_has_come_to(told, reply, method, outcome, reason):
    rules = {"tools": {"rules": [{"tools": "things/*", "effect": "read" if method == "get" else "write"}]}}
    found = told(reply, method=method, more=rules)
    assert (found.outcome, found.reason) == (outcome, reason)
    if "no such thing" in reply.body.decode():
        assert "no such thing" in found.content
    assert found.retry_after == (7 if reason == "limited" else None)


def test_a_page_in_place_of_an_answer_says_nothing_of_what_was_done(told):
    page = Reply.raw(b"<html>Please sign in</html>", kind="text/html")
    assert told(page, {"type": "object"}, method="post").outcome == "unknown"
    assert told(page).content == "<html>Please sign in</html>"


def test_what_is_no_json_is_told_as_it_is_or_as_what_it_is(told):
    image = told(Reply.raw(b"\x89PNG", kind="image/png")).content
    assert image == (Image(data=b"\x89PNG", media_type="image/png"),)
    assert told(Reply.raw(b"\x00\xff" * 4, kind="application/zip")).content == "[8 bytes of application/zip]"
    text = told(Reply.raw("grün ".encode() * 1_000, kind="text/plain"), most_characters=100)
    assert (len(text.content), text.truncated) == (100, True)


def test_a_receipt_names_what_was_made(told):
    made = Reply.json(
        {"id": 7, "html_url": "https://x/7", "body": "long"}, status=201, headers={"etag": '"1"'}
    )
    assert dict(told(made, method="post").receipt) == {"id": 7, "html_url": "https://x/7", "etag": '"1"'}


def test_a_key_that_a_service_repeats_is_told_to_nobody(told):
    said = told(Reply.json({"you sent": f"{KEY} and other-key-77aa"}), credentials={}, security="")
    assert KEY not in said.content


def test_a_second_key_is_masked_too(router_of):
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in ("app", "user")}
    root = document_of(
        {"/": {"get": {"operationId": "act"}}},
        components={"securitySchemes": schemes},
        security=[{"app": [], "user": []}],
    )
    with Upstream(always=lambda request: Reply.json(dict(request.headers))) as service:
        box = router_of(root, service, credentials={"app": "another-key-77aa"}).toolbox()
        content = box.run_sync(ToolCall(id="1", name="act", arguments={})).content
    assert "x-app" in content
    assert "another-key-77aa" not in content
    assert KEY not in content


def test_a_document_that_cannot_be_had_leaves_the_connector_out(router_of, tmp_path):
    fetched = {"document": None, "fetch": "/openapi.json"}
    with Upstream(always=Reply.json({}, status=401)) as service:
        for options, why in (
            ({"document": str(tmp_path / "none.json")}, "cannot be read: No such file"),
            ({"digest": "0" * 64}, "is another than was meant"),
            (fetched, "cannot be fetched"),
        ):
            box = router_of(document_of({}), service, **options).toolbox()
            assert box.tools_sync() == ()
            assert why in box.excluded["things"]
