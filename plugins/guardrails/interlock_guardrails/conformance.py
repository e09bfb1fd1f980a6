"""What `interlock plugins check` needs to run the kits: each guardrail configured, with examples."""

from typing import ClassVar

from interlock.testing import GuardrailConformance, OptionsConformance
from interlock_guardrails.length import Bounds, Length, LengthOptions
from interlock_guardrails.schema import Schema, SchemaOptions
from interlock_guardrails.secrets import Secrets, SecretsOptions

_KEY = "sk-proj-" + "Ab1" * 12
_WORD = "hunter2-x9!q"
_LOOKS = {"hide": "it stops calls and changes none"}


class SecretsConformance(GuardrailConformance):
    """As it is where nothing is written but its name."""

    guardrail = Secrets()
    examples = (f"The key is {_KEY}.", f'password: "{_WORD}", then', "Bearer", "-----BEGIN PRIVATE")
    hidden = (_KEY, _WORD)
    cannot: ClassVar = {"restore": "a secret that was masked is not given back"}


class BlockingSecretsConformance(GuardrailConformance):
    """Where a secret ends the call."""

    guardrail = Secrets().configured(
        SecretsOptions(request="block", tool_result="block", answer="block", tool_arguments="block")
    )
    examples = ("The key is in the vault.", "password: (none)")
    blocked = (f"The key is {_KEY}.", f'password: "{_WORD}"')
    cannot: ClassVar = _LOOKS


class SecretsConfigured(OptionsConformance):
    """The options of secrets."""

    offer = Secrets()
    written: ClassVar = {"answer": "flag"}


class LengthConformance(GuardrailConformance):
    """Bounds on both sides."""

    guardrail = Length().configured(
        LengthOptions(request=Bounds(max_words=5_000), answer=Bounds(max_words=5_000))
    )
    examples = ("As short as that.",)
    blocked = ("word " * 5_001,)
    cannot: ClassVar = _LOOKS


class LengthConfigured(OptionsConformance):
    """The options of length."""

    offer = Length()
    written: ClassVar = {"answer": {"max_words": 300}}


class SchemaConformance(GuardrailConformance):
    """Answers that are an object with a number."""

    guardrail = Schema().configured(SchemaOptions(schema={"type": "object", "required": ["n"]}))
    examples = ("A request is not looked at.",)
    blocked = ("No JSON.", '{"m": 1}')
    cannot: ClassVar = _LOOKS


class SchemaConfigured(OptionsConformance):
    """The options of schema."""

    offer = Schema()
    written: ClassVar = {"schema": {"type": "object"}}
