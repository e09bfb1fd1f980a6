"""One request, out of a model's arguments."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import UUID

from interlock.http import HttpRequest
from interlock_openapi.bodies import ARGUMENT, Body
from interlock_openapi.effects import READING
from interlock_openapi.parameters import Parameter, template_of
from interlock_openapi.security import Login
from interlock_openapi.servers import split
from interlock_openapi.styles import COOKIE, Unwritable, in_header, in_path, in_query

_BRACES = re.compile(r"\{([^{}]*)\}")
_LITERAL = "/%:@!$&'()*+,;=~-._"


class Writer:
    """Writes the requests of one operation.

    Attributes:
        key: the parameter that takes the key of a run; None where there is none, or the body has it.
    """

    def __init__(
        self,
        method: str,
        path: str,
        *,
        root: str,
        parameters: Sequence[Parameter],
        body: Body | None,
        key: Parameter | None,
        accept: str,
        media: str = "",
    ) -> None:
        """`media` is the type of a body that is not there, for services that ask for it all the same."""
        self._method = method
        plain, self._query = split(template_of(path))
        self._template = f"{root}{plain}"
        self._parameters = parameters
        self._body = body
        self.key = key
        self._accept = accept
        self._media = media

    def write(self, arguments: Mapping[str, Any], login: Login, key: str) -> HttpRequest:
        """Raises Unwritable for what the service's address, headers or form cannot hold."""
        given = {each.argument: arguments.get(each.argument) for each in self._parameters}
        if self.key is not None:
            given[self.key.argument] = _shaped(key, self.key.schema)
        body = self._body
        value = arguments.get(ARGUMENT)
        if body is not None and body.key and key and self.key is None and isinstance(value, Mapping | None):
            value = {**(value or {}), body.key: key}
        written, media = (b"", "") if body is None or value is None else body.write(value)
        headers, cookies = self._headers(given, login)
        if media or self._media:
            headers["content-type"] = media or self._media
        if cookies:
            headers["cookie"] = cookies
        return HttpRequest(
            method=self._method.upper(),
            url=self._url(given, login),
            headers=headers,
            body=written,
            once=self._method not in READING,
        )

    def _url(self, given: Mapping[str, Any], login: Login) -> str:
        path = self._filled(self._template, given, _LITERAL)
        asked = {each.name: given[each.argument] for each in self._parameters if each.place == "query"}
        pairs = [
            (quote(name, safe=""), self._filled(value, given, "%"))
            for name, value in self._query.items()
            if asked.get(name) is None and not (name in asked and _BRACES.search(value))
        ]
        for parameter in self._parameters:
            if parameter.place == "query" and given[parameter.argument] is not None:
                pairs += in_query(parameter, given[parameter.argument])
        pairs += [(quote(name, safe=""), quote(value, safe="")) for name, value in login.query.items()]
        query = "&".join(f"{name}={value}" for name, value in pairs)
        return path + (f"?{query}" if query else "")

    def _filled(self, template: str, given: Mapping[str, Any], safe: str) -> str:
        """The template with its parameters in place of braces, and `safe` unquoted between them."""
        there = {each.name: each for each in self._parameters if each.place == "path"}
        steps: list[str] = []
        end = 0
        for found in _BRACES.finditer(template):
            steps.append(quote(template[end : found.start()], safe=safe))
            parameter = there.get(found[1])
            if parameter is not None:
                if given.get(parameter.argument) is None:
                    raise Unwritable(f"{parameter.argument} is missing: it is a part of the address")
                steps.append(in_path(parameter, given[parameter.argument]))
            end = found.end()
        return "".join((*steps, quote(template[end:], safe=safe)))

    def _headers(self, given: Mapping[str, Any], login: Login) -> tuple[dict[str, str], str]:
        headers = {"accept": self._accept}
        cookies: dict[str, str] = {}
        for parameter in self._parameters:
            value = given[parameter.argument]
            if value is None or parameter.place not in ("header", "cookie"):
                continue
            into = headers if parameter.place == "header" else cookies
            name = parameter.name.lower() if parameter.place == "header" else parameter.name
            into[name] = in_header(parameter, value)
        headers.update({name.lower(): value for name, value in login.headers.items()})
        cookies.update({name: quote(value, safe=COOKIE) for name, value in login.cookies.items()})
        return headers, "; ".join(f"{name}={value}" for name, value in cookies.items())


def _shaped(key: str, schema: Mapping[str, Any]) -> str:
    """A run's key as its parameter wants it: as a UUID, or not longer than it takes."""
    most = schema.get("maxLength")
    if schema.get("format") == "uuid":
        return str(UUID(sha256(key.encode()).hexdigest()[:32]))
    if isinstance(most, int) and 0 < most < len(key):
        return sha256(key.encode()).hexdigest()[:most]
    return key
