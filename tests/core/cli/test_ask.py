import json
from collections.abc import Callable
from pathlib import Path


def test_streams_the_answer_and_says_who_answered(configured: Callable[..., Path], run) -> None:
    configured("good")
    result = run("ask", "--task", "conversational", "Hi")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Hello there.\n"
    line = result.stderr.strip()
    assert line.startswith("conversational · zhipu/glm-5.2 via good (eu) · primary_optimal · ")
    assert line.endswith(" s · 1,200 → 3 tokens · $0.0017")
