"""Refusals of thoughts that went back: another key's or model's, or of one that never has any."""

import re

from interlock.errors import InvalidRequest, ProviderError

_THOUGHT = re.compile(
    r"encrypted[ _]content|item with id '?rs_|of type '?reasoning'? was provided without its required"
    r"|without its required '?reasoning'? item",
    re.IGNORECASE,
)
_NONE = re.compile(r"encrypted[ _]content is not supported", re.IGNORECASE)


def refuses_thoughts(error: ProviderError) -> bool:
    if not isinstance(error, InvalidRequest):
        return False
    return error.code == "invalid_encrypted_content" or bool(_THOUGHT.search(error.vendor_message or ""))


def has_none(error: ProviderError) -> bool:
    """Whether the model has no thoughts that it could be asked for."""
    return bool(_NONE.search(error.vendor_message or ""))
