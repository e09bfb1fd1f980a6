"""What is personal is sealed for users of LangChain and LlamaIndex, too, and comes back to them."""

import re

import pytest
from llama_index.core.base.llms.types import ChatMessage

from echo_vendor import calls, last, reply, routed
from interlock.testing import Upstream
from langchain_interlock import ChatInterlock
from llama_index.llms.interlock import Interlock

MAIL = "ada@example.com"
ASKED = f"Write to {MAIL}, please."
TOKEN = re.compile(r"<EMAIL_[a-z2-7]{8}>")


def in_langchain(router, *, streamed):
    model = ChatInterlock(router=router)
    return "".join(each.text for each in model.stream(ASKED)) if streamed else model.invoke(ASKED).text


def in_llamaindex(router, *, streamed):
    llm, asked = Interlock(router=router), [ChatMessage(content=ASKED)]
    return (
        "".join(each.delta for each in llm.stream_chat(asked))
        if streamed
        else llm.chat(asked).message.content
    )


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("ask", [in_langchain, in_llamaindex])
def test_a_value_leaves_as_a_token_and_comes_back(ask, streamed):
    with (
        Upstream(always=lambda received: reply(received, last(received))) as upstream,
        routed(upstream) as router,
    ):
        assert ask(router, streamed=streamed) == ASKED
    (received,) = upstream.requests
    assert TOKEN.search(received.body.decode())
    assert MAIL not in received.body.decode()


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_a_tool_is_given_the_value(streamed):
    def send(to: str) -> str:
        """Send a letter."""
        return to

    upstream = Upstream(always=lambda received: calls(received, {"to": last(received)}))
    with upstream, routed(upstream) as router:
        model = ChatInterlock(router=router).bind_tools([send])
        if streamed:
            chunks = list(model.stream(ASKED))
            message = sum(chunks[1:], chunks[0])
        else:
            message = model.invoke(ASKED)
    (call,) = message.tool_calls
    assert call["args"] == {"to": ASKED}
    assert MAIL not in upstream.requests[0].body.decode()
