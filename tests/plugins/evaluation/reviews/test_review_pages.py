"""The pages show each reviewer their own pairs, keep what is said first, and show nobody else anything."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browsing import Browser
from interlock_evaluation.reviews.kept import ReviewStore
from interlock_evaluation.store import Store
from reviewing import asked, judge, opened, served, waiting


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    kept = Store.open(f"sqlite:///{tmp_path}/eval.db")
    yield kept
    await kept.aclose()


async def test_a_reviewer_judges_one_pair_after_another_to_the_end(store: Store) -> None:
    run = await asked(store, prompts=4)
    _, links = await opened(store, run, again=0.0)
    with served(store) as site:
        browser = site.joined(links["anna"])
        for at, choice in enumerate(("left", "right", "both", "neither")):
            there = waiting(browser)
            assert f"<span>{at + 1} of 4</span>" in browser.text
            assert browser.submit(there, choice=choice, comment=f"say {at}").headers["location"] == "/"
        assert waiting(browser) == ""
        assert "You have compared 4 of 4 pairs" in browser.text
    votes = (await ReviewStore(store).judged(run.id)).votes
    assert [(each.choice, each.comment) for each in votes] == [
        ("left", "say 0"),
        ("right", "say 1"),
        ("both", "say 2"),
        ("neither", "say 3"),
    ]


async def test_looking_at_a_link_does_not_use_it_up_and_using_it_does(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=2))
    with served(store) as site:
        for _ in range(3):
            assert "Begin as anna" in site.browser().get(f"/join/{links['anna']}").text
        browser = site.joined(links["anna"])
        there = waiting(browser)
        assert browser.get(f"/join/{links['anna']}").headers["location"] == "/", "whoever used it goes on"
        other = site.browser()
        for reply in (
            other.get(f"/join/{links['anna']}"),
            other.post(f"/join/{links['anna']}", {"join": "yes"}),
        ):
            assert reply.status == 404
            assert "anna" not in reply.text
            assert "set-cookie" not in reply.headers
        assert other.get(there).status == 403


async def test_who_comes_back_goes_on_where_they_stopped_on_another_server_too(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/eval.db"
    store = Store.open(url)
    _, links = await opened(store, await asked(store, prompts=5), again=0.0)
    with served(store) as site:
        browser = site.joined(links["anna"])
        judge(browser)
        there = waiting(browser)
    await store.aclose()
    again = Store.open(url)
    with served(again) as site:
        later = Browser(site.origin, cookies=dict(browser.cookies))
        assert waiting(later) == there
        assert "2 of 5" in later.text
    await again.aclose()


async def test_what_was_said_first_stays(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=3), again=0.0)
    with served(store) as site:
        browser = site.joined(links["anna"])
        there = waiting(browser)
        form = browser.form(there)
        assert browser.post(there, form | {"choice": "left", "comment": "first"}).status == 303
        assert browser.post(there, form | {"choice": "right", "comment": "second"}).status == 303
        shown = browser.get(there).text
        assert "Answer 1 is better</strong>, you said. That stays." in shown
        assert "first" in shown
        assert "<form" not in shown
    (vote,) = (await ReviewStore(store).judged("spring")).votes
    assert (vote.choice, vote.comment) == ("left", "first")


async def test_a_reviewer_sees_nothing_of_another(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=3), ("anna", "ben"), again=0.0)
    with served(store) as site:
        anna, ben = site.joined(links["anna"]), site.joined(links["ben"])
        hers, his = waiting(anna), waiting(ben)
        unknown = ben.get("/pairs/AAAAAAAAAAAAAAAA")
        reply = ben.get(hers)
        assert (reply.status, reply.text) == (unknown.status, unknown.text) == (404, reply.text)
        form = ben.form(his) if his in ben.text else {}
        ben.get(his)
        form = ben.form(his)
        assert ben.post(hers, form | {"choice": "left"}).status == 404
        assert site.browser().get(hers).status == 403
    assert not (await ReviewStore(store).judged("spring")).votes


async def test_a_link_that_is_renewed_or_taken_back_voids_what_came_of_it(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=4), ("anna", "ben"), again=0.0)
    kept = ReviewStore(store)
    with served(store) as site:
        old = site.joined(links["anna"])
        judge(old)
        fresh = await kept.link("spring", "anna")
        assert old.get("/").status == 403
        assert waiting(site.joined(fresh))
        unused = await kept.link("spring", "anna")
        newer = await kept.link("spring", "anna")
        assert site.browser().get(f"/join/{unused}").status == 404
        browser = site.joined(newer)
        await kept.revoke("spring", "anna")
        assert browser.get("/").status == 403
        assert waiting(site.joined(links["ben"]))
    assert [each.done for each in (await kept.judged("spring")).reviewers] == [1, 0]


async def test_one_browser_holds_the_seats_of_one_person_in_several_reviews(store: Store) -> None:
    run = await asked(store, prompts=2)
    _, first = await opened(store, run, ("anna", "ben"), again=0.0)
    _, second = await opened(store, run, again=0.0, id="second")
    with served(store) as site:
        browser = site.joined(first["anna"])
        there = waiting(browser)
        browser.get(f"/join/{second['anna']}")
        assert browser.submit(f"/join/{second['anna']}").status == 303
        later = waiting(browser)
        assert later != there
        assert browser.submit(later, choice="left").status == 303
        assert browser.get(there).status == 200
        assert browser.submit(there, choice="right").status == 303
        for _ in range(2):
            judge(browser)
        assert waiting(browser) == ""
        browser.get(f"/join/{first['ben']}")
        assert browser.submit(f"/join/{first['ben']}").status == 303
        assert browser.get(there).status == 404, "nobody goes on as whoever sat there before"
    votes = [(await ReviewStore(store).judged(name)).votes for name in ("spring", "second")]
    assert [len(each) for each in votes] == [2, 2]


async def test_nobody_votes_in_a_review_that_is_closed(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=3), again=0.0)
    kept = ReviewStore(store)
    with served(store) as site:
        browser = site.joined(links["anna"])
        there = waiting(browser)
        form = browser.form(there)
        await kept.close("spring", 2.0)
        assert "This review is closed" in browser.get("/").text
        assert browser.get(there).headers["location"] == "/", "and shows no answers any more"
        assert browser.post(there, form | {"choice": "left"}).status == 409
        await kept.close("spring", None)
        assert browser.post(there, form | {"choice": "left"}).status == 303
    assert len((await kept.judged("spring")).votes) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "localhost/#@x"},
    ],
    ids=str,
)
async def test_a_form_from_elsewhere_is_refused(store: Store, headers: dict[str, str]) -> None:
    _, links = await opened(store, await asked(store, prompts=2))
    with served(store) as site:
        assert site.browser().post(f"/join/{links['anna']}", {"join": "yes"}, **headers).status in {400, 403}
        browser = site.joined(links["anna"])
        there = waiting(browser)
        assert browser.post(there, browser.form(there) | {"choice": "left"}, **headers).status in {400, 403}
    assert not (await ReviewStore(store).judged("spring")).votes


async def test_a_form_of_another_session_or_without_a_choice_is_refused(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=2), ("anna", "ben"))
    longest = "\r\n".join(["y"] * 2000)
    with served(store) as site:
        anna, ben = site.joined(links["anna"]), site.joined(links["ben"])
        hers, his = waiting(anna), waiting(ben)
        form, theirs = anna.form(hers), ben.form(his)["form"]
        for other in (theirs, "", "x"):
            assert anna.post(hers, {"form": other, "choice": "left"}).status == 403
        for choice in ("", "LEFT", "left ", "1"):
            assert anna.post(hers, form | {"choice": choice}).status == 400
        assert anna.post(hers, form | {"choice": "left", "comment": "x" * 4001}).status == 400
        assert anna.post(hers, form | {"choice": "left", "comment": "x" * 70_000}).status == 413
        assert anna.post(hers, form | {"choice": "left", "comment": longest}).status == 303
    (vote,) = (await ReviewStore(store).judged("spring")).votes
    assert vote.comment == longest


@pytest.mark.parametrize(
    "token", ["", "x", "..%2f..", "%00", "a" * 5000, "' OR 1=1 --", "%ff", "\u0130".encode().hex(), "join"]
)
async def test_whatever_comes_as_a_link_is_nobodys(store: Store, token: str) -> None:
    from urllib.parse import quote

    await opened(store, await asked(store, prompts=2))
    with served(store) as site:
        there = f"/join/{token if '%' in token else quote(token, safe='')}"
        browser = site.browser()
        assert browser.get(there).status in {404, 405}
        assert browser.post(there, {"join": "yes"}).status in {404, 405}
        stranger = Browser(site.origin, cookies={"interlock-review": quote(token, safe="")[:3000]})
        assert stranger.get("/").status == 403


_NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7654*4321 }}{% raw %}",
    "</pre></code><h1>Approved</h1>",
    "\u202etxt.exe\u2066\u200b\u0000\x1b[2J\x1b]0;x\x07",
    "a\nb\tc\r\nd",
    "[x](javascript:alert(1)) <https://evil.example> ![i](https://evil.example/i.png)",
    "```\n</code></pre><script>x</script>",
    "lone \ud800 half",
]


@pytest.mark.parametrize("nasty", _NASTY, ids=range(len(_NASTY)))
async def test_what_a_model_or_a_reviewer_writes_is_shown_and_does_nothing(store: Store, nasty: str) -> None:
    storable = nasty.replace("\0", "").encode("utf-8", "replace").decode()
    texts = [f"{storable} 1", f"{storable} 2"]
    run = await asked(store, prompts=texts, answer=lambda prompt, model: storable, rubric=storable)
    _, links = await opened(store, run, ("O'Ada <b>",), again=0.0)
    with served(store) as site:
        browser = site.joined(links["O'Ada <b>"])
        there = judge(browser, comment=storable)
        pages = [browser.get(there).text]
        waiting(browser)
        pages.append(browser.text)
    for text in pages:
        for never in (
            "<script>",
            "<img",
            "<h1>Approved",
            "33072934",
            "\u202e",
            "\u2066",
            "\u200b",
            "\x1b",
            "<b>",
        ):
            assert never not in text, never
        assert 'href="javascript' not in text
        assert not re.search(r"<[^>]*\s(?:on\w+|style|src=.http)", text)


async def test_every_reply_says_what_a_browser_may_do_with_it(store: Store) -> None:
    _, links = await opened(store, await asked(store, prompts=2))
    with served(store) as site:
        browser = site.joined(links["anna"])
        there = waiting(browser)
        replies = [browser.get(path) for path in ("/", there, "/none", "/page.css", "/keys.js", "/join/x")]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"


async def test_a_broken_store_is_told_without_its_words(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from interlock import StoreError

    _, links = await opened(store, await asked(store, prompts=2))
    with served(store) as site:
        browser = site.joined(links["anna"])

        async def fail(*_: object) -> None:
            raise StoreError("sqlite:///secret/place cannot be read")

        monkeypatch.setattr(ReviewStore, "next", fail)
        reply = browser.get("/")
        assert reply.status == 503
        assert "secret" not in reply.text


async def test_an_answer_that_is_another_one_by_now_is_not_shown(store: Store) -> None:
    from sqlalchemy import text

    _, links = await opened(store, await asked(store, prompts=3), again=0.0)
    with served(store) as site:
        browser = site.joined(links["anna"])
        judge(browser)
        there = waiting(browser)
        await store.run(lambda each: each.execute(text("UPDATE eval_results SET answer = 'another'")))
        assert browser.get(there).status == 410
        assert "That was all" in browser.get("/").text
    judged = await ReviewStore(store).judged("spring")
    assert (len(judged.votes), judged.changed) == (0, 1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    id_=st.text(max_size=20), fields=st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=4)
)
def test_whatever_is_sent_is_answered(browser: Browser, id_: str, fields: dict[str, str]) -> None:
    from urllib.parse import quote

    there = waiting(browser)
    form = browser.form(there)
    path = quote(id_.encode("utf-8", "replace"), safe="")
    clean = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
    }
    for each in (f"/pairs/{path}", f"/join/{path}", f"/{path}"):
        assert browser.get(each).status < 500
        assert browser.post(each, form | clean).status < 500


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    async def begin() -> tuple[Store, str]:
        store = Store.open(f"sqlite:///{tmp_path}/any.db")
        _, links = await opened(store, await asked(store, prompts=2))
        return store, links["anna"]

    store, link = asyncio.run(begin())
    with served(store) as site:
        yield site.joined(link)
    asyncio.run(store.aclose())
