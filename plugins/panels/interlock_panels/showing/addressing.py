"""Whether an answer speaks to whoever judges it. It is told, and changes no verdict."""

from interlock.fencing.escaping import has_control_tokens
from interlock_panels.showing.disguises import readings
from interlock_panels.showing.phrases import FORGED_VERDICT, phrases

_SEARCHED = 12_000


def addresses_judge(text: str, *, structured: bool = False) -> bool:
    """By what is known of how injections are written, in some twenty languages and under common disguises.
    Who writes in a new way is missed; who writes about judges of language models is found, too.

    Args:
        text: what the member says; of a long text, its beginning and its end are read.
        structured: it was asked for as JSON, so that JSON in it is no forged verdict.
    """
    if has_control_tokens(text):
        return True
    if len(text) > _SEARCHED:
        half = _SEARCHED // 2
        text = f"{text[:half]}\n{text[-half:]}"
    return any(
        (not structured and FORGED_VERDICT.search(reading) is not None)
        or any(phrase.search(reading) for phrase in phrases())
        for reading in readings(text)
    )
