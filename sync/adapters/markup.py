"""XML from strangers, read into a small tree, and our own, written.

Read is UTF-8 only, without a document type (so without entities: no bomb, no file or address is ever asked for), and bounded
in every direction. What does not fit ends as G20 with a reason; no exception of the parser gets out. The parser is expat from
the standard library, fed with bytes that were checked to be UTF-8.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc


@dataclass(frozen=True, slots=True)
class MarkupLimits:
    """How large a message may be: ``bytes`` of the whole, ``depth`` and number of its elements."""

    bytes: int = 48 * 1024 * 1024
    depth: int = 16
    elements: int = 20_000


LIMITS = MarkupLimits()


@dataclass(slots=True)
class Element:
    """``name`` is the local one for elements of the expected namespace or of none, ``{address}name`` for all others."""

    name: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]


def unreadable(reason: str, name: str = "") -> WorkstationError:
    """G20. ``reason``: size, encoding, doctype, depth, elements, malformed, repeated, missing, value, base64, other."""
    return WorkstationError("G20", reason=reason, field=name) if name else WorkstationError("G20", reason=reason)


def read_markup(data: bytes, namespace: str, limits: MarkupLimits = LIMITS) -> Element:
    """The root element; G20 for whatever is not plain, well-formed, bounded XML in UTF-8."""
    if len(data) > limits.bytes:
        raise unreadable("size")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable("encoding") from error
    tree = _Tree(namespace, limits)
    try:
        tree.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise unreadable("malformed") from error
    return tree.root


class _Tree:
    """Builds the elements as expat meets them."""

    def __init__(self, namespace: str, limits: MarkupLimits) -> None:
        self._namespace = namespace
        self._limits = limits
        self._open: list[Element] = [Element("")]
        self._texts: list[list[str]] = [[]]
        self._elements = 0
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._texts[-1].append(text)
        self.parser = parser

    @property
    def root(self) -> Element:
        return self._open[0].children[0]

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # whoever says another encoding means other letters than we would read
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            raise unreadable("encoding")

    def _doctype(self, *declared: object) -> None:
        raise unreadable("doctype")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > self._limits.elements:
            raise unreadable("elements")
        if len(self._open) > self._limits.depth:
            raise unreadable("depth")
        element = Element(self._local(name))
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, name: str) -> None:
        element, texts = self._open.pop(), self._texts.pop()
        element.text = "".join(texts)

    def _local(self, name: str) -> str:
        address, _, local = name.rpartition(" ")
        return local if address in ("", self._namespace) else f"{{{address}}}{local}"


class Writer:
    """Indented XML. Texts are escaped here and nowhere else."""

    def __init__(self) -> None:
        self._parts = ['<?xml version="1.0" encoding="utf-8"?>\n']
        self._depth = 0

    def bytes(self) -> bytes:
        return "".join(self._parts).encode()

    def leaf(self, name: str, text: str | int) -> None:
        self._line(f"<{name}>{escape(str(text))}</{name}>")

    def optional(self, name: str, text: str) -> None:
        """Nothing at all where there is nothing to say."""
        if text:
            self.leaf(name, text)

    @contextmanager
    def inside(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        given = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
        self._line(f"<{name}{given}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._line(f"</{name}>")

    def _line(self, text: str) -> None:
        self._parts.append(f"{'  ' * self._depth}{text}\n")


def tidy(text: str) -> str:
    """NFC on one line, without what XML 1.0 (2.2) can't hold: control characters, halves of pairs, non-characters."""
    return nfc("".join(" " if _unfit(character) else character for character in text))


def _unfit(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or (ord(character) & 0xFFFE) == 0xFFFE
