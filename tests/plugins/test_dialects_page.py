"""docs/dialects.md says what the codecs declare, and what they declare is so."""

import runpy
from pathlib import Path

import pytest

from interlock.errors import InvalidRequest
from interlock.http import HttpClient, Permit
from interlock.protocols import ProviderCall
from interlock.types.messages import Audio, Document, Image, Message, Part
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Request, Settings
from interlock_openai import VENDORS, ChatCompletions, Vendor
from interlock_openai.limits import limits_of

PAGE = Path(__file__).parents[2] / "docs" / "dialects.md"
SCRIPT = Path(__file__).with_name("dialects.py")
PDF = b"%PDF-1.7"
# Parts, and the limits of which any one makes a vendor refuse them.
NO_FILES = "documents other than plain text"
PROBES: tuple[tuple[Part, set[str]], ...] = (
    (Image(url="https://a.example/x.png"), {"images", "images by URL"}),
    (Audio(data=b"RIFF0000WAVE"), {"audio"}),
    (Document(data=PDF), {NO_FILES, "documents' bytes"}),
    (Document(url="https://a.example/x.pdf"), {NO_FILES, "documents by URL"}),
    (Document(file_id="file-1"), {NO_FILES, "documents by file id"}),
)


def test_the_page_holds_what_the_codecs_declare() -> None:
    tables = runpy.run_path(str(SCRIPT))["tables"]()
    assert PAGE.read_text("utf-8").endswith("\n\n" + tables)


def takes(vendor: Vendor, request: Request) -> bool:
    deployment = Deployment(
        id="there",
        card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
        provider=vendor.name,
        region="us",
        name="model-1",
        base_url="https://models.example/v1",
    )
    permit = Permit(deployment="there", origin=None)
    call = ProviderCall(request=request, deployment=deployment, permit=permit, http=HttpClient())
    try:
        ChatCompletions(vendor).encode(call, stream=False)
    except InvalidRequest as error:
        return error.code != "unsupported_part"
    return True


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_what_a_row_declares_as_refused_is_refused_and_nothing_else(vendor: Vendor) -> None:
    declared = {feature for feature, instead in limits_of(vendor) if instead.startswith("refused")}
    for part, limits in PROBES:
        assert takes(vendor, Request([Message("user", [part])])) is not bool(limits & declared)
    assert takes(vendor, Request("hi", settings=Settings(logprobs=1))) is ("logprobs" not in declared)
