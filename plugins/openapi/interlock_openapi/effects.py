"""What an operation does outside, and how a doubtful run of it may be repeated: by its method and words."""

import re
from collections.abc import Iterable
from typing import Final

from interlock import Repeat
from interlock.types.tools import ToolEffect
from interlock_openapi.document import Operation
from interlock_openapi.naming import words_of

READING: Final = frozenset({"get", "head", "options", "trace", "query"})

_DESTRUCTIVE: Final = frozenset(
    (
        *("delete", "remove", "destroy", "cancel", "close", "purge", "transfer", "revoke", "terminate"),
        *("reset", "wipe", "erase", "clear", "drop", "deactivate", "disable", "suspend", "uninstall"),
        *("unpublish", "void", "refund", "expire", "block", "ban", "kick", "leave", "archive", "shutdown"),
        *("stop", "kill", "abort", "truncate", "empty", "discard", "reject", "decline", "unlink", "detach"),
        *("disconnect", "deregister", "unregister", "decommission", "retire", "overwrite", "rollback"),
        *("revert", "trash", "withdraw", "payout", "charge", "capture", "merge"),
    )
)
_ACTING: Final = frozenset(
    ("delete", "remove", "destroy", "cancel", "purge", "revoke", "terminate", "wipe", "erase", "uninstall")
)
_KEYS: Final = frozenset(
    (
        *("idempotencykey", "xidempotencykey", "idempotencytoken", "xidempotencytoken", "idempotenceid"),
        *("idempotencyid", "xidempotencyid", "idempotentkey", "clientrequesttoken"),
    )
)
_PERHAPS: Final = frozenset(
    ("requestid", "xrequestid", "clientrequestid", "clienttoken", "transactionid", "requesttoken")
)
_SAYS: Final = re.compile(
    r"idempoten|duplicate request|exactly once|same request (is|was) (sent|made)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[a-z]+")


def effect_of(operation: Operation) -> ToolEffect:
    """Read where HTTP says that the method only reads, unless its name says that it takes something away."""
    if operation.method in READING:
        first = words_of(operation.id).split("_")[:1]
        last = words_of(operation.path.rstrip("/").rpartition("/")[2]).split("_")[:1]
        return "destructive" if _ACTING.intersection((*first, *last)) else "read"
    if operation.method == "delete" or _DESTRUCTIVE.intersection(_verbs(operation)):
        return "destructive"
    return "write"


def repeat_of(effect: ToolEffect, *, keyed: bool) -> Repeat:
    """Nothing is taken for repeatable because of its method: many services' PUT and DELETE are not."""
    if effect == "read":
        return Repeat("natural")
    return Repeat("key" if keyed else "none")


def names_a_key(name: str, description: str) -> bool:
    """Whether a parameter takes a key that names the effect, so that a repeated request has it once."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain in _KEYS or (plain in _PERHAPS and bool(_SAYS.search(description)))


def _verbs(operation: Operation) -> Iterable[str]:
    """The words of its operationId, of the path but for its parameters, and the summary's first one."""
    steps = [step for step in operation.path.split("/") if not step.startswith("{")]
    words = words_of(f"{operation.id} {' '.join(steps[-2:])}").split("_")
    return (*words, *_WORD.findall(operation.summary[:40].lower())[:1])
