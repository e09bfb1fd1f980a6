"""The dialect as one object: what the endpoint asks of one."""

from collections.abc import Mapping
from typing import Any

from interlock_server.dialects.dialect import Asked
from interlock_server.dialects.messages.answer import answer_of
from interlock_server.dialects.messages.events import MessageWriter
from interlock_server.dialects.messages.problems import problem_of
from interlock_server.dialects.messages.request import asked_in


class MessagesDialect:
    """Pure: no I/O, and no error but RequestError."""

    name = "messages"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """What a body of `/v1/messages` asks for."""
        return asked_in(body)

    answer = staticmethod(answer_of)
    problem = staticmethod(problem_of)
    writer = MessageWriter


class CountingDialect(MessagesDialect):
    """That of `/v1/messages/count_tokens`: the same body, which need not say what limits the answer."""

    def read(self, body: Mapping[str, Any]) -> Asked:
        return asked_in(body, counted=True)

    def counted(self, tokens: int) -> Mapping[str, Any]:
        """The body that says how many tokens a request holds."""
        return {"input_tokens": tokens}


MESSAGES = MessagesDialect()
COUNTING = CountingDialect()
