"""Forgeries that mix: a change and an honest time-stamp over it, a change inside validation data, updates in another form than
the file's (hybrid, cross-reference streams), and the old tricks over a file that carries archive data."""

import io
from collections.abc import Callable

from pyhanko.pdf_utils.generic import NumberObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.unit.signing import attacks
from tests.unit.signing.pki import TIME_STAMPING, rsa_key
from tests.unit.signing.workshop import Workshop, stamped, stamper_of


def with_stamp(shop: Workshop, data: bytes) -> bytes:
    """Anybody gets a time-stamp of an authority that all trust, over whatever they hand in."""
    key = rsa_key()
    return stamped(data, stamper_of(key, shop.authority.issue(key.public_key(), "TSA", extended=(TIME_STAMPING,))))


def with_archive_data(shop: Workshop, data: bytes, change: Callable[[IncrementalPdfFileWriter], None] = lambda _: None) -> bytes:
    """A revision with a DSS, in which ``change`` does what it likes."""
    out = io.BytesIO(data)
    writer = IncrementalPdfFileWriter(out)
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[shop.signer.signing_cert])
    change(writer)
    writer.write_in_place()
    return out.getvalue()


def _turn_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Rotate")] = NumberObject(180)
    writer.update_container(page)


def _hide_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    del pages["/Kids"][1]
    pages[pdf_name("/Count")] = NumberObject(1)
    writer.update_container(pages)


def _rows(places: dict[int, int]) -> tuple[bytes, bytes]:
    """Index and rows of a cross-reference stream (ISO 32000-1, 7.5.8.3)."""
    index = b" ".join(b"%d 1" % number for number in sorted(places))
    return index, b"".join(b"\x01" + places[number].to_bytes(4) + b"\0" for number in sorted(places))


def _laid(data: bytes, objects: dict[int, bytes]) -> tuple[bytes, dict[int, int]]:
    out, places = bytearray(data), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return bytes(out), places


def _stream(number: int, places: dict[int, int], more: bytes) -> bytes:
    index, rows = _rows(places)
    head = b"%d 0 obj\n<< /Type /XRef /Size 9009 /W [1 4 1] /Index [%s] /Length %d %s >>\nstream\n"
    return head % (number, index, len(rows), more) + rows + b"\nendstream\nendobj\n"


def hybrid_update_replaces_page(shop: Workshop) -> bytes:
    """The table names an object that nobody needs; the page is in the stream beside it, which only some readers follow."""
    data = with_stamp(shop, shop.good)
    laid, places = _laid(data, attacks._evil_page(data))
    at = len(laid)
    laid += _stream(9002, places, b"")
    table = len(laid)
    laid += b"xref\n9003 1\n%010d 00000 n \n" % at
    laid += b"trailer\n<< %s /Prev %d /XRefStm %d >>\n" % (attacks._trailer(data), attacks._startxref(data), at)
    return laid + b"startxref\n%d\n%%%%EOF\n" % table


def stream_update_replaces_page(shop: Workshop) -> bytes:
    """A cross-reference stream over a file of tables."""
    data = with_stamp(shop, shop.good)
    laid, places = _laid(data, attacks._evil_page(data))
    at = len(laid)
    laid += _stream(
        9002, places | {9002: at}, b"%s /Prev %d" % (attacks._trailer(data).split(b" /Size")[0], attacks._startxref(data))
    )
    return laid + b"startxref\n%d\n%%%%EOF\n" % at


def stream_update_without_end(shop: Workshop) -> bytes:
    whole = stream_update_replaces_page(shop)
    return whole[: whole.rindex(b"%%EOF")]


def page_replaced_then_stamped(shop: Workshop) -> bytes:
    return with_stamp(shop, attacks.isa_full_update(shop.good))


def text_added_between_stamps(shop: Workshop) -> bytes:
    return with_stamp(shop, attacks.text_added(with_stamp(shop, shop.good)))


def annotation_added_between_stamps(shop: Workshop) -> bytes:
    return with_stamp(shop, attacks.annotation_added(with_stamp(shop, shop.good)))


def page_turned_inside_archive_data(shop: Workshop) -> bytes:
    return with_archive_data(shop, shop.good, _turn_page)


def page_turned_inside_archive_data_then_stamped(shop: Workshop) -> bytes:
    return with_stamp(shop, page_turned_inside_archive_data(shop))


def page_hidden_inside_archive_data_then_stamped(shop: Workshop) -> bytes:
    return with_stamp(shop, with_archive_data(shop, with_stamp(shop, shop.good), _hide_page))


def page_changed_then_signed_and_stamped(shop: Workshop) -> bytes:
    return with_stamp(shop, shop.sign(attacks.isa_full_update(with_stamp(shop, shop.good)), "ChuKy2"))


def _over_archive(attack: Callable[[bytes], bytes]) -> Callable[[Workshop], bytes]:
    def forge(shop: Workshop) -> bytes:
        return attack(with_stamp(shop, with_archive_data(shop, with_stamp(shop, shop.good))))

    forge.__name__ = f"over_archive_{attack.__name__}"
    return forge


MIXES: tuple[Callable[[Workshop], bytes], ...] = (
    hybrid_update_replaces_page,
    stream_update_replaces_page,
    stream_update_without_end,
    page_replaced_then_stamped,
    text_added_between_stamps,
    annotation_added_between_stamps,
    page_turned_inside_archive_data,
    page_turned_inside_archive_data_then_stamped,
    page_hidden_inside_archive_data_then_stamped,
    page_changed_then_signed_and_stamped,
    *(
        _over_archive(attack)
        for attack in (
            attacks.isa_without_eof,
            attacks.isa_without_eof_or_trailer,
            attacks.isa_objects_only,
            attacks.isa_full_update,
            attacks.isa_with_copied_end,
            attacks.catalog_without_form,
            attacks.text_added,
            attacks.annotation_added,
            attacks.page_removed,
            attacks.page_rotated,
            attacks.saved_anew,
            attacks.tail_junk,
            attacks.tail_object,
            attacks.tail_second_file,
            attacks.junk_inside_honest_update,
            attacks.one_byte_changed,
        )
    ),
)
