"""Keys that something is written on to: of every form, before and behind, with nothing between."""

import base64
import hashlib
import random
import re

import pytest
from issued import issued

from interlock_privacy.detection import Secrets
from interlock_privacy.detection.keys import FORMS

NAMES = [name for name, _ in FORMS]
GLUE = ["minister", "Minister", "Z", "7", "x_", "_", "é", "密", "ー", "密码x", "of-the-", "a.b/"]
# What begins as words and hashes do, so that it is not told from them inside a word: only at its beginning.
UNTOLD = {
    "openai": re.compile("sk-(?!proj-|svcacct-|admin-|None-|or-v1-)"),
    "twilio": re.compile("AC|SK"),
    "mailgun": re.compile("key-"),
    "square": re.compile("EAAA"),
}
# And what ends as base64 goes on.
ENDLESS = re.compile("EAAA")
MD5, SHA256 = (each(b"x").hexdigest() for each in (hashlib.md5, hashlib.sha256))


def keys(name):
    rng = random.Random(name)
    return [issued(name, rng) for _ in range(20)]


def untold(name, key):
    return name in UNTOLD and UNTOLD[name].match(key) is not None


def hidden(before, key, behind):
    start, end = len(before), len(before) + len(key)
    found = Secrets().find(before + key + behind)
    return any(each.start <= start and end <= each.end for each in found)


@pytest.mark.parametrize("name", NAMES)
def test_a_key_by_itself_is_found(name):
    assert all(hidden("", key, "") and hidden("密", key, " and") for key in keys(name))


@pytest.mark.parametrize("glue", GLUE)
@pytest.mark.parametrize("name", NAMES)
def test_a_key_is_found_whatever_it_is_written_on_to(name, glue):
    told = [key for key in keys(name) if not untold(name, key)]
    missed = {key for key in told if not hidden(glue, key, "") or not hidden(glue, key, glue)}
    missed |= {key for key in keys(name) if not ENDLESS.match(key) and not hidden("", key, glue)}
    # By chance, one in some hundred has words in it.
    assert len(missed) <= 1


@pytest.mark.parametrize("name", sorted(UNTOLD))
def test_what_begins_as_a_word_or_a_hash_does_is_not_told_inside_a_word(name):
    inside = [key for key in keys(name) if untold(name, key)]
    assert inside
    assert not any(hidden("minister", key, "") for key in inside)


@pytest.mark.parametrize("second", NAMES)
def test_keys_are_found_behind_one_another(second):
    rng = random.Random(second)
    for first in NAMES:
        one, two = issued(first, rng), issued(second, rng)
        if ENDLESS.match(one):
            continue
        assert hidden("", one, two), (one, two)
        assert untold(second, two) or hidden(one, two, ""), (one, two)
        assert untold(second, two) or all(hidden(two * count, two, two * 5) for count in (1, 7)), two


@pytest.mark.parametrize(
    "text",
    [
        *("risk-management-framework-2024", "task-proj-management-2024-planning-session"),
        *("disk-admin-20240131-12345678-0001-backup", "desk-admin-Console-V2-deployment-guide"),
        *(f"half_{MD5}", f"self_{SHA256}", f"monkey-{MD5}", f"HMAC{MD5}", f"DISK{MD5}", f"cache/key{SHA256}"),
        *("disk_test_20240131T123456Z", "task_live_streamingServiceConfiguration2", "PANASIA2024SUMMARIES"),
        *("EURASIA1234567890123456", "lovexoxo-darling-forever", "assertNoGlpatInTheLog"),
        "com.example.MSG.SomeLongIdentifierName2.AnotherLongIdentifierName",
        "http://localhost:8080/a@b",
    ],
)
def test_prose_names_and_hashes_have_no_keys_in_them(text):
    assert Secrets().find(text) == []


def test_a_file_in_base64_has_no_keys_in_it():
    assert Secrets().find(base64.b64encode(random.Random(3).randbytes(200_000)).decode()) == []
