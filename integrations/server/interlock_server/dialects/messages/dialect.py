"""The dialect as one object: what the endpoint asks of one."""

from collections.abc import Mapping
from typing import Any

from interlock import Response
from interlock_server.dialects.dialect import Asked, EventWriter, Reply
from interlock_server.dialects.messages.answer import answer_of
from interlock_server.dialects.messages.events import MessageWriter
from interlock_server.dialects.messages.problems import problem_of
from interlock_server.dialects.messages.request import asked_in
from interlock_server.problems import Problem


class MessagesDialect:
    """Pure: no I/O, and no error but RequestError."""

    name = "messages"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """What a body of `/v1/messages` asks for."""
        return asked_in(body)

    def answer(self, asked: Asked, response: Response, reply: Reply) -> Mapping[str, Any]:
        return answer_of(asked, response, reply)

    def writer(self, asked: Asked, reply: Reply) -> EventWriter:
        return MessageWriter(asked, reply)

    def problem(self, problem: Problem) -> Mapping[str, Any]:
        return problem_of(problem)


class CountingDialect(MessagesDialect):
    """That of `/v1/messages/count_tokens`: the same body, which need not say what limits the answer."""

    def read(self, body: Mapping[str, Any]) -> Asked:
        return asked_in(body, counted=True)

    def counted(self, tokens: int) -> Mapping[str, Any]:
        """The body that says how many tokens a request holds."""
        return {"input_tokens": tokens}


MESSAGES = MessagesDialect()
COUNTING = CountingDialect()
