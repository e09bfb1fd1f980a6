"""Nothing that is sent to a browser says whose an answer is."""

import json
import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.reviews.hiding import Hiding
from interlock_evaluation.reviews.kept import Place, ReviewStore
from interlock_evaluation.reviews.pages.showing import compared
from interlock_evaluation.reviews.review import Item, Shown
from interlock_evaluation.store import Store
from reviewing import MODELS, Browser, asked, judge, opened, served, waiting

FAMILIES = ("glm", "gpt")
HIDING = Hiding(MODELS)
SHOWN = Shown(model="m", repeat=0, digest="")
SAYING = [
    "As {name}, I would say so.",
    "I am {name}, made by {maker}.",
    "作为{name}，我这样认为。",
    "Ich bin {name} von {maker}.",
    "```\nmodel = '{name}'\n```",
    "**{name}** says: {upper}",
    "| {name} | {maker} |",
    "{name}-turbo-2026-01-01 and {full}",
]


class Recording(Browser):
    """A browser that keeps all that it was sent."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.sent: list[str] = []

    def _send(self, *arguments: object) -> object:  # type: ignore[override]
        reply = super()._send(*arguments)  # type: ignore[arg-type]
        self.sent.append(f"{reply.headers} {reply.text}")
        return reply


def said_by(model: str, words: Sequence[str], filler: str) -> str:
    maker, _, name = model.partition("/")
    makers = {"zhipu": "Zhipu AI", "openai": "OpenAI"}
    return filler.join(
        each.format(name=name, maker=makers[maker], upper=name.upper(), full=model) for each in words
    )


def told(text: str) -> list[str]:
    """What of a text gives a model away."""
    plain = re.sub(r"/(?:join|pairs)/[\w-]+", "", text).lower()
    never = (
        *MODELS,
        *FAMILIES,
        "zhipu",
        "openai",
        "secret-here",
        "0815",
        "0.0123",
        "1.2377",
        "spring",
        '"p1"',
    )
    return [each for each in never if each in plain]


@given(
    model=st.sampled_from(MODELS),
    words=st.lists(st.sampled_from(SAYING), min_size=1, max_size=4),
    filler=st.text(st.sampled_from("ab c\n*`.,。是") | st.characters(codec="utf-8"), max_size=20),
)
def test_no_page_of_an_answer_holds_its_models_name(model: str, words: list[str], filler: str) -> None:
    item = Item(id="i", reviewer="r", number=0, prompt="p", left=SHOWN, right=SHOWN)
    said = said_by(model, words, f" {filler} ")
    sample = json.dumps({"messages": [{"role": "user", "content": "?"}]})
    place = Place(
        item=item, sample=sample, left=said, right=said, cut=(False, True), vote=None, done=0, total=1
    )
    assert not told(str(compared(place, HIDING)))


async def test_no_reply_holds_a_models_name_a_price_or_a_time(store: Store) -> None:
    said = [each for at in range(len(SAYING)) for each in (SAYING[at:], SAYING[: at + 1])]
    run = await asked(
        store,
        prompts=len(said),
        answer=lambda prompt, model: said_by(model, said[int(prompt[1:])], " \n"),
    )
    _, links = await opened(store, run)
    with served(store) as site:
        browser = Recording(site.origin)
        browser.get(f"/join/{links['anna']}")
        browser.submit(f"/join/{links['anna']}")
        there = []
        while waiting(browser):
            there.append(judge(browser, ("left", "both", "neither")[len(there) % 3]))
        for each in (*there, "/page.css", "/keys.js", "/none"):
            browser.get(each)
    assert len(browser.sent) > 4 * len(said)
    assert not [found for each in browser.sent for found in told(each)]


async def test_the_two_answers_of_a_pair_differ_in_nothing_but_their_texts(store: Store) -> None:
    run = await asked(store, prompts=2, answer=lambda prompt, model: "the same")
    _, links = await opened(store, run, again=0.0)
    with served(store) as site:
        browser = site.joined(links["anna"])
        waiting(browser)
    first, second = re.findall(r'<section class="reply".*?</section>', browser.text, re.DOTALL)
    assert re.sub(r"(?i)(answer ?)1", r"\1#", first) == re.sub(r"(?i)(answer ?)2", r"\1#", second)
    assert "the same" in first


async def test_what_says_that_a_pair_comes_twice_is_in_the_store_alone(store: Store) -> None:
    run = await asked(store, prompts=4)
    _, links = await opened(store, run, again=0.5)
    with served(store) as site:
        browser = site.joined(links["anna"])
        pages = []
        while there := waiting(browser):
            pages.append(re.sub(r"value=\"\w+\"|/pairs/[\w-]+|\d+", "", browser.text))
            browser.submit(there, choice="left")
    assert len(pages) == 6
    judged = await ReviewStore(store).judged(run.id)
    assert sum(each.item.again for each in judged.votes) == 2
    assert len({re.sub(r"(?s)<section.*</section>", "", each) for each in pages}) == 1
