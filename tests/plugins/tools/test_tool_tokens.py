"""Tokens: got once for all who need one, anew when they are over, and never held against a run."""

import asyncio
import base64
import json
import time
from dataclasses import replace
from email.utils import formatdate
from urllib.parse import parse_qs

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from interlock import ConfigError, PermitError, ToolCall
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import Access, ToolRun
from interlock.testing import Reply, Upstream
from interlock.types.clocks import elapsed
from interlock.types.models import Credential, Destination, Secret
from interlock_tools import Call, ClientCredentials, JwtBearer, Operation, Renewed, Service, tool_for

POST = Operation(
    name="notes_add_note",
    description="Adds a note.",
    parameters={},
    effect="write",
    request=lambda _: Call(method="POST", path="/notes", body={}),
)


class Desk:
    """Gives tokens, and takes those that it has not forgotten."""

    def __init__(self, *, lasting=3600):
        self.lasting = lasting
        self.valid = set()
        self.given = []
        self.asked = []
        self.notes = 0
        self.instead = []

    def __call__(self, request):
        if request.path == "/token":
            self.asked.append(request)
            if self.instead:
                return self.instead.pop(0)
            self.given.append(f"token-{len(self.given)}")
            self.valid.add(self.given[-1])
            return Reply.json({"access_token": self.given[-1], "expires_in": self.lasting})
        if request.headers["authorization"].removeprefix("Bearer ") not in self.valid:
            return Reply.json({"error": "expired"}, status=401)
        self.notes += 1
        return Reply.json({"id": self.notes}, status=201)


@pytest.fixture
def desk():
    served = Desk()
    with Upstream(always=served) as upstream:
        served.url = upstream.url
        yield served


def there(desk, key="ada:secret"):
    return Destination(
        id="notes",
        region="local",
        base_url=f"{desk.url}/api/v1",
        credential=Credential(secret=Secret(key)),
    )


async def runs(desk, service, count=1, issuer=None):
    tool, http = tool_for(service, POST), HttpClient()

    async def one(number):
        given = {"http": http, "permit": Permit(deployment="notes", origin=origin_of(desk.url))}
        if issuer is not None:
            permit = Permit(deployment=issuer.id, origin=origin_of(issuer.base_url))
            given["issuer"] = Access(http=http, permit=permit, destination=issuer)
        call = ToolCall(id="call-1", name="notes_add_note")
        return await tool.run(
            ToolRun(
                call=call, key=f"run-{number}", destination=service.there, deadline=elapsed() + 10, **given
            )
        )

    outcomes = await asyncio.gather(*(one(number) for number in range(count)))
    await http.aclose()
    return outcomes


@pytest.fixture
def service(desk):
    where = there(desk)
    return Service(where, ClientCredentials(where, "/token", scope="notes:write"))


async def test_runs_that_need_a_token_at_once_fetch_one(desk, service):
    assert {each.outcome for each in await runs(desk, service, 5)} == {"done"}
    assert len(desk.given) == 1
    (asked,) = desk.asked
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'ada:secret').decode()}"
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["notes:write"]}


async def test_runs_that_find_it_expired_fetch_one_more_and_are_done_once_each(desk, service):
    await runs(desk, service)
    desk.valid.clear()
    assert {each.outcome for each in await runs(desk, service, 5)} == {"done"}
    assert (len(desk.given), desk.notes) == (2, 6)


async def test_a_token_that_is_nearly_over_is_not_used(desk, service):
    desk.lasting = 0
    for _ in range(2):
        await runs(desk, service)
    assert (len(desk.given), desk.notes) == (2, 2)


async def test_a_service_that_takes_no_token_is_asked_twice_and_not_for_ever(desk, service):
    desk.lasting = "soon"
    await runs(desk, service)
    desk.valid = frozenset()
    desk.valid = type("Nothing", (set,), {"add": lambda *_: None})()
    (outcome,) = await runs(desk, service)
    assert (outcome.outcome, outcome.reason, len(desk.given)) == ("refused", "refused", 2)


@pytest.mark.parametrize(
    ("reply", "reason", "says"),
    [
        (
            Reply.json({"error": "invalid_client", "error_description": "no such client"}, status=400),
            "not_sent",
            "no such",
        ),
        (Reply.json({}, status=429, headers={"retry-after": "9"}), "limited", "429"),
        (Reply.json({}, status=503), "not_sent", "503"),
        (Reply.json({"access_token": 7}), "not_sent", "gives no token"),
        (Reply.json({"access_token": "two\nlines"}), "not_sent", "gives no token"),
        (Reply.raw(b"<html>", kind="text/html"), "not_sent", "gives no token"),
    ],
)
async def test_without_a_token_nothing_is_sent_and_the_next_run_tries_again(
    desk, service, reply, reason, says
):
    desk.instead = [reply]
    (outcome,) = await runs(desk, service)
    assert (outcome.outcome, outcome.reason, says in str(outcome.content)) == ("refused", reason, True)
    assert desk.notes == 0
    assert (await runs(desk, service))[0].outcome == "done"


async def test_a_fetch_that_is_cancelled_leaves_the_others_to_fetch():
    fetches = []

    async def fetch():
        fetches.append(None)
        if len(fetches) == 1:
            await asyncio.Event().wait()
        return len(fetches)

    renewed = Renewed()
    first = asyncio.create_task(renewed.get(fetch))
    await asyncio.sleep(0)
    others = [asyncio.create_task(renewed.get(fetch)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [2, 2, 2]


def signed(request, public):
    (assertion,) = parse_qs(request.body.decode())["assertion"]
    unsigned, _, signature = assertion.rpartition(".")
    public.verify(decoded(signature), unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return json.loads(decoded(unsigned.split(".")[1]))


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key):
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none).decode()


def jwt(desk, key, clock=time.time):
    where = there(desk, key)
    claims = {"iss": "client", "sub": "ada@example.org", "aud": desk.url}
    return Service(where, JwtBearer(where, "/token", claims=claims, clock=clock))


async def test_an_assertion_says_who_asks_for_three_minutes_and_is_signed(desk, private):
    service = jwt(desk, pem(private), clock=lambda: 1_000_000.0)
    assert (await runs(desk, service))[0].outcome == "done"
    claims = signed(desk.asked[0], private.public_key())
    assert claims.pop("jti")
    assert claims == {
        "iss": "client",
        "sub": "ada@example.org",
        "aud": desk.url,
        "iat": 1_000_000,
        "exp": 1_000_180,
    }
    with pytest.raises(InvalidSignature):
        signed(desk.asked[0], rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())


async def test_a_clock_that_is_wrong_is_set_by_the_services(desk, private):
    now = time.time()
    service = jwt(desk, pem(private), clock=lambda: now - 900)
    late = {"date": formatdate(now, usegmt=True)}
    desk.instead = [Reply.json({"error": "invalid_grant"}, status=400, headers=late)]
    assert (await runs(desk, service))[0].outcome == "done"
    first, second = (signed(each, private.public_key()) for each in desk.asked)
    assert abs(second["iat"] - first["iat"] - 900) <= 1
    desk.valid.clear()
    assert (await runs(desk, service))[0].outcome == "done"
    assert len(desk.asked) == 3


async def test_an_assertion_that_is_refused_for_another_reason_is_made_once(desk, private):
    service = jwt(desk, pem(private))
    desk.instead = [Reply.json({"error": "invalid_grant"}, status=400)] * 3
    assert (await runs(desk, service))[0].reason == "not_sent"
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    ("key", "says"),
    [("nothing", "no private key"), (pem(ec.generate_private_key(ec.SECP256R1())), "RSA")],
    ids=["no-key", "another-kind"],
)
def test_a_key_that_cannot_sign_is_refused_at_the_start(desk, key, says):
    with pytest.raises(ConfigError, match=says):
        jwt(desk, key)


@pytest.mark.parametrize("path", ["https://login.example.com/token", "//login.example.com/token", "token"])
def test_tokens_are_had_at_the_services_own_address_alone(desk, path):
    with pytest.raises(ConfigError, match="another origin"):
        ClientCredentials(there(desk), path)
    with pytest.raises(ConfigError, match="client_id:client_secret"):
        ClientCredentials(there(desk, "secret"), "/token")


@pytest.mark.parametrize("grant", ["client credentials", "jwt bearer"])
async def test_tokens_may_come_from_an_issuer_at_another_origin_that_the_user_names(desk, private, grant):
    with Upstream(always=Desk()) as elsewhere:
        elsewhere.always.valid = desk.valid  # the service knows its issuer's tokens
        where = there(desk, pem(private) if grant == "jwt bearer" else "ada:secret")
        issuer = replace(where, id="notes/issuer", base_url=f"{elsewhere.url}/tenant")
        auth = (
            JwtBearer(where, "/token", claims={"aud": elsewhere.url}, issuer=issuer)
            if grant == "jwt bearer"
            else ClientCredentials(where, "/token", issuer=issuer)
        )
        assert auth.url == f"{elsewhere.url}/token"
        service = Service(where, auth)
        # Without a way there, nothing goes anywhere.
        with pytest.raises(PermitError, match="nothing may be sent to"):
            await runs(desk, service)
        assert not elsewhere.requests
        assert [each.outcome for each in await runs(desk, service, 3, issuer=issuer)] == ["done"] * 3
        assert len(elsewhere.requests) == 1
        assert not desk.asked
        assert b"token-0" not in b"".join(each.body for each in elsewhere.requests)
        desk.valid.clear()
        assert [each.outcome for each in await runs(desk, service, 2, issuer=issuer)] == ["done"] * 2
        assert (len(elsewhere.requests), desk.notes) == (2, 5)
