"""What is copied along with a router, and what cannot be."""

import copy
import pickle

import pytest

from interlock.testing import scripted_router


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_what_holds_a_router_shares_the_router(copied):
    router = scripted_router({"a": ["hello"]})
    assert copied({"model": router})["model"] is router


def test_a_pickle_says_what_to_pickle_instead():
    with pytest.raises(TypeError, match="pickle its configuration"):
        pickle.dumps(scripted_router({"a": []}))
