"""A request whose model is told something besides."""

from dataclasses import replace

from interlock.types.messages import Message, Text
from interlock.types.request import Request


def instructed(request: Request, text: str) -> Request:
    """The request with a text at the end of the system message that it begins with, or with one of its own:
    some models take no second one. The very object where some system message holds the text.
    """
    messages = request.messages
    if any(text in each.text for each in messages if each.role == "system"):
        return request
    if not messages or messages[0].role != "system":
        return replace(request, messages=(Message("system", text), *messages))
    last = next((at for at, each in enumerate(messages) if each.role != "system"), len(messages)) - 1
    said = messages[last]
    ending = Text(f"\n\n{text}" if said.text else text)
    content = f"{said.content}{ending.text}" if isinstance(said.content, str) else (*said.parts, ending)
    return replace(
        request, messages=(*messages[:last], replace(said, content=content), *messages[last + 1 :])
    )
