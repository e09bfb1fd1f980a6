"""What a model has said, as the items of an output."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from interlock import Audio, Citation, Document, Image, Reasoning, Refusal, Text, ToolCall
from interlock.http import arguments_in
from interlock.types.messages import Part
from interlock_server.dialects.call_ids import named
from interlock_server.dialects.media import base64_of
from interlock_server.dialects.responses.thoughts import proof_item, proof_of, thought_item
from interlock_server.dialects.responses.tools import INPUT, Tool

Tools = Mapping[str, Tool]
"""Of the tools that are no functions by their own names, what models know them by."""

Item = dict[str, Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WORDS = (Text, Refusal)


class Names:
    """Ids of one answer's items, each for itself. `answer` is the answer's own."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self._made = 0

    def make(self, kind: str) -> str:
        self._made += 1
        return f"{kind}_{self.answer}_{self._made}"


def items_of(parts: Iterable[Part], names: Names, tools: Tools) -> Iterator[Item]:
    """The items of a whole answer."""
    for spoken, run in groupby(parts, key=lambda part: isinstance(part, _WORDS)):
        if spoken:
            yield message_item(names.make("msg"), [*_pieces(run)])
            continue
        for part in run:
            yield from _item(part, names, tools)


def _item(part: Part, names: Names, tools: Tools) -> Iterator[Item]:
    if isinstance(part, Reasoning):
        yield thought_item(part, names.make("rs"))
    elif isinstance(part, ToolCall):
        call = named(part, names.answer)
        yield call_item(call, names.make("fc"), tools)
        if (proof := proof_of(call)) is not None:
            yield proof_item(proof, names.make("rs"))
    elif isinstance(part, Image | Audio | Document):
        if (words := words_for(part)) is not None:
            yield message_item(names.make("msg"), [text_part(words)])
        elif isinstance(part, Image):
            yield picture_item(part, names.make("ig"))


def message_item(id_: str, content: Sequence[Item], status: str = "completed") -> Item:
    return {"id": id_, "type": "message", "role": "assistant", "status": status, "content": list(content)}


def _pieces(run: Iterable[Part]) -> Iterator[Item]:
    """Texts that follow each other are one."""
    for kind, parts in groupby(run, key=type):
        words = list(parts)
        if kind is Refusal:
            yield refusal_part("".join(part.text for part in words if isinstance(part, Refusal)))
        else:
            text = joined(part for part in words if isinstance(part, Text))
            yield text_part(text.text, map(annotation, text.citations))


def joined(texts: Iterable[Text]) -> Text:
    """One text out of several, the places of their citations with it."""
    whole, cited = "", []
    for text in texts:
        cited += [_moved(each, len(whole)) for each in text.citations]
        whole += text.text
    return Text(whole, citations=tuple(cited))


def _moved(citation: Citation, by: int) -> Citation:
    if not by or citation.start is None or citation.end is None:
        return citation
    return replace(citation, start=citation.start + by, end=citation.end + by)


def text_part(text: str, annotations: Iterable[Item] = (), tokens: Sequence[Any] = ()) -> Item:
    return {
        "type": "output_text",
        "text": text,
        "annotations": list(annotations),
        "logprobs": list(tokens),
    }


def refusal_part(words: str) -> Item:
    return {"type": "refusal", "refusal": words}


def annotation(citation: Citation) -> Item:
    """A source. One without an address is a file, of which its name is all that is known."""
    if not citation.url:
        return {"type": "file_citation", "file_id": "", "filename": citation.title or "", "index": 0}
    placed = citation.start is not None and citation.end is not None
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title or "",
        "start_index": citation.start if placed else 0,
        "end_index": citation.end if placed else 0,
    }


def call_item(call: ToolCall, id_: str, tools: Tools) -> Item:
    """A call, in the client's own terms."""
    return called(id_, call.id, call.name, arguments_text(call.arguments), tools=tools, status="completed")


def called(id_: str, call_id: str, name: str, arguments: str, *, tools: Tools, status: str) -> Item:
    """A call by its arguments, which may be cut: those of a tool whose input is text are then nothing."""
    tool = tools.get(name)
    head: Item = {"id": id_, "type": "function_call", "call_id": call_id, "name": name}
    if tool is not None:
        head["name"] = tool.name
        if tool.namespace is not None:
            head["namespace"] = tool.namespace
        if tool.kind == "custom":
            return {**head, "type": "custom_tool_call", "input": input_of(arguments), "status": status}
        if tool.kind == "search":
            head = {"id": id_, "type": "tool_search_call", "call_id": call_id, "execution": "client"}
            return {**head, "arguments": arguments_in(arguments) or {}, "status": status}
    return {**head, "arguments": arguments, "status": status}


def input_of(arguments: str) -> str:
    """The text that a tool is given, out of its one argument; of any other arguments, their JSON."""
    try:
        value = json.loads(arguments) if arguments else ""
    except (ValueError, RecursionError):
        return ""
    text = value.get(INPUT) if isinstance(value, dict) and len(value) == 1 else None
    return text if isinstance(text, str) else arguments


def arguments_text(arguments: Mapping[str, Any]) -> str:
    return _ENCODER.encode(dict(arguments))


def picture_item(part: Image, id_: str) -> Item:
    """A picture that the model has made; it has bytes."""
    form = (part.media_type or "").removeprefix("image/")
    item = {"id": id_, "type": "image_generation_call", "status": "completed"}
    return {**item, "result": base64_of(part.data or b""), **({"output_format": form} if form else {})}


def words_for(part: Image | Audio | Document) -> str | None:
    """What is said in place of a medium that no item can hold; None of a picture with bytes."""
    if isinstance(part, Image) and part.data is not None:
        return None
    what = "a picture" if isinstance(part, Image) else "sound" if isinstance(part, Audio) else "a document"
    where = f": {part.url}" if part.url is not None else ""
    return f"[The model has made {what}, for which Responses have no item{where}]"
