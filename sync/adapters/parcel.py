"""From an outbox item to what peers are given. Pure: what was queued, the peer's own codes, and nothing made up."""

import json
import re
from datetime import datetime, time

from sync.adapters.codes import CaseCode, parse_case_code
from sync.adapters.text import VIETNAM
from workstation.domain.outbox import OutboxFile, OutboxItem
from workstation.domain.peers import Case, CodeBook, Parcel, Part, PeerDocument, TypeCodes


def parcel_of(item: OutboxItem, book: CodeBook) -> Parcel:
    """The case's number is looked for in the dossier's code and title, where clerks and barcode readers put it; its procedure is
    that of the first result whose type has one; its holder is whom a document is about."""
    known = json.loads(item.metadata)
    described = {row.get("id"): row for row in known.get("documents", []) if isinstance(row, dict)}
    documents = tuple(_document(file, described.get(file.document_id, {}), book) for file in item.files)
    created = datetime.fromisoformat(known["created_at"]) if "created_at" in known else item.created_at
    title = str(known.get("title", ""))
    return Parcel(
        item.dossier_id, item.dossier_code, title, created, _case(item.dossier_code, title, created, documents, book), documents
    )


def case_number(*texts: str) -> CaseCode | None:
    """The first case number that stands by itself in one of the texts."""
    return next((code for text in texts for word in re.split(r"[\s,;()]+", text) if (code := parse_case_code(word))), None)


def _case(code: str, title: str, created: datetime, documents: tuple[PeerDocument, ...], book: CodeBook) -> Case:
    number = case_number(code, title)
    results = sorted(documents, key=lambda d: d.part is not Part.RESULT)
    types = [book.types[d.type_code] for d in results if d.type_code in book.types]
    of = next((codes for codes in types if codes.procedure), TypeCodes())
    return Case(
        code=number.text if number else "",
        procedure=of.procedure,
        procedure_name=of.procedure_name,
        field_code=of.field_code,
        field_name=of.field_name,
        party=of.party,
        holder=_first(results, "person_name"),
        holder_id=_first(results, "identity_number"),
        # the day is part of the number; without one the case begins with this dossier
        accepted_at=datetime.combine(number.day, time(), VIETNAM) if number else created,
    )


def _first(documents: list[PeerDocument], field: str) -> str:
    return next((value for d in documents if (value := d.fields.get(field, ""))), "")


def _document(file: OutboxFile, row: dict[str, object], book: CodeBook) -> PeerDocument:
    type_code, fields = str(row.get("type", "")), row.get("fields")
    codes = book.types.get(type_code, TypeCodes())
    return PeerDocument(
        id=file.document_id,
        part=Part.COMPONENT if codes.component and not codes.result else Part.RESULT,
        type_code=type_code,
        type_name=str(row.get("type_name", "")),
        name=file.name,
        sha256=file.sha256,
        bytes=file.bytes,
        pages=file.pages,
        fields={str(k): str(v) for k, v in fields.items()} if isinstance(fields, dict) else {},
        signer=str(row.get("signer", "")),
        signing_time=str(row.get("signing_time", "")),
    )
