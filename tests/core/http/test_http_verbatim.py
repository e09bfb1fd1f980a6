"""A client's own bytes are sent on where they say what a codec would have written, and nowhere else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from every_dialect import DIALECTS, Dialect
from interlock import Request, Settings
from interlock.errors import InvalidRequest
from interlock.http.verbatim import body_of
from interlock.types.verbatim import Verbatim
from request_strategies import requests

SPOKEN = {"openai": "chat", "responses": "responses", "anthropic": "messages"}
OF = {each.name: each for each in DIALECTS if each.name in SPOKEN}
PAYLOAD = {"model": "theirs", "messages": [{"role": "user", "content": "Grüße"}], "stream": False}


def verbatim(text: str, dialect: str = "chat") -> Verbatim:
    return Verbatim(dialect=dialect, body=text.encode(), said=json.loads(text))


def sent(dialect: Dialect, request: Request) -> bytes:
    return dialect.codec.encode(dialect.call(request), stream=False).body


@pytest.mark.parametrize("name", sorted(SPOKEN))
@given(request=requests(), indent=st.sampled_from([None, 1]), also=st.booleans())
def test_what_is_sent_says_the_same_with_a_clients_own_bytes_and_without(
    name: str, request: Request, indent: int | None, also: bool
):
    dialect = OF[name]
    try:
        made = json.loads(sent(dialect, request))
    except InvalidRequest:
        return
    theirs = {key: value for key, value in made.items() if key != "stream"} | {"model": "ours"}
    if also:
        theirs["metadata"] = {"customer": "acme"}
    given_ = verbatim(json.dumps(theirs, indent=indent, ensure_ascii=False), SPOKEN[name])
    assert json.loads(sent(dialect, replace(request, verbatim=given_))) == made


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_the_bytes_of_a_conversation_are_the_clients(name: str):
    dialect = OF[name]
    request = Request("Where is it?", settings=Settings(max_tokens=9))
    theirs = json.loads(sent(dialect, request)) | {"model": "auto"}
    text = json.dumps(theirs, separators=(" ,  ", " :   "))
    body = sent(dialect, replace(request, verbatim=verbatim(text, SPOKEN[name])))
    assert body.decode() == text.replace('"auto"', json.dumps(json.loads(sent(dialect, request))["model"]))


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_words_that_were_changed_since_are_sent_as_they_are_now(name: str):
    dialect = OF[name]
    theirs = sent(dialect, Request("I am Alice."))
    sealed = Request("I am PERSON_1.", verbatim=verbatim(theirs.decode(), SPOKEN[name]))
    assert b"Alice" not in sent(dialect, sealed)


@pytest.mark.parametrize(
    "text",
    [
        '{"model": "auto", "messages": [{"role": "user", "content": "Grüße"}], "stream": false}',
        '{"messages": [{"role": "user", "content": "Grüße"}], "model" :\t"auto"}',
    ],
)
def test_the_models_name_is_replaced_and_what_lacks_is_added(text: str):
    body = body_of(PAYLOAD, verbatim(text), "chat")
    assert json.loads(body) == PAYLOAD
    assert b'[{"role": "user", "content": "Gr' in body


@pytest.mark.parametrize(
    "theirs",
    [
        # The name of the model, written so that another place looks like it.
        r'{"\u006dodel": "auto", "messages": [{"role": "user", "content": "Grüße"}], "stream": false}',
        r'{"\u006dodel": "auto", "messages": [{"role": "user", "content": "\"model\": \"auto\""}]}',
        '{"model": "auto", "messages": [{"role": "user", "content": "Grüße", "model": "auto"}]}',
        '{"messages": [{"role": "user", "content": "Grüße"}]}',
        '{"model": "auto", "messages": []}',
        '{"model": "auto", "messages": [{"role": "user", "content": "Grüße"}], "metadata": {"a": "b"}}',
        '{"model": "auto", "messages": [{"role": "user", "content": "Grüße"}], "stream": true}',
    ],
)
def test_what_is_uncertain_or_says_more_is_written_anew(theirs: str):
    body = body_of(PAYLOAD, verbatim(theirs), "chat")
    assert body == body_of(PAYLOAD, None, "chat")


def test_bytes_of_another_dialect_are_not_sent_on():
    text = '{"model": "auto", "messages": [{"role":  "user", "content": "Grüße"}]}'
    assert body_of(PAYLOAD, verbatim(text, "messages"), "chat") == body_of(PAYLOAD, None, "chat")


def test_neither_a_request_nor_its_bytes_print_what_was_said():
    request: Any = Request("hush", verbatim=verbatim('{"model": "auto", "secret": "hush"}'))
    assert "hush" not in repr(request.verbatim)
    assert "verbatim" not in repr(request)
