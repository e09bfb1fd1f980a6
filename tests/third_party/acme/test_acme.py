"""Acme's plugin against Interlock's rules for providers."""

from typing import ClassVar

from interlock_acme import interlock_providers

from interlock.testing import ProviderConformance, Reply

END = {"why": "done", "cost": {"heard": 12, "spoken": 5}}


class TestAcme(ProviderConformance):
    provider = interlock_providers()[0]
    replies: ClassVar = {
        "text": Reply.json({"said": "Hello, wide wörld.", **END}),
        "text_streamed": Reply.events({"said": "Hello,"}, {"said": " wide wörld."}, {"said": "", **END}),
    }
    cannot: ClassVar = {
        "citations": "Acme names no sources",
        "refusal": "Acme answers whatever it is asked",
        "no_usage": "every answer says what it cost",
        "cached": "Acme keeps no prompts",
        "error_inside": "an error of Acme's has a status of its own",
    }
