"""Tools of LlamaIndex's whose calls are written down before they are sent, approved and budgeted."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.tools import AsyncBaseTool, BaseTool, FunctionTool

from interlock import ConfigError, RequestError
from llama_index.llms.interlock.accounted_tool import AccountedTool, keyed
from llama_index.llms.interlock.connector_tool import ConnectorTool

if TYPE_CHECKING:
    from interlock import Repeat, ToolPolicy
    from interlock_agents import Declared, Ledger, Requests, Store


def accounted(
    tools: Sequence[BaseTool | Callable[..., Any]],
    *,
    store: "Store | str | None" = None,
    ledger: "Ledger | None" = None,
    policy: "ToolPolicy | None" = None,
    declared: "Mapping[str, Declared | Repeat] | None" = None,
    budget: Mapping[str, float] | None = None,
    requests: "Requests | None" = None,
    lease: float = 30.0,
    waits: bool = True,
) -> list[AsyncBaseTool]:
    """The same tools, for agents, workflows or a loop of your own, with each call in a ledger.

    A call is one effect. LlamaIndex hands a tool no id, so its place is the run (`in_run`), the tool, its
    arguments, and how often that was called: a run that is begun again, or goes on from what
    `Context.to_dict` kept, meets the same effects. Tools that only read are run as ever.

    Args:
        tools: tools or functions, sync or async. What those of `ConnectorToolSpec` do, and how they may be
            repeated, the router's configuration and their connectors say.
        store: where effects, approvals and budgets are kept, a Store or its URL; by default
            `sqlite:///interlock-agents.db`.
        ledger: in place of a store, for calls from its own event loop alone.
        policy: what holds for each tool, whatever is declared. What nobody knows is irreversible.
        declared: of tools by name: what they do, how they may be repeated, how they are looked for.
        budget: limits of each run: `usd`, `tokens`, `seconds`, `calls`.
        requests: where approvals are asked for; by default in the store.
        lease: seconds, longer than the slowest tool takes.
        waits: inside a workflow, whether it waits for a person, by InputRequiredEvent and
            HumanResponseEvent. Otherwise, and elsewhere, the call raises; agents tell their model then.

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
        why = "`accounted` needs interlock-agents: pip install 'llama-index-llms-interlock[agents]'"
        raise ConfigError(why) from None
    made = [each if isinstance(each, BaseTool) else _tool_of(each) for each in tools]
    names = [each.metadata.get_name() for each in made]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RequestError("there are two tools of that name", key=f"tools.{twice[0]}")
    known = declarations(names, declared)
    for name, each in zip(names, made, strict=True):
        if isinstance(each, ConnectorTool):
            held(name, known[name])
    accounts = Accounts(store, ledger=ledger, policy=policy, requests=requests, budget=budget, lease=lease)
    return [
        AccountedTool(each, accounts, known[name], waits=waits)
        for name, each in zip(names, made, strict=True)
    ]


def _tool_of(function: Callable[..., Any]) -> FunctionTool:
    # What is given with every call is no part of what the model is told.
    return FunctionTool.from_defaults(function, partial_params=dict.fromkeys(keyed(function)))
