"""What the members were asked, as data."""

import json
from collections.abc import Iterator

from interlock import Audio, Document, Image, Message, Refusal, Request, Text, ToolCall, ToolResult
from interlock.fencing import cut
from interlock_panels.showing.answers import described

_MEDIA = (Image, Audio, Document)
Attachment = Image | Audio | Document


def conversation(request: Request, most: int) -> tuple[str, bool]:
    """The conversation as text, neither escaped nor fenced, and whether something was left out so that it has
    at most about `most` characters: of its older turns first, then out of the middle of the last.
    """
    messages = request.messages
    if len(messages) == 1 and messages[0].role == "user":
        return cut(_text(messages[0]), most)
    turns = [f"[{message.role}]\n{_text(message)}" for message in messages]
    last, was_cut = cut(turns[-1], most)
    left, kept = most - len(last), [last]
    head = [turns[0]] if len(turns) > 1 and messages[0].role == "system" else []
    if head:
        first, short = cut(head[0], max(left, most // 4))
        left, was_cut, head = left - len(first), was_cut or short, [first]
    for turn in reversed(turns[len(head) : -1]):
        if len(turn) > left:
            was_cut = True
            head.append("[older turns are left out here]")
            break
        left -= len(turn)
        kept.append(turn)
    return "\n\n".join([*head, *reversed(kept)]), was_cut


def attachments(request: Request) -> tuple[Attachment, ...]:
    """The pictures, sounds and files of the conversation, in its order."""
    return tuple(part for message in request.messages for part in message.parts if isinstance(part, _MEDIA))


def _text(message: Message) -> str:
    return "\n".join(_lines(message))


def _lines(message: Message) -> Iterator[str]:
    for part in message.parts:
        if isinstance(part, (Text, Refusal)):
            yield part.text
        elif isinstance(part, ToolCall):
            arguments = json.dumps(part.arguments, ensure_ascii=False, default=str)
            yield f"(calls the tool {part.name} with {arguments})"
        elif isinstance(part, ToolResult):
            content = part.content
            text = content if isinstance(content, str) else "".join(_words(content))
            yield f"(the tool {part.name or part.id} {'fails with' if part.error else 'returns'}: {text})"
        elif isinstance(part, _MEDIA):
            yield f"(here is {described(part)})"


def _words(content: tuple[Text | Image | Document | Audio, ...]) -> Iterator[str]:
    for part in content:
        yield part.text if isinstance(part, Text) else f"({described(part)})"
