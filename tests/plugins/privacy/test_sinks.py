"""A value is at no vendor, whoever of them is asked, and in nothing that is written down."""

import asyncio
import logging
import random
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from curious import Curious
from echo_vendor import calls, deployment, last, reply, routed
from interlock import (
    Answer,
    InterlockError,
    Message,
    Request,
    Router,
    Text,
    ToolCall,
    ToolResult,
    hookimpl,
)
from interlock.cli.app import app
from interlock.errors import InvalidRequest
from interlock.protocols import ArbitrateCall, Ruling
from interlock.records import record_to_plain
from interlock.testing import End, Received, Reply, Upstream
from shaky_log import SealingLog
from watched import watched

MAIL = "ada@example.com"
TOKEN = re.compile(r"<[A-Z_]+_[a-z2-7]{8}>")
SEND = {"name": "send", "parameters": {"type": "object", "properties": {}}}


class Writes:
    """An arbiter that asks a model to write one answer of all, and what it knows itself."""

    api = 1
    name = "writes"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        said = "\n".join(each.answer.text for each in call.members)
        answer = await call.ask(Request(f"Write to {MAIL} of: {said}"))
        written = Answer(parts=(Text(answer.text),), finish_reason="stop")
        return Ruling(chosen=(call.members[0].label,), answer=written)


def sent(*upstreams: Upstream) -> str:
    return "\n".join(
        f"{each.path} {each.headers} {each.body.decode()}" for one in upstreams for each in one.requests
    )


@pytest.fixture
def vendors() -> Iterator[list[Upstream]]:
    """Three that say what they were told last."""

    def answer(received: Received) -> Reply:
        return reply(received, last(received))

    with Upstream(always=answer) as one, Upstream(always=answer) as two, Upstream(always=answer) as three:
        yield [one, two, three]


async def plain(router: Router, prompt: Any, **options: Any) -> str:
    return (await router.complete(prompt, **options)).text


async def streamed(router: Router, prompt: Any, **options: Any) -> str:
    return "".join([chunk.text async for chunk in router.stream(prompt, **options)])


def three(vendors: list[Upstream]) -> list[dict[str, Any]]:
    return [deployment(each, id=name) for name, each in zip("abc", vendors, strict=True)]


async def test_members_arbiter_and_classifier_know_the_token_alone(vendors: list[Upstream]) -> None:
    ensembles = {"x": {"members": ["a", "b"], "mode": "writes", "arbiter": "c"}}
    config = {"deployments": three(vendors), "guardrails": {"privacy": {}}, "ensembles": ensembles}
    curious = Curious()
    async with Router.from_config(config, plugins=[curious, Writes()]) as router:
        response = await router.complete(f"Write to {MAIL}.", ensemble="x", run="r")
        alone = await router.complete(f"Have a look at what {MAIL} wrote.", run="r")
    assert response.text == f"Write to {MAIL} of: Write to {MAIL}.\nWrite to {MAIL}."
    assert alone.text == f"Have a look at what {MAIL} wrote."
    assert {"member", "arbiter", "classifier"} <= {
        each.role for record in (response.record, alone.record) for each in record.attempts
    }
    assert curious.heard
    assert not [answer for answer in curious.heard if MAIL in answer]
    assert MAIL not in sent(*vendors)
    assert len(set(TOKEN.findall(sent(*vendors)))) == 1


FAULTS = {
    "down": Reply.json({"error": {"message": "out of order"}}, status=503),
    "refused": Reply.json({"error": {"message": "no"}}, status=400),
    "forbidden": Reply.json({"error": {"message": "no"}}, status=403),
    "busy": Reply.json({"error": {"message": "busy"}}, status=429),
    "moved": Reply(status=307, headers={"location": "/elsewhere"}),
    "reset": Reply(status=None, pieces=(End.RESET,)),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whoever_takes_over_knows_the_token_alone(fault: str, vendors: list[Upstream]) -> None:
    vendors[0].always = FAULTS[fault]
    config = {"deployments": three(vendors), "guardrails": {"privacy": {}}, "retries": {"max": 1}}
    async with Router.from_config(config) as router:
        for ask in (plain, streamed):
            with suppress(InvalidRequest):  # nobody else is asked what one has called wrong
                assert await ask(router, f"Write to {MAIL}.") == f"Write to {MAIL}."
    assert vendors[0].requests
    assert MAIL not in sent(*vendors)


async def test_two_hundred_calls_at_once_see_their_own_values_alone(echo: Upstream) -> None:
    async def ask(number: int) -> None:
        mine = f"ada{number}@example.com"
        request = f"Write to {mine}, and to {mine.upper()}."
        session = {"run": f"r{number % 50}"}
        text = await (streamed if number % 2 else plain)(router, request, **session)
        assert text == f"Write to {mine}, and to {mine}."

    with routed(echo) as router:
        await asyncio.gather(*map(ask, range(200)))
    assert "@example.com" not in sent(echo).lower()
    assert len(set(TOKEN.findall(sent(echo)))) == 200


def planted(count: int, rnd: random.Random) -> list[str]:
    """Addresses and cards, none like another."""
    return [f"{rnd.getrandbits(60):x}@example.com" if at % 2 else card(rnd) for at in range(count)]


def card(rnd: random.Random) -> str:
    digits = [4, *(rnd.randint(0, 9) for _ in range(14))]
    doubled = [digit if at % 2 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits)]
    digits.append(-sum(doubled) % 10)
    return "".join(map(str, digits))


def conversation(values: list[str]) -> list[Message]:
    """Ten values, wherever a caller may put them."""
    say, deep = values[0], values[1]
    call = ToolCall(id="c1", name="send", arguments={"to": values[2], values[3]: [deep]})
    return [
        Message("system", f"You know {say}."),
        Message("user", (Text(f"Is it {values[4]}?"), Text(values[5])), name="ada"),
        Message("assistant", (call,)),
        Message("tool", (ToolResult(id="c1", content=f'{{"found": ["{values[6]}"]}}'),)),
        Message("assistant", f"It is {values[7]}."),
        Message("user", f"And {values[8]}, {values[9]}?"),
    ]


ANSWERS = (
    lambda received: reply(received, f"{last(received)} <EMAIL_k7q2abcd>"),
    lambda received: calls(received, {"to": last(received)}),
    lambda received: Reply.json({"error": {"message": f"what is {last(received)}?"}}, status=500),
    lambda received: Reply.json({"error": {"message": f"what is {last(received)}?"}}, status=400),
    lambda received: Reply(pieces=(f'{{"id": "{last(received)}'.encode(), End.CUT)),
    lambda received: reply(received, "", 1),
)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, {}),
        ({"default": "mask"}, {}),
        ({"actions": {"card": "refuse"}}, {}),
        ({}, {"subject": "customer", "personal": ["metadata", "request", "answer"]}),
    ],
)
def test_five_hundred_values_are_in_nothing_that_is_written(
    options: Any, told: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rnd = random.Random(11)
    values = planted(500, rnd)
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")
    log = SealingLog()
    written: list[str] = []

    def answers(received: Received) -> Reply:
        return rnd.choice(ANSWERS)(received)

    with watched() as seen, Upstream(always=answers) as one, Upstream(always=answers) as two:
        config = {
            "deployments": [deployment(one, id="a"), deployment(two, id="b")],
            "guardrails": {"privacy": options},
            "records": f"sqlite:///{tmp_path / 'records.db'}",
            "log": {"url": "shaky://", "mode": "required"} | told,
            "retries": {"max": 1},
            "policies": {
                "detected": {"email": "personal"},
                "default": "internal",
                "rules": [{"id": "any", "level": "internal, personal", "permit": "any"}],
            },
        }
        with Router.from_config(config, plugins=[log]) as router:
            for at in range(0, len(values), 10):
                mine = values[at : at + 10]
                asked: Any = {"tools": [SEND], "settings": {"user": mine[0]}, "run": f"r{at}"}
                asked["metadata"] = {"customer": f"customer-{at}"}
                try:
                    if rnd.random() < 0.5:
                        response: Any = router.complete_sync(conversation(mine), **asked)
                    else:
                        with router.stream_sync(conversation(mine), **asked) as stream:
                            list(stream)
                        response = stream.response
                    written.append(repr(response.record))
                except InterlockError as error:
                    written += ["".join(traceback.format_exception(error)), *told_by(error)]
            written += [repr(router), repr(router.wiring.offers.guardrails), repr(router.wiring.config)]
            written += [f"{record!r} {record_to_plain(record)}" for record in router.records]
        written += [f"{span.attributes!r} {span.events!r}" for span in seen.spans]
        written += [f"{entry!r} {entry.facts!r}" for entry in (*log.opened, *log.entries)]
        assert "email" in {kind for entry in log.of("decision") for kind in entry.facts["found"]["kinds"]}
        personal = [(entry.subject, repr(entry.personal)) for entry in log.entries]
        assert seen.spans
        assert log.entries or options.get("actions")
    assert TOKEN.search("".join(written)) or options  # or it would say nothing that contents are not there
    if told:
        assert not [value for value in values if not any(value in said for _, said in personal)]
        assert {subject for subject, _ in personal} == {f"customer-{at}" for at in range(0, 500, 10)}
    else:
        assert {*personal} <= {(None, "{}")}
    written += [caplog.text]
    written += [path.read_bytes().decode("latin-1") for path in tmp_path.iterdir() if path.is_file()]
    for text in (sent(one, two), "\n".join(written)):
        assert not [value for value in values if value in text]
    assert options.get("actions") or len(one.requests) + len(two.requests) >= 50


def test_five_hundred_values_are_in_no_file_of_an_audit_log_and_in_nothing_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All that a router tells of a person is told, and sealed; only what is opened has it again."""
    rnd = random.Random(12)
    values = planted(500, rnd)
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)

    def audit(*args: str) -> str:
        result = CliRunner().invoke(app, ["audit", *args])
        assert result.exit_code == 0, result.output
        return result.output

    lines = CliRunner().invoke(app, ["audit", "init"]).stdout
    sealed = yaml.safe_load(lines)["log"] | {
        "subject": "customer",
        "personal": ["metadata", "request", "answer"],
    }

    def answers(received: Received) -> Reply:
        return rnd.choice(ANSWERS)(received)

    with Upstream(always=answers) as one:
        config = {
            "deployments": [deployment(one, id="a")],
            "guardrails": {"privacy": {}},
            "log": sealed,
            "retries": {"max": 0},
        }
        Path("interlock.yaml").write_text(yaml.safe_dump(config))
        with Router.from_config("interlock.yaml") as router:
            for at in range(0, len(values), 10):
                mine = values[at : at + 10]
                with suppress(InterlockError):
                    router.complete_sync(conversation(mine), metadata={"customer": mine[0], "note": mine[1]})
    written = [audit("verify"), audit("verify", "--json"), audit("keys")]
    for name in ("out.json", "out.csv", "out.html"):
        written.append(audit("export", "-o", name))
    written += [audit("erase", "--subject", values[0], "--by", values[1]), caplog.text]
    written += [path.read_bytes().decode("latin-1") for path in tmp_path.iterdir() if path.is_file()]
    assert not [value for value in values if value in "\n".join(written)]
    audit("export", "-o", "opened.json", "--open", "--by", "eve")
    opened = Path("opened.json").read_text()
    assert not [value for value in values[10:] if value not in opened]
    assert [value for value in values[:10] if value in opened] == [values[1]]  # who has erased the others


def told_by(error: BaseException | None) -> Iterator[str]:
    """What an error and whatever led to it say."""
    while error is not None:
        yield f"{error!r} {error} {getattr(error, 'attempts', '')!r} {getattr(error, 'verdict', '')!r}"
        error = error.__cause__ or error.__context__
