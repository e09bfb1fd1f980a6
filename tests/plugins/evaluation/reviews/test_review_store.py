"""In either database, what is used is used once and what is said is kept once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from browsing import Browser
from interlock import RequestError
from interlock_evaluation.reviews.kept import ReviewStore
from interlock_evaluation.runs import RunStore
from interlock_evaluation.store import Store
from reviewing import MODELS, asked, judge, opened, served, waiting


async def test_of_two_who_use_a_link_at_once_one_has_it(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=2))
    with served(store) as site, ThreadPoolExecutor(4) as threads:
        found = threads.map(
            lambda _: site.browser().post(f"/join/{links['anna']}", {"join": "yes"}).status, range(4)
        )
        assert sorted(found) == [303, 404, 404, 404]


async def test_of_several_posts_of_a_pair_at_once_one_is_kept(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=3), again=0.0)
    choices = ["left", "right", "both", "neither"] * 2
    with served(store) as site, ThreadPoolExecutor(8) as threads:
        browser = site.joined(links["anna"])
        there = waiting(browser)
        form = browser.form(there)

        def send(choice: str) -> int:
            return (
                Browser(site.origin, cookies=dict(browser.cookies))
                .post(there, form | {"choice": choice})
                .status
            )

        assert set(threads.map(send, choices)) == {303}
    assert len((await ReviewStore(store).judged("spring")).votes) == 1


async def test_somebody_may_join_later(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=4), again=0.0)
    secret = await ReviewStore(store).link("spring", "Zoë")
    with served(store) as site:
        judge(site.joined(secret))
        judge(site.joined(links["anna"]))
    assert [(each.name, each.done) for each in (await ReviewStore(store).judged("spring")).reviewers] == [
        ("Zoë", 1),
        ("anna", 1),
    ]


async def test_a_review_is_kept_as_it_was_opened(store: Store) -> None:
    review, _ = await opened(store, await asked(store, prompts=10), share=0.5, names=("acme",), each=1)
    assert (review.of, review.drawn) == (10, 5)
    assert await ReviewStore(store).reviews() == [review]
    with pytest.raises(RequestError, match="there is a review 'spring'"):
        await opened(store, await asked(store, name="other"), id="spring")
    with pytest.raises(RequestError, match="there is no review 'sprung'; there are spring"):
        await ReviewStore(store).judged("sprung")


async def test_marks_are_there_while_a_review_is_closed_and_no_longer(store: Store) -> None:
    run = await asked(store, prompts=2)
    _, links = await opened(store, run, ("anna", "ben"), again=0.0)
    kept = ReviewStore(store)
    with served(store) as site:
        for name, link in links.items():
            browser = site.joined(link)
            while there := waiting(browser):
                browser.submit(there, choice="both" if name == "ben" else "neither", comment="a \0 b")
    assert await kept.close("spring", 2.0) == 4
    marks = (await RunStore(store).kept("spring")).marks
    assert {key.model for key in marks} == set(MODELS)
    assert {mark["experts"].score for mark in marks.values()} == {0.25}
    assert (await kept.review("spring")).closed == 2.0
    await kept.close("spring", None)
    assert not (await RunStore(store).kept("spring")).marks


async def test_marks_of_a_run_are_those_of_all_its_closed_reviews(store: Store) -> None:
    run = await asked(store, prompts=2)
    kept = ReviewStore(store)
    for name, choice in (("first", "both"), ("second", "neither")):
        _, links = await opened(store, run, id=name, again=0.0)
        with served(store) as site:
            browser = site.joined(links["anna"])
            while there := waiting(browser):
                browser.submit(there, choice=choice)

    async def scores() -> set[float | None]:
        marks = (await RunStore(store).kept(run.id)).marks
        return {mark["experts"].score for mark in marks.values()}

    await kept.close("first", 2.0)
    assert await scores() == {0.5}
    await kept.close("second", 2.0)
    assert await scores() == {0.25}
    await kept.close("first", None)
    assert await scores() == {0.0}
