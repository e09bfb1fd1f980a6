"""OpenAPI documents in the making."""

from typing import Any

from interlock.protocols import ConnectorCall
from interlock.types.models import Credential, Destination, Secret

KEY = "key-5b21c7d90e64"


def document_of(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "paths": paths, **more}


def call_for(key: str = KEY) -> ConnectorCall:
    """What the connector `things` is opened with."""
    credential = Credential(secret=Secret(key))
    there = Destination(id="things", region="us", base_url="https://api.example.com", credential=credential)
    return ConnectorCall(destination=there)
