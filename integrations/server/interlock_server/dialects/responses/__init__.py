"""OpenAI's Responses, without a store: all of a conversation comes with each request."""

from interlock_server.dialects.dialect import Dialect
from interlock_server.dialects.openais import problem_of
from interlock_server.dialects.responses.answer import answer
from interlock_server.dialects.responses.request import read
from interlock_server.dialects.responses.stream import ResponsesWriter

__all__ = ["RESPONSES"]


class Responses:
    """Responses. Every method is as in `Dialect`."""

    name = "responses"

    read = staticmethod(read)
    answer = staticmethod(answer)
    problem = staticmethod(problem_of)
    writer = ResponsesWriter


RESPONSES: Dialect = Responses()
