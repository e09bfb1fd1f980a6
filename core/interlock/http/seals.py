"""Words of ours that stood before a thought, kept in its signature.

Some vendors bind a thought to all that was said before it. What a codec says in words, for want of a field,
is in no message of the caller's, and must be said again in its place whenever the thought goes back. To
everybody but its vendor a signature is opaque, so there such words survive a conversation that is kept
anywhere, in any form.
"""

import json
import re
from collections.abc import Sequence

from interlock.errors import InvalidRequest, ProviderError
from interlock.http.payload import json_in

_SIGNATURE, _SAID = "signature", "said"
_REFUSED = re.compile(
    r"invalid `?signature`? in `?thinking`?|(corrupted|invalid) thought.?signature", re.IGNORECASE
)


def sealed(signature: str | None, words: Sequence[str]) -> str | None:
    """The signature together with the words; as it is when there are none."""
    if not signature or not words:
        return signature
    return json.dumps({_SAID: list(words), _SIGNATURE: signature}, ensure_ascii=False)


def opened(signature: str) -> tuple[str, tuple[str, ...]]:
    """(the vendor's signature, the words that stood before its thought). No vendor's own begins with `{`."""
    if not signature.startswith("{"):
        return signature, ()
    kept = json_in(signature) or {}
    proof, said = kept.get(_SIGNATURE), kept.get(_SAID)
    if not isinstance(proof, str) or not isinstance(said, list):
        return signature, ()
    return proof, tuple(word for word in said if isinstance(word, str))


def refuses_signature(error: ProviderError) -> bool:
    """Whether the vendor refused a signature: it is another's, or what it seals has changed."""
    return isinstance(error, InvalidRequest) and bool(_REFUSED.search(error.vendor_message or ""))
