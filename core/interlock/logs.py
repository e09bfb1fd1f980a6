"""Loggers that print no key, and what takes keys out of any text that is about to be shown."""

import logging
import re

__all__ = ["MASK", "RedactingFilter", "looks_secret", "redact", "redacting_logger"]

MASK = "***"

# Order matters: the patterns that keep a prefix for the reader come before the ones that mask a whole token.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=*-]{6,}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)((?:x-|x-goog-)?(?:api[-_]?key|authorization|password|passwd|client[-_]secret)"
            r"[\"']?\s*[=:]\s*[\"']?)(?!(?:bearer|basic)\s)[^\s\"'&,;]{4,}"
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(r"(?i)\b((?:access[-_]|auth[-_])?(?:key|token|secret|sig|signature)=)[^\s\"'&,;]{4,}"),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b((?:sk|pk|rk|gsk|hf|xai|tgp|r8|fw|nvapi|ghp|glpat|ilk)[-_])[\w*-]{6,}"), rf"\1{MASK}"),
    (re.compile(r"\b(AIza|AKIA|ASIA)[\w*-]{10,}"), rf"\1{MASK}"),
    # Keys without a prefix: a long run of letters and digits mixed, with an optional second half after a dot.
    (re.compile(r"\b(?=[a-zA-Z]*\d)(?=\d*[a-zA-Z])[a-zA-Z0-9]{32,}(?:\.[a-zA-Z0-9]{8,})?"), MASK),
)
_FEW = 2  # digits, as names have
_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    """`text` with everything that looks like a credential masked; short prefixes such as `sk-` stay."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def looks_secret(name: str) -> bool:
    """Whether what stands in a name's place may be a key: by its prefix, or a long word with many digits."""
    words = re.fullmatch(r"[\w-]{16,}", name) is not None
    return redact(name) != name or (words and sum(c.isdigit() for c in name) > _FEW and not name.isdigit())


class RedactingFilter(logging.Filter):
    """Masks credentials in a record's message, arguments, traceback and extra fields. Drops no record.

    A logger's filter does not see what its children log; see `redacting_logger`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        safe = redact(message)
        if safe != message:
            record.msg, record.args = safe, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        for name, value in list(vars(record).items()):
            if isinstance(value, str) and name not in _RECORD_FIELDS:
                setattr(record, name, redact(value))
        return True


_FILTER = RedactingFilter()
# A library stays silent until the application asks; without this, Python prints warnings to stderr.
logging.getLogger("interlock").addHandler(logging.NullHandler())


def redacting_logger(name: str) -> logging.Logger:
    """The logger of that name, with the filter on it."""
    logger = logging.getLogger(name)
    logger.addFilter(_FILTER)
    return logger
