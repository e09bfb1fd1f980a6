"""How long a blind review takes a server: 500 prompts, three reviewers who judge by a script, all at once.

    uv run python tests/benchmarks/blind_review.py [PROMPTS]

Beside it, as many requests of a page that reads nothing, so that what the machine is doing can be told apart.
"""

import asyncio
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from interlock_evaluation.reviews.figures import review_figures
from interlock_evaluation.reviews.kept import ReviewStore
from interlock_evaluation.store import Store
from reviewing import Served, asked, opened, served, waiting

PEOPLE = ("anna", "ben", "carla")
CHOICES = ("left", "right", "both", "neither", "left")
LONG = "An answer of some length, with **emphasis** and `code`.\n\n" * 30


def judged(site: Served, link: str) -> int:
    """How many pairs a reviewer has judged to the end."""
    browser = site.joined(link)
    done = 0
    while there := waiting(browser):
        browser.submit(there, choice=CHOICES[done % len(CHOICES)], comment="")
        done += 1
    return done


def still(site: Served, requests: int) -> float:
    """Seconds for as many requests that read nothing."""
    browser = site.browser()
    start = time.perf_counter()
    for _ in range(requests):
        browser.get("/page.css")
    return time.perf_counter() - start


async def begin(url: str, prompts: int) -> dict[str, str]:
    store = Store.open(url)
    run = await asked(store, prompts=prompts, answer=lambda prompt, model: f"{prompt} {LONG}")
    _, links = await opened(store, run, PEOPLE)
    await store.aclose()
    return links


async def read(url: str) -> None:
    store = Store.open(url)
    start = time.perf_counter()
    found = await ReviewStore(store).judged("spring")
    figures = review_figures(found)
    print(f"figures of {figures.votes:,} votes: {time.perf_counter() - start:.1f} s")
    await store.aclose()


def main(prompts: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/eval.db"
        links = asyncio.run(begin(url, prompts))
        store = Store.open(url)
        with served(store) as site, ThreadPoolExecutor(len(PEOPLE)) as threads:
            start = time.perf_counter()
            pairs = sum(threads.map(lambda link: judged(site, link), links.values()))
            took = time.perf_counter() - start
            beside = still(site, 3 * pairs // 10) * 10
        asyncio.run(store.aclose())
        print(
            f"{pairs:,} pairs by {len(PEOPLE)} reviewers: {took:.1f} s, {took / pairs * 1000:.1f} ms a pair"
        )
        print(f"as many requests that read nothing, one after another: {beside:.1f} s")
        asyncio.run(read(url))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
