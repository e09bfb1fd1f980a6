"""Names, places and organisations, found by the real model."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock_presidio import Options, Presidio
from interlock_presidio.engine import engine_of

pytestmark = [pytest.mark.needs_presidio, pytest.mark.timeout(120)]

LETTER = "Dear Ada Lovelace, John Smith’s flight from Berlin to Paris with Microsoft is late."
NAMES = [
    ("person", "Ada Lovelace"),
    ("person", "John Smith"),
    ("location", "Berlin"),
    ("location", "Paris"),
    ("organization", "Microsoft"),
]


def said(text: str, detector: Presidio | None = None) -> list[tuple[str, str]]:
    found = (detector or Presidio()).find(text)
    return [(each.kind, text[each.start : each.end]) for each in found]


def test_names_places_and_organisations_are_found() -> None:
    assert said(LETTER) == NAMES


def test_places_are_exact_behind_signs_of_any_width_and_halves_of_them() -> None:
    text = "😀😀 \ud800 – é " + LETTER
    assert said(text)[-len(NAMES) :] == NAMES


def test_a_long_text_is_no_worse_than_a_short_one() -> None:
    text = (LETTER + "\n\n") * 120
    found = said(text)
    assert found.count(("person", "Ada Lovelace")) >= 118


def test_threads_share_one_engine() -> None:
    assert engine_of(Options().chosen) is engine_of(Options().chosen)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(said, [f"{LETTER} It is {number}." for number in range(24)]))
    assert all(each == NAMES for each in results)


def test_what_is_not_sure_enough_is_left_out() -> None:
    assert said(LETTER, Presidio(Options(threshold=0.85))) == NAMES
    assert said(LETTER, Presidio(Options(threshold=0.0))) == NAMES


def test_nothing_of_a_text_stays_in_the_model() -> None:
    word = "Zyxwvutsrqponmabcde"
    said(f"Dear {word} Lovelace, hello.")
    engine = engine_of(Options().chosen)
    assert word not in engine._analyzer.nlp_engine.get_nlp("en").vocab.strings


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_looked_through_and_findings_lie_in_it_in_order(text: str) -> None:
    end = 0
    for each in Presidio().find(text):
        assert end <= each.start < each.end <= len(text)
        assert each.value
        end = each.end


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_forked_child_finds_what_its_parent_does() -> None:
    code = (
        "import os, sys\n"
        "from interlock_presidio import Presidio\n"
        "presidio = Presidio()\n"
        "assert presidio.find('Dear Ada Lovelace, hello.')\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(0 if presidio.find('Dear John Smith, hello.') else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


async def test_names_leave_a_router_as_tokens_and_come_back() -> None:
    from interlock.testing import scripted_providers, scripted_router

    router = scripted_router(
        {"model": ["Fine."]}, guardrails={"privacy": {"detectors": ["presidio"], "timeout": 100}}
    )
    response = await router.complete(LETTER)
    (model,) = scripted_providers(router)
    sent = model.calls[0].request.messages[-1].text
    assert not [name for _, name in NAMES if name in sent]
    assert sent.count("<PERSON_") == 2
    assert response.record.guardrails[0].category == "location+organization+person"
