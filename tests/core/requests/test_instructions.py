"""What a model is told besides stands in the one system message that there is."""

import pytest

from interlock import Message, Request, Text
from interlock.requests.instructions import instructed

TOLD = "Leave tokens as they are."
HELLO = Message("user", "Hello")


def test_it_becomes_the_system_message_where_there_is_none() -> None:
    assert instructed(Request("Hello"), TOLD).messages == (Message("system", TOLD), HELLO)


@pytest.mark.parametrize(
    "content", ["Be brief.", (Text("Be brief.", cache=True),), (Text("Be "), Text("brief."))]
)
def test_it_stands_at_the_end_of_the_system_message(content: object) -> None:
    request = Request((Message("system", content), HELLO))  # type: ignore[arg-type]
    system, user = instructed(request, TOLD).messages
    assert system.text == f"Be brief.\n\n{TOLD}"
    assert user is HELLO
    assert system.parts[0] == request.messages[0].parts[0] or isinstance(content, str)


def test_of_several_system_messages_at_the_beginning_it_ends_the_last() -> None:
    given = (Message("system", "Be brief."), Message("system", ""), HELLO, Message("system", "Be kind."))
    texts = [each.text for each in instructed(Request(given), TOLD).messages]
    assert texts == ["Be brief.", TOLD, "Hello", "Be kind."]


def test_it_is_said_once() -> None:
    once = instructed(Request((Message("system", "Be brief."), HELLO)), TOLD)
    assert instructed(once, TOLD) is once
