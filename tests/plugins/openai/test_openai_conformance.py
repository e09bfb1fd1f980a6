"""The conformance kit over the vendors that differ most; `interlock plugins check` takes them all."""

import pytest

from interlock_openai import VENDORS
from interlock_openai.conformance import CHAT_KITS, KITS, ChatKit
from interlock_openai.responses.conformance import KITS as RESPONSES_KITS

BY_NAME = {kit.provider.facts.name: kit for kit in CHAT_KITS}
OPENAI_RESPONSES, AZURE_RESPONSES = RESPONSES_KITS


class TestOpenAI(BY_NAME["openai"]):
    pass


class TestAzure(BY_NAME["azure"]):
    pass


class TestOpenAIResponses(OPENAI_RESPONSES):
    pass


class TestAzureResponses(AZURE_RESPONSES):
    pass


class TestDeepSeek(BY_NAME["deepseek"]):
    pass


class TestMistral(BY_NAME["mistral"]):
    pass


class TestZhipu(BY_NAME["zhipu"]):
    pass


def test_every_vendor_has_a_kit() -> None:
    assert set(BY_NAME) == {vendor.name for vendor in VENDORS}
    assert {*CHAT_KITS, *RESPONSES_KITS} == set(KITS)


@pytest.mark.parametrize("kit", CHAT_KITS, ids=BY_NAME)
def test_every_vendor_keeps_the_rules_about_its_rows_own_data(kit: type[ChatKit]) -> None:
    for rule in (
        "answers",
        "gives_structured_output_or_refuses_it",
        "keeps_calls_and_results_of_another_vendor_together",
        "sends_no_reasoning_of_another_vendor",
        "what_it_cannot_do_has_a_reason",
        "replies_are_scenarios",
    ):
        getattr(kit(), f"test_{rule}")()
