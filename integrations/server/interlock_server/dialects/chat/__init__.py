"""OpenAI's chat completions."""

from collections.abc import Mapping
from typing import Any

from interlock import Response
from interlock_server.dialects.chat.answer import answer
from interlock_server.dialects.chat.request import read
from interlock_server.dialects.chat.stream import ChatWriter
from interlock_server.dialects.dialect import Asked, Dialect, EventWriter, Reply
from interlock_server.dialects.openais import problem_of
from interlock_server.problems import Problem

__all__ = ["CHAT", "ChatCompletions"]


class ChatCompletions:
    """Chat completions. Every method is as in `Dialect`."""

    name = "chat"

    def read(self, body: Mapping[str, Any]) -> Asked:
        return read(body)

    def answer(self, asked: Asked, response: Response, reply: Reply) -> Mapping[str, Any]:
        return answer(asked, response, reply)

    def writer(self, asked: Asked, reply: Reply) -> EventWriter:
        return ChatWriter(asked, reply)

    def problem(self, problem: Problem) -> Mapping[str, Any]:
        return problem_of(problem)


CHAT: Dialect = ChatCompletions()
