"""Thoughts that a server leaves in the text, between `<think>` tags at its head."""

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkSplitter:
    """Splits a text that comes in pieces into thought and answer, without ever showing half a tag."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._held = ""
        self._state = "head"

    def feed(self, text: str) -> tuple[str, str]:
        """(thought, answer) that `text` completes."""
        if self._state == "answer":
            return "", text
        self._held += text
        thought = ""
        if self._state == "head":
            head = self._held.lstrip()
            if not head or (len(head) < len(_OPEN) and _OPEN.startswith(head)):
                return "", ""
            if not head.startswith(_OPEN):
                return "", self._release()
            self._held = head[len(_OPEN) :]
            self._state = "thought"
        if self._state == "thought":
            inside, tag, rest = self._held.partition(_CLOSE)
            if not tag:
                keep = _overlap(inside)
                thought = inside[: len(inside) - keep]
                self._held = inside[len(thought) :]
                return thought, ""
            thought, self._held, self._state = inside, rest, "gap"
        self._held = self._held.lstrip("\n")
        return (thought, "") if not self._held else (thought, self._release())

    @property
    def answers(self) -> bool:
        """Whether all that is still to come is answer."""
        return self._state == "answer"

    def close(self) -> tuple[str, str]:
        """What is still held back: a tag that never became one."""
        held, self._held = self._held, ""
        return (held, "") if self._state == "thought" else ("", held)

    def _release(self) -> str:
        held, self._held, self._state = self._held, "", "answer"
        return held


def _overlap(text: str) -> int:
    """How many characters at the end of `text` may be the start of the closing tag."""
    for size in range(min(len(text), len(_CLOSE) - 1), 0, -1):
        if _CLOSE.startswith(text[-size:]):
            return size
    return 0
