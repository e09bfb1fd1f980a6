"""Answers, pages, marks and paths, of whatever a service or a model writes."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError, RequestError
from interlock.http import HttpReply
from interlock.protocols import Access
from interlock.types.models import Credential, Destination, Secret
from interlock_tools import (
    Answer,
    Basic,
    Bearer,
    Call,
    Cursor,
    NextLink,
    NextUrl,
    Offset,
    comment,
    picked,
    reference,
    segment,
    value_at,
)
from interlock_tools.schemas import fitted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)
PATHS = st.lists(st.sampled_from(["a", "b", "0", "1", "d", "results"]), max_size=4).map(".".join)
WAYS = (
    Cursor(path="a.b", parameter="cursor"),
    NextUrl(paths=("a", "d.__next"), parameters=("$skiptoken", "$skip")),
    NextLink(parameters=("page", "after")),
    Offset(parameter="startAt", items="a", total="b"),
)


def reply(**headers: str) -> HttpReply:
    return HttpReply(status=200, headers=headers, body=b"")


@given(JSON, PATHS, st.lists(PATHS.filter(bool), max_size=4))
def test_any_answer_is_read_or_left(told: Any, at: str, fields: list[str]) -> None:
    Answer(at=at, fields=tuple(fields), receipt={"id": at}, longest=5).of(told)
    value_at(told, at)
    if isinstance(told, dict):
        picked(told, fields)


def test_paths_lead_through_lists() -> None:
    told = {"d": {"results": [{"id": 1, "to": {"x": 1, "y": 2}}, {"id": 2, "to": None}]}}
    answer = Answer(at="d.results", fields=("id", "to.x", "absent"))
    assert answer.of(told) == [{"id": 1, "to": {"x": 1}}, {"id": 2, "to": None}]
    assert value_at(told, "d.results.id") == [1, 2]
    assert value_at(told, "d.results.1.id") == 2
    assert Answer(fields=("d.results.id",)).of(told) == {"d": {"results": [{"id": 1}, {"id": 2}]}}


@given(JSON, st.text(max_size=30), st.sampled_from(WAYS))
def test_no_position_leads_to_another_place(told: Any, position: str, way: Any) -> None:
    call = Call(path="/sets/orders", query={"size": 5})
    way.after(call, reply(link=position), told)
    there = way.at(call, position)
    assert (there.path, there.method, there.body) == (call.path, "GET", None)
    url = urlsplit(f"http://127.0.0.1{there.target}")
    assert (url.path, url.fragment) == ("/sets/orders", "")
    known = {"size", "cursor", "$skiptoken", "$skip", "page", "after", "startAt"}
    assert set(parse_qs(url.query, keep_blank_values=True)) <= known
    assert parse_qs(url.query)["size"] == ["5"]


def test_the_next_page_is_named_by_known_parameters_alone() -> None:
    call = Call(path="/orders", query={"$top": 2})
    way = NextUrl(paths=("d.__next",), parameters=("$skiptoken",))
    told = {"d": {"__next": "https://elsewhere.example.com/steal?$skiptoken='a b%26'&$top=9&x=1"}}
    position = way.after(call, reply(), told)
    assert position is not None
    assert way.at(call, position).query == {"$top": 2, "$skiptoken": "'a b&'"}
    assert way.at(call, position).target == "/orders?$top=2&$skiptoken='a%20b%26'"


def test_a_link_header_has_several_relations() -> None:
    link = '<https://api.example.com/x?page=1>; rel="prev", <https://api.example.com/x?page=3>; rel="next"'
    assert NextLink(parameters=("page",)).after(Call(), reply(link=link), None) == "page=3"
    assert NextLink(parameters=("page",)).after(Call(), reply(), None) is None


def test_an_offset_counts_items_until_all_are_there() -> None:
    way = Offset(parameter="startAt", items="values", total="total")
    call = Call(query={})
    assert way.after(call, reply(), {"values": [1, 2], "total": 3}) == "2"
    assert way.after(way.at(call, "2"), reply(), {"values": [3], "total": 3}) is None
    assert way.after(call, reply(), {"values": []}) is None


@given(JSON, JSON)
def test_whole_numbers_become_texts_only_where_nothing_else_may_stand(schema: Any, value: Any) -> None:
    assert fitted(schema, value) == value or "string" in str(schema)
    assert fitted({"type": ["string", "integer"]}, 7) == 7
    wanted = {"properties": {"a": {"type": "array", "items": {"type": "string"}}, "b": {"type": "integer"}}}
    assert fitted(wanted, {"a": [7, True, "x"], "b": 7, "c": 7}) == {"a": ["7", True, "x"], "b": 7, "c": 7}


@given(st.text())
def test_a_segment_stays_one(text: str) -> None:
    try:
        written = segment(text)
    except RequestError:
        assert text.strip() in ("", ".", "..")
        return
    except UnicodeEncodeError:
        return
    assert unquote(written) == text
    assert not set("/?#\\") & set(written)


def test_marks_are_short_alike_for_one_key_and_fit_the_field() -> None:
    assert reference("run-7") == reference("run-7")
    assert reference("run-7") != reference("run-8")
    assert len(reference("run-7", prefix="il", longest=16)) == 16
    assert reference("run-7") in comment("run-7")
    with pytest.raises(RequestError, match="longest: takes at least 14"):
        reference("run-7", prefix="il", longest=13)


async def test_a_key_goes_out_as_the_service_wants_it() -> None:
    def there(secret: str) -> Destination:
        return Destination(id="notes", region="eu", credential=Credential(secret=Secret(secret)))

    assert await Bearer(Secret("abc")).headers(Access()) == {"authorization": "Bearer abc"}
    assert await Bearer(Secret("abc"), scheme="token").headers(Access()) == {"authorization": "token abc"}
    assert await Bearer(None).headers(Access()) == {}
    expected = {"authorization": "Basic YWRhOng6eQ=="}
    assert await Basic(there("ada:x:y")).headers(Access()) == expected
    assert await Basic(there("x:y"), name="ada").headers(Access()) == expected
    with pytest.raises(ConfigError, match="whose password"):
        Basic(there("secret"))
