"""The provider: the codec over HTTP, each request signed."""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import replace

from interlock.errors import InvalidRequest
from interlock.http import HttpProvider, HttpRequest, aside
from interlock.protocols import ProviderCall, ProviderFacts
from interlock_bedrock.codec import Converse
from interlock_bedrock.places import signing_region
from interlock_bedrock.sign import HINT, Credentials, may_have_credentials

_FRAMES = "botocore.eventstream"
# A proxy on the way may change the others.
_SEALED = ("content-type", "host")


class BedrockProvider(HttpProvider):
    """Signs with AWS's credentials, unless the request carries a key or the deployment an authorization."""

    def __init__(self, facts: ProviderFacts, codec: Converse) -> None:
        super().__init__(facts, codec)
        self._credentials = Credentials()

    def lacks(self, environ: Mapping[str, str]) -> str:
        """What is missing when AWS's chain can find nothing; asks nobody, and reads no file."""
        return "" if may_have_credentials(environ) else f"there are no AWS credentials: {HINT}"

    async def authorise(self, call: ProviderCall, request: HttpRequest) -> HttpRequest:
        deployment = call.deployment
        if _FRAMES not in sys.modules:
            await aside(importlib.import_module, _FRAMES)  # longer than a loop may stand still
        # The deployment's headers replace ours when they are sent, so they must be in the signature.
        headers = {name.lower(): value for name, value in {**request.headers, **deployment.headers}.items()}
        if "authorization" in headers:
            return request
        sealed = {
            name: value for name, value in headers.items() if name in _SEALED or name.startswith("x-amz")
        }
        region = signing_region(deployment)
        if region is None:
            named = deployment.declared or deployment.region
            raise InvalidRequest(
                f"there is no region to sign for: neither {named!r} nor base_url names a cloud "
                "region; set region to one, such as eu-central-1, or use a Bedrock key"
            )
        proof = await aside(self._credentials.sign, request, sealed, region)
        return replace(request, headers={**request.headers, **proof})
