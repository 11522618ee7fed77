"""Writes the sample dossiers that ship with the program: ``python -m tests.pagemaker.samples [folder]``."""

import json
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.pagemaker.kinds import TYPE_CODES, Kind
from tests.pagemaker.page import MadePage, PageSpec, make_page, save_page
from tests.pagemaker.wear import BAD, OFFICE
from tests.pagemaker.words import Case, person

SHIPPED = Path(__file__).parents[2] / "workstation" / "app" / "samples"

CASE = Case(
    seed=19, ward="phường Hòa Hưng", province="Thành phố Hồ Chí Minh", number=127, issued=date(2026, 3, 14),
    subject=person("Nguyễn Văn Mẫu", date(2019, 5, 6), 1, woman=False),
    applicant=person("Lê Thị Thí Dụ", date(1993, 10, 20), 2, woman=True),
    address="số 00, đường Mẫu, khu phố 3, phường Hòa Hưng, Thành phố Hồ Chí Minh",
    signer="Phạm Văn Minh Họa", deputy="Trần Thị Ví Dụ",
)  # fmt: skip
RETIRED = replace(
    CASE, seed=20, number=86, issued=date(2026, 10, 28), applicant=person("Đỗ Thị Bản Mẫu", date(1966, 9, 2), 7, woman=True)
)
LETTER = replace(CASE, seed=23, number=342, issued=date(2026, 7, 9))


@dataclass(frozen=True, slots=True)
class SampleDocument:
    kind: Kind
    pages: tuple[PageSpec, ...]


@dataclass(frozen=True, slots=True)
class SampleDossier:
    folder: str
    title: str
    documents: tuple[SampleDocument, ...]


def _document(case: Case, kind: Kind, *pages: PageSpec) -> SampleDocument:
    return SampleDocument(kind, tuple(replace(page, case=case, seed=case.seed) for page in pages))


def dossiers() -> tuple[SampleDossier, ...]:
    end = PageSpec(Kind.DECISION, page=1, wear=replace(OFFICE, skew_deg=-0.4), case=CASE)
    birth = replace(
        CASE,
        number=45,
        issued=date(2019, 5, 20),
        ward="Phường 14, Quận 10",
        signer="Đặng Văn Thử",
        address="số 00, đường Mẫu, Phường 14, Quận 10, Thành phố Hồ Chí Minh",
    )
    return (
        SampleDossier("ho-so-luu-tru", "Hồ sơ trợ cấp xã hội của Nguyễn Văn Mẫu", (
            _document(CASE, Kind.DECISION, PageSpec(Kind.DECISION, wear=OFFICE), end,
                      PageSpec(Kind.BLANK, wear=replace(OFFICE, bleed=0.05), behind=end)),
            _document(replace(CASE, issued=date(2026, 2, 25)), Kind.APPLICATION,
                      PageSpec(Kind.APPLICATION, wear=replace(OFFICE, skew_deg=-0.9))),
            _document(birth, Kind.BIRTH_CERTIFICATE,
                      PageSpec(Kind.BIRTH_CERTIFICATE, wear=replace(OFFICE, paper=(243, 232, 222)), turn=180)),
        )),
        SampleDossier("ban-sao-chung-thuc", "Bản sao chứng thực Quyết định nghỉ hưu", (
            _document(RETIRED, Kind.CERTIFIED_COPY,
                      PageSpec(Kind.CERTIFIED_COPY, wear=replace(OFFICE, paper=(249, 248, 244), skew_deg=0.3))),
        )),
        SampleDossier("ban-quet-xau", "Công văn quét từ bản lưu đã cũ", (
            _document(LETTER, Kind.LETTER, PageSpec(Kind.LETTER, wear=BAD, behind=end)),
        )),
    )  # fmt: skip


def truth(dossier: SampleDossier, made: list[MadePage]) -> dict[str, Any]:
    """What a reader of the pages should find; page numbers count from 0 in scanning order."""
    documents, first = [], 0
    for document in dossier.documents:
        indexes = list(range(first, first + len(document.pages)))
        first += len(document.pages)
        fields: dict[str, str] = {}
        for index in indexes:
            fields |= made[index].fields
        documents.append({"type": TYPE_CODES[document.kind], "pages": indexes, "fields": fields})
    pages = [
        {"file": f"{n:03d}.jpg", "kind": p.spec.kind.value, "blank": p.spec.kind is Kind.BLANK, "turn": p.spec.turn,
         "skew_deg": p.spec.wear.skew_deg, "dpi": p.spec.dpi, "text": p.text}
        for n, p in enumerate(made, 1)
    ]  # fmt: skip
    return {"title": dossier.title, "pages": pages, "documents": documents}


def make_dossier(dossier: SampleDossier) -> tuple[list[MadePage], dict[str, Any]]:
    made = [make_page(page) for document in dossier.documents for page in document.pages]
    return made, truth(dossier, made)


def as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def write_samples(root: Path) -> None:
    for dossier in dossiers():
        made, found = make_dossier(dossier)
        folder = root / dossier.folder
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(made, 1):
            save_page(folder / f"{number:03d}.jpg", page)
        (folder / "truth.json").write_text(as_json(found), "utf-8")


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
