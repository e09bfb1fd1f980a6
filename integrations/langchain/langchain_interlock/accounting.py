"""Tools of LangChain's whose calls are written down before they are sent, approved and budgeted."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool
from langchain_core.tools import tool as tool_of

from interlock import ConfigError, RequestError
from langchain_interlock.accounted_tool import AccountedTool
from langchain_interlock.connector_tool import ConnectorTool

if TYPE_CHECKING:
    from interlock import Repeat, ToolPolicy
    from interlock_agents import Declared, Ledger, Requests, Store


def accounted(
    tools: Sequence[BaseTool | Callable[..., Any]],
    *,
    store: "Store | str | None" = None,
    ledger: "Ledger | None" = None,
    run: str | None = None,
    policy: "ToolPolicy | None" = None,
    declared: "Mapping[str, Declared | Repeat] | None" = None,
    budget: Mapping[str, float] | None = None,
    requests: "Requests | None" = None,
    lease: float = 30.0,
) -> list[BaseTool]:
    """The same tools, for `create_agent`, `ToolNode` or a loop of your own, with each call in a ledger.

    A call is one effect: the run and the id of the tool call are its place, so that whoever repeats a step
    after a crash meets the same effect. Tools that only read are run as ever.

    Args:
        tools: tools or functions, sync or async. What those of `connector_tools` do, and how they may be
            repeated, the router's configuration and their connectors say.
        store: where effects, approvals and budgets are kept, a Store or its URL; by default
            `sqlite:///interlock-agents.db`.
        ledger: in place of a store, for calls from its own event loop alone.
        run: the id of the run; by default `run` of the config's metadata, else its `thread_id`.
        policy: what holds for each tool, whatever is declared. What nobody knows is irreversible.
        declared: of tools by name: what they do, how they may be repeated, how they are looked for.
        budget: limits of each run: `usd`, `tokens`, `seconds`, `calls`.
        requests: where approvals are asked for; by default in the store.
        lease: seconds, longer than the slowest tool takes.

    Raises:
        ConfigError: interlock-agents is not installed.
        RequestError: a declaration or a limit fits nothing, or a tool is there twice.
        StoreError: the URL cannot be used.
    """
    try:
        from interlock_agents.accounting import Accounts, declarations, held  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("interlock_agents"):
            raise
        why = "`accounted` needs interlock-agents: pip install 'langchain-interlock[agents]'"
        raise ConfigError(why) from None
    made = [each if isinstance(each, BaseTool) else tool_of(each) for each in tools]
    names = [each.name for each in made]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RequestError("there are two tools of that name", key=f"tools.{twice[0]}")
    known = declarations(names, declared)
    for each in made:
        if isinstance(each, ConnectorTool):
            held(each.name, known[each.name])
    accounts = Accounts(store, ledger=ledger, policy=policy, requests=requests, budget=budget, lease=lease)
    return [AccountedTool.over(each, accounts, known[each.name], run=run) for each in made]
