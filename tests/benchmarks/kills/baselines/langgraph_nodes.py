"""Three effects as nodes of a LangGraph graph, kept by SqliteSaver, each under the key thread/node."""

import sqlite3
from typing import Any, TypedDict

from acting import Life, act, at
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from points import STEPS


class State(TypedDict):
    made: list[int]


def live(life: Life) -> int:
    graph: Any = StateGraph(State)
    for step in range(STEPS):
        graph.add_node(f"effect{step}", _node(life, step))
        graph.add_edge(START if step == 0 else f"effect{step - 1}", f"effect{step}")
    graph.add_edge(f"effect{STEPS - 1}", END)
    kept = sqlite3.connect(f"{life['folder']}/langgraph.db", check_same_thread=False)
    program = graph.compile(checkpointer=SqliteSaver(kept))
    thread = {"configurable": {"thread_id": life["run"]}}
    begun = program.get_state(thread).created_at is not None
    program.invoke(None if begun else {"made": []}, thread, durability="sync")
    return 0


def _node(life: Life, step: int) -> Any:
    def node(state: State) -> State:
        made = [*state["made"], act(life, step, f"{life['run']}/effect{step}")]
        at(life, "end", step)
        return {"made": made}

    return node
