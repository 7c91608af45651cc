"""Which addresses are private."""

from __future__ import annotations

from ipaddress import ip_address

EVERYWHERE = ("", "*", "0.0.0.0", "::", "every address")


def is_private(address: str) -> bool:
    """An address of this machine or of a private network, a name of this machine, or a socket."""
    text = address.strip("[]")
    if text.startswith("/") or text == "localhost":
        return True
    try:
        return ip_address(text).is_private
    except ValueError:
        return False


def is_name(address: str) -> bool:
    """A name, of which nobody here knows the address."""
    return ":" not in address and not address[:1].isdigit()
