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
def _operation(name: str) -> Any:
    return ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2")).operation_model(name)


def valid(body: Mapping[str, Any], *, model: str = "some.model", stream: bool = False) -> str:
    """The path that botocore would send the same parameters to."""
    operation = _operation("ConverseStream" if stream else "Converse")
    parameters = {"modelId": model, **_native(body, operation.input_shape)}
    report = ParamValidator().validate(parameters, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    _constrained(parameters, operation.input_shape)
    sent = create_serializer("rest-json").serialize_to_request(parameters, operation)
    assert json.loads(sent["body"]) == body
    path: str = sent["url_path"]
    return path


def _native(value: Any, shape: Any) -> Any:
    """The value as botocore's callers give it: bytes where the wire has base64."""
    if shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if shape.type_name == "list":
        return [_native(inner, shape.member) for inner in value]
    if shape.type_name != "structure" or getattr(shape, "is_document_type", False):
        return value
    unknown = value.keys() - shape.members.keys()
    assert not unknown, f"{shape.name} has no {unknown}"
    return {key: _native(inner, shape.members[key]) for key, inner in value.items()}


def _constrained(value: Any, shape: Any) -> None:
    """What botocore leaves to the service: enumerations and greatest values."""
    if getattr(shape, "is_document_type", False):
        return
    if shape.type_name == "structure":
        for key, inner in value.items():
            _constrained(inner, shape.members[key])
    elif shape.type_name == "list":
        for inner in value:
            _constrained(inner, shape.member)
    elif shape.type_name == "string":
        assert not shape.enum or value in shape.enum
    if "max" in shape.metadata and shape.type_name in ("integer", "float"):
        assert value <= shape.metadata["max"]
