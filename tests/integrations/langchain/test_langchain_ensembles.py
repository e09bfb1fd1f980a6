"""An ensemble behind a chat model: set on it, bound to it, or for one call."""

import pytest

from interlock import RequestError
from interlock.testing import scripted_router
from langchain_interlock import ChatInterlock


def panel(times=1):
    return scripted_router(
        {"a": ["no"] * times, "b": ["yes"] * times, "c": ["Yes."] * times},
        ensembles={"x": {"members": ["a", "b", "c"]}},
    )


def check(message):
    assert message.text == "yes"
    about = message.response_metadata["interlock"]
    assert (about["ensemble"], about["deployment"]) == ("x", "b")
    assert about["verdict"]["chosen"] == ["B", "C"]
    assert about["verdict"]["dissent"] == ["A"]
    assert [each["role"] for each in about["attempts"]] == ["member"] * 3


async def test_it_is_asked_by_every_way_and_says_what_it_came_to():
    router = panel(times=6)
    model = ChatInterlock(router=router, ensemble="x")
    check(model.invoke("Is it?"))
    check(await model.ainvoke("Is it?"))
    plain = ChatInterlock(router=router)
    check(plain.invoke("Is it?", ensemble="x"))
    check(plain.bind(ensemble="x").invoke("Is it?"))
    whole = None
    async for chunk in model.astream("Is it?"):
        whole = chunk if whole is None else whole + chunk
    check(whole)
    pieces = list(model.stream("Is it?"))
    assert "".join(piece.text for piece in pieces) == "yes"
    assert not [piece for piece in pieces[:-1] if not piece.text and not piece.tool_call_chunks]


def test_one_may_be_written_out():
    ensemble = {"members": [{"model": "a", "weight": 3}, "b", "c"]}
    model = ChatInterlock(router=panel(times=2), ensemble=ensemble)
    assert model.invoke("Is it?").text == "no"
    assert ChatInterlock(router=panel()).invoke("Is it?", ensemble={"members": ["b", "c"]}).text == "yes"


def test_a_slip_of_the_pen_is_refused():
    with pytest.raises(RequestError, match="Did you mean 'x'"):
        ChatInterlock(router=panel(), ensemble="X").invoke("Is it?")
