"""What tracing adds to a routed call: `uv run python tests/benchmarks/tracing.py`.

The provider is scripted, so that a call is little more than the engine's own work. Each arrangement runs in a
process of its own, since a provider of OpenTelemetry's is set once; rounds take turns. Prints the median of
microseconds a call, and of what it costs beside the call without OpenTelemetry.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time

ARRANGEMENTS = ("nothing", "api", "traces", "traces unsampled", "metrics", "both")
ROUNDS = 7
CALLS = 300


def set_up(arrangement: str) -> None:
    if arrangement == "nothing":
        return
    from opentelemetry import metrics, trace

    if arrangement in ("traces", "traces unsampled", "both"):
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON

        provider = TracerProvider(sampler=ALWAYS_OFF if "unsampled" in arrangement else ALWAYS_ON)
        provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
        trace.set_tracer_provider(provider)
    if arrangement in ("metrics", "both"):
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader

        metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))


async def measure() -> dict[str, float]:
    """Seconds of CPU for a plain call, and for a stream of twenty chunks."""
    from interlock.testing import ScriptedProvider, scripted_router

    words = " ".join(["word"] * 20)
    router = scripted_router({"a": ScriptedProvider([words] * (4 * CALLS + 20), "a")})
    for _ in range(10):
        await router.complete("hi")
    found = {}
    began = time.process_time()
    for _ in range(CALLS):
        await router.complete("hi")
    found["plain"] = (time.process_time() - began) / CALLS
    began = time.process_time()
    for _ in range(CALLS):
        async for _chunk in router.stream("hi"):
            pass
    found["stream"] = (time.process_time() - began) / CALLS
    return found


def main() -> None:
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in ARRANGEMENTS}
    for _ in range(ROUNDS):
        for name in ARRANGEMENTS:
            done = subprocess.run(
                [sys.executable, __file__, name], capture_output=True, text=True, check=True
            )
            figures[name].append(json.loads(done.stdout))
    for kind in ("plain", "stream"):
        for name in ARRANGEMENTS:
            mine = [found[kind] for found in figures[name]]
            usual = statistics.median(mine)
            bare = [found[kind] for found in figures["nothing"]]
            more = statistics.median(left - right for left, right in zip(mine, bare, strict=True))
            ratio = statistics.median(left / right for left, right in zip(mine, bare, strict=True))
            print(f"{kind:6} {name:17} {usual * 1e6:6.0f} µs, {more * 1e6:+6.1f} µs, ratio {ratio:.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        set_up(sys.argv[1])
        print(json.dumps(asyncio.run(measure())))
    else:
        main()
