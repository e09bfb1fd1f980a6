"""The section `models`: a list of cards, or cards and aliases, from several sources at once."""

import pytest

from interlock import ConfigError
from interlock.assembly import assemble
from interlock.config import load

CARD = {"id": "acme/one"}


@pytest.mark.parametrize("written", [[CARD], {"cards": [CARD]}])
def test_a_list_is_the_cards(written):
    assert load({"models": written}, {}).models.cards == (CARD,)


def test_one_source_gives_cards_and_another_aliases(tmp_path):
    file = tmp_path / "interlock.yaml"
    file.write_text("models:\n  - id: acme/one\n")
    environ = {"INTERLOCK_MODELS__ALIASES": '{"gpt-4o": "one"}', "INTERLOCK_MODELS__ALIASES__FAST": "one"}
    config = load(file, {"INTERLOCK_MODELS__ALIASES": environ["INTERLOCK_MODELS__ALIASES"]})
    assert (config.models.cards, config.models.aliases) == ((CARD,), {"gpt-4o": "one"})
    config = load(file, {"INTERLOCK_MODELS__ALIASES__FAST": "one"})
    assert (config.models.cards, config.models.aliases) == ((CARD,), {"fast": "one"})


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("models:\n  - id: acme/one\n    window: 3\n", "models.0.window", 3),
        ("models:\n  cards:\n    - id: acme/one\n      window: 3\n", "models.cards.0.window", 4),
        ("models:\n  cards: []\n  aliases:\n    a: b\n    b: a\n", "models.aliases.a", 4),
        ("models:\n  aliases:\n    fast: nobody-at-all\n", "models.aliases.fast", 3),
        ("models:\n  alias: {}\n", "models.alias", 2),
    ],
)
def test_a_mistake_is_found_where_it_was_written(tmp_path, text, key, line):
    file = tmp_path / "interlock.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        assemble(file, environ={})
    assert (refused.value.key, refused.value.line) == (key, line)


def test_the_variable_of_an_alias_is_named():
    with pytest.raises(ConfigError, match="INTERLOCK_MODELS__ALIASES__FAST"):
        assemble(None, environ={"INTERLOCK_MODELS__ALIASES__FAST": "nobody-at-all"})
