"""What gives tokens for a connector, where the configuration names it."""

from dataclasses import replace
from urllib.parse import urlsplit

from interlock.assembly.destinations import check_address, check_region, loopback
from interlock.config import Config, ConnectorConfig, IssuerConfig
from interlock.http import origin_of
from interlock.protocols import ConnectorFacts
from interlock.types.handling import Handling
from interlock.types.jurisdictions import place_of
from interlock.types.models import Destination

_LARGEST_ANSWER = 1024 * 1024  # what servers say of themselves is some kilobytes


def issuer_of(
    config: Config, item: ConnectorConfig, facts: ConnectorFacts, connector: Destination, key: str
) -> Destination | None:
    """Where the tokens of a connector come from; None where its configuration names nobody.

    It has the connector's key, and neither its headers nor its client certificate.

    Raises:
        ConfigError: the kind asks nobody for tokens, or it cannot be asked there.
    """
    written = item.issuer
    if written is None:
        return None
    place = f"{key}.issuer"
    if not facts.issuer:
        raise config.error(place, f"the connector {item.connector!r} gets no tokens from elsewhere.")
    url = written.url
    if not url.lower().startswith(("http://", "https://")):
        raise config.error(f"{place}.url", "expected an address that starts with https://.")
    check_address(config, url, f"{place}.url")
    parts = urlsplit(url)
    if "?" in url or "@" in parts.netloc:
        raise config.error(f"{place}.url", "holds a query or a login; an issuer has neither.")
    if parts.scheme != "https" and not loopback(url):
        raise config.error(f"{place}.url", "tokens are got by https alone, unless it is this machine.")
    here = bool(connector.base_url) and origin_of(url) == origin_of(connector.base_url)
    region = written.places or (connector.region if here else "")
    check_region(config, region, url, f"{place}.region")
    on_premise = bool(written.on_premise) or (here and connector.on_premise)
    return replace(
        connector,
        id=f"{item.id}/issuer",
        region=region,
        handling=_handling(written, region, connector.handling, own=on_premise, here=here),
        base_url=url,
        on_premise=on_premise,
        headers={},
        login=None,
        network=replace(connector.network, client_cert=None, environment=not on_premise),
        largest_answer=min(connector.largest_answer, _LARGEST_ANSWER),
    )


def _handling(written: IssuerConfig, region: str, connector: Handling, *, own: bool, here: bool) -> Handling:
    """Whose law reaches it. Nothing of a request is sent there, and so none is kept or trained on."""
    operator, parent = (place_of(each) if each else "" for each in (written.operator, written.parent))
    if here:
        operator, parent = operator or connector.operator, parent or connector.parent
    known = Handling(
        stored=region,
        operator=operator,
        parent=parent,
        agreements=connector.agreements,
        retention_days=0,
        training=False,
    )
    return known.at(region) if own else known
