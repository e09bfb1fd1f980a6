"""Each operation of a dozen documents, held against them by a validator that is not ours."""

from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from emulators.prism import Prism, prism
from openapi_trial import Trial
from openapi_vendors import DOCUMENTS

EACH = pytest.mark.parametrize("document", sorted(DOCUMENTS.glob("*.yaml")), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def validator() -> Iterator[Prism]:
    with prism() as there:
        yield there


@EACH
def test_a_request_is_what_the_document_asks_for_whichever_arguments_are_given(validator, document, tmp_path):
    trial = Trial(validator, document, tmp_path)
    wrong = {}
    with trial.opened(*trial.catalog.names) as calls:
        for name in trial.catalog.names:
            for whole in (True, False):
                said = calls.call(name, whole=whole)
                if (said["verdict"], said.get("outcome")) != ("accepted", "done"):
                    wrong[name, whole] = said
    assert wrong == {}
    assert trial.catalog.withheld == {}


def test_the_validator_refuses_what_the_document_does_not_take(validator):
    there = urlsplit(validator.serve(DOCUMENTS / "stripe.yaml"))
    connection = HTTPConnection(str(there.hostname), there.port, timeout=20)
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": "Bearer a"}
    connection.request("POST", "/v1/payment_intents", body="currency=eur", headers=headers)
    reply = connection.getresponse()
    said = reply.read().decode()
    connection.close()
    assert (reply.status, "amount" in said) == (422, True)
