"""A loopback upstream that reads what it is asked, in the vendors' dialects, and answers accordingly.

The dialect is the request's path. Below `/broken` every request is answered with 500; a request that its
vendor would refuse is answered with 400, and `refused` says why.
"""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pydantic import ValidationError

import asked_anthropic
import asked_google
import asked_openai
import asked_responses
from asked import Asked, Refused, Said, said
from interlock.testing import Received, Reply, Upstream

_DIALECTS: dict[str, ModuleType] = {
    "/chat/completions": asked_openai,
    "/responses": asked_responses,
    "/messages": asked_anthropic,
    "enerateContent": asked_google,
}


class Attentive(Upstream):
    """`seen` holds every request that was read, `broken` counts those answered with 500.

    `answers` may be set to a function that answers in place of `asked.said`, or returns None to leave it.
    """

    def __init__(self) -> None:
        super().__init__(always=self._answer)
        self.seen: list[Asked] = []
        self.refused: list[str] = []
        self.broken = 0
        self.answers: Callable[[Asked], Said | Reply | None] | None = None

    def _answer(self, received: Received) -> Reply:
        if received.path.startswith("/broken"):
            self.broken += 1
            return Reply.json({"error": {"message": "broken", "type": "server_error"}}, status=500)
        dialect = next(module for mark, module in _DIALECTS.items() if mark in received.path)
        try:
            asked: Asked = dialect.read(received.json(), received.path)
            answer: Any = self.answers(asked) if self.answers else None
            answer = said(asked) if answer is None else answer
        except (Refused, ValidationError, KeyError) as error:
            self.refused.append(f"{type(error).__name__}: {error}\n{json.dumps(received.json())[:2000]}")
            return Reply.json(dialect.refusal(f"{type(error).__name__}: {error}"), status=400)
        self.seen.append(asked)
        if isinstance(answer, Reply):
            return answer
        if asked.stream:
            return Reply.events(*dialect.stream(asked, answer))
        return Reply.json(dialect.write(asked, answer))
