"""Which documents Jira Cloud takes for rich text."""

from typing import Any

_BLOCKS = {"paragraph", "heading", "bulletList", "orderedList", "codeBlock", "blockquote", "rule", "panel"}
_INSIDE = {
    "doc": _BLOCKS,
    "blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "panel": {"paragraph", "heading", "bulletList", "orderedList"},
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "paragraph": {"text", "hardBreak", "mention", "inlineCard", "emoji", "date", "status"},
    "heading": {"text", "hardBreak", "mention", "inlineCard", "emoji", "date", "status"},
    "codeBlock": {"text"},
}
_LEAVES = {"text", "hardBreak", "mention", "inlineCard", "emoji", "date", "status", "rule"}
_NEEDS = {"bulletList", "orderedList", "listItem", "blockquote", "panel"}
_MARKS = {"strong", "em", "code", "strike", "underline", "link"}
_KEYS = {"type", "version", "content", "attrs", "text", "marks"}


def flaw(document: Any) -> str | None:
    """What is wrong with one; None where Jira takes it."""
    if not isinstance(document, dict) or document.get("type") != "doc" or document.get("version") != 1:
        return "Operation value must be an Atlassian Document"
    return _flaw(document)


def mentioned(document: Any) -> list[str]:
    """The account ids that it notifies."""
    if isinstance(document, list):
        return [found for each in document for found in mentioned(each)]
    if not isinstance(document, dict):
        return []
    if document.get("type") == "mention":
        return [document["attrs"]["id"]]
    return mentioned(document.get("content"))


def _flaw(node: dict[str, Any]) -> str | None:
    kind = node["type"]
    if unknown := set(node) - _KEYS:
        return f"{kind} has {min(unknown)}"
    if kind == "text":
        return _flaw_of_text(node)
    content = node.get("content", [])
    if kind in _LEAVES:
        return f"{kind} has content" if content else None
    if kind in _NEEDS and not content:
        return f"{kind} is empty"
    if kind == "heading" and node.get("attrs", {}).get("level") not in range(1, 7):
        return "a heading without its level"
    for each in content:
        if not isinstance(each, dict) or each.get("type") not in _INSIDE[kind]:
            return f"no {each.get('type') if isinstance(each, dict) else each!r} within {kind}"
        if kind == "codeBlock" and each.get("marks"):
            return "marks within codeBlock"
        if (found := _flaw(each)) is not None:
            return found
    return None


def _flaw_of_text(node: dict[str, Any]) -> str | None:
    marks = [each.get("type") for each in node.get("marks", [])]
    if not isinstance(node.get("text"), str) or not node["text"]:
        return "an empty text"
    if len(set(marks)) < len(marks) or set(marks) - _MARKS:
        return f"marks {marks}"
    if "code" in marks and set(marks) - {"code", "link"}:
        return "code with other marks"
    return None
