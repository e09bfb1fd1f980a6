"""What a record counts where the vendor did not."""

import tracemalloc

import pytest

from interlock.records.costs import estimated
from interlock.types.messages import Text, ToolCall
from interlock.types.response import Answer, Usage


def counted(*parts):
    answer = Answer(parts=parts, finish_reason="stop")
    usage = estimated(Usage(), 7, answer)
    assert (usage.input_tokens, usage.estimated) == (7, True)
    return usage.output_tokens


def call(**arguments):
    return ToolCall(id="c", name="look", arguments=arguments)


@pytest.mark.parametrize(
    "arguments",
    [{"city": "Paris"}, {"at": [1, 2.5, None, True], "in": {"unit": "days", "of": ["May", "June"]}}],
)
def test_the_arguments_of_a_call_count_about_what_they_take_to_write(arguments):
    assert counted(call(**arguments)) == pytest.approx(counted(Text(str(arguments))), rel=0.4)


def test_text_and_calls_count_together():
    assert counted(Text("word " * 100), call(at="word " * 100)) == pytest.approx(
        counted(Text("word " * 200)), abs=5
    )


def test_what_is_long_is_not_copied_to_be_counted():
    long = call(at=["word " * 1_000_000])
    tracemalloc.start()
    try:
        assert counted(Text("short"), long) > 500_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_of_very_many_values_some_are_looked_at():
    assert counted(call(at=list(range(80_000)))) > 10_000
