"""The guardrail against Interlock's rules for guardrails, and for options."""

from typing import ClassVar

from interlock.testing import GuardrailConformance, OptionsConformance
from interlock_privacy import Options, Privacy

MAIL = "ada@example.com"
CARD = "4111 1111 1111 1111"
EXAMPLES = (
    f"Write to {MAIL}, or to GRACE@example.com.",
    f"The card {CARD}, <EMAIL_k7q2abcd>, is {MAIL}'s.",
    "<",
)


class TestPrivacy(GuardrailConformance):
    guardrail = Privacy()
    examples = EXAMPLES
    hidden = (MAIL, CARD, "GRACE@example.com")


class TestRefusing(GuardrailConformance):
    guardrail = Privacy().configured(Options(actions={"card": "refuse"}))
    examples = (f"Write to {MAIL}.",)
    hidden = (MAIL,)


class TestOptions(OptionsConformance):
    offer = Privacy()
    written: ClassVar = {"actions": {"email": "mask"}, "default": "tokenise", "key": "a key of some length"}
