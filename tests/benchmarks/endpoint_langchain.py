"""LangChain's own tests of chat models, of OpenAI's client before ENDPOINT_URL, which answers by the name of
ENDPOINT_MODEL. Run by endpoint_clients.py.
"""

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

FILES = {".pdf": b"%PDF-1.7", ".wav": b"RIFF0000WAVE"}
PICTURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests fetch a picture, a document and a sound from public pages."""

    def get(url: str, **_: object) -> httpx.Response:
        content = FILES.get(Path(url).suffix, PICTURE)
        return httpx.Response(200, content=content, request=httpx.Request("GET", url))

    monkeypatch.setattr(httpx, "get", get)


class TestThroughTheEndpoint(ChatModelIntegrationTests):
    supports_json_mode = True
    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_audio_inputs = True
    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    returns_usage_metadata = True
    chat_model_class = ChatOpenAI
    model_override_value = os.environ["ENDPOINT_MODEL"]

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {
            "model": "auto",
            "base_url": os.environ["ENDPOINT_URL"],
            "api_key": "none",
            "max_retries": 0,
            "stream_usage": True,
        }
