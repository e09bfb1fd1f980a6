"""Signatures out of AWS's own credential chain. Everything here may block: it is run in a thread.

botocore is loaded here alone, and only when a request is to be signed.
"""

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from interlock.errors import AuthenticationError
from interlock.http import HttpRequest
from interlock.logs import redact

_SERVICE = "bedrock"
_METADATA = "iam-role"
_LONGEST = 200
HINT = (
    "set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; on EC2, "
    "set AWS_EC2_METADATA_DISABLED=false to have the instance asked for its role"
)


# Each of these leads AWS's chain somewhere, and so does each of these files.
_WAYS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
)
_FILES = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
    "BOTO_CONFIG": "~/.boto",
}
_LAST_FILE = "/etc/boto.cfg"


def may_have_credentials(environ: Mapping[str, str]) -> bool:
    """Whether AWS's chain has anywhere to look. What it will find there shows when a request is signed."""
    if any(environ.get(name) for name in _WAYS):
        return True
    if environ.get("AWS_EC2_METADATA_DISABLED", "").strip().lower() == "false":
        return True
    files = [environ.get(name) or usual for name, usual in _FILES.items()]
    return any(Path(path).expanduser().exists() for path in (*files, _LAST_FILE))


class Credentials:
    """AWS's chain, asked once and kept; botocore renews what expires. Safe in threads and after a fork."""

    def __init__(self) -> None:
        self._pid = 0
        self._begin()

    def sign(self, request: HttpRequest, headers: Mapping[str, str], region: str) -> dict[str, str]:
        """The headers that authorise the request: `headers` are those it goes out with, lower-case names.

        Raises AuthenticationError when the chain holds no credentials, or fails.
        """
        from botocore.auth import SigV4Auth  # noqa: PLC0415 - loads botocore
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - loads botocore

        keys = self._frozen()
        dated = {"x-amz-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")}
        if keys.token:
            dated["x-amz-security-token"] = keys.token
        signed = AWSRequest(
            method=request.method, url=request.url, data=request.body, headers={**headers, **dated}
        )
        signed.context["timestamp"] = dated["x-amz-date"]
        # add_auth does the same, and logs the session's token.
        signer = SigV4Auth(keys, _SERVICE, region)
        names = signer.signed_headers(signer.headers_to_sign(signed))
        digest = signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)
        proof = f"Credential={signer.scope(signed)}, SignedHeaders={names}, Signature={digest}"
        return {**dated, "authorization": f"AWS4-HMAC-SHA256 {proof}"}

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._found: Any = None

    def _frozen(self) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads botocore

        if self._pid != os.getpid():
            self._begin()  # a lock may have been held by a thread that the fork left behind
        try:
            with self._lock:
                if self._found is None:
                    self._found = _chain().load_credentials()
                found = self._found
            keys = None if found is None else found.get_frozen_credentials()
        except (BotoCoreError, ClientError, OSError, ValueError) as error:
            raise AuthenticationError(
                f"AWS's credential chain failed: {redact(str(error))[:_LONGEST]}; {HINT}",
                code=type(error).__name__,
            ) from None
        if keys is None or not keys.access_key or not keys.secret_key:
            raise AuthenticationError(f"AWS's credential chain holds no credentials: {HINT}")
        return keys


def _chain() -> Any:
    """Environment, profile, single sign-on, processes, containers; the instance's role where configured."""
    from botocore.session import Session  # noqa: PLC0415 - loads botocore

    session = Session()
    chain = session.get_component("credential_provider")
    if not _asks_the_instance(session):
        chain.remove(_METADATA)
    return chain


def _asks_the_instance(session: Any) -> bool:
    """Off an instance nobody answers at the metadata address, and the wait would come before every error."""
    switch = os.environ.get("AWS_EC2_METADATA_DISABLED")
    if switch is not None:
        return switch.strip().lower() == "false"
    names = ("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode")
    return any(session.get_config_variable(name) for name in names)
