"""Sessions that every process of a server knows, as long as their key is what it was."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import StoreError
from interlock_server.keys.ring import Key, Ring
from interlock_server.pages.sessions import LASTS, VARIABLE, Session, Sessions, shared_secret
from interlock_server.principals import Principal
from server_pages_stage import SEES, Keys


@pytest.fixture
def now() -> list[float]:
    return [1_000.0]


@pytest.fixture
def sessions(now: list[float]) -> Sessions:
    return Sessions(b"secret", clock=lambda: now[0])


def test_a_session_is_that_of_its_key_in_every_process_with_the_same_secret(sessions: Sessions) -> None:
    cookie, other = sessions.begin(SEES), Sessions(b"secret", clock=lambda: 1_001.0)
    first, second = sessions.of(cookie, Keys(SEES)), other.of(cookie, Keys(SEES))
    assert first == second
    assert first is not None
    assert (first.principal, first.made(first.form)) == (SEES, True)
    assert Sessions(b"another", clock=lambda: 1_001.0).of(cookie, Keys(SEES)) is None


@pytest.mark.parametrize(
    "later",
    [
        (),
        (replace(SEES, sees=False),),
        (replace(SEES, epoch="2"),),
        (replace(SEES, id="another"),),
    ],
    ids=["revoked", "blind", "of another secret", "of another id"],
)
def test_it_ends_as_soon_as_its_key_is_no_more_what_it_was(
    sessions: Sessions, later: tuple[Principal, ...]
) -> None:
    cookie = sessions.begin(SEES)
    assert sessions.of(cookie, Keys(*later, Principal(id="any"))) is None


def test_it_ends_with_its_time(sessions: Sessions, now: list[float]) -> None:
    cookie = sessions.begin(SEES)
    now[0] += LASTS - 1
    assert sessions.of(cookie, Keys(SEES)) is not None
    now[0] += 1
    assert sessions.of(cookie, Keys(SEES)) is None


def test_two_sessions_of_one_key_do_not_believe_each_others_forms(sessions: Sessions) -> None:
    one, two = (sessions.of(sessions.begin(SEES), Keys(SEES)) for _ in range(2))
    assert one is not None
    assert two is not None
    assert not one.made(two.form)
    assert not one.made("")
    assert not one.made("ü")


def test_a_cookie_holds_nothing_of_a_secret_and_does_not_print(sessions: Sessions) -> None:
    cookie = sessions.begin(replace(SEES, epoch="epoch-of-the-key"))
    assert "epoch" not in cookie
    session = sessions.of(sessions.begin(SEES), Keys(SEES))
    assert session is not None
    assert session.form not in repr(session)


def test_where_nobody_needs_a_key_whoever_comes_may_look_and_no_form_is_believed(sessions: Sessions) -> None:
    session = sessions.of(None, Keys())
    assert session == Session(principal=None)
    assert session is not None
    assert not session.made("")
    assert not session.approves


def test_while_nobody_can_tell_that_is_said(sessions: Sessions) -> None:
    class Lost(Keys):
        def by_id(self, id_: str) -> Principal | None:
            raise StoreError("keys cannot be looked up now")

    with pytest.raises(StoreError):
        sessions.of(sessions.begin(SEES), Lost(SEES))


@given(cookie=st.text(max_size=200), at=st.integers(0, 300), byte=st.text(min_size=1, max_size=2))
def test_no_cookie_that_was_made_up_or_changed_is_a_session(cookie: str, at: int, byte: str) -> None:
    sessions = Sessions(b"secret", clock=lambda: 0.0)
    assert sessions.of(cookie, Keys(SEES)) is None
    real = sessions.begin(SEES)
    at %= len(real)
    changed = real[:at] + byte + real[at + 1 :]
    # The padding of base64 may be written in several ways that mean the same.
    if changed != real and changed.partition(".")[0] != real.partition(".")[0]:
        assert sessions.of(changed, Keys(SEES)) is None


def test_processes_that_are_started_by_one_share_its_secret() -> None:
    environ: dict[str, str] = {}
    secret = shared_secret(environ)
    assert len(secret) >= 32
    assert shared_secret(environ) == secret
    assert environ[VARIABLE].encode() == secret
    assert shared_secret({VARIABLE: "of several machines"}) == b"of several machines"


def test_the_epoch_of_a_key_changes_with_its_secrets_and_shows_none_of_them() -> None:
    def epoch(*digests: str) -> str:
        ring = Ring([Key(principal=Principal(id="a", epoch="said"), digests=digests)])
        found: Any = ring.by_id("a")
        assert found is ring.by_digest(digests[0])
        return str(found.epoch)

    assert epoch("d1") == epoch("d1") != epoch("d2")
    assert epoch("d1", "d2") == epoch("d2", "d1") != epoch("d1")
    assert "d1" not in epoch("d1")
