"""Network scanners are found by what they say of themselves; only those of the office's own network are taken."""

import socket
from pathlib import Path

import pytest
from zeroconf import ServiceInfo, Zeroconf

from tests.unit.scanners.escl_device import Device, picture, scanning
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.discovery import Service, as_sources, find_scanners
from workstation.scanners.escl import EsclScanner
from workstation.scanners.simulated import SimulatedScanner
from workstation.scanners.together import Scanners


def service(name: str = "Máy quét", address: str = "192.168.1.9", scheme: str = "http", port: int = 80, **texts: str) -> Service:
    return Service(scheme, name, (address,), port, tuple(texts.items()))


def test_a_device_is_listed_once_by_its_own_name() -> None:
    both = (service(scheme="https", port=443, uuid="AB", ty="Canon  MF 443"), service(uuid="ab", ty="Canon MF 443", rs="/eSCL/"))
    assert as_sources(both) == (ScanSource("http://192.168.1.9:80/eSCL/", "Canon MF 443"),)


@pytest.mark.parametrize(
    "odd",
    [
        service(address="8.8.8.8"),
        service(address="fe80::1"),
        service(address="máy"),
        service(port=0),
        service(port=70000),
        service(rs="/"),
    ],
)
def test_what_is_not_of_this_network_is_left_out(odd: Service) -> None:
    assert [s.name for s in as_sources((odd, service("Khác", "10.0.0.4")))] == ["Khác"]


def test_an_address_of_ipv6_has_its_brackets() -> None:
    (found,) = as_sources((service(address="fd12::5", rs="eSCL"),))
    assert found.id == "http://[fd12::5]:80/eSCL/"


def test_found_on_the_network_and_scanned(tmp_path: Path) -> None:
    """Real multicast DNS on the loopback interface."""
    device = Device([picture(1)])
    with scanning(device) as address:
        port = int(address.split(":")[2].split("/")[0])
        zeroconf = Zeroconf(interfaces=["127.0.0.1"])
        try:
            kind = "_uscan._tcp.local."
            texts = {"rs": "eSCL", "ty": "Máy quét tầng 2", "uuid": "4509"}
            here = [socket.inet_aton("127.0.0.1")]
            zeroconf.register_service(
                ServiceInfo(kind, f"May-2.{kind}", port, addresses=here, properties=texts, server="m.local.")
            )
            network = EsclScanner(lambda: find_scanners(2.0, ("127.0.0.1",)))
            together = Scanners({"escl:": network, "": SimulatedScanner(tmp_path / "no")})
            (source,) = together.sources()
            assert source == ScanSource(f"escl:http://127.0.0.1:{port}/eSCL/", "Máy quét tầng 2")
            assert together.scan(source.id, ScanWish(300), tmp_path, lambda _: None, lambda: False) == 1
        finally:
            zeroconf.close()


def test_each_source_goes_to_its_kind(tmp_path: Path) -> None:
    (tmp_path / "a" / "kho").mkdir(parents=True)
    (tmp_path / "b" / "kho").mkdir(parents=True)
    kinds = Scanners({"simulated:": SimulatedScanner(tmp_path / "a"), "": SimulatedScanner(tmp_path / "b")})
    assert [s.name for s in kinds.sources()] == ["Máy quét tập huấn: kho"], "one device that two kinds know"
    with pytest.raises(WorkstationError, match="Q02"):
        kinds.scan("simulated:kho", ScanWish(300), tmp_path, lambda _: None, lambda: False)
    with pytest.raises(WorkstationError, match="Q01"):
        Scanners({"x:": SimulatedScanner(tmp_path)}).scan("y", ScanWish(300), tmp_path, lambda _: None, lambda: False)
