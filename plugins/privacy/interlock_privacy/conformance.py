"""What `interlock plugins check` needs to run the kits: the guardrail, examples, and what must not leave."""

from typing import ClassVar

from interlock.testing import GuardrailConformance, OptionsConformance
from interlock_privacy import Options, Privacy

_MAIL = "ada@example.com"
_CARD = "4111 1111 1111 1111"


class PrivacyConformance(GuardrailConformance):
    """As it is where nothing is written but its name."""

    guardrail = Privacy()
    examples = (
        f"Write to {_MAIL}, or to GRACE@example.com.",
        f"The card {_CARD}, <EMAIL_k7q2abcd>, is {_MAIL}'s.",
        "<",
    )
    hidden = (_MAIL, _CARD, "GRACE@example.com")


class RefusingConformance(GuardrailConformance):
    """Where a kind ends the call."""

    guardrail = Privacy().configured(Options(actions={"card": "refuse"}))
    examples = (f"Write to {_MAIL}.",)
    hidden = (_MAIL,)


class PrivacyOptions(OptionsConformance):
    """The options as a configuration may have them."""

    offer = Privacy()
    written: ClassVar = {"actions": {"email": "mask"}, "default": "tokenise", "key": "a key of some length"}
