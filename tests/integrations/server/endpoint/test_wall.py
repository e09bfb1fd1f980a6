"""Every fault of the drill, met by a client of the endpoint: the same conduct as in process."""

import asyncio

import pytest

from interlock.assembly import assemble
from interlock_drill.faults import FAULTS, SIXTEEN
from server_stage import CALLS
from server_wall import SPEECHES, ServedDrill

SCALE = 0.1
GATEWAY = {"base_url": "https://gateway.example/v1", "region": "eu"}
BASELINE = {
    "deployments": [
        {"id": "first", "model": "zhipu/glm-5.2", "provider": "zhipu", **GATEWAY},
        {"id": "second", "model": "mistral/mistral-large-3", "provider": "mistral", **GATEWAY},
    ],
    "routes": {"conversational": ["first", "second"]},
    "timeouts": {"first_token": 10, "between_tokens": 30, "answer": 30, "total": 60},
    "retries": {"max": 2},
    "health": {"cooldown": 20},
    "plugins": {"disabled": ["embeddings"]},
}
# Whatever a stream can have, in one dialect; in the others, what can be shown for a whole answer.
SPOKEN = tuple(each for each in SPEECHES if each != "chat" and SPEECHES[each].path in CALLS)
BROKEN = tuple(fault for fault in FAULTS if fault.number in (8, 9, 10, 14, 17, 19, 23))
PLAYED = [
    *(("chat", fault, "stream") for fault in FAULTS),
    *(("chat", fault, "complete") for fault in SIXTEEN if not fault.streams_only),
    *((speech, fault, "stream") for speech in SPOKEN for fault in BROKEN),
]


def play(speech, fault, form, scale):
    drill = ServedDrill(assemble(BASELINE, environ={}), scale=scale, speech=SPEECHES[speech])
    return asyncio.run(drill.play(fault, form))


@pytest.fixture(scope="module")
def results():
    async def run():
        drills = {
            speech: ServedDrill(assemble(BASELINE, environ={}), scale=SCALE, speech=SPEECHES[speech])
            for speech in SPEECHES
        }
        places = asyncio.Semaphore(12)

        async def one(speech, fault, form):
            async with places:
                return await drills[speech].play(fault, form)

        return await asyncio.gather(*(one(*each) for each in PLAYED))

    played = asyncio.run(run())
    # A machine that stands still for a second looks like an upstream that does. What failed is played alone.
    return {
        (speech, fault.number, form): result
        if result.outcome == "passed"
        else play(speech, fault, form, 2 * SCALE)
        for (speech, fault, form), result in zip(PLAYED, played, strict=True)
    }


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("speech", "fault", "form"), PLAYED, ids=lambda each: getattr(each, "number", each))
def test_every_fault_is_survived(results, speech, fault, form):
    result = results[speech, fault.number, form]
    assert result.outcome == "passed", f"the upstream {fault.name}: {result.reason}"
