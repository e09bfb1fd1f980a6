"""What an ensemble's options may say, and what is refused at their own place."""

from typing import Any

import pytest
from judge_doubles import judging, panel

from interlock import ConfigError

judge = judging(len)


@pytest.mark.parametrize(
    ("mode", "options", "key"),
    [
        ("select_best", {"criterion": ["x"]}, "criterion"),
        ("select_best", {"samples": 0}, "samples"),
        ("select_best", {"samples": True}, "samples"),
        ("select_best", {"longest": 10}, "longest"),
        ("select_best", {"isolate": "sometimes"}, "isolate"),
        ("synthesise", {"attribution": True}, "attribution"),
        ("rank", {"pairs": "some"}, "pairs"),
        ("rank", {"by": "elo"}, "by"),
        ("score", {"criteria": {}}, "criteria"),
        ("score", {"criteria": {"It is true.": 0}}, "criteria.It is true."),
        ("score", {"scale": 1}, "scale"),
        ("score", {"margin": -1}, "margin"),
        ("score", {"samples": 99}, "samples"),
    ],
)
def test_a_mistake_is_named_at_its_place(mode: str, options: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        panel(["a", "b"], judge, mode=mode, options=options)
    assert caught.value.key == f"ensembles.x.options.{key}"


def test_a_misspelt_option_is_told_what_is_near() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'criteria'"):
        panel(["a", "b"], judge, options={"criteri": ["x"]})


@pytest.mark.parametrize("mode", ["select_best", "synthesise", "rank", "score"])
def test_each_needs_a_model_to_ask(mode: str) -> None:
    with pytest.raises(ConfigError, match=r"ensembles\.x\.arbiter"):
        panel(["a", "b"], mode=mode, ensemble={"arbiter": None})
