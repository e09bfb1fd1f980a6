"""What operations are taken to do outside, by their methods and names."""

import pytest

from interlock_openapi.document import Operation
from interlock_openapi.effects import effect_of, names_a_key, repeat_of


@pytest.mark.parametrize(
    ("place", "name", "effect"),
    [
        ("GET /things", "listThings", "read"),
        ("HEAD /things", "", "read"),
        ("OPTIONS /things", "", "read"),
        ("GET /things/delete", "", "destructive"),
        ("GET /purge-cache", "purgeCache", "destructive"),
        ("GET /things/removed", "listRemoved", "read"),
        ("POST /things", "createThing", "write"),
        ("POST /things/search", "searchThings", "write"),
        ("PATCH /things/{id}", "updateThing", "write"),
        ("PUT /things/{id}", "replaceThing", "write"),
        ("DELETE /things/{id}", "", "destructive"),
        ("POST /orders/{id}/cancel", "", "destructive"),
        ("POST /accounts/{id}/close", "", "destructive"),
        ("POST /chat.delete", "chat_delete", "destructive"),
        ("POST /repos/{owner}/{repo}/transfer", "repos/transfer", "destructive"),
        ("PUT /members/{id}", "removeMember", "destructive"),
    ],
)
def test_the_method_and_the_words_decide(place, name, effect):
    method, path = place.split(" ")
    operation = Operation(method=method.lower(), path=path, item={}, node={"operationId": name})
    assert effect_of(operation) == effect


@pytest.mark.parametrize(
    ("name", "description", "key"),
    [
        ("Idempotency-Key", "", True),
        ("X-Idempotency-Key", "", True),
        ("idempotency_key", "", True),
        ("idempotencyKey", "", True),
        ("requestId", "Makes the request idempotent.", True),
        ("requestId", "Is written into the log.", False),
        ("key", "idempotent", False),
    ],
)
def test_a_parameter_takes_a_key_when_its_name_says_so(name, description, key):
    assert names_a_key(name, description) is key


def test_nothing_but_a_read_or_a_key_makes_a_run_repeatable():
    assert repeat_of("read", keyed=False).way == "natural"
    assert repeat_of("write", keyed=True).way == "key"
    assert repeat_of("destructive", keyed=False).way == "none"
