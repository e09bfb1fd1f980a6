from dataclasses import replace

import pytest

from interlock.types.messages import Reasoning
from interlock.types.models import Deployment, ModelCard
from interlock.types.provenance import alias_of, comes_from, signer_of

HERE = Deployment(
    id="here",
    card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
    provider="maker",
    region="us",
    name="model",
    base_url="https://here.example/v1",
)
ELSEWHERE = replace(HERE, base_url="https://elsewhere.example/v1")


@pytest.mark.parametrize("named", [signer_of, lambda deployment: alias_of(signer_of(deployment))])
def test_a_signature_goes_back_to_the_endpoint_that_gave_it_under_either_name(named):
    part = Reasoning("", signature="s", vendor="maker", origin=named(HERE))
    assert comes_from(part, "maker", HERE)
    assert not comes_from(part, "maker", ELSEWHERE)
    assert not comes_from(part, "other", HERE)


def test_an_alias_is_its_own_and_holds_no_address():
    alias = alias_of(signer_of(HERE))
    assert alias_of(alias) == alias
    assert "here.example" not in alias
    assert alias != alias_of(signer_of(ELSEWHERE))
