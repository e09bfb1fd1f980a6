"""What a configuration may say below `classifiers.judge`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["ABOUT", "Options"]

ABOUT: Final[Mapping[str, str]] = {
    "conversational": "a question, advice, small talk, a short everyday text, a translation between European "
    "languages",
    "creative_content": "something invented: a story, a poem, a slogan, a speech, a name",
    "code_generation": "programs, queries, configuration, errors of software",
    "quantitative": "a number, a proof or a comparison that has to be worked out",
    "agentic_tool_use": "an order to do something in the world or in other systems: book, send, move, cancel",
    "long_document": "work on a text of many pages",
    "cjk_language": "written in Chinese, Japanese or Korean, or to be written or translated into one of them",
    "eu_regulated": "personal data of people in the EU is in it or asked for, or it must stay in the EU",
    "low_latency": "a label, a word or a completion is wanted at once",
}
"""Interlock's own tasks, each in words for a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """When a model is asked, and what.

    Attributes:
        below: the confidence of the opinion so far under which a model is asked, 0 to 1; at 0 never.
        tasks: the tasks that it chooses among; none are all of Interlock's own.
        about: task -> what it is, in a sentence: for tasks of your own, or in words of your own.
        characters: how much of the last human turn is shown: its beginning, and for a third its end.
        confidence: how sure its answer counts as, 0 to 1.

    Raises:
        ValueError: a number is out of bounds, or nothing says what a task is, or there is one task alone.
    """

    below: float = 0.0
    tasks: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    characters: int = 2_000
    confidence: float = 0.8

    def __post_init__(self) -> None:
        for name in ("below", "confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} lies between 0 and 1")
        if self.characters < 1:
            raise ValueError("characters is at least 1")
        if unknown := [task for task in self.tasks if task not in self.described]:
            raise ValueError(f"about says nothing of the task {unknown[0]!r}")
        if len(self.choices) < 2:  # noqa: PLR2004 - one is no choice
            raise ValueError("tasks names at least two to choose among")

    @property
    def described(self) -> Mapping[str, str]:
        """Task -> what it is, of all that are known."""
        return {**ABOUT, **self.about}

    @property
    def choices(self) -> Mapping[str, str]:
        """Task -> what it is, of those to choose among."""
        described = self.described
        return {task: described[task] for task in dict.fromkeys(self.tasks or described)}
