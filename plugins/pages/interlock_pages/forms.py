"""What a form brings along."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

_LONGEST = 64 * 1024
_MOST = 20
_TYPE = "application/x-www-form-urlencoded"


async def form_of(request: Request) -> dict[str, str]:
    """The fields of the form that a request brings along, each once.

    Raises:
        HTTPException: 415 for what is no form, 413 for one of more than 64 kB, and 400 for one that cannot be
            read or has a field twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise HTTPException(415, "This is no form.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            raise HTTPException(413, "This form is too long.")
    try:
        fields = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST
        )
    except ValueError:
        raise HTTPException(400, "This form cannot be read.") from None
    found = dict(fields)
    if len(found) != len(fields):
        raise HTTPException(400, "This form has a field twice.")
    return found
