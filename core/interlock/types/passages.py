"""A text on its way between a caller and a model, and where it stands."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Phase = Literal["request", "answer", "tool_arguments", "tool_result"]
PHASES: frozenset[str] = frozenset(get_args(Phase))


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text of a request or of an answer.

    Attributes:
        phase: `request` and `tool_result` are on their way out, `answer` and `tool_arguments` on their way
            back. What a model said in an earlier turn is part of the request.
        where: its place, such as `messages[3].parts[0]`, which quotes nothing of what is said there.
        rewritable: whether another text may stand there. A tool's name may not be another: a program reads
            it.
    """

    phase: Phase
    where: str
    text: str = field(repr=False)
    rewritable: bool = True
