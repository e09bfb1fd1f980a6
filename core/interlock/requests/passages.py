"""Every text of a request or of an answer, each with its place, and the same object with other texts there.

What is no text is not seen: numbers of few digits, the bytes of pictures, sound and other binary files, and
proofs that nobody but their maker reads.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeVar

from interlock.requests.nested import Kind, See, in_json, walked
from interlock.requests.readable import address_of, is_opaque, with_words, words_in
from interlock.types.messages import (
    Audio,
    Citation,
    Document,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.passages import Passage, Phase
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock.types.response import Answer

S = TypeVar("S", bound=Request | Answer)
T = TypeVar("T")
_SeeAt = Callable[[Phase, str, str, bool], str]
_CHOICES = (None, "auto", "none", "required")


def passages(subject: Request | Answer) -> tuple[Passage, ...]:
    """The texts of a request that the router has checked, or of an answer, in their order.

    The place of each is its alone, and stays the same while other texts are put elsewhere.
    """
    found: list[Passage] = []

    def see(phase: Phase, where: str, text: str, rewritable: bool) -> str:
        found.append(Passage(phase=phase, where=where, text=text, rewritable=rewritable))
        return text

    _walk(subject, see)
    return tuple(found)


def rewritten(subject: S, texts: Mapping[str, str]) -> S:
    """The same with other texts, by their places; the very object where nothing is another.

    An argument or a number whose text is given becomes text. A proof that can be read and is given another
    text is left out, for it would prove nothing; offsets of citations go when the text that they count in
    is another.

    Raises:
        ValueError: a place that is not there or may not be rewritten, or two keys that would become one.
    """
    if not texts:
        return subject
    left = dict(texts)

    def see(_: Phase, where: str, text: str, rewritable: bool) -> str:
        new = left.pop(where, text)
        if new == text:
            return text
        if not rewritable:
            raise ValueError(f"{where} may not be rewritten: a program reads it")
        return new

    made: S = _walk(subject, see)
    if left:
        raise ValueError(f"there is no text at {next(iter(left))}")
    return made


def _walk(subject: Any, see: _SeeAt) -> Any:
    if isinstance(subject, Answer):
        return _answer(subject, see)
    return _request(subject, see)


@dataclass(frozen=True, slots=True)
class _At:
    """A place, and what the walk makes of the texts there."""

    where: str
    phase: Phase
    see: _SeeAt

    def within(self, step: str, phase: Phase | None = None) -> "_At":
        return _At(self.where + step, phase or self.phase, self.see)

    def text(self, text: str, *, rewritable: bool = True) -> str:
        return self.see(self.phase, self.where, text, rewritable)

    def maybe(self, step: str, text: str | None, *, rewritable: bool = True) -> str | None:
        """The text of a field that may be empty."""
        return self.within(step).text(text, rewritable=rewritable) if text else text

    def numbered(self) -> See:
        """For texts inside data: they are numbered, since the names on the way to them may be content."""
        see, phase, where, numbers = self.see, self.phase, self.where, count()
        return lambda text, rewritable: see(phase, f"{where}[{next(numbers)}]", text, rewritable)

    def data(self, step: str, value: T, kind: Kind = "data") -> T:
        made: T = walked(value, kind, self.within(step).numbered())
        return made


def _changed(given: T, **values: Any) -> T:
    """The object with these fields; itself where each is what it was."""
    new = {name: value for name, value in values.items() if value is not getattr(given, name)}
    return replace(given, **new) if new else given  # type: ignore[type-var] # a dataclass, always


def _each(given: Sequence[T], walk: Callable[[T, str], T]) -> Sequence[T]:
    made = tuple(walk(item, f"[{index}]") for index, item in enumerate(given))
    return given if all(new is old for new, old in zip(made, given, strict=True)) else made


def _request(request: Request, see: _SeeAt) -> Request:
    top = _At("", "request", see)
    output, choice = request.output, request.tool_choice
    return _changed(
        request,
        messages=_each(request.messages, lambda each, at: _message(each, top.within(f"messages{at}"))),
        tools=_each(request.tools, lambda each, at: _tool(each, top.within(f"tools{at}"))),
        tool_choice=choice if choice in _CHOICES else top.maybe("tool_choice", choice, rewritable=False),
        output=_output(output, top.within("output")) if isinstance(output, Output) else output,
        settings=_settings(request.settings, top.within("settings")),
    )


def _answer(answer: Answer, see: _SeeAt) -> Answer:
    top = _At("", "answer", see)
    return _changed(
        answer,
        parts=_each(answer.parts, lambda each, at: _part(each, top.within(f"parts{at}"), "tool_arguments")),
        extra=top.data("extra", answer.extra, "extra"),
    )


def _message(message: Message, at: _At) -> Message:
    """Text alone is the first part of a message, as it is where the message's parts are asked for."""
    content: Any = message.content
    if isinstance(content, str):
        content = at.maybe(".parts[0]", content)
    else:
        content = _each(content, lambda each, step: _part(each, at.within(f".parts{step}"), "request"))
    return _changed(message, content=content, name=at.maybe(".name", message.name))


def _part(part: Part, at: _At, calls: Phase) -> Part:
    """`calls` is the phase of what a model asks tools to do."""
    if isinstance(part, Text):
        return _text(part, at)
    if isinstance(part, Refusal):
        return _changed(part, text=at.maybe("", part.text))
    if isinstance(part, Reasoning):
        return _changed(part, text=at.maybe("", part.text), signature=_proof(part.signature, at, calls))
    if isinstance(part, ToolCall):
        within = at.within("", calls)
        return _changed(
            part,
            id=_id(part.id, within, calls),
            name=within.maybe(".name", part.name, rewritable=False),
            arguments=within.data(".arguments", part.arguments),
            signature=_proof(part.signature, at, calls),
        )
    if isinstance(part, ToolResult):
        return _result(part, at)
    return _media(part, at)


def _said(text: str, at: _At) -> str:
    return at.maybe("", text) or text


def _told(text: str, at: _At) -> str:
    """What a tool gave: JSON, seen as what it says, or text."""
    said = in_json(text, at.within(".json").numbered())
    return _said(text, at) if said is None else said


def _text(part: Text, at: _At, say: Callable[[str, _At], str] = _said) -> Text:
    text = say(part.text, at)
    citations = _each(part.citations, lambda each, step: _citation(each, at.within(f".citations{step}")))
    if text is not part.text:
        citations = _each(citations, lambda each, _: _changed(each, start=None, end=None))
    return _changed(part, text=text, citations=citations)


def _citation(given: Citation, at: _At) -> Citation:
    return _changed(
        given,
        url=at.maybe(".url", given.url),
        title=at.maybe(".title", given.title),
        quote=at.maybe(".quote", given.quote),
    )


def _id(given: str, at: _At, calls: Phase) -> str:
    """Ids pair calls with their results: whoever rewrites one rewrites the same one alike elsewhere. Those of
    an answer were made by its vendor.
    """
    return at.maybe(".id", given) or given if calls == "request" else given


def _proof(signature: str | None, at: _At, calls: Phase) -> str | None:
    """None for one that says something else from now on; an answer's is for its vendor alone."""
    if not signature or calls != "request" or is_opaque(signature):
        return signature
    place = at.within(".signature")
    said = in_json(signature, place.numbered())
    return signature if (said if said is not None else place.text(signature)) == signature else None


def _result(result: ToolResult, at: _At) -> ToolResult:
    content: Any = result.content
    told = at.within("", "tool_result")
    if isinstance(content, str):
        content = _told(content, told)
    else:
        content = _each(content, lambda each, step: _given(each, told.within(f".parts{step}")))
    return _changed(
        result,
        content=content,
        id=at.maybe(".id", result.id),
        name=at.maybe(".name", result.name, rewritable=False),
    )


def _given(part: Any, at: _At) -> Any:
    return _text(part, at, _told) if isinstance(part, Text) else _part(part, at, "request")


def _media(part: Image | Audio | Document, at: _At) -> Part:
    words = words_in(part)
    if words is not None and (new := at.within(".data").text(words)) is not words:
        part = with_words(part, new)
    url = part.url
    if url is not None:
        address = address_of(url)
        new = at.within(".url").text(address)
        url = url if new is address else new + url[len(address) :]
    if isinstance(part, Image):
        part = _changed(part, detail=at.maybe(".detail", part.detail, rewritable=False))
    return _changed(
        part,
        url=url,
        file_id=at.maybe(".file_id", part.file_id, rewritable=False),
        media_type=at.maybe(".media_type", part.media_type, rewritable=False),
        name=at.maybe(".name", part.name),
    )


def _tool(tool: ToolSpec, at: _At) -> ToolSpec:
    return _changed(
        tool,
        name=at.maybe(".name", tool.name, rewritable=False),
        description=at.maybe(".description", tool.description),
        parameters=at.data(".parameters", tool.parameters, "schema"),
    )


def _output(output: Output, at: _At) -> Output:
    return _changed(
        output, name=at.maybe(".name", output.name), schema=at.data(".schema", output.schema, "schema")
    )


def _settings(settings: Settings, at: _At) -> Settings:
    return _changed(
        settings,
        stop=_each(settings.stop, lambda each, step: at.within(f".stop{step}").text(each)),
        user=at.maybe(".user", settings.user),
        reasoning_effort=at.maybe(".reasoning_effort", settings.reasoning_effort, rewritable=False),
        extra=at.data(".extra", settings.extra, "extra"),
    )
