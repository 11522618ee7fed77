"""edXML from values. The same value gives the same bytes.

The envelope's elements bear the prefix ``edXML:``, what follows the envelope bears none: receivers' generated readers insist on
both (integration.md 2.6). The order is that of the axis's own samples.
"""

import base64

from sync.adapters.edxml import (
    NAMESPACE,
    Answered,
    Attachment,
    Edoc,
    Organ,
    Staff,
    day,
    free,
    identifying,
    moment,
    unfit,
)
from sync.adapters.markup import Writer

_XLINK = "http://www.w3.org/1999/xlink"
_ROOT = {"xmlns": NAMESPACE}
_ENVELOPE = {"xmlns:edXML": NAMESPACE, "xmlns:xlink": _XLINK}
_TRACES = {"version": "1.0", "mustUnderstand": "1", "actor": "http://schemas.xmlsoap.org/soap/actor/next"}


def write_edoc(edoc: Edoc) -> bytes:
    """KHONG_HOP_LE with the field's name if what names a thing is missing or too long, or there is no receiver or file."""
    if not edoc.receivers:
        raise unfit("To")
    if not edoc.attachments:
        raise unfit("Attachment")
    out = Writer()
    with out.inside("edXML", _ROOT):
        with out.inside("edXML:edXMLEnvelope", _ENVELOPE):
            with out.inside("edXML:edXMLHeader"):
                _message_header(out, edoc)
                _traces(out, edoc)
                out.leaf("edXML:DigitalSignature", "")
            with out.inside("edXML:edXMLBody"), out.inside("edXML:edXMLManifest", {"version": "1.0"}):
                for attachment in edoc.attachments:
                    _reference(out, attachment)
        with out.inside("AttachmentEncoded"):
            for attachment in edoc.attachments:
                _attachment(out, attachment)
    return out.bytes()


def _message_header(out: Writer, edoc: Edoc) -> None:
    with out.inside("edXML:MessageHeader"):
        _organ(out, "edXML:From", edoc.sender)
        for receiver in edoc.receivers:
            _organ(out, "edXML:To", receiver)
        with out.inside("edXML:Code"):
            out.leaf("edXML:CodeNumber", identifying("CodeNumber", edoc.code.number))
            out.leaf("edXML:CodeNotation", identifying("CodeNotation", edoc.code.notation))
        with out.inside("edXML:PromulgationInfo"):
            out.leaf("edXML:Place", free("Place", edoc.place))
            out.leaf("edXML:PromulgationDate", day(edoc.issued))
        with out.inside("edXML:DocumentType"):
            out.leaf("edXML:Type", edoc.type_number)
            out.leaf("edXML:TypeName", free("TypeName", edoc.type_name))
        out.leaf("edXML:Subject", free("Subject", edoc.subject))
        out.leaf("edXML:Content", free("Content", edoc.content))
        with out.inside("edXML:SignerInfo"):
            out.leaf("edXML:Competence", free("Competence", edoc.signer.competence))
            out.leaf("edXML:Position", free("Position", edoc.signer.position))
            out.leaf("edXML:FullName", free("FullName", edoc.signer.name))
        if edoc.due is not None:
            out.leaf("edXML:DueDate", day(edoc.due))
        if edoc.to_places:
            with out.inside("edXML:ToPlaces"):
                for place in edoc.to_places:
                    out.leaf("edXML:Place", free("Description", place))
        _other(out, edoc)
        for answer in edoc.answers:
            _answered(out, answer)
        out.leaf("edXML:SteeringType", edoc.steering)
        out.leaf("edXML:DocumentId", identifying("DocumentId", edoc.document_id))


def _other(out: Writer, edoc: Edoc) -> None:
    with out.inside("edXML:OtherInfo"):
        out.leaf("edXML:Priority", edoc.priority)
        out.leaf("edXML:PromulgationAmount", edoc.copies)
        out.leaf("edXML:PageAmount", edoc.pages)
        if edoc.appendixes:
            with out.inside("edXML:Appendixes"):
                for appendix in edoc.appendixes:
                    out.leaf("edXML:Appendix", free("Description", appendix))


def _organ(out: Writer, name: str, organ: Organ) -> None:
    with out.inside(name):
        out.leaf("edXML:OrganId", identifying("OrganId", organ.id))
        out.leaf("edXML:OrganizationInCharge", free("OrganizationInCharge", organ.in_charge))
        out.leaf("edXML:OrganName", free("OrganName", organ.name))
        out.leaf("edXML:OrganAdd", free("OrganAdd", organ.address))
        out.leaf("edXML:Email", free("Email", organ.email))
        out.leaf("edXML:Telephone", free("Telephone", organ.telephone))
        out.leaf("edXML:Fax", free("Fax", organ.fax))
        out.leaf("edXML:Website", free("Website", organ.website))


def _answered(out: Writer, answer: Answered) -> None:
    with out.inside("edXML:ResponseFor"):
        out.leaf("edXML:OrganId", identifying("OrganId", answer.organ_id))
        out.leaf("edXML:Code", identifying("DocumentId", answer.code))
        out.leaf("edXML:PromulgationDate", day(answer.issued))
        out.leaf("edXML:DocumentId", identifying("DocumentId", answer.document_id))


def _traces(out: Writer, edoc: Edoc) -> None:
    with out.inside("edXML:TraceHeaderList", _TRACES):
        for trace in edoc.traces:
            with out.inside("edXML:TraceHeader"):
                out.leaf("edXML:OrganId", identifying("OrganId", trace.organ_id))
                out.leaf("edXML:Timestamp", moment(trace.at))
        with out.inside("edXML:Bussiness"):
            out.leaf("edXML:BussinessDocType", edoc.business.value)
            out.leaf("edXML:BussinessDocReason", free("BussinessDocReason", edoc.reason))
            out.leaf("edXML:Paper", int(edoc.paper))
            _staff(out, edoc.staff)


def _staff(out: Writer, staff: Staff) -> None:
    with out.inside("edXML:StaffInfo"):
        out.leaf("edXML:Department", free("Department", staff.department))
        out.leaf("edXML:Staff", free("Staff", staff.staff))
        out.leaf("edXML:Mobile", free("Mobile", staff.mobile))
        out.leaf("edXML:Email", free("Email", staff.email))


def _reference(out: Writer, attachment: Attachment) -> None:
    links = {"xlink:href": f"cid:{attachment.id}", "xlink:role": "XLinkRole", "xlink:type": "simple"}
    with out.inside("edXML:Reference", links):
        out.leaf("edXML:ContentId", f"cid:{attachment.id}")
        out.leaf("edXML:ContentType", attachment.content_type)
        out.leaf("edXML:AttachmentName", identifying("AttachmentName", attachment.name))
        out.leaf("edXML:Description", free("Description", attachment.description))


def _attachment(out: Writer, attachment: Attachment) -> None:
    with out.inside("Attachment"):
        out.leaf("ContentType", attachment.content_type)
        out.leaf("ContentId", attachment.id)
        out.leaf("Description", free("Description", attachment.description))
        out.leaf("ContentTransferEncoded", base64.b64encode(attachment.data).decode("ascii"))
        out.leaf("AttachmentName", identifying("AttachmentName", attachment.name))
