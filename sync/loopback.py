"""Which hosts are this very machine: only there secrets may go over plain HTTP, and pages be open to everybody."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
