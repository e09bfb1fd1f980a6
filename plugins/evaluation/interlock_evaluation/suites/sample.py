"""Suites: prompts of the user's own, each with what a good answer is and where it may be sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from interlock import Constraints


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One prompt of a suite.

    Attributes:
        id: the same for every model that is asked it; unique in its suite.
        messages: what is sent, each with `role` and `content`, as a request takes them.
        task: the prompt's; empty where the router's classifier is to say.
        reference: a right answer, as the grader reads it; None where there is none.
        grader: the name of what marks answers; empty for the suite's own.
        options: the grader's own, such as a tolerance.
        rubric: what a good answer has, in words, for models and people who mark.
        constraints: the prompt's own, with which every model is asked.
        settings: how to generate, by the names of a request's settings.
        tags: for people and filters.
        place: where it is written.
    """

    id: str
    messages: Sequence[Mapping[str, Any]]
    task: str = ""
    reference: str | None = None
    grader: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    rubric: str = ""
    constraints: Constraints = field(default_factory=Constraints)
    settings: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    place: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """The last message of the user's, for people."""
        said = [each["content"] for each in self.messages if each["role"] == "user"]
        return str(said[-1]) if said else ""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Samples in the order in which they are written."""

    samples: Sequence[Sample]
    name: str = ""

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything that is asked or marked."""
        parts = [_plain(sample) for sample in self.samples]
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _plain(sample: Sample) -> dict[str, Any]:
    facts = asdict(sample)
    del facts["place"], facts["tags"]
    facts["constraints"] = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in facts["constraints"].items()
    }
    return facts
