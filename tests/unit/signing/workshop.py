"""Signs files as the program would not: certified, with forms, with somebody's spoiled CMS object, with weak algorithms."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf
from asn1crypto import cms, keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.unit.signing.attacks import byte_range
from tests.unit.signing.pki import Authority, new_key


def signer_of(key: Any, certificate: Any, *others: Any, pss: bool = False) -> SimpleSigner:
    """A pyHanko signer from ``cryptography`` objects; ``others`` travel in the CMS object."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    own, *chain = (asn1.Certificate.load(entry.public_bytes(Encoding.DER)) for entry in (certificate, *others))
    store = SimpleCertificateStore.from_certs(chain)
    return SimpleSigner(own, keys.PrivateKeyInfo.load(der), store, prefer_pss=pss)


class _Ruthless(PdfSigner):
    """Signs although a certification forbids it, and claims any time."""

    ruthless = False
    claimed: datetime | None = None

    def _enforce_certification_constraints(self, reader: Any) -> None:
        if not self.ruthless:
            super()._enforce_certification_constraints(reader)

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.claimed or session.system_time
        return session


def stamper_of(key: Any, certificate: Any, *, at: datetime | None = None) -> DummyTimeStamper:
    """A time-stamping authority in this process; ``at``: it stamps that time whenever it is asked."""
    signer = signer_of(key, certificate)
    store = SimpleCertificateStore.from_certs([signer.signing_cert])
    return DummyTimeStamper(signer.signing_cert, signer.signing_key, certs_to_embed=store, fixed_dt=at)


@dataclass(frozen=True)
class Workshop:
    """An authority that is trusted, and one good signer of it."""

    authority: Authority
    signer: SimpleSigner
    plain: bytes
    """An unsigned file of two pages."""

    def sign(
        self,
        data: bytes,
        field: str = "ChuKy1",
        *,
        signer: SimpleSigner | None = None,
        certify: MDPPerm | None = None,
        box: tuple[int, int, int, int] | None = None,
        digest: str = "sha256",
        subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES,
        strict: bool = True,
        ruthless: bool = False,
        stamper: DummyTimeStamper | None = None,
        at: datetime | None = None,
    ) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=strict)
        meta = PdfSignatureMetadata(
            field_name=field,
            md_algorithm=digest,
            subfilter=subfilter,
            certify=certify is not None,
            docmdp_permissions=certify or MDPPerm.FILL_FORMS,
        )
        spec = SigFieldSpec(field, on_page=0, box=box)
        made = _Ruthless(meta, signer or self.signer, timestamper=stamper, new_field_spec=spec)
        made.ruthless, made.claimed = ruthless, at
        out = made.sign_pdf(writer)
        return bytes(out.getvalue())

    @property
    def good(self) -> bytes:
        return self.sign(self.plain)


def make_workshop(authority: Authority, plain: bytes) -> Workshop:
    key = new_key()
    return Workshop(authority, signer_of(key, authority.issue(key.public_key())), plain)


def with_cms(data: bytes, change: Callable[[cms.ContentInfo], bytes]) -> bytes:
    """The file with another CMS object in the place of its own, in the same room."""
    found = byte_range(data)
    first, second = (int(value) for value in found.group(1).split()[1:3])
    room = second - first - 2
    old = cms.ContentInfo.load(bytes.fromhex(data[first + 1 : second - 1].decode()), strict=False)
    new = change(old).hex().encode()
    assert len(new) <= room
    return data[: first + 1] + new.ljust(room, b"0") + data[second - 1 :]


def form_file(plain: bytes) -> bytes:
    """A page with a text field that shows 1000 dong, and on page 2 a picture laid over something else."""
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        page = pdf.pages[0]
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        look = pdf.make_stream(b"/Tx BMC q BT /F1 12 Tf 2 4 Td (1000) Tj ET Q EMC")
        look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
        look.Resources = Dictionary(Font=Dictionary(F1=font))
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("SoTien"), V=String("1000"), F=4,
                DA=String("/F1 12 Tf 0 g"), Rect=Array([100, 500, 300, 520]), AP=Dictionary(N=look), P=page.obj,
            )
        )  # fmt: skip
        page.obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DR=Dictionary(Font=Dictionary(F1=font)), DA=String("/F1 12 Tf"))
        second = pdf.pages[1].obj
        hidden = pdf.make_stream(b"q 0 g 100 400 200 20 re f Q")
        overlay = pdf.make_stream(b"q 1 g 90 390 220 40 re f Q")
        second.Contents = Array([hidden, overlay])
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def stamped(data: bytes, stamper: DummyTimeStamper) -> bytes:
    """The file with a document time-stamp after all else."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    return bytes(PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256").getvalue())
