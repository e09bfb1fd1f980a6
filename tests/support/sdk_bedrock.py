"""botocore's own model of Converse, and what it makes of the same parameters."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator


@cache
def _operation() -> Any:
    return ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2")).operation_model(
        "Converse"
    )


def valid(body: Mapping[str, Any]) -> None:
    operation = _operation()
    parameters = {"modelId": "some.model", **_native(body, operation.input_shape)}
    report = ParamValidator().validate(parameters, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    sent = create_serializer("rest-json").serialize_to_request(parameters, operation)
    assert json.loads(sent["body"]) == body


def _native(value: Any, shape: Any) -> Any:
    """The value as botocore's callers give it: bytes where the wire has base64."""
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "list":
        return [_native(inner, shape.member) for inner in value]
    if shape.type_name != "structure" or getattr(shape, "is_document_type", False):
        return value
    assert value.keys() <= shape.members.keys(), f"{shape.name} has no {value.keys() - shape.members.keys()}"
    return {key: _native(inner, shape.members[key]) for key, inner in value.items()}
