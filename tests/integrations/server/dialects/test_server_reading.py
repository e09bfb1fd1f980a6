"""Bodies are read strictly, and what is wrong in them is named by its path."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Reasoning, Request, RequestError, ToolCall
from interlock.types.provenance import alias_of
from interlock_server.dialects.events import event, json_bytes
from interlock_server.dialects.media import source_of
from interlock_server.dialects.own import own_options
from interlock_server.dialects.proofs import packed, unpacked
from interlock_server.dialects.reading import Fields, arguments_of

KNOWN = frozenset({"a", "b"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_misspelt_field_is_refused_with_the_nearest_name():
    with pytest.raises(RequestError) as caught:
        Fields({"temprature": 1}, "settings", frozenset({"temperature", "top_p"}))
    assert caught.value.key == "settings.temprature"
    assert caught.value.suggestion == "temperature"


def test_what_cannot_be_honoured_says_why_and_null_is_left_out():
    with pytest.raises(RequestError, match="one answer"):
        Fields({"n": 2}, "", KNOWN, refused={"n": "one answer at a time"})
    assert "n" not in Fields({"n": None, "a": None}, "", KNOWN)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("text", 1), ("flag", 1), ("flag", "true"), ("whole", True), ("whole", 1.5), ("whole", "1"),
        ("number", True), ("number", float("nan")), ("number", "1"), ("listed", {}), ("mapping", []),
        ("whole", 10**400), ("whole", 1e300), ("number", -(10**400)), ("number", 1e300),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_and_its_text_is_not_told(kind, wrong):
    with pytest.raises(RequestError) as caught:
        getattr(Fields({"a": wrong}, "x", KNOWN), kind)("a")
    assert caught.value.key == "x.a"
    with pytest.raises(RequestError) as caught:
        Fields({"a": {"secret": "prompt"}}, "", KNOWN).text("a")
    assert "prompt" not in str(caught.value)


def test_whole_numbers_may_be_written_with_a_point():
    assert Fields({"a": 5.0}, "", KNOWN).whole("a", 1) == 5
    with pytest.raises(RequestError, match="from 1"):
        Fields({"a": 0}, "", KNOWN).whole("a", 1)


@given(JSON)
def test_whatever_stands_in_the_own_object_is_read_or_refused(value):
    try:
        options = own_options({"interlock": value})
        Request("hello", **options)
    except RequestError:
        pass


@given(st.dictionaries(st.sampled_from(["task", "constraints", "timeout", "metadata", "demands"]), JSON))
def test_whatever_its_fields_hold_is_read_or_refused(value):
    with contextlib.suppress(RequestError):
        Request("hello", **own_options({"interlock": value}))


def test_own_options_are_those_of_a_request():
    asked = {
        "task": "qa",
        "constraints": {"residency": "eu", "on_premise": True, "deny_vendors": ["deepseek"]},
        "timeout": 3,
        "rescue": "hold",
        "demands": "low_latency",
        "metadata": {"team": "blue", "number": 3},
        "ensemble": "jury",
        "prefer": "a",
        "run": "r1",
        "step": "s1",
    }
    request = Request("hello", **own_options({"interlock": asked}))
    assert request.constraints.residency == {"eu"}
    assert request.constraints.on_premise
    assert request.constraints.deny_vendors == {"deepseek"}
    assert (request.task, request.timeout, request.rescue) == ("qa", 3, "hold")
    assert request.demands == {"low_latency"}
    assert request.metadata == {"team": "blue", "number": 3}
    assert (request.ensemble, request.prefer, request.run, request.step) == ("jury", "a", "r1", "s1")
    assert own_options({}) == {}


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"model": "a"}, "interlock.model"),
        ({"metadata": {"server.key": "other"}}, "interlock.metadata.server.key"),
        ({"metadata": {"a": "b" * 513}}, "interlock.metadata.a"),
        ({"metadata": {str(n): "" for n in range(17)}}, "interlock.metadata"),
        ({"rescue": "restart"}, "interlock.rescue"),
        ({"rescue": "hope"}, "interlock.rescue"),
        ({"timeout": -1}, "interlock.timeout"),
        ({"constraints": {"residency": [1]}}, "interlock.constraints.residency"),
        ("eu", "interlock"),
    ],
)
def test_what_is_not_an_own_option_is_named(asked, key):
    with pytest.raises(RequestError) as caught:
        own_options({"interlock": asked})
    assert caught.value.key == key


def test_arguments_mean_one_thing():
    assert arguments_of('{"a": 1}', "x") == {"a": 1}
    assert arguments_of("", "x") == {}
    for text in ('{"a": 1, "a": 2}', "[1]", "{", '{"a": NaN}', "[" * 5000):
        with pytest.raises(RequestError) as caught:
            arguments_of(text, "x.arguments")
        assert caught.value.key == "x.arguments"


def test_data_urls_are_unpacked_and_others_left():
    url = "data:image/PNG;base64," + base64.b64encode(b"\x89PNG").decode()
    assert source_of(url, "x") == {"data": b"\x89PNG", "media_type": "image/png"}
    assert source_of("https://a.example/b.png", "x") == {"url": "https://a.example/b.png"}
    for wrong in ("", "data:image/png,abc", "data:image/png;base64,?", "data:;base64"):
        with pytest.raises(RequestError):
            source_of(wrong, "x")


@given(JSON)
def test_an_event_is_one_line_to_every_client_and_holds_what_was_said(value):
    payload = {"a": value, "surrogates": "\ud83d", "breaks": "\x85\u2028\u2029\n\r"}
    data = event(payload)
    text = data.decode()
    assert text.splitlines() == [text.rstrip("\n"), ""]
    read = json.loads(text.removeprefix("data: "))
    assert read["surrogates"] == "\ud83d"
    assert read["breaks"] == payload["breaks"]
    assert json.loads(json_bytes(read)) == read


@given(st.lists(st.text() | st.sampled_from(["\ud83d", "\ude00", "\u2028"])).map("".join))
def test_what_is_whole_is_read_by_whoever_refuses_half_a_character(text):
    data = json_bytes({text: [text]}, whole=True)
    ((name, (value,)),) = json.loads(data).items()
    assert name == value == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def test_numbers_that_are_none_become_null():
    assert json_bytes({"a": [float("-inf"), 1.5]}) == b'{"a":[null,1.5]}'


@given(st.text(), st.none() | st.text().map(alias_of), st.none() | st.text())
def test_a_proof_comes_back_with_whose_it_is(vendor, origin, signature):
    thought = Reasoning("so", vendor=vendor, origin=origin, signature=signature)
    assert unpacked(Reasoning("so"), packed(thought)) == thought
    call = ToolCall(id="1", name="f", vendor=vendor, origin=origin, signature=signature)
    assert unpacked(ToolCall(id="1", name="f"), packed(call)) == call


def test_a_proof_names_no_address():
    thought = Reasoning("so", vendor="a", origin="https://here.example:443/a", signature="s")
    assert unpacked(Reasoning("so"), packed(thought)).origin == alias_of("https://here.example:443/a")


@given(st.text() | st.text().map(lambda text: f"ilp1.{text}"))
def test_a_proof_from_elsewhere_is_nobodys(text):
    thought = Reasoning("so")
    assert unpacked(thought, text) == thought or text.startswith("ilp1.")
    assert packed(thought) is None
