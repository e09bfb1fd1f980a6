"""A graph that charges a card, in a process that may be killed in the middle of it.

Called with a folder, `key` or `none` for how a charge may be repeated, `die` or `live`, `sync` or `async`.
The service that it charges at is a file: a line is appended for each charge that arrives, with its key.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from interlock import Repeat, ToolPolicy, ToolRule
from langchain_interlock import EffectKey, accounted

CALL = {"type": "tool_call", "name": "charge", "args": {"cents": 500}, "id": "call_1"}
THREAD = {"configurable": {"thread_id": "order-7"}}
# Of a write nobody has to agree to each run.
POLICY = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))


def graph_of(folder: Path, way: str, dies: bool) -> StateGraph:
    def charged(cents: int, key: str) -> str:
        book = folder / "charges"
        known = book.read_text().split() if book.exists() else []
        if key not in known or way == "none":
            book.write_text("\n".join([*known, key]))
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"charged {cents}"

    @tool
    def charge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        return charged(cents, key)

    async def acharge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        return charged(cents, key)

    one = charge if sys.argv[4] == "sync" else tool("charge")(acharge)
    url = f"sqlite:///{folder / 'agents.db'}"
    tools = accounted([one], store=url, policy=POLICY, declared={"charge": Repeat(way)}, lease=1.0)
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(tools))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    return graph


def given(again: bool) -> dict | None:
    return None if again else {"messages": [AIMessage("", tool_calls=[CALL])]}


def told(out: dict) -> None:
    waits = [each.value["effect"] for each in out.get("__interrupt__", ())]
    print("waits" if waits else out["messages"][-1].content, *waits)


async def lived(graph: StateGraph, database: str, again: bool) -> None:
    async with AsyncSqliteSaver.from_conn_string(database) as saver:
        told(await graph.compile(checkpointer=saver).ainvoke(given(again), THREAD, durability="sync"))


def main() -> None:
    folder, way, dies, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "die", sys.argv[4]
    database = str(folder / "checkpoints.db")
    again = Path(database).exists()
    graph = graph_of(folder, way, dies)
    if how == "async":
        asyncio.run(lived(graph, database, again))
        return
    with SqliteSaver.from_conn_string(database) as saver:
        told(graph.compile(checkpointer=saver).invoke(given(again), THREAD, durability="sync"))


if __name__ == "__main__":
    main()
