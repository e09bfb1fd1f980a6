"""The google-genai package's own types, which forbid what they do not know."""

import json
import warnings
from collections.abc import Mapping
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDK's source has an escape sequence that Python frowns upon
    from google.genai import types

_KINDS: dict[str, Any] = {
    "contents": types.Content,
    "systemInstruction": types.Content,
    "tools": types.Tool,
    "toolConfig": types.ToolConfig,
    "generationConfig": types.GenerationConfig,
}


def valid(body: Mapping[str, Any]) -> None:
    assert body.keys() <= _KINDS.keys()
    for key, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            _KINDS[key].model_validate_json(json.dumps(item))
