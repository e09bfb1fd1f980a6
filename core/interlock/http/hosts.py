"""Which hosts are this machine."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this machine whoever resolves it: `localhost`, 127.0.0.0/8 or ::1.

    A name that begins or ends like one, `127.example` or `x.localhost`, is whatever a name server says.
    """
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
