"""Forgeries for which the attacker prepares the file before it is signed, holds a key of his own, or spoils the CMS object.

Each takes a ``Workshop`` and gives the bytes of a file. The attacks on a finished file are in ``attacks``.
"""

import asyncio
import io
from collections.abc import Callable
from hashlib import sha256

import pikepdf
from asn1crypto import algos, cms, core
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from tests.unit.signing import attacks
from tests.unit.signing.pki import Authority, make_authority, new_key, rsa_key
from tests.unit.signing.workshop import Workshop, form_file, signer_of, with_cms

# --- the CMS object (RFC 5652)


def _signed(info: cms.ContentInfo) -> cms.SignedData:
    return info["content"]


def _changed(data: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    def run(info: cms.ContentInfo) -> bytes:
        change(_signed(info))
        return bytes(info.dump(force=True))

    return with_cms(data, run)


def cms_signature_byte(shop: Workshop) -> bytes:
    """One bit of the signature value."""

    def change(signed: cms.SignedData) -> None:
        info = signed["signer_infos"][0]
        value = bytearray(info["signature"].native)
        value[-1] ^= 1
        info["signature"] = bytes(value)

    return _changed(shop.good, change)


def cms_message_digest(shop: Workshop) -> bytes:
    """The digest among the signed attributes is put right for a changed page: then the attributes' signature breaks."""
    data = attacks.one_byte_changed(shop.good)
    found = attacks.byte_range(data)
    _, first, second, length = (int(value) for value in found.group(1).split())
    digest = sha256(data[:first] + data[second : second + length]).digest()

    def change(signed: cms.SignedData) -> None:
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                attribute["values"] = cms.SetOfOctetString([core.OctetString(digest)])

    return _changed(data, change)


def cms_attributes_removed(shop: Workshop) -> bytes:
    """Without signed attributes the signature value would have to be over the content itself."""

    def change(signed: cms.SignedData) -> None:
        del signed["signer_infos"][0]["signed_attrs"]

    return _changed(shop.good, change)


def cms_other_certificate(shop: Workshop) -> bytes:
    """The signer's certificate is exchanged for another good one: the signature is not that person's."""
    key = new_key()
    other = shop.authority.issue(key.public_key(), "Trần Thị Khác")
    stranger = signer_of(key, other).signing_cert
    assert stranger is not None

    def change(signed: cms.SignedData) -> None:
        signed["certificates"] = cms.CertificateSet([cms.CertificateChoices(name="certificate", value=stranger)])
        issuer = cms.IssuerAndSerialNumber({"issuer": stranger.issuer, "serial_number": stranger.serial_number})
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier(name="issuer_and_serial_number", value=issuer)

    return _changed(shop.good, change)


def cms_without_certificate(shop: Workshop) -> bytes:
    def change(signed: cms.SignedData) -> None:
        signed["certificates"] = cms.CertificateSet([])

    return _changed(shop.good, change)


def cms_two_signer_infos(shop: Workshop) -> bytes:
    """PAdES allows one SignerInfo (EN 319 142-1, 4.1 c): with two, readers may judge different ones."""

    def change(signed: cms.SignedData) -> None:
        info = signed["signer_infos"][0]
        signed["signer_infos"] = cms.SignerInfos([info, info.copy()])

    return _changed(shop.good, change)


def cms_no_signer_info(shop: Workshop) -> bytes:
    def change(signed: cms.SignedData) -> None:
        signed["signer_infos"] = cms.SignerInfos([])

    return _changed(shop.good, change)


def cms_enveloping_other_content(shop: Workshop) -> bytes:
    """The CMS object carries a content of its own, and is sound about that, not about the file."""
    signer, other = shop.signer, b"another document"

    def run(_: cms.ContentInfo) -> bytes:
        made = asyncio.run(signer.async_sign_general_data(other, "sha256", detached=False))
        return bytes(made.dump())

    return with_cms(shop.good, run)


def cms_enveloping_own_content(shop: Workshop) -> bytes:
    """A detached signature that carries a content nevertheless."""

    def change(signed: cms.SignedData) -> None:
        signed["encap_content_info"]["content"] = core.OctetString(b"%PDF-1.7 another document")

    return _changed(shop.good, change)


def cms_enveloped_data(shop: Workshop) -> bytes:
    """Encrypted data where signed data should be."""

    def run(_: cms.ContentInfo) -> bytes:
        envelope = cms.EnvelopedData(
            {
                "version": "v0",
                "recipient_infos": [],
                "encrypted_content_info": {
                    "content_type": "data",
                    "content_encryption_algorithm": {
                        "algorithm": "aes256_cbc", "parameters": core.OctetString(b"0" * 16),
                    },
                    "encrypted_content": b"x" * 32,
                },
            }
        )  # fmt: skip
        return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": envelope}).dump())

    return with_cms(shop.good, run)


def cms_of_another_file(shop: Workshop) -> bytes:
    """A good signature of the same person over another file."""
    other = shop.sign(form_file(shop.plain))

    def run(_: cms.ContentInfo) -> bytes:
        first, second = (int(value) for value in attacks.byte_range(other).group(1).split()[1:3])
        return bytes(cms.ContentInfo.load(bytes.fromhex(other[first + 1 : second - 1].decode()), strict=False).dump())

    return with_cms(shop.good, run)


def cms_digest_name_changed(shop: Workshop) -> bytes:
    """The digest algorithm's unsigned name says something else than the protected one (RFC 6211)."""

    def change(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": "sha512"})

    return _changed(shop.good, change)


# --- weak algorithms (TT 15/2025, annex II)


def weak_digest(shop: Workshop) -> bytes:
    return shop.sign(shop.plain, digest="sha1", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)


def weak_rsa_key(shop: Workshop) -> bytes:
    key = rsa_key(1024)
    return shop.sign(shop.plain, signer=signer_of(key, shop.authority.issue(key.public_key())))


# --- the signer


def signer_expired(shop: Workshop) -> bytes:
    key = new_key()
    return shop.sign(shop.plain, signer=signer_of(key, shop.authority.issue(key.public_key(), days=(-30, -1))))


def signer_not_yet_valid(shop: Workshop) -> bytes:
    key = new_key()
    return shop.sign(shop.plain, signer=signer_of(key, shop.authority.issue(key.public_key(), days=(1, 30))))


def signer_of_an_unknown_authority(shop: Workshop) -> bytes:
    """A complete chain, to a root that nobody here trusts."""
    stranger, key = make_authority("CA lạ"), new_key()
    return shop.sign(shop.plain, signer=signer_of(key, stranger.issue(key.public_key()), stranger.certificate))


def signer_whose_chain_breaks_off(shop: Workshop) -> bytes:
    """What would lead from the signer to a root did not come along."""
    stranger, key = make_authority("CA lạ"), new_key()
    return shop.sign(shop.plain, signer=signer_of(key, stranger.issue(key.public_key())))


def signer_of_a_stranger(shop: Workshop) -> bytes:
    """An authority of the same name with another key."""
    stranger, key = make_authority(), new_key()
    own = stranger.issue(key.public_key())
    return shop.sign(shop.plain, signer=signer_of(key, own, stranger.certificate))


def signer_for_encryption_only(shop: Workshop) -> bytes:
    key = new_key()
    own = shop.authority.issue(key.public_key(), usage=("key_encipherment",))
    return shop.sign(shop.plain, signer=signer_of(key, own))


def signer_signed_by_a_signer(shop: Workshop) -> bytes:
    """A certificate that an end user issued: only authorities may (RFC 5280, 4.2.1.9)."""
    first, second = new_key(), new_key()
    user = shop.authority.issue(first.public_key(), "Người dùng")
    forged = Authority(user, first).issue(second.public_key(), "Chủ tịch giả")
    return shop.sign(shop.plain, signer=signer_of(second, forged, user))


# --- shadow attacks: prepared before signing


def shadow_hide(shop: Workshop) -> bytes:
    """What lay hidden under a white patch when it was signed is uncovered."""
    data = shop.sign(form_file(shop.plain))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        overlay = pdf.pages[1].obj.Contents[1].objgen[0]
    return attacks.update(data, {overlay: b"<< /Length 0 >>\nstream\n\nendstream"})


def _field_parts(data: bytes) -> tuple[int, int, int, int]:
    """Object numbers of the text field, its appearance, its font and its page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        field = next(entry for entry in pdf.Root.AcroForm.Fields if entry.FT == "/Tx")
        look = field.AP.N
        return field.objgen[0], look.objgen[0], look.Resources.Font.F1.objgen[0], field.P.objgen[0]


_LOOK = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 %d 0 R >> >> /Length %d >>\n"
    b"stream\n%s\nendstream"
)


def shadow_replace_value(shop: Workshop) -> bytes:
    """A form field is filled anew: another sum is shown."""
    data = shop.sign(form_file(shop.plain))
    field, look, font, page = _field_parts(data)
    drawn = b"/Tx BMC q BT /F1 12 Tf 2 4 Td (9000000) Tj ET Q EMC"
    body = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (SoTien) /V (9000000) /F 4 /DA (/F1 12 Tf 0 g) "
        b"/Rect [100 500 300 520] /AP << /N %d 0 R >> /P %d 0 R >>"
    )
    return attacks.update(data, {field: body % (look, page), look: _LOOK % (font, len(drawn), drawn)})


def shadow_replace_look_only(shop: Workshop) -> bytes:
    """The field's value stays, what is drawn for it changes."""
    data = shop.sign(form_file(shop.plain))
    _, look, font, _ = _field_parts(data)
    drawn = b"/Tx BMC q BT /F1 12 Tf 2 4 Td (9000000) Tj ET Q EMC"
    return attacks.update(data, {look: _LOOK % (font, len(drawn), drawn)})


def shadow_replace_font(shop: Workshop) -> bytes:
    """The font is exchanged: the same codes show other digits."""
    data = shop.sign(form_file(shop.plain))
    _, _, font, _ = _field_parts(data)
    return attacks.update(data, {font: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"})


def shadow_hide_and_replace(shop: Workshop) -> bytes:
    """A second page lay unused in the file when it was signed; the update shows it in the first one's place."""
    with pikepdf.open(io.BytesIO(shop.plain)) as pdf:
        spare = pdf.make_indirect(pikepdf.Dictionary(dict(pdf.pages[0].obj.items())))
        spare.Contents = pdf.make_stream(attacks.EVIL)
        pdf.Root.Extra = spare
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = shop.sign(out.getvalue())
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages, extra, second = pdf.Root.Pages.objgen[0], pdf.Root.Extra.objgen[0], pdf.pages[1].obj.objgen[0]
    return attacks.update(data, {pages: b"<< /Type /Pages /Count 2 /Kids [%d 0 R %d 0 R] >>" % (extra, second)})


# --- certified documents (DocMDP, ISO 32000-1, 12.8.2.2)


def _certified(permissions: MDPPerm, change: Callable[[bytes], bytes]) -> Callable[[Workshop], bytes]:
    def made(shop: Workshop) -> bytes:
        return change(shop.sign(shop.plain, certify=permissions))

    made.__name__ = f"certified_{permissions.name.lower()}_{change.__name__}"
    return made


def _sneaky_signature(permissions: MDPPerm) -> Callable[[Workshop], bytes]:
    """SSA: the attacker adds a signature of his own, whose picture covers the page."""

    def made(shop: Workshop) -> bytes:
        stranger, key = make_authority("CA lạ"), new_key()
        signer = signer_of(key, stranger.issue(key.public_key()), stranger.certificate)
        return shop.sign(
            shop.sign(shop.plain, certify=permissions), "Sneaky", signer=signer, box=(50, 400, 500, 700), ruthless=True
        )

    made.__name__ = f"certified_{permissions.name.lower()}_sneaky_signature"
    return made


_CERTIFIED = tuple(
    _certified(permissions, change) for permissions in MDPPerm for change in (attacks.annotation_added, attacks.text_added)
)
_SNEAKY = tuple(_sneaky_signature(permissions) for permissions in MDPPerm)


# --- hybrid cross-references (ISO 32000-1, 7.5.8.4)


def hybrid_cross_references(shop: Workshop) -> bytes:
    """What word processors write: a table and, beside it, a stream that some readers follow and others don't."""
    return shop.sign(hybrid_file(shop.plain), strict=False)


def hybrid_file(plain: bytes) -> bytes:
    """``plain`` with an update whose cross-reference table names a stream besides (/XRefStm), which names one object more."""
    base = attacks.update(plain, {9000: b"<< /Hidden false >>"})
    cut = base.rindex(b"xref\n", 0, base.rindex(b"trailer"))
    head = base[:cut]
    extra = len(head)
    head += b"9001 0 obj\n<< /Only /InStream >>\nendobj\n"
    at = len(head)
    rows = b"\x01" + extra.to_bytes(4) + b"\0" + b"\x01" + at.to_bytes(4) + b"\0"
    head += b"9002 0 obj\n<< /Type /XRef /Size 9009 /W [1 4 1] /Index [9001 2] /Length %d >>\nstream\n" % len(rows)
    head += rows + b"\nendstream\nendobj\n"
    table = len(head)
    tail = base[cut : base.rindex(b"startxref")].replace(b" >>", b" /XRefStm %d >>" % at)
    return head + tail + b"startxref\n%d\n%%%%EOF\n" % table


FORGERIES: dict[Callable[[Workshop], bytes], str] = {
    cms_signature_byte: "V15",
    cms_message_digest: "V15",
    cms_attributes_removed: "V01",
    cms_other_certificate: "V26",
    cms_without_certificate: "V26",
    cms_two_signer_infos: "V06",
    cms_no_signer_info: "V06",
    cms_enveloping_other_content: "V06",
    cms_enveloping_own_content: "V06",
    cms_enveloped_data: "V06",
    cms_of_another_file: "V01",
    cms_digest_name_changed: "V01",
    weak_digest: "V12",
    weak_rsa_key: "V12",
    signer_expired: "V08",
    signer_not_yet_valid: "V18",
    signer_of_a_stranger: "V24",
    signer_of_an_unknown_authority: "V03",
    signer_whose_chain_breaks_off: "V23",
    signer_for_encryption_only: "V22",
    signer_signed_by_a_signer: "V24",
    shadow_hide: "V02",
    shadow_replace_value: "V11",
    shadow_replace_look_only: "V11",
    shadow_replace_font: "V02",
    shadow_hide_and_replace: "V02",
    **{made: "V30" if made.__name__.endswith("annotation_added") else "V02" for made in _CERTIFIED},
    **dict.fromkeys(_SNEAKY, "V30"),
    hybrid_cross_references: "V19",
}
