"""OpenAI's Responses, without a store: all of a conversation comes with each request."""

from collections.abc import Mapping
from typing import Any

from interlock import Response
from interlock_server.dialects.dialect import Asked, Dialect, EventWriter, Reply
from interlock_server.dialects.openais import problem_of
from interlock_server.dialects.responses.answer import answer
from interlock_server.dialects.responses.request import read
from interlock_server.dialects.responses.stream import ResponsesWriter
from interlock_server.problems import Problem

__all__ = ["RESPONSES"]


class Responses:
    """Responses. Every method is as in `Dialect`."""

    name = "responses"

    def read(self, body: Mapping[str, Any]) -> Asked:
        return read(body)

    def answer(self, asked: Asked, response: Response, reply: Reply) -> Mapping[str, Any]:
        return answer(asked, response, reply)

    def writer(self, asked: Asked, reply: Reply) -> EventWriter:
        return ResponsesWriter(asked, reply)

    def problem(self, problem: Problem) -> Mapping[str, Any]:
        return problem_of(problem)


RESPONSES: Dialect = Responses()
