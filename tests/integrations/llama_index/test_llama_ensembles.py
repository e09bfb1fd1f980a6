"""An ensemble behind an LLM of LlamaIndex."""

from interlock.testing import scripted_router
from llama_index.llms.interlock import Interlock


async def test_it_is_asked_by_every_way():
    router = scripted_router(
        {"a": ["no"] * 4, "b": ["yes"] * 4, "c": ["Yes."] * 4}, ensembles={"x": {"members": ["a", "b", "c"]}}
    )
    llm = Interlock(router=router, ensemble="x")
    assert llm.complete("Is it?").text == "yes"
    assert (await llm.acomplete("Is it?")).text == "yes"
    steps = [*llm.stream_complete("Is it?")]
    assert (steps[-1].text, [step.delta for step in steps]) == ("yes", ["yes", ""])
    assert Interlock(router=router).complete("Is it?", ensemble="x").text == "yes"
    assert [record.verdict.chosen for record in router.records] == [("B", "C")] * 4


def test_one_may_be_written_out():
    router = scripted_router({"a": ["no"], "b": ["yes"], "c": ["Yes."]})
    llm = Interlock(router=router, ensemble={"members": ["a", "b", "c"]})
    assert llm.complete("Is it?").text == "yes"
