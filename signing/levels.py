"""From B to T, LT and LTA (ETSI EN 319 142-1, 6): what is appended, how far it gets, and what a file has reached.

T: proof of when the signature existed – a signature time-stamp in the CMS object, which can only be put there while signing,
or a document time-stamp (DocTimeStamp, 5.5) over the whole file later. LT: certificates, OCSP responses and CRLs in the
document security store (DSS, 5.4.2). LTA: a document time-stamp over that.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from asn1crypto import algos, cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info, simple_cms_attribute
from pyhanko.sign.signers import PdfTimeStamper, constants
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.files import CHUNK
from signing.keys import SigningKey
from signing.services import DIGEST, Evidence, Services, services_for
from signing.trust import names_revocation_source
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import LEVELS
from workstation.domain.signing import SigningServices

COSTS_THE_LEVEL = frozenset({"C09", "V03", "V05", "V08", "V12"})
"""What is missing outside, or can't be proved now. A revoked certificate (V04) is not among them: nothing is signed with it."""


@dataclass(slots=True)
class Climb:
    """One signature on its way up."""

    asked: str
    services: Services | None = None
    signer: Evidence | None = None
    room: int = 0
    """Hexadecimal digits to reserve for a time-stamp token; 0: there will be none."""
    notes: list[ErrorNote] = field(default_factory=list)

    def wants(self, level: str) -> bool:
        return LEVELS.index(self.asked) >= LEVELS.index(level)

    def lost(self, error: WorkstationError) -> None:
        """Keeps the reason; anything else than what costs the level goes on up."""
        if error.code not in COSTS_THE_LEVEL:
            raise error
        if error.note not in self.notes:
            self.notes.append(error.note)


def start(asked: str, described: SigningServices, key: SigningKey) -> Climb:
    """Looks at the outside before the key is used. Raises V04 where LT is asked and the certificate is revoked, M06."""
    climb = Climb(asked)
    if not climb.wants("T"):
        return climb
    climb.services = services_for(described)
    climb.services.learn(key.signer.cert_registry)  # a token need not carry its whole chain (RFC 3161, 2.4.2)
    if climb.wants("LT"):
        try:
            climb.signer = climb.services.evidence(key.certificate, list(key.signer.cert_registry))
        except WorkstationError as error:
            climb.lost(error)
    _look_at_authority(climb, climb.services)
    return climb


def _look_at_authority(climb: Climb, services: Services) -> None:
    """A time-stamp of an authority that can't be reached or is revoked is none; one that can't be proved now stops at T."""
    try:
        token = services.sample()
    except WorkstationError as error:
        climb.lost(error)
        return
    if climb.signer is not None:
        try:
            services.token_evidence(token["content"])
        except WorkstationError as error:
            climb.lost(error)
            climb.signer = None
            if error.code == "C09":
                return
    climb.room = _room(token)


def stamp(climb: Climb, signature: cms.ContentInfo) -> cms.ContentInfo | None:
    """Adds the signature time-stamp (EN 319 122-1, 5.3) to the CMS object; None: it stays at level B."""
    if climb.services is None or not climb.room:
        return None
    info = signature["content"]["signer_infos"][0]
    try:
        token = climb.services.timestamp(hashlib.sha256(info["signature"].native).digest())
        if len(token.dump()) * 2 > climb.room:
            raise WorkstationError("C09", kind="too_large")
    except WorkstationError as error:
        climb.lost(error)
        return None
    info["unsigned_attrs"] = cms.CMSAttributes([simple_cms_attribute("signature_time_stamp_token", token)])
    return token


def extend(climb: Climb, target: IO[bytes], token: cms.ContentInfo | None) -> str:
    """Appends store and document time-stamp to the signed file as far as the outside allows; the level reached."""
    if climb.services is None or token is None:
        return "B"
    if climb.signer is None:
        return "T"
    try:
        append_evidence(target, climb.signer + climb.services.token_evidence(token["content"]))
    except WorkstationError as error:
        climb.lost(error)
        return "T"
    if not climb.wants("LTA"):
        return "LT"
    try:
        append_timestamp(target, climb.services)
    except WorkstationError as error:
        climb.lost(error)
        return "LT"
    return "LTA"


def append_evidence(target: IO[bytes], evidence: Evidence) -> bool:
    """A revision with a new or larger DSS; False if all of it was there. No VRI: nothing reads it that does not read the DSS,
    and its key is a SHA-1."""
    writer = IncrementalPdfFileWriter(target)
    writer.ensure_output_version(version=(1, 7))
    if writer.output_version < (2, 0):
        writer.register_extension(constants.ESIC_EXTENSION_1)
    store = DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=evidence.certificates, ocsps=evidence.ocsps, crls=evidence.crls
    )
    if not store.modified:
        return False
    writer.write_in_place()
    return True


def append_timestamp(target: IO[bytes], services: Services) -> None:
    """A revision with a document time-stamp over everything before it. Raises C09, and then leaves the file as it was."""
    end = target.seek(0, 2)
    try:
        room = _room(services.sample())
        writer = IncrementalPdfFileWriter(target)
        stamper = PdfTimeStamper(services.stamps, field_name=_free_name(writer.prev), readable_field_name="Dấu thời gian")
        services.run(stamper.async_timestamp_pdf(writer, DIGEST, bytes_reserved=room, in_place=True, chunk_size=CHUNK))
    except BaseException:
        target.truncate(end)
        raise


def _room(token: cms.ContentInfo) -> int:
    """Half as much again: an authority may sign the next token with another certificate."""
    length = len(token.dump())
    return 2 * (length + length // 2)


def _free_name(reader: PdfFileReader) -> str:
    used = {name for name, _, _ in enumerate_sig_fields(reader)}
    number = 1
    while f"DauThoiGian{number}" in used:
        number += 1
    return f"DauThoiGian{number}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One signature and how high it stands."""

    signature: EmbeddedPdfSignature
    level: str
    proof: cms.SignedData | None
    """The first time-stamp token that proves when it existed."""


def measure(reader: PdfFileReader) -> tuple[Standing, ...]:
    """The level of every signature, from what the file holds; nothing is asked and no trust is judged."""
    stamps = list(reader.embedded_timestamp_signatures)
    return tuple(_standing(reader, one, stamps) for one in reader.embedded_regular_signatures)


def _standing(reader: PdfFileReader, signature: EmbeddedPdfSignature, stamps: list[EmbeddedPdfSignature]) -> Standing:
    later = [one for one in stamps if one.signed_revision > signature.signed_revision]
    proof = next(iter(extract_tst_data_iter(signature.signer_info, signed=False)), None)
    if proof is None and later:
        proof = later[0].signed_data
    if proof is None:
        return Standing(signature, "B", None)
    needed = [extract_certificate_info(data) for data in (signature.signed_data, proof)]
    if not holds(reader, needed):
        return Standing(signature, "T", proof)
    kept = any(holds(reader.get_historical_resolver(one.signed_revision), needed) for one in later)
    return Standing(signature, "LTA" if kept else "LT", proof)


def holds(handler: PdfHandler, needed: Iterable[Any]) -> bool:
    """Whether the DSS speaks of the revocation of every certificate of these chains that names a place to ask."""
    try:
        store = DocumentSecurityStore.read_dss(handler)
    except NoDSSFoundError:
        return False
    context = store.as_validation_context({"trust_manager": SimpleTrustManager.build(trust_roots=[])})
    spoken = {key for response in context.ocsps for key in _spoken_of(response)}
    issuers = {entry["tbs_cert_list"]["issuer"].dump() for entry in context.crls}
    stored = list(store.load_certs())
    for info in needed:
        for certificate in _chain(info.signer_cert, [*info.other_certs, *stored]):
            said = certificate.issuer.dump() in issuers or any(
                (certificate.serial_number, algorithm, _digest(algorithm, certificate.issuer.dump())) in spoken
                for algorithm in ("sha1", "sha256")
            )
            if names_revocation_source([certificate]) and not said:
                return False
    return True


def _chain(leaf: x509.Certificate, others: list[x509.Certificate]) -> Iterator[x509.Certificate]:
    """From the leaf up, as far as certificates are at hand, without the root."""
    seen: set[bytes] = set()
    current: x509.Certificate | None = leaf
    while current is not None and current.sha256 not in seen and current.subject != current.issuer:
        yield current
        seen.add(current.sha256)
        current = next((one for one in others if one.subject == current.issuer), None)


def _spoken_of(response: Any) -> Iterator[tuple[int, str, bytes]]:
    """Serial number and issuer (hash of its name) of each certificate that an OCSP response is about (RFC 6960, 4.1.1)."""
    if response["response_status"].native != "successful":
        return
    for single in response["response_bytes"]["response"].parsed["tbs_response_data"]["responses"]:
        named = single["cert_id"]
        algorithm: algos.DigestAlgorithm = named["hash_algorithm"]
        yield named["serial_number"].native, algorithm["algorithm"].native, named["issuer_name_hash"].native


def _digest(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()
