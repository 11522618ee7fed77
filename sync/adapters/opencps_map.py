"""OpenCPS v2: the forms of a dossier and of a file. Pure; names are the peer's, all values texts."""

from sync.adapters.text import needed, title_of, trimmed, unfit
from workstation.domain.peers import CodeBook, Parcel, Party, PeerConfig, PeerDocument

ID_KINDS = {Party.CITIZEN: "citizen", Party.BUSINESS: "business", Party.HOUSEHOLD_BUSINESS: "business"}
"""applicantIdType; it knows no others."""


def dossier_form(parcel: Parcel, config: PeerConfig, book: CodeBook) -> dict[str, str]:
    """``referenceUid`` is our own key of the dossier: the only handle against doubles that this peer has."""
    case = parcel.case
    if case.party not in ID_KINDS:
        raise unfit("applicantIdType")
    return {
        "referenceUid": parcel.dossier_id,
        "serviceCode": needed("serviceCode", case.procedure),
        "govAgencyCode": config.unit_code,
        "dossierTemplateNo": template_of(parcel, book),
        "dossierName": trimmed(parcel.title, 1000),
        "applicantName": needed("applicantName", case.holder),
        "applicantIdType": ID_KINDS[case.party],
        "applicantIdNo": needed("applicantIdNo", case.holder_id),
        "dossierNo": case.code,
        "online": "false",
    }


def file_form(parcel: Parcel, document: PeerDocument, book: CodeBook) -> dict[str, str]:
    codes = book.types.get(document.type_code)
    return {
        "referenceUid": document.id,
        "dossierTemplateNo": template_of(parcel, book),
        "dossierPartNo": needed("dossierPartNo", (codes.component or codes.result) if codes else ""),
        "displayName": trimmed(title_of(document), 250),
        "fileType": "pdf",
        "isSync": "true",
    }


def template_of(parcel: Parcel, book: CodeBook) -> str:
    """By procedure, from the office's codes."""
    return needed("dossierTemplateNo", book.constants.get(f"dossierTemplateNo.{parcel.case.procedure}", ""))
