"""Files with two signatures: what a second signer, trusted or not, may try, and what a good one does. Each takes a ``Workshop``
whose signer is the leader, and gives the bytes of a file. None but the controls may be green."""

import io
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import content, generic, layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle

from tests.unit.signing import attacks, forgeries
from tests.unit.signing.pki import make_authority, new_key
from tests.unit.signing.workshop import Workshop, form_file, signer_of

Box = tuple[int, int, int, int]
BLANK: Box = (300, 500, 400, 560)
"""Nothing is printed there."""
OVER_INK: Box = (10, 90, 110, 150)
"""The darker of the two boxes that every page shows lies inside."""
_name = generic.pdf_name


def registrar(shop: Workshop, **options: Any) -> SimpleSigner:
    """Another good signer of the same authority."""
    key = new_key()
    return signer_of(key, shop.authority.issue(key.public_key(), "Văn thư", **options))


def second(
    shop: Workshop,
    data: bytes,
    box: Box | None = BLANK,
    *,
    look: bytes = b"0 0 1 RG 2 w 5 5 m 90 50 l S",
    signer: SimpleSigner | None = None,
    widget: Callable[[IncrementalPdfFileWriter, Any], None] = lambda _writer, _field: None,
    also: Callable[[IncrementalPdfFileWriter], None] = lambda _writer: None,
    field: str = "ChuKy2",
) -> bytes:
    """Signed once more. ``look``: what the widget draws; ``widget`` changes the field and ``also`` anything else, in the same
    revision and so under the second signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    append_signature_field(writer, SigFieldSpec(field, on_page=0, box=box))
    also(writer)
    made = PdfSigner(PdfSignatureMetadata(field_name=field), signer or registrar(shop), stamp_style=_style(box, look))
    placed = writer.root["/AcroForm"]["/Fields"][-1]
    widget(writer, placed)
    return bytes(made.sign_pdf(writer).getvalue())


def _style(box: Box | None, look: bytes) -> StaticStampStyle | None:
    if box is None:
        return None
    size = layout.BoxConstraints(width=box[2] - box[0], height=box[3] - box[1])
    return StaticStampStyle(border_width=0, background=content.RawContent(look, box=size), background_opacity=1.0,
                            background_layout=layout.SimpleBoxLayoutRule(x_align=layout.AxisAlignment.ALIGN_MIN,
                                                                         y_align=layout.AxisAlignment.ALIGN_MIN,
                                                                         margins=layout.Margins.uniform(0)))  # fmt: skip


# --- the second signer is not to be trusted


def by_a_stranger(shop: Workshop) -> bytes:
    stranger, key = make_authority("CA lạ"), new_key()
    return second(shop, shop.good, signer=signer_of(key, stranger.issue(key.public_key()), stranger.certificate))


def by_a_certificate_made_at_home(shop: Workshop) -> bytes:
    """A certificate that vouches for itself, with the leader's name on it."""
    own = make_authority("Nguyễn Văn Thử")
    return second(shop, shop.good, signer=signer_of(own.key, own.certificate))


def by_an_expired_certificate(shop: Workshop) -> bytes:
    return second(shop, shop.good, signer=registrar(shop, days=(-30, -1)))


def spoiled_after_signing(shop: Workshop) -> bytes:
    data = second(shop, shop.good)
    return data.replace(b"90 50 l S", b"90 51 l S") if b"90 50 l S" in data else attacks.tail_junk(data)


# --- the widget


def covers_print(shop: Workshop) -> bytes:
    """White over what the leader has signed."""
    return second(shop, shop.good, OVER_INK, look=b"1 g 0 0 100 60 re f")


def covers_print_in_its_own_colour(shop: Workshop) -> bytes:
    return second(shop, shop.good, OVER_INK, look=b"0.9 0 0 rg 0 0 100 60 re f")


def adds_a_stroke_to_print(shop: Workshop) -> bytes:
    """As a 1 becomes a 7: nothing is covered, a line is set against what is there."""
    return second(shop, shop.good, OVER_INK, look=b"0 g 50 10 20 4 re f")


def covers_a_little(shop: Workshop) -> bytes:
    """A decimal point's worth."""
    return second(shop, shop.good, OVER_INK, look=b"1 g 30 30 2 2 re f")


def larger_than_a_stamp(shop: Workshop) -> bytes:
    return second(shop, shop.good, (100, 160, 580, 800))


def hides_the_first_signature(shop: Workshop) -> bytes:
    first = shop.sign(shop.plain, box=BLANK)
    return second(shop, first, BLANK, look=b"1 g 0 0 100 60 re f")


def _flagged(flags: int) -> Callable[[Workshop], bytes]:
    def made(shop: Workshop) -> bytes:
        def change(writer: IncrementalPdfFileWriter, field: Any) -> None:
            field["/F"] = generic.NumberObject(flags)

        return second(shop, shop.good, widget=change)

    made.__name__ = f"flags_{flags}"
    return made


_FLAGS = tuple(_flagged(flags) for flags in (0, 2, 4 | 32, 4 | 256, 4 | 16, 4 | 8))
"""Not printed, hidden, not viewed, toggled, not turned, not zoomed with the page."""


def with_an_action(shop: Workshop) -> bytes:
    def change(writer: IncrementalPdfFileWriter, field: Any) -> None:
        script = generic.DictionaryObject({_name("/S"): _name("/JavaScript"), _name("/JS"): generic.TextStringObject("x()")})
        field["/A"] = script

    return second(shop, shop.good, widget=change)


def with_a_layer(shop: Workshop) -> bytes:
    """The picture holds a layer, which may be seen on paper only."""

    def change(writer: IncrementalPdfFileWriter, field: Any) -> None:
        group = generic.DictionaryObject({_name("/Type"): _name("/OCG"), _name("/Name"): generic.TextStringObject("x")})
        field["/OC"] = writer.add_object(group)

    return second(shop, shop.good, widget=change)


# --- something else is changed besides


def fills_a_field_as_well(shop: Workshop) -> bytes:
    """The sum in a form field is filled in anew, in the revision that the second signature covers."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        for entry in writer.root["/AcroForm"]["/Fields"]:
            field = entry.get_object()
            if field["/T"] == "SoTien":
                field["/V"] = generic.TextStringObject("9000000")
                writer.mark_update(entry)

    return second(shop, shop.sign(form_file(shop.plain)), also=change)


def with_an_annotation(shop: Workshop) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page, _ = writer.find_page_for_modification(0)
        note = generic.DictionaryObject(
            {
                _name("/Type"): _name("/Annot"), _name("/Subtype"): _name("/Square"), _name("/F"): generic.NumberObject(4),
                _name("/Rect"): generic.ArrayObject(generic.NumberObject(x) for x in (20, 100, 60, 140)),
                _name("/IC"): generic.ArrayObject(generic.NumberObject(1) for _ in range(3)),
            }
        )  # fmt: skip
        page.get_object()["/Annots"].append(writer.add_object(note))
        writer.update_container(page.get_object()["/Annots"])

    return second(shop, shop.good, also=change)


def page_changed_as_well(shop: Workshop) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page, _ = writer.find_page_for_modification(0)
        page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=attacks.EVIL))
        writer.update_container(page.get_object())

    return second(shop, shop.good, also=change)


def _after(change: Callable[[Workshop], bytes]) -> Callable[[Workshop], bytes]:
    """The change lies between the two signatures, the second of which covers it honestly."""

    def made(shop: Workshop) -> bytes:
        return second(shop, change(shop))

    made.__name__ = f"signed_over_{change.__name__}"
    return made


def text_added_between(shop: Workshop) -> bytes:
    return second(shop, attacks.text_added(shop.good))


def annotation_added_between(shop: Workshop) -> bytes:
    return second(shop, attacks.annotation_added(shop.good))


def page_removed_between(shop: Workshop) -> bytes:
    return second(shop, attacks.page_removed(shop.good))


def annotation_added_after_both(shop: Workshop) -> bytes:
    return attacks.annotation_added(second(shop, shop.good))


def bytes_after_both(shop: Workshop) -> bytes:
    return attacks.tail_junk(second(shop, shop.good))


def page_replaced_without_end_after_both(shop: Workshop) -> bytes:
    return attacks.isa_without_eof(second(shop, shop.good))


def empty_field_covers_print(shop: Workshop) -> bytes:
    """An unsigned field with a picture comes along with the honest second signature."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        x0, y0, x1, y1 = OVER_INK
        append_signature_field(writer, SigFieldSpec("Trong", on_page=0, box=OVER_INK))
        look = generic.StreamObject(stream_data=b"1 g 0 0 100 60 re f")
        look.update({_name("/Type"): _name("/XObject"), _name("/Subtype"): _name("/Form")})
        look[_name("/BBox")] = generic.ArrayObject(generic.NumberObject(x) for x in (0, 0, x1 - x0, y1 - y0))
        empty = writer.root["/AcroForm"]["/Fields"][-1]
        empty["/AP"] = generic.DictionaryObject({_name("/N"): writer.add_object(look)})

    return second(shop, shop.good, also=change)


def three_the_middle_one_a_stranger(shop: Workshop) -> bytes:
    return second(shop, by_a_stranger(shop), None, field="ChuKy3")


def _certified(permissions: MDPPerm) -> Callable[[Workshop], bytes]:
    """SSA with a trusted key: the certification does not allow the second signature's picture."""

    def made(shop: Workshop) -> bytes:
        first = shop.sign(shop.plain, certify=permissions)
        return shop.sign(first, "Sneaky", signer=registrar(shop), box=OVER_INK, ruthless=True)

    made.__name__ = f"certified_{permissions.name.lower()}_and_signed_by_a_trusted_one"
    return made


SECOND: dict[Callable[[Workshop], bytes], str] = {
    by_a_stranger: "V29",
    by_a_certificate_made_at_home: "V29",
    by_an_expired_certificate: "V29",
    spoiled_after_signing: "",
    covers_print: "V29",
    covers_print_in_its_own_colour: "V29",
    adds_a_stroke_to_print: "V29",
    covers_a_little: "V29",
    larger_than_a_stamp: "V29",
    hides_the_first_signature: "V29",
    **dict.fromkeys(_FLAGS, "V29"),
    with_an_action: "V29",
    with_a_layer: "V30",
    fills_a_field_as_well: "V11",
    with_an_annotation: "",
    page_changed_as_well: "V02",
    **{
        _after(change): code
        for change, code in (
            (forgeries.shadow_hide, "V02"),
            (forgeries.shadow_replace_value, "V11"),
            (forgeries.shadow_replace_look_only, "V11"),
            (forgeries.shadow_replace_font, "V30"),
            (forgeries.shadow_hide_and_replace, "V02"),
        )
    },
    text_added_between: "V02",
    annotation_added_between: "",
    page_removed_between: "V02",
    annotation_added_after_both: "V30",
    bytes_after_both: "V09",
    page_replaced_without_end_after_both: "V09",
    empty_field_covers_print: "",
    three_the_middle_one_a_stranger: "V29",
    **{_certified(permissions): "" for permissions in MDPPerm},
}
"""Forgery → the code that must be among the reasons; empty: whichever names it, as long as it is not green."""


def controls(shop: Workshop) -> dict[str, bytes]:
    """What leader and registrar do: green, each of them."""
    seen = shop.sign(shop.plain, box=(300, 300, 380, 340))
    third = second(shop, second(shop, seen), (420, 600, 500, 640), field="ChuKy3")
    before = io.BytesIO(shop.plain)
    writer = IncrementalPdfFileWriter(before)
    append_signature_field(writer, SigFieldSpec("ChuKy9", on_page=0, box=BLANK))
    writer.write_in_place()
    prepared = shop.sign(before.getvalue(), "ChuKy1")
    filled = PdfSigner(PdfSignatureMetadata(field_name="ChuKy9"), registrar(shop), stamp_style=_style(BLANK, b"0 g 5 5 9 9 re f"))
    return {
        "unseen": second(shop, shop.good, None),
        "seen": second(shop, seen),
        "unseen, then seen": second(shop, shop.good),
        "beside print": second(shop, shop.good, OVER_INK, look=b"0 0 1 RG 2 w 70 5 m 95 50 l S"),
        "a third over the first, as a seal": second(shop, seen, (270, 290, 326, 350), look=b"1 0 0 RG 2 w 2 2 40 50 re S"),
        "number, date and seal": third,
        "the same person twice": second(shop, shop.good, signer=shop.signer),
        "a field that was there before": bytes(filled.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(prepared))).getvalue()),
    }
