"""Texts that are too long to be shown whole."""


def cut(text: str, most: int) -> tuple[str, bool]:
    """At most about so many characters of a text, and whether some were left out: out of its middle, where a
    line says how many.
    """
    if len(text) <= most:
        return text, False
    tail = most // 3
    head = most - tail
    left = f"[{len(text) - most} characters are left out here]"
    return f"{text[:head]}\n{left}\n{text[len(text) - tail :]}", True
