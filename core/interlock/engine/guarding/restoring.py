"""An answer as its caller is to have it: what was sealed in the request, put back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, TypeVar

from interlock.types.messages import Citation, Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.response import Answer

Restore = Callable[[str], str]
P = TypeVar("P", Text, Reasoning)


def restored(answer: Answer, restore: Restore) -> Answer:
    """The texts of one kind are restored as one: what is sealed may have been cut between two parts, and a
    stream joins them.
    """
    parts: list[Part] = [_other(part, restore) for part in answer.parts]
    for kind in (Text, Reasoning):
        places = [at for at, part in enumerate(parts) if isinstance(part, kind) and part.text]
        texts = [parts[at].text for at in places]  # type: ignore[union-attr]  # of that kind
        for at, text in zip(places, _texts(texts, restore), strict=True):
            parts[at] = _with(parts[at], text, restore)
    return replace(answer, parts=tuple(parts))


def _texts(texts: Sequence[str], restore: Restore) -> Sequence[str]:
    """Each text restored, so that together they are what the whole is restored to."""
    single, whole = [restore(text) for text in texts], restore("".join(texts))
    if "".join(single) == whole:
        return single
    joined = "".join(texts)
    ends = [_alike(restore(joined[:end]), whole) for end in accumulate(map(len, texts))]
    return [whole[start:end] for start, end in zip([0, *ends], [*ends[:-1], len(whole)], strict=False)]


def _alike(one: str, other: str) -> int:
    """How many characters of their beginnings are the same."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _with(part: Any, text: str, restore: Restore) -> Any:
    if text == part.text:
        return part
    if isinstance(part, Text) and part.citations:
        return replace(part, text=text, citations=tuple(_cited(part, text, restore)))
    return replace(part, text=text)


def _cited(part: Text, text: str, restore: Restore) -> Iterator[Citation]:
    """The citations, their offsets those of the restored text."""

    def moved(offset: int | None) -> int | None:
        return None if offset is None else min(len(restore(part.text[:offset])), len(text))

    for each in part.citations:
        yield replace(each, start=moved(each.start), end=moved(each.end))


def _other(part: Part, restore: Restore) -> Part:
    if isinstance(part, Refusal):
        return replace(part, text=restore(part.text))
    if isinstance(part, ToolCall):
        return replace(part, arguments=_leaves(part.arguments, restore))
    if isinstance(part, Text) and part.citations:
        quoted = [
            each if each.quote is None else replace(each, quote=restore(each.quote))
            for each in part.citations
        ]
        return replace(part, citations=tuple(quoted))
    return part


def _leaves(value: Any, restore: Restore) -> Any:
    """A JSON value with every text in it restored, names included."""
    if isinstance(value, str):
        return restore(value)
    if isinstance(value, Mapping):
        named = {restore(name): _leaves(each, restore) for name, each in value.items()}
        if len(named) < len(value):
            raise ValueError("two names of an object are restored to one")
        return named
    if isinstance(value, (list, tuple)):
        return [_leaves(each, restore) for each in value]
    return value
