"""OpenAI's chat completions."""

from interlock_server.dialects.chat.answer import answer
from interlock_server.dialects.chat.request import read
from interlock_server.dialects.chat.stream import ChatWriter
from interlock_server.dialects.dialect import Dialect
from interlock_server.dialects.openais import problem_of

__all__ = ["CHAT", "ChatCompletions"]


class ChatCompletions:
    """Chat completions. Every method is as in `Dialect`."""

    name = "chat"

    read = staticmethod(read)
    answer = staticmethod(answer)
    problem = staticmethod(problem_of)
    writer = ChatWriter


CHAT: Dialect = ChatCompletions()
