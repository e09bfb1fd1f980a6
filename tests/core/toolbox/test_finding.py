"""What a toolbox says of a run that may have happened, and what a person is shown before one."""

from typing import Any

import pytest

from drawers import Drawer, call
from interlock import (
    ApprovalNeeded,
    Constraints,
    NoLongerAllowed,
    Preview,
    Repeat,
    ToolOutcome,
    ToolSpec,
    tool_of,
)
from interlock.protocols import FindCall, PreviewCall, ToolRun


class Erase:
    """Erases pages, and remembers under which key."""

    api = 1
    spec = ToolSpec(name="erase", description="Erases a page.")
    effect, repeat, settles_within = "destructive", Repeat("read"), 0.0

    def __init__(self) -> None:
        self.erased: dict[str, Any] = {}
        self.page = "a short page"
        self.fails: Exception | None = None

    async def run(self, run: ToolRun) -> ToolOutcome:
        self.erased[run.key] = run.call.arguments
        return ToolOutcome(outcome="done", receipt={"key": run.key})

    async def find(self, given: FindCall) -> Any:
        if self.fails:
            raise self.fails
        if given.key == "odd":
            return True
        return ToolOutcome(outcome="done", receipt={"key": given.key}) if given.key in self.erased else None

    async def preview(self, given: PreviewCall) -> Preview:
        if self.fails:
            raise self.fails
        return Preview(text=f"Erases {self.page}.", changes={"erased": [self.page]})


@pytest.fixture
def erase() -> Erase:
    return Erase()


@pytest.fixture
def box(erase: Erase, router_with: Any) -> Any:
    plain = tool_of(lambda: "", effect="write", name="blind", description="Sees nothing.")
    return router_with([Drawer("shelf", erase, plain)], [{"id": "shelf", "connector": "shelf"}]).toolbox()


async def granted(box: Any, **where: str) -> Any:
    return (await box.asking(call("erase", page=1), **where)).grant(approver="ada")


async def test_a_run_is_found_by_its_key_and_no_other(box: Any) -> None:
    await box.run(call("erase", page=1), key="run-1/2", grant=await granted(box))
    found = await box.find(call("erase", page=1), key="run-1/2")
    assert (found.outcome, found.receipt) == ("done", {"key": "run-1/2"})
    assert await box.find(call("erase", page=1), key="run-1/3") is None


def test_it_is_looked_for_without_a_loop_too(box: Any) -> None:
    box.run_sync(call("blind"), key="run-1/2")
    assert box.find_sync(call("blind"), key="run-1/2").outcome == "unknown"
    assert box.find_sync(call("erase"), key="run-1/2") is None


async def test_what_cannot_be_seen_is_unknown_and_never_absent(box: Any, erase: Erase) -> None:
    blind = await box.find(call("blind"), key="run-1/2")
    assert (blind.outcome, blind.content) == ("unknown", "blind cannot say whether it was run")
    odd = await box.find(call("erase"), key="odd")
    assert (odd.outcome, odd.content) == ("unknown", "erase finds a bool, not a ToolOutcome")
    erase.fails = OSError("down")
    failed = await box.find(call("erase"), key="run-1/2")
    assert failed.outcome == "unknown"
    assert "find of erase of shelf failed with OSError" in str(failed.error)


async def test_nothing_is_looked_for_where_the_constraints_forbid_it(desk: Any, service: Any) -> None:
    box = desk(tools_of=[Erase()]).toolbox()
    with pytest.raises(NoLongerAllowed, match="tickets may not be used: processed in eu"):
        await box.find(call("erase"), key="k", constraints=Constraints(residency={"us"}))


async def test_whoever_is_to_approve_is_shown_what_would_happen(box: Any, erase: Erase) -> None:
    with pytest.raises(ApprovalNeeded) as caught:
        await box.run(call("erase", page=1), run="run-1", step="2")
    asked = caught.value.request
    assert asked is not None
    assert asked.preview is not None
    assert asked.preview.text == "Erases a short page."
    erase.page = "the whole book"
    grant = asked.grant(approver="ada")
    with pytest.raises(ApprovalNeeded, match="is not what was shown"):
        await box.run(call("erase", page=1), grant=grant, run="run-1", step="2")
    assert not erase.erased
    erase.page = "a short page"
    assert (await box.run(call("erase", page=1), grant=grant, run="run-1", step="2")).outcome == "done"


@pytest.mark.parametrize("where", [{}, {"run": "run-2", "step": "2"}, {"run": "run-1", "step": "3"}])
async def test_a_grant_is_for_the_run_and_the_step_that_it_was_given_for(
    box: Any, erase: Erase, where: dict[str, str]
) -> None:
    grant = await granted(box, run="run-1", step="2")
    with pytest.raises(ApprovalNeeded, match="another run, or another step"):
        await box.run(call("erase", page=1), grant=grant, **where)
    assert not erase.erased
    assert (await box.run(call("erase", page=1), grant=grant, run="run-1", step="2")).outcome == "done"


async def test_nothing_is_run_when_nobody_can_say_what_would_happen(box: Any, erase: Erase) -> None:
    grant = await granted(box)
    erase.fails = OSError("down")
    for given in (None, grant):
        ran = await box.run(call("erase", page=1), grant=given)
        assert (ran.outcome, ran.reason) == ("refused", "not_sent")
        assert "the preview of erase of shelf failed with OSError" in str(ran.error)
    assert not erase.erased
