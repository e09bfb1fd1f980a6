"""What is written of keys is read as it is meant, or refused with its line, its key and the nearest name."""

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError, Constraints
from interlock_server.keys import digest_of, new_secret
from interlock_server.keys.written import keys_in, keys_of
from interlock_server.principals import Limit

SECRET = "ilk_" + "q7Ww" * 10 + "abc"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()
WHOLE = f"""\
support:
  sha256: {DIGEST}
  name: Support desk
  models: [openai/gpt-5.5, second_opinion]
  tasks: qa, conversational
  constraints: {{residency: germany, deny_vendors: [DeepSeek], on_premise: true}}
  limits:
    - {{per: month, usd: 200}}
    - {{per: minute, requests: 60, tokens: 100000}}
  expires: 2027-01-31T18:00:00+01:00
  sees: true
  metadata: {{team: support}}
"""


def test_everything_that_a_key_may_say_is_read():
    (key,) = keys_in(WHOLE, "keys.yaml")
    principal = key.principal
    assert key.digests == (DIGEST,)
    assert (principal.id, principal.name) == ("support", "Support desk")
    assert principal.models == {"openai/gpt-5.5", "second_opinion"}
    assert principal.tasks == {"qa", "conversational"}
    assert principal.constraints == Constraints(
        residency=frozenset({"de"}), deny_vendors=frozenset({"deepseek"}), on_premise=True
    )
    assert principal.limits == (
        Limit(per="month", usd=200.0),
        Limit(per="minute", requests=60, tokens=100_000),
    )
    assert principal.expires == 1_801_414_800.0
    assert (principal.sees, principal.approves) == (True, False)
    assert principal.metadata == {"team": "support"}


def test_what_is_left_out_restricts_nothing():
    (key,) = keys_in(f"ci: {{sha256: {DIGEST}}}", "keys.yaml")
    principal = key.principal
    assert (principal.models, principal.tasks, principal.limits, principal.expires) == (None, None, (), None)
    assert principal.constraints.is_free


def test_a_date_is_its_beginning_in_utc():
    (key,) = keys_in(f"ci: {{sha256: {DIGEST}, expires: 2027-01-31}}", "keys.yaml")
    assert key.principal.expires == 1_801_353_600.0


def test_a_file_of_comments_holds_no_key():
    assert keys_in("# nobody yet\n", "keys.yaml") == ()


@pytest.mark.parametrize(
    ("fields", "key", "line", "words"),
    [
        ("residency: eu", "ci.residency", 3, "no such field"),
        ("model: [a]", "ci.model", 3, "Did you mean 'models'?"),
        ("constraints: {residncy: eu}", "ci.constraints.residncy", 3, "Did you mean 'residency'?"),
        ("constraints: {residency: atlantis}", "ci.constraints.residency", 3, "atlantis"),
        ("constraints: {residency: []}", "ci.constraints.residency", 3, "is empty"),
        ("constraints: {on_premise: eu}", "ci.constraints.on_premise", 3, "true or false"),
        ("models: []", "ci.models", 3, "leave it out"),
        ("models: {a: b}", "ci.models", 3, "a list of names"),
        ("tasks: [1]", "ci.tasks.0", 3, "put it in quotes"),
        ("limits: {per: week, usd: 1}", "ci.limits.0.per", 3, "one of minute, hour, day, month"),
        ("limits: {per: mont, usd: 1}", "ci.limits.0.per", 3, "Did you mean 'month'?"),
        ("limits: [{per: day}]", "ci.limits.0", 3, "limits nothing"),
        ("limits: [{per: day, usd: -1}]", "ci.limits.0.usd", 3, "US dollars"),
        (f"limits: [{{per: day, usd: {10**400}}}]", "ci.limits.0.usd", 3, "US dollars"),
        (f"limits: [{{per: day, tokens: {10**400}}}]", "ci.limits.0.tokens", 3, "whole number"),
        ("limits: [{per: day, requests: 1.5}]", "ci.limits.0.requests", 3, "a whole number"),
        ("limits: [{per: day, requests: true}]", "ci.limits.0.requests", 3, "a whole number"),
        ("limits: [{per: day, usd: 1, euros: 2}]", "ci.limits.0.euros", 3, "no such field"),
        ("limits: [{per: day, usd: 1}, {per: day, tokens: 2}]", "ci.limits.1", 3, "second limit"),
        ("expires: soon", "ci.expires", 3, "2027-01-31"),
        ("expires: 2027-02-30", "ci.expires", 3, "2027-01-31"),
        ("sees: 1", "ci.sees", 3, "true or false"),
        ("metadata: {server.key: other}", "ci.metadata.server.key", 3, "server's own"),
        ("name: ''", "ci.name", 3, "printable"),
        ("secret: env:NOT_THERE", "ci", 1, "both"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(fields, key, line, words):
    with pytest.raises(ConfigError) as caught:
        keys_in(f"ci:\n  sha256: {DIGEST}\n  {fields}\n", "keys.yaml", environ={})
    assert (caught.value.source, caught.value.key, caught.value.line) == ("keys.yaml", key, line)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ci: {}", "no `sha256`"),
        ("ci:", "fields of a key"),
        ("ci: {sha256: abc}", "64 hexadecimal digits"),
        (f"ci: {{sha256: [{DIGEST}, {DIGEST}]}}", "several that differ"),
        ("- a\n- b", "expected ids"),
        ("just words", "expected ids"),
        ("ci: {secret: env:NOT_THERE}", "NOT_THERE is not set"),
        ("ci: {secret: env:SHORT}", "has 5 characters"),
        ("ci: {secret: file:nowhere}", "cannot be read"),
        ("ci: {secret: 7}", "env:NAME"),
        ("bad id: {}", "an id begins with"),
        (f"a: {{sha256: {DIGEST}}}\na: {{sha256: {DIGEST}}}", "comes twice"),
    ],
)
def test_an_entry_that_is_no_key_is_refused(text, words, tmp_path):
    with pytest.raises(ConfigError, match=words):
        keys_in(text, "keys.yaml", environ={"SHORT": "12345"}, folder=tmp_path)


@pytest.mark.parametrize(
    "where", ["secret: {}", "sha256: {}", "name: {{a: {}}}", "{}: 1", "models: {{{}: 1}}"]
)
def test_a_secret_in_the_wrong_place_is_not_repeated(where):
    with pytest.raises(ConfigError) as caught:
        keys_in(f"ci:\n  sees: true\n  {where.format(SECRET)}\n", "keys.yaml")
    assert SECRET not in str(caught.value)


def test_a_secret_in_an_ids_place_is_not_repeated():
    with pytest.raises(ConfigError) as caught:
        keys_in(f"{SECRET}: {{sha256: {DIGEST}}}\n", "keys.yaml")
    assert SECRET not in str(caught.value)
    assert caught.value.line == 1


def test_a_secret_may_lie_in_the_environment_or_in_a_file(tmp_path):
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    for spec in ("env:CI_KEY", "file:secret"):
        (key,) = keys_in(f"ci: {{secret: {spec}}}", "k", environ={"CI_KEY": SECRET}, folder=tmp_path)
        assert key.digests == (DIGEST,)


def test_a_key_may_have_an_old_secret_beside_a_new_one():
    other = digest_of(new_secret())
    (key,) = keys_in(f"ci: {{sha256: [{DIGEST.upper()}, {other}]}}", "keys.yaml")
    assert key.digests == (DIGEST, other)


def test_secrets_are_new_each_time_and_fit_a_header():
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(each) == 47 and each.startswith("ilk_") and each.isascii() for each in made)


def test_the_environment_holds_pairs():
    keys = keys_of(f"ci={SECRET}, desk={new_secret()}\nbot={new_secret()}")
    assert [key.principal.id for key in keys] == ["ci", "desk", "bot"]
    assert keys[0].digests == (DIGEST,)
    assert keys_of("  ") == ()


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (SECRET, "expected id=secret"),
        (f"ci={SECRET} ci={SECRET}x", "comes twice"),
        ("ci=short", "has 5 characters"),
        (f"c/i={SECRET}", "an id begins with"),
        (f"{SECRET}={SECRET}", "looks like a secret"),
    ],
)
def test_pairs_that_make_no_sense_are_refused_and_not_repeated(pairs, words):
    with pytest.raises(ConfigError, match=words) as caught:
        keys_of(pairs)
    assert SECRET not in str(caught.value)
    assert caught.value.source == "INTERLOCK_KEYS"


NAMES = st.sampled_from(
    [*"abc", "sha256", "secret", "models", "limits", "constraints", "expires", "metadata"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=80)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_whatever_is_written_is_read_or_refused(value):
    import json

    try:
        keys = keys_in(json.dumps(value), "keys.yaml", environ={})
    except ConfigError:
        return
    assert all(key.digests for key in keys)


@given(st.text(max_size=60))
def test_any_text_has_a_digest(text):
    assert len(digest_of(text)) == 64
