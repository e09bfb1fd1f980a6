"""An agent that charges a card twice, in a process that may be killed in the middle of it.

Called with a folder, `key` or `none` for how a charge may be repeated, where to die, and `sync` or `async`.
The service that it charges at is a file: a line is appended for each charge that arrives, with its key. What
is known of the run is kept at every event, as far as the process comes.
"""

import asyncio
import json
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from llama_index.core.agent.workflow import AgentOutput, FunctionAgent, ToolCallResult
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.workflow import Context, InputRequiredEvent, JsonPickleSerializer

from interlock import Answer, Repeat, ToolCall, ToolPolicy, ToolRule, Usage
from interlock.testing import scripted_router
from interlock_agents import in_run
from llama_index.llms.interlock import EffectKey, Interlock, accounted

# Of a write nobody has to agree to each run.
POLICY = ToolPolicy(rules=(ToolRule(tools="charge", effect="write"),))


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def says(call: Any) -> Any:
    """Two equal charges, under ids that no other message has; then it is done."""
    if any(message.role == "tool" for message in call.request.messages):
        return "Done."
    calls = tuple(ToolCall(id=uuid4().hex, name="charge", arguments={"cents": 500}) for _ in range(2))
    return Answer(parts=calls, finish_reason="tool_calls", usage=Usage(input_tokens=1, output_tokens=1))


def agent_of(folder: Path, way: str, fate: str, how: str) -> FunctionAgent:
    book = folder / "charges"

    def charge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        known = book.read_text().split() if book.exists() else []
        if key not in known or way == "none":
            book.write_text("\n".join([*known, key]))
        if fate == "in_the_tool":
            dies()
        return f"charged {cents}"

    async def acharge(cents: int, key: Annotated[str, EffectKey]) -> str:
        """Charge a card."""
        return charge(cents, key)

    acharge.__name__ = "charge"
    one = charge if how == "sync" else acharge
    url = f"sqlite:///{folder / 'agents.db'}"
    tools = accounted([one], store=url, policy=POLICY, declared={"charge": Repeat(way)}, lease=1.0)
    llm = Interlock(router=scripted_router({"m": [says] * 9}))
    return FunctionAgent(tools=tools, llm=llm, streaming=False)


async def lived(folder: Path, agent: FunctionAgent, fate: str) -> None:
    kept, serializer = folder / "context.json", JsonPickleSerializer()
    # Core's own tokenizer cannot be read again in a process that has not used it yet.
    memory = ChatMemoryBuffer.from_defaults(token_limit=9_000, tokenizer_fn=list)
    with in_run("order-7"):
        if kept.exists():
            context = Context.from_dict(agent, json.loads(kept.read_text()), serializer=serializer)
            handler = agent.run(ctx=context)
        else:
            handler = agent.run("Charge it twice.", memory=memory)
    async for event in handler.stream_events(expose_internal=True):
        if fate == "after_the_model" and isinstance(event, AgentOutput):
            dies()
        if fate == "after_the_tool" and isinstance(event, ToolCallResult):
            dies()
        state = handler.ctx.to_dict(serializer=serializer)
        if state["is_running"]:
            kept.with_suffix(".new").write_text(json.dumps(state))
            kept.with_suffix(".new").replace(kept)
        if isinstance(event, InputRequiredEvent):
            print("waits", event.effect)
            return
    print(await handler)


def main() -> None:
    warnings.simplefilter("ignore")
    folder, way, fate, how = Path(sys.argv[1]), *sys.argv[2:5]
    asyncio.run(lived(folder, agent_of(folder, way, fate, how), fate))


if __name__ == "__main__":
    main()
