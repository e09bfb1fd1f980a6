"""Long texts made short for a prompt, and marked as such."""

_TAIL = 4  # the end gets one part in so many


def cut(text: str, limit: int) -> str:
    """The beginning and the end of a text that is longer than `limit` characters, and how much is missing."""
    if len(text) <= limit:
        return text
    tail = limit // _TAIL
    missing = len(text) - limit
    end = text[-tail:] if tail else ""
    return f"{text[: limit - tail]}\n[… {missing:,} characters are left out here …]\n{end}"


def marked(summary: str, *, node: str, characters: int, by: str) -> str:
    """A summary as a model is shown it: it is told that this is none of the original's words."""
    how = "shortened" if by == "cut" else f"summarised by {by}"
    return f"[{node}: {characters:,} characters, {how}; the original is kept.]\n{summary}"
