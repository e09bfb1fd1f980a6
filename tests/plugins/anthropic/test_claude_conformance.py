"""The plugin against Interlock's rules for providers."""

from importlib.metadata import entry_points

from interlock_anthropic import FACTS, LIMITS, interlock_providers
from interlock_anthropic.conformance import Claude, ClaudeWithoutSchemas


class TestClaude(Claude):
    pass


class TestClaudeWithoutSchemas(ClaudeWithoutSchemas):
    pass


def test_the_plugin_enters_under_its_name() -> None:
    [entry] = entry_points(group="interlock", name="anthropic")
    assert entry.load().interlock_providers is interlock_providers
    [provider] = interlock_providers()
    assert provider.facts is FACTS


def test_every_limit_says_what_happens_instead() -> None:
    assert all(feature and happens for feature, happens in LIMITS)
    assert len({feature for feature, _ in LIMITS}) == len(LIMITS)
