"""Those who ask the questions of a play: plainly or streamed, from a loop or a thread, to the end or not."""

import asyncio
from dataclasses import dataclass
from typing import Any

from interlock import Constraints, InterlockError, Router
from interlock_drill.faults.dialect import TOOL
from theatre import SCHEMA, Question


@dataclass
class Heard:
    """What came of one call."""

    prompt: str
    question: Question
    text: str = ""
    response: Any = None
    error: BaseException | None = None
    left: bool = False
    seconds: float = 0.0


def options(prompt: str, question: Question) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "task": "conversational",
        "constraints": Constraints(
            residency=question.residency, on_premise=question.on_premise, deny_vendors=question.denied
        ),
        "rescue": question.rescue,
        "metadata": {"prompt": prompt},
    }
    if question.wants == "a tool":
        chosen["tools"] = [TOOL]
    elif question.wants == "json":
        chosen["output"] = SCHEMA
    return chosen


async def consume(router: Router, heard: Heard) -> None:
    asked = options(heard.prompt, heard.question)
    if not heard.question.streamed:
        heard.response = await router.complete(heard.prompt, **asked)
        heard.text = heard.response.text
        return
    async with router.stream(heard.prompt, **asked) as stream:
        count = 0
        async for chunk in stream:
            heard.text = chunk.text if chunk.restart else heard.text + chunk.text
            count += 1
            if count == heard.question.chunks and chunk.response is None:
                heard.left = True
                return
    heard.response = stream.response


def consume_in_a_thread(router: Router, heard: Heard) -> None:
    asked = options(heard.prompt, heard.question)
    if not heard.question.streamed:
        heard.response = router.complete_sync(heard.prompt, **asked)
        heard.text = heard.response.text
        return
    with router.stream_sync(heard.prompt, **asked) as stream:
        for count, chunk in enumerate(stream, 1):
            heard.text = chunk.text if chunk.restart else heard.text + chunk.text
            if count == heard.question.chunks and chunk.response is None:
                heard.left = True
                return
    heard.response = stream.response


async def call(router: Router, prompt: str, question: Question) -> Heard:
    heard = Heard(prompt, question)
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        if question.sync:
            await asyncio.to_thread(consume_in_a_thread, router, heard)
        else:
            task = asyncio.create_task(consume(router, heard))
            if question.seconds is not None:
                await asyncio.wait({task}, timeout=question.seconds)
                task.cancel()
            await task
    except InterlockError as error:
        heard.error = error
    except asyncio.CancelledError:
        heard.left = True
    heard.seconds = clock() - began
    return heard
