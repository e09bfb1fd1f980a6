import copy
import json
import logging
import pickle

import pytest

from interlock import Constraints, Deployment, ModelCard, Settings, Usage
from interlock.types.models import Credential, Secret
from interlock.types.names import nearest

SECRET = Secret("sk-very-private")


def test_a_secret_is_never_shown(caplog):
    card = ModelCard(id="a/b", maker="a", jurisdiction="us")
    deployment = Deployment(
        id="d", card=card, provider="p", region="us", name="b", credential=Credential(secret=SECRET)
    )
    logging.getLogger("interlock.test").warning("%s %r %s", SECRET, SECRET, deployment)
    shown = [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        repr(deployment),
        caplog.text,
        json.dumps(str(deployment)),
    ]
    assert not [text for text in shown if "private" in text]
    assert SECRET.reveal() == "sk-very-private"


def test_a_secret_does_not_leave_the_process_in_a_pickle():
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(SECRET)
    assert copy.deepcopy(SECRET) is SECRET


def test_names_in_constraints_are_compared_in_lower_case():
    assert Constraints(residency="EU", deny_vendors=["DeepSeek "]) == Constraints(
        residency={"eu"}, deny_vendors={"deepseek"}
    )


def test_one_stop_string_is_a_list_of_one():
    assert Settings(stop="END").stop == ("END",)


def test_usage_adds_up_what_is_known():
    total = Usage(input_tokens=1, reasoning=2) + Usage(input_tokens=3, output_tokens=4, estimated=True)
    assert total == Usage(input_tokens=4, output_tokens=4, reasoning=2, estimated=True)


def test_near_names_are_suggested_and_far_ones_are_not():
    assert nearest("residancy", ["residency", "region"]) == "residency"
    assert nearest("GLM-5.2", ["zhipu/glm-5.2"]) == "zhipu/glm-5.2"
    assert nearest("mars", ["rs", "us"]) is None
