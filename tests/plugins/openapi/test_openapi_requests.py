"""What a service gets of a model's arguments: every style, kind of body, and way of saying who asks."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ToolCall
from interlock.http import HttpReply, Permit
from interlock.protocols import ToolRun
from interlock.testing import Received, Reply, Upstream
from interlock_openapi import OpenApiOptions
from interlock_openapi.catalog import Catalog
from interlock_openapi.document import Document
from openapi_documents import KEY, call_for, document_of

ENCODED = base64.b64encode(KEY.encode()).decode()
INTEGER = {"type": "integer"}
LIST = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
# As the specification's table of styles has them: place, style, explode, value, what is sent.
STYLES = [
    ("path", "simple", False, "blue", "/blue"),
    ("path", "simple", False, LIST, "/blue,black,brown"),
    ("path", "simple", True, LIST, "/blue,black,brown"),
    ("path", "simple", False, OBJECT, "/R,100,G,200,B,150"),
    ("path", "simple", True, OBJECT, "/R=100,G=200,B=150"),
    ("path", "label", False, "blue", "/.blue"),
    ("path", "label", True, LIST, "/.blue.black.brown"),
    ("path", "label", False, LIST, "/.blue,black,brown"),
    ("path", "label", False, OBJECT, "/.R,100,G,200,B,150"),
    ("path", "label", True, OBJECT, "/.R=100.G=200.B=150"),
    ("path", "matrix", False, "blue", "/;color=blue"),
    ("path", "matrix", False, LIST, "/;color=blue,black,brown"),
    ("path", "matrix", True, LIST, "/;color=blue;color=black;color=brown"),
    ("path", "matrix", False, OBJECT, "/;color=R,100,G,200,B,150"),
    ("path", "matrix", True, OBJECT, "/;R=100;G=200;B=150"),
    ("query", "form", True, "blue", "/?color=blue"),
    ("query", "form", True, "", "/?color="),
    ("query", "form", True, LIST, "/?color=blue&color=black&color=brown"),
    ("query", "form", False, LIST, "/?color=blue,black,brown"),
    ("query", "form", False, OBJECT, "/?color=R,100,G,200,B,150"),
    ("query", "form", True, OBJECT, "/?R=100&G=200&B=150"),
    ("query", "spaceDelimited", False, LIST, "/?color=blue%20black%20brown"),
    ("query", "spaceDelimited", False, OBJECT, "/?color=R%20100%20G%20200%20B%20150"),
    ("query", "pipeDelimited", False, LIST, "/?color=blue%7Cblack%7Cbrown"),
    ("query", "pipeDelimited", False, OBJECT, "/?color=R%7C100%7CG%7C200%7CB%7C150"),
    ("query", "deepObject", True, OBJECT, "/?color[R]=100&color[G]=200&color[B]=150"),
    ("header", "simple", False, LIST, "blue,black,brown"),
    ("header", "simple", False, OBJECT, "R,100,G,200,B,150"),
    ("header", "simple", True, OBJECT, "R=100,G=200,B=150"),
    ("cookie", "form", False, "blue", "color=blue"),
    ("cookie", "form", False, LIST, "color=blue,black,brown"),
]


def echo(request: Received) -> Reply:
    return Reply.json({"ok": True})


@pytest.fixture
def sent(router_of):
    """Runs one operation, and gives the request as the service got it."""

    def run(
        node: dict[str, Any], arguments: dict[str, Any], *, path: str = "/", method: str = "get", **more: Any
    ) -> Any:
        options = more.pop("options", {})
        root = more.pop("root", None) or document_of({path: {method: {"operationId": "act", **node}}}, **more)
        with Upstream(always=echo) as service:
            box = router_of(root, service, **options).toolbox()
            call = ToolCall(id="call-1", name="act", arguments=arguments)
            outcome = box.run_sync(call)
            return service.requests[-1] if service.requests else outcome

    return run


@pytest.mark.parametrize(("place", "style", "explode", "value", "expected"), STYLES)
def test_a_value_is_written_in_its_style(sent, place, style, explode, value, expected):  # noqa: PLR0917 - a row
    parameter = {"name": "color", "in": place, "style": style, "explode": explode, "required": True}
    path = "/{color}" if place == "path" else "/"
    got = sent({"parameters": [parameter]}, {"color": value}, path=path)
    elsewhere = {"header": got.headers.get("color"), "cookie": got.headers.get("cookie")}
    # The transport writes brackets as %5B and %5D, which means the same.
    assert elsewhere.get(place, got.path.replace("%5B", "[").replace("%5D", "]")) == expected


def test_what_has_a_meaning_in_an_address_is_written_so_that_it_has_none(sent):
    node = {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]}
    got = sent(node, {"name": "a/b?c#d e", "q": "x&y=z+ü"}, path="/things/{name}")
    assert got.path == "/things/a%2Fb%3Fc%23d%20e?q=x%26y%3Dz%2B%C3%BC"


@pytest.mark.parametrize("value", ["..", ".", "", "../secrets", "a/../../b", "..\\b"])
def test_no_argument_leads_to_another_path(sent, value):
    outcome = sent({}, {"name": value}, path="/things/{name}")
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert "name must not be" in outcome.content


def test_no_list_without_items_leads_to_another_path_either(sent):
    parameter = {"name": "name", "in": "path", "style": "label", "required": True}
    assert sent({"parameters": [parameter]}, {"name": []}, path="/things/{name}").reason == "not_sent"


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "\u2713"])
def test_no_argument_begins_another_header(sent, value):
    outcome = sent({"parameters": [{"name": "X-Note", "in": "header"}]}, {"X_Note": value})
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert outcome.content == "X_Note: a header holds letters of one line alone"


def test_a_model_does_not_say_who_asks(sent):
    names = ["Authorization", "Host", "Content-Length", "Cookie", "X-Mine"]
    node = {"parameters": [{"name": name, "in": "header"} for name in names]}
    assert sent(node, {"Authorization": "x"}).reason == "not_sent"
    got = sent(node, {"X_Mine": "1"})
    assert got.headers["authorization"] == f"Bearer {KEY}"


def test_a_parameter_with_a_content_type_is_written_as_json(sent):
    node = {"parameters": [{"name": "where", "in": "query", "content": {"application/json": {"schema": {}}}}]}
    assert sent(node, {"where": {"a": [1]}}).path == "/?where=%7B%22a%22:%5B1%5D%7D"


@pytest.mark.parametrize(
    ("responses", "accept"),
    [
        ({}, "application/json, */*;q=0.1"),
        ({"200": ["application/vnd.acme.v3+json"]}, "application/vnd.acme.v3+json, */*;q=0.1"),
        ({"201": ["text/csv", "application/json"]}, "application/json, */*;q=0.1"),
        ({"200": ["text/csv"], "400": ["application/json"]}, "*/*;q=0.1"),
        ({"default": ["application/hal+json"]}, "application/hal+json, */*;q=0.1"),
        ({"200": ["a/json\r\nx-evil: 1", "json"]}, "application/json, */*;q=0.1"),
    ],
)
def test_what_a_success_is_documented_in_is_asked_for(sent, responses, accept):
    nodes = {status: {"content": {each: {} for each in types}} for status, types in responses.items()}
    assert sent({"responses": nodes}, {}).headers["accept"] == accept


def test_a_type_that_the_document_demands_is_said_where_there_is_no_body(sent):
    header = {"in": "header", "required": True, "schema": {"enum": ["application/vnd.acme+json"]}}
    node = {"parameters": [{**header, "name": "Content-Type"}, {**header, "name": "accept"}]}
    got = sent(node, {})
    assert (got.headers["content-type"], got.headers["accept"]) == ("application/vnd.acme+json",) * 2
    assert "content-type" not in sent({}, {}).headers


def test_a_parameter_that_stands_in_the_paths_own_query_is_filled_in(sent):
    nodes = [{"name": "city", "in": "path"}, {"name": "unit", "in": "query"}]
    path = "/now?city={city}&unit={unit}&lang=en"
    assert sent({"parameters": nodes}, {"city": "a&b"}, path=path).path == "/now?city=a%26b&lang=en"
    got = sent({"parameters": nodes}, {"city": "bern", "unit": "m"}, path=path)
    assert got.path == "/now?city=bern&lang=en&unit=m"


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
def test_a_parameter_in_which_the_key_goes_is_not_the_models(sent, place):
    schemes = {"key": {"type": "apiKey", "in": place, "name": "X-Key"}}
    more = {"components": {"securitySchemes": schemes}, "security": [{"key": []}]}
    node = {"parameters": [{"name": "X-Key", "in": place, "required": True}]}
    got = sent(node, {}, **more)
    there = {"query": got.path, "header": got.headers.get("x-key"), "cookie": got.headers.get("cookie")}
    assert there[place].count(KEY) == 1
    assert sent(node, {"X_Key": "mine"}, **more).reason == "not_sent"


def test_parameters_of_one_name_in_two_places_are_told_apart(sent):
    nodes = [{"name": "id", "in": "path", "required": True}, {"name": "id", "in": "query"}]
    got = sent({"parameters": nodes}, {"path_id": "1", "query_id": "2"}, path="/things/{id}")
    assert got.path == "/things/1?id=2"


BODIES = [
    ("application/json", {"a": [1, {"b": None}]}, b'{"a":[1,{"b":null}]}'),
    ("application/merge-patch+json", {"a": 1}, b'{"a":1}'),
    ("application/x-www-form-urlencoded", {"a": "x y", "b": [1, 2], "c": True}, b"a=x%20y&b=1&b=2&c=true"),
    ("application/x-www-form-urlencoded", {"a": {"b": {"c": 1}}}, b"a[b][c]=1"),
    ("text/plain", "hello", b"hello"),
    ("application/octet-stream", {"base64": base64.b64encode(b"\x00\xff").decode()}, b"\x00\xff"),
    ("application/xml", "<a/>", b"<a/>"),
]


@pytest.mark.parametrize(("media", "value", "expected"), BODIES)
def test_a_body_is_written_as_its_type_wants_it(sent, media, value, expected):
    node = {"requestBody": {"content": {media: {"schema": {}}}}}
    got = sent(node, {"body": value}, method="post")
    assert (got.body, got.headers["content-type"]) == (expected, media)


def test_a_form_of_parts_holds_files(sent):
    fields = {"note": {"type": "string"}, "file": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "properties": fields}
    node = {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}
    file = {"filename": 'a"b.txt', "base64": base64.b64encode(b"\x01\x02").decode()}
    got = sent(node, {"body": {"note": "hi", "file": file}}, method="post")
    boundary = got.headers["content-type"].partition("boundary=")[2].encode()
    parts = [each.strip(b"\r\n") for each in got.body.split(b"--" + boundary)]
    assert parts[1] == b'Content-Disposition: form-data; name="note"\r\n\r\nhi'
    assert b'filename="a%22b.txt"' in parts[2]
    assert parts[2].endswith(b"\r\n\r\n\x01\x02")
    assert parts[3] == b"--"


SCHEMES = [
    ({"type": "http", "scheme": "bearer"}, "authorization", f"Bearer {KEY}"),
    ({"type": "oauth2", "flows": {}}, "authorization", f"Bearer {KEY}"),
    (
        {"type": "http", "scheme": "basic"},
        "authorization",
        f"Basic {base64.b64encode(KEY.encode()).decode()}",
    ),
    ({"type": "apiKey", "in": "header", "name": "X-Key"}, "x-key", KEY),
    ({"type": "apiKey", "in": "cookie", "name": "session"}, "cookie", f"session={KEY}"),
]


@pytest.mark.parametrize(("scheme", "header", "value"), SCHEMES)
def test_the_key_goes_where_its_scheme_says(sent, scheme, header, value):
    got = sent({}, {}, components={"securitySchemes": {"it": scheme}}, security=[{"it": []}])
    assert got.headers[header] == value


def test_the_key_may_stand_in_the_query(sent):
    scheme = {"type": "apiKey", "in": "query", "name": "key"}
    got = sent({}, {}, components={"securitySchemes": {"it": scheme}}, security=[{"it": []}])
    assert got.path == f"/?key={KEY}"
    assert "authorization" not in got.headers


def test_an_operation_that_is_open_to_all_gets_no_key(sent):
    scheme = {"type": "http", "scheme": "bearer"}
    more = {"components": {"securitySchemes": {"it": scheme}}, "security": [{"it": []}]}
    assert KEY not in str(dict(sent({"security": []}, {}, **more).headers))


def test_one_key_is_enough_where_a_requirement_names_two_schemes_that_are_written_alike(sent):
    flows = {"authorizationCode": {}}
    schemes = {"a": {"type": "oauth2", "flows": flows}, "b": {"type": "oauth2", "flows": {"implicit": {}}}}
    more = {"components": {"securitySchemes": schemes}, "security": [{"a": [], "b": []}]}
    assert sent({}, {}, **more).headers["authorization"] == f"Bearer {KEY}"
    schemes["b"] = {"type": "apiKey", "in": "header", "name": "X-Key"}
    assert "authorization" not in sent({}, {}, **more).headers


def test_each_scheme_of_a_requirement_has_its_key(sent):
    schemes = {
        "app": {"type": "apiKey", "in": "header", "name": "X-App"},
        "user": {"type": "apiKey", "in": "header", "name": "X-User"},
    }
    more = {"components": {"securitySchemes": schemes}, "security": [{"app": [], "user": []}]}
    got = sent({}, {}, options={"credentials": {"app": "app-key"}}, **more)
    assert (got.headers["x-app"], got.headers["x-user"]) == ("app-key", KEY)
    assert "x-app" not in sent({}, {}, **more).headers  # one key is not two


@pytest.mark.parametrize(
    ("url", "expected"),
    [("/v2", "/v2/"), ("https://elsewhere.example/v3", "/"), ("{root}/v4", "/v4/")],
)
def test_paths_begin_where_the_document_says_at_the_connectors_address(sent, url, expected):
    assert sent({}, {}, servers=[{"url": url, "variables": {"root": {"default": ""}}}]).path == expected


def test_swagger_2_is_read_too(sent):
    parameters = [
        {
            "name": "ids",
            "in": "query",
            "type": "array",
            "items": {"type": "integer"},
            "collectionFormat": "pipes",
        },
        {
            "name": "tags",
            "in": "query",
            "type": "array",
            "items": {"type": "string"},
            "collectionFormat": "multi",
        },
        {"name": "it", "in": "body", "required": True, "schema": {"$ref": "#/definitions/It"}},
    ]
    root = {
        "swagger": "2.0",
        "info": {"title": "Old", "version": "1"},
        "basePath": "/api",
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "security": [{"key": []}],
        "definitions": {"It": {"type": "object", "properties": {"n": INTEGER}, "required": ["n"]}},
        "paths": {"/it": {"post": {"operationId": "act", "parameters": parameters}}},
    }
    got = sent({}, {"ids": [1, 2], "tags": ["a", "b"], "body": {"n": 1}}, root=root)
    assert got.path == "/api/it?ids=1%7C2&tags=a&tags=b"
    assert (json.loads(got.body), got.headers["x-key"]) == ({"n": 1}, KEY)
    assert sent({}, {"body": {"n": "no"}}, root=root).reason == "not_sent"


def test_a_form_of_swagger_2_is_a_body(sent):
    parameters = [
        {"name": "a", "in": "formData", "type": "string"},
        {"name": "f", "in": "formData", "type": "file"},
    ]
    node = {"operationId": "act", "parameters": parameters}
    root = {"swagger": "2.0", "info": {}, "paths": {"/it": {"post": node}}}
    got = sent({}, {"body": {"a": "x", "f": "content"}}, root=root)
    assert got.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="f"; filename="f"' in got.body


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["..", ".", "a/../..", "\r\nx: y", "//evil.example", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
STYLE = st.sampled_from(["simple", "label", "matrix", "form", "deepObject", "pipeDelimited", "nonsense"])


class Sender:
    """Keeps what it is given to send."""

    sent: Any = None

    async def send(self, request: Any, permit: Any, destination: Any) -> HttpReply:
        self.sent = request
        return HttpReply(status=200, headers={}, body=b"{}")


@given(
    st.lists(
        st.tuples(st.sampled_from(["path", "query", "header", "cookie"]), STYLE, st.booleans()), max_size=4
    ),
    st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/x"]
    ),
    st.lists(ANYTHING, min_size=5, max_size=5),
)
def test_whatever_a_model_writes_the_request_goes_to_its_operation_or_nowhere(parameters, media, values):
    nodes = [
        {"name": f"p{at}", "in": place, "style": style, "explode": explode}
        for at, (place, style, explode) in enumerate(parameters)
    ]
    steps = "".join(f"/{{{node['name']}}}" for node in nodes if node["in"] == "path")
    body = {"content": {media: {}}}
    root = document_of(
        {f"/at{steps}": {"post": {"operationId": "act", "parameters": nodes, "requestBody": body}}}
    )
    call = call_for()
    tool = Catalog(Document(root, "it"), call, OpenApiOptions(document=Path("x"))).tool("act")
    assert tool is not None
    arguments = {f"p{at}": value for at, value in enumerate(values[: len(nodes)])} | {"body": values[-1]}
    sender = Sender()
    permit = Permit(deployment="things", origin="https://api.example.com")
    run = ToolRun(
        call=ToolCall(id="1", name="act", arguments=arguments),
        key="k",
        http=sender,
        permit=permit,
        destination=call.destination,
    )
    outcome = asyncio.run(tool.run(run))
    if sender.sent is None:
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
        return
    assert outcome.outcome == "done"
    url = urlsplit(sender.sent.url)
    assert (url.scheme, url.netloc, url.fragment) == ("https", "api.example.com", "")
    assert url.path.startswith("/at")
    assert not {".", ".."} & set(url.path.split("/"))
    assert url.path.count("/") == 1 + steps.count("/")
    for name, value in sender.sent.headers.items():
        assert name == name.lower()
        assert value.isprintable() or max(value) >= "\x80"
        assert not set("\r\n\0") & set(value)
    assert isinstance(sender.sent.body, bytes)
