"""A server made with the SDK: `app` is it over HTTP; run as a program, it speaks on its pipes."""

import base64
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.types import EmbeddedResource, ResourceLink, TextContent, TextResourceContents, ToolAnnotations
from pydantic import BaseModel

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
server = MCPServer("notes")
NOTES = ["buy ink"]


class Note(BaseModel):
    number: int
    text: str


class Asked(BaseModel):
    sure: bool


@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def list_notes() -> list[str]:
    """All notes, oldest first."""
    return NOTES


@server.tool(annotations=ToolAnnotations(destructiveHint=False, idempotentHint=True))
def add_note(text: str) -> Note:
    """Adds a note at the end."""
    NOTES.append(text)
    return Note(number=len(NOTES), text=text)


@server.tool()
def draw() -> Image:
    """Draws a point."""
    return Image(data=PIXEL, format="png")


@server.tool()
def find() -> list[Any]:
    """Finds resources."""
    inner = TextResourceContents(uri="note://2", text="the second note", mime_type="text/plain")
    return [
        TextContent(type="text", text="two"),
        ResourceLink(type="resource_link", name="first", uri="note://1", mime_type="text/plain"),
        EmbeddedResource(type="resource", resource=inner),
    ]


@server.tool()
def fails() -> str:
    """Fails."""
    raise ValueError("no ink")


@server.tool()
async def report(context: Context) -> str:
    """Tells how far it is."""
    for step in range(3):
        await context.report_progress(step, 3)
    return "done"


@server.tool()
async def ask(context: Context) -> str:
    """Wants to hear from a person."""
    answer = await context.elicit("Sure?", Asked)
    return str(answer.action)


if __name__ == "__main__":
    server.run()
