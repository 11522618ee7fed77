"""The XML of eSCL (Mopria Alliance, eSCL Technical Specification 2.97): what a scanner can, how it is, and what is asked of it.

Scanners are devices of the office's network that nobody here vouches for, so what they say is capped, read without entities,
and anything odd is a ``ValueError``.
"""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from workstation.domain.ports import ScanWish

LARGEST = 1 << 20
"""Bytes of XML; capabilities of large copiers have some 30 kB."""
UNITS_PER_MM = 300 / 25.4
"""Lengths are in 1/300 inch (``escl:ThreeHundredthsOfInches``)."""
JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Intake:
    """One way in: the glass, the feeder's front side, or both sides."""

    color_modes: frozenset[str]
    resolutions: tuple[int, ...]
    """dpi, rising; of a range its ends."""
    resolution_is_range: bool
    max_width: int
    max_height: int
    """In 1/300 inch; 0: not told."""

    def resolution(self, dpi: int) -> int:
        """The smallest that is not below ``dpi``, else the largest."""
        if self.resolution_is_range:
            return min(max(dpi, self.resolutions[0]), self.resolutions[-1])
        return min((r for r in self.resolutions if r >= dpi), default=max(self.resolutions, default=dpi))


@dataclass(frozen=True, slots=True)
class Capabilities:
    version: str
    platen: Intake | None
    feeder: Intake | None
    duplex: Intake | None

    def intake(self, *, duplex: bool) -> Intake:
        """Where paper is taken from: the feeder where there is one. ValueError: the scanner tells of no way in."""
        wanted = (self.duplex, self.feeder) if duplex else (self.feeder, self.duplex)
        found = next((intake for intake in (*wanted, self.platen) if intake is not None), None)
        if found is None:
            raise ValueError("neither feeder nor platen")
        return found


def parse_capabilities(data: bytes) -> Capabilities:
    root = _parse(data, "ScannerCapabilities")
    feeder = _first(root, "Adf")
    return Capabilities(
        _text(root, "Version") or "2.0",
        _intake(_first(root, "PlatenInputCaps")),
        _intake(_first(feeder, "AdfSimplexInputCaps")) if feeder is not None else None,
        _intake(_first(feeder, "AdfDuplexInputCaps")) if feeder is not None else None,
    )


def parse_feeder_state(data: bytes) -> str:
    """``ScannerAdfLoaded``, ``…Empty``, ``…Jam``, ``…HatchOpen`` and so on; empty: not told."""
    return _text(_parse(data, "ScannerStatus"), "AdfState")


def scan_settings(can: Capabilities, wish: ScanWish) -> bytes:
    """The body of ``POST ScanJobs``: the nearest to ``wish`` that the scanner can, as JPEG."""
    intake = can.intake(duplex=wish.duplex)
    modes = ("RGB24", "Grayscale8") if wish.color else ("Grayscale8", "RGB24")
    mode = next((m for m in modes if m in intake.color_modes), modes[0])
    dpi = intake.resolution(wish.dpi)
    width, height = (math.ceil(mm * UNITS_PER_MM) for mm in wish.paper_mm)
    source = "Platen" if intake is can.platen else "Feeder"
    duplex = f"<scan:Duplex>{str(intake is can.duplex).lower()}</scan:Duplex>" if source == "Feeder" else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" '
        'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">'
        f"<pwg:Version>{escape(can.version)}</pwg:Version>"
        "<pwg:ScanRegions><pwg:ScanRegion>"
        "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>"
        f"<pwg:Height>{min(height, intake.max_height or height)}</pwg:Height>"
        f"<pwg:Width>{min(width, intake.max_width or width)}</pwg:Width>"
        "<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>"
        "</pwg:ScanRegion></pwg:ScanRegions>"
        f"<pwg:InputSource>{source}</pwg:InputSource>"
        f"<scan:ColorMode>{mode}</scan:ColorMode>"
        f"<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
        f"<pwg:DocumentFormat>{JPEG}</pwg:DocumentFormat><scan:DocumentFormatExt>{JPEG}</scan:DocumentFormatExt>"
        f"{duplex}</scan:ScanSettings>"
    ).encode()


def _parse(data: bytes, root: str) -> etree._Element:
    if len(data) > LARGEST:
        raise ValueError("answer too long")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        tree = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    if tree.getroottree().docinfo.doctype or etree.QName(tree).localname != root:
        raise ValueError(f"not {root}")
    return tree


def _first(node: etree._Element, name: str) -> etree._Element | None:
    """By local name: devices differ in the namespaces they use."""
    return next(iter(node.iter("{*}" + name)), None)


def _text(node: etree._Element, name: str) -> str:
    found = _first(node, name)
    return " ".join((found.text or "").split())[:200] if found is not None else ""


def _texts(node: etree._Element, name: str) -> tuple[str, ...]:
    return tuple((found.text or "").strip() for found in node.iter("{*}" + name))


def _numbers(node: etree._Element, *names: str) -> list[int]:
    return [int(text) for name in names for text in _texts(node, name) if text.isascii() and text.isdigit() and len(text) < 7]


def _intake(node: etree._Element | None) -> Intake | None:
    if node is None:
        return None
    discrete = sorted(set(_numbers(node, "XResolution")))
    ends = next(iter(node.iter("{*}XResolutionRange")), None)
    ranged = not discrete and ends is not None
    resolutions = sorted(_numbers(ends, "Min", "Max")) if ranged and ends is not None else discrete
    return Intake(
        frozenset(_texts(node, "ColorMode")),
        tuple(resolutions),
        ranged and bool(resolutions),
        max(_numbers(node, "MaxWidth"), default=0),
        max(_numbers(node, "MaxHeight"), default=0),
    )
