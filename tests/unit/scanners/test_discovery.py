"""Network scanners are found by what they say of themselves; only those of the office's own network are taken."""

import socket
import sys
from pathlib import Path

import pytest
from zeroconf import ServiceInfo, Zeroconf

from tests.unit.scanners.escl_device import Device, picture, scanning
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners import discovery
from workstation.scanners.discovery import Service, as_sources, find_scanners
from workstation.scanners.escl import EsclScanner
from workstation.scanners.hosted import HostedScanner
from workstation.scanners.simulated import SimulatedScanner
from workstation.scanners.together import Scanners, at_hand, beside


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


@pytest.mark.parametrize("found", ["http://10.1.2.3:80/eSCL/", "http://10.1.2.3/eSCL", "https://10.1.2.3:443/eSCL/"])
def test_a_scanner_that_the_settings_name_is_listed_once(found: str) -> None:
    named = (ScanSource("http://10.1.2.3/eSCL/", "Máy tầng hai"),)
    assert beside(named, (ScanSource(found, "Canon DR"),)) == named


@pytest.mark.parametrize("found", ["http://10.1.2.4/eSCL/", "http://10.1.2.3:8080/eSCL/", "http://10.1.2.3/eSCL2/"])
def test_another_scanner_is_listed_beside_it(found: str) -> None:
    named = (ScanSource("http://10.1.2.3/eSCL/", "Máy tầng hai"),)
    assert beside(named, (ScanSource(found, "Canon DR"),)) == (*named, ScanSource(found, "Canon DR"))


def test_windows_has_its_own_kinds_and_wia_goes_before_twain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(discovery, "find_scanners", tuple)
    monkeypatch.setattr(HostedScanner, "sources", lambda self: (ScanSource(self._prefix + "1", "Canon DR-C240"),))
    assert at_hand().sources() == (ScanSource("wia:1", "Canon DR-C240"),)
    asked: list[str] = []

    def scan(self: HostedScanner, source: str, *_: object) -> int:
        asked.append(f"{self._prefix} {source}")
        return 0

    monkeypatch.setattr(HostedScanner, "scan", scan)
    for source in ("twain:Canon", "wia:1"):
        at_hand().scan(source, ScanWish(300), Path(), lambda _: None, lambda: False)
    assert asked == ["twain: twain:Canon", "wia: wia:1"]
    with pytest.raises(WorkstationError, match="Q01"):
        at_hand().scan("sane:epson", ScanWish(300), Path(), lambda _: None, lambda: False)
