"""What a decision costs: `uv run python tests/benchmarks/decide.py`.

Prints medians in microseconds, and beside the import the ratio to importing httpx in the same run. "first" is
a prompt that was not decided before, each time with other letters at its end; "again" is the same one each
time, whose classification is remembered. py3langid is loaded beforehand.
"""

import itertools
import os
import statistics
import string
import subprocess
import sys
import time

from interlock import Router
from interlock.assembly import assemble
from interlock.classifiers import language

KEYS = dict.fromkeys(("ZHIPU_API_KEY", "OPENAI_API_KEY", "MISTRAL_API_KEY"), "x")
SHORT = (
    "Could you write a short and friendly note to our customer in Lyon, who has been waiting for her parcel "
    "for eleven days now, and explain that the carrier lost it and that we send another one?"
)[:200]
TEXTS = {
    "200 characters": SHORT,
    "200 characters, Chinese": ("请帮我审阅以下合同条款，并指出其中对买方不利的内容。" * 10)[:200],
    "1 MB of English": (SHORT + " ") * (1_000_000 // (len(SHORT) + 1)),
    "1 MB of Chinese": "请帮我审阅以下合同条款，并指出其中对买方不利的内容。" * 40_000,
    "1 MB of code": "def add(left, right):\n    return left + right\n\n\n" * 20_000,
    "200 characters, code": ("def add(left, right):\n    return left + right\n\n\n" * 20)[:200],
    "24 KB of <script>": "<script>" * 3_000,
    "20,000 accents": "e\u0301" * 20_000,
    "1 MB of line breaks": "\n" * 1_000_000,
    "1 MB of a": "a" * 1_000_000,
    "1 MB of {": "{" * 1_000_000,
    "1 MB of nested tags": "<a><b>" * 80_000 + "</b></a>" * 80_000,
    "1 MB of unclosed blocks": "<system-reminder>" * 60_000,
    "1 MB of full stops, 。": "。" * 1_000_000,
    "1 MB of two scripts": "яa " * 330_000,
}


def median(call, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def seconds_to_import(module):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=os.environ)
    return time.perf_counter() - start


def main():
    language._identifier.start()
    language._identifier.wait(60)
    router = Router(assemble({}, environ=KEYS))
    for name, text in TEXTS.items():
        for _ in range(20):
            router.decide(text)
        again = median(lambda text=text: router.decide(text), 300)
        endings = itertools.product(string.ascii_lowercase, repeat=2)
        prompts = [
            f"{text} {''.join(pair)}" for pair in itertools.islice(endings, 600 if len(text) < 1_000 else 40)
        ]
        first = statistics.median(
            [median(lambda prompt=prompt: router.decide(prompt), 1) for prompt in prompts]
        )
        print(f"router.decide, {name:24} first {first:8.1f} µs, again {again:7.1f} µs")
    pairs = [(seconds_to_import("interlock"), seconds_to_import("httpx")) for _ in range(9)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"import interlock {ours * 1e3:.0f} ms, import httpx {theirs * 1e3:.0f} ms, ratio {ours / theirs:.2f}"
    )


if __name__ == "__main__":
    main()
