"""What a driver says is wrong."""

from interlock.logs import redact


def reason(error: BaseException | None) -> str:
    """The driver's own words: what is wrong with the database, without a statement or its values."""
    lines = str(error).strip().splitlines()
    return redact(lines[0]) if lines else type(error).__name__
