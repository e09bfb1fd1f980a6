"""A program: a FunctionAgent whose first model dies in the middle of its tool loop, under OpenInference.

`python traced_workflow.py ENDPOINT` runs it over HTTP, streamed and not, and prints for each the span tree,
what the tools were run with and who answered, as JSON; the spans go to the endpoint as well. A process of
its own, as in `traced_agent.py`.
"""

import asyncio
import json
import sys
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.memory import ChatMemoryBuffer
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from attentive import Attentive
from dying import configuration, dies
from llama_index.llms.interlock import Interlock
from watched import watched


async def _run(llm: Interlock, ran: list[tuple[str, str]], *, streaming: bool) -> Any:
    def weather(city: str) -> str:
        """The weather in a city."""
        ran.append(("weather", city))
        return f"It rains in {city}."

    def people(city: str) -> str:
        """How many people live in a city."""
        ran.append(("people", city))
        return f"{city} has 520,774 people."

    agent = FunctionAgent(tools=[weather, people], llm=llm, streaming=streaming)
    memory = ChatMemoryBuffer.from_defaults(token_limit=2_000)
    output = await agent.run("How many people in Lyon get wet?", memory=memory)
    await llm.router.aclose()
    return output


def main(endpoint: str) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    with watched() as seen, Attentive() as upstream:
        provider: Any = trace.get_tracer_provider()
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint)))
        LlamaIndexInstrumentor().instrument(tracer_provider=provider)
        upstream.answers = dies
        for way in ("plain", "streamed"):
            ran: list[tuple[str, str]] = []
            llm = Interlock(configuration(upstream.url))
            with seen.tracer.start_as_current_span("app"):
                output = asyncio.run(_run(llm, ran, streaming=way == "streamed"))
            told[way] = {
                "tree": seen.tree,
                "ran": ran,
                "answer": str(output),
                "served": [record.deployment for record in llm.router.records],
                "tokens": output.raw["usage"]["total_tokens"],
            }
            seen.clear()
        assert not upstream.refused, upstream.refused
    return told


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
