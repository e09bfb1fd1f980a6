"""A run whose answers are there already, a review of it, and its pages, really served on this machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from browsing import Browser, running
from interlock_evaluation.reviews.drawing import pairs_of
from interlock_evaluation.reviews.kept import ReviewStore
from interlock_evaluation.reviews.pages.app import app_of
from interlock_evaluation.reviews.review import Review
from interlock_evaluation.runs import Key, Result, Run, RunStore
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite
from interlock_pages import bound, origins_of

MODELS = ("zhipu/glm-5.2", "openai/gpt-5.5")
AnswerOf = Callable[[str, str], str | None]


def plain(prompt: str, model: str) -> str:
    return f"The answer to {prompt} in {'short' if model == MODELS[0] else 'many words'}."


async def asked(
    store: Store,
    *,
    name: str = "spring",
    prompts: int | Sequence[str] = 6,
    models: Sequence[str] = MODELS,
    answer: AnswerOf = plain,
    **given: Any,
) -> Run:
    """A run that is over: each model has said what `answer` says, and nothing where that is None."""
    texts = [f"Question {at}?" for at in range(prompts)] if isinstance(prompts, int) else prompts
    samples = [
        Sample(id=f"p{at}", messages=[{"role": "user", "content": text}], **given)
        for at, text in enumerate(texts)
    ]
    suite = Suite(samples=samples, name="suite")
    run = Run(id=name, suite="suite", digest=suite.digest, configuration="c", models=models, started=1.0)
    kept = RunStore(store)
    await kept.begin(run, suite, {sample.id: "quantitative" for sample in samples})
    for sample in samples:
        for model in models:
            said = answer(sample.id, model)
            key = Key(sample.id, model, 0)
            facts: Mapping[str, Any] = (
                {"outcome": "error", "error": "ServerError"}
                if said is None
                else {"outcome": "answer", "answer": said, "finish_reason": "stop"}
            )
            result = Result(
                key=key,
                asked=1,
                latency=1.2377,
                cost=0.0123,
                deployment="secret-here",
                served_model=f"{model}-0815",
                **facts,
            )
            await kept.finish(run.id, result, {})
    return run


async def opened(
    store: Store, run: Run, reviewers: Sequence[str] = ("anna",), **given: Any
) -> tuple[Review, dict[str, str]]:
    """A review of all of its prompts, and each reviewer's secret."""
    facts = {"id": run.id, "run": run.id, "seed": 7, "share": 1.0, "pairs": pairs_of(run.models)} | given
    return await ReviewStore(store).open(Review(**facts), reviewers)


@dataclass
class Served:
    origin: str

    def browser(self) -> Browser:
        return Browser(self.origin)

    def joined(self, secret: str) -> Browser:
        """A browser that has come by that link."""
        browser = self.browser()
        assert browser.get(f"/join/{secret}").status == 200
        assert browser.submit(f"/join/{secret}").status == 303
        return browser


@contextmanager
def served(store: Store) -> Iterator[Served]:
    listening = bound("127.0.0.1", 0)
    origins = origins_of("127.0.0.1", listening)
    with running(app_of(ReviewStore(store), origins), listening):
        yield Served(origins[0])


def waiting(browser: Browser) -> str:
    """The address of the pair that waits, whose page the browser then shows; empty when none does."""
    reply = browser.get("/")
    if reply.status != 303:
        return ""
    there = reply.headers["location"]
    assert browser.get(there).status == 200
    return there


def judge(browser: Browser, choice: str = "left", comment: str = "") -> str:
    """Answer the pair that waits."""
    there = waiting(browser)
    assert browser.submit(there, choice=choice, comment=comment).status == 303
    return there
