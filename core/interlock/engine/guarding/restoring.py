"""An answer as its caller is to have it: what was sealed in the request, put back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from operator import is_
from typing import Any

from interlock.requests.nested import in_json
from interlock.requests.output import bare
from interlock.requests.passages import passages, rewritten
from interlock.types.messages import Citation, Part, Reasoning, Text
from interlock.types.response import Answer

Restore = Callable[[str], str]


def restored(
    answer: Answer, restore: Restore, *, thoughts: Restore | None = None, as_json: bool = False
) -> Answer:
    """The texts of one kind are restored as one: what is sealed may have been cut between two parts, and a
    stream joins them. Every other text is restored by itself. With `as_json`, text that is JSON is restored
    as what it says, and so stays JSON. `thoughts` restores reasoning, where that is done otherwise.

    Raises ValueError where two names in a tool call's arguments are restored to one.
    """
    spoken = {f"parts[{at}]" for at, part in enumerate(answer.parts) if isinstance(part, (Text, Reasoning))}
    others = [each for each in passages(answer) if each.rewritable and each.where not in spoken]
    texts = {each.where: text for each in others if (text := restore(each.text)) != each.text}
    answer = rewritten(answer, texts)
    parts: list[Part] = list(answer.parts)
    in_text = partial(_in_json, restore) if as_json else restore
    for kind, put_back in ((Text, in_text), (Reasoning, thoughts or restore)):
        places = [at for at, part in enumerate(parts) if isinstance(part, kind) and part.text]
        said = [parts[at].text for at in places]  # type: ignore[union-attr]  # of that kind
        for at, text in zip(places, _texts(said, put_back), strict=True):
            parts[at] = _with(parts[at], text, restore)
    return answer if all(map(is_, parts, answer.parts)) else replace(answer, parts=tuple(parts))


def _in_json(restore: Restore, text: str) -> str:
    body = bare(text)
    said = in_json(body, lambda each, _: restore(each))
    return restore(text) if said is None else text.replace(body, said, 1)


def _texts(texts: Sequence[str], restore: Restore) -> Sequence[str]:
    """Each text restored, so that together they are what the whole is restored to."""
    if len(texts) == 1:
        return [restore(texts[0])]
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
