"""National portal, generation 2: bodies of the calls that create a case and tell its status. Pure; names are the peer's.

A file is named by what the portal gave for it (:class:`Stored`). KHONG_HOP_LE with the field's name for what is not known.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.adapters.text import needed, spaced_time, title_of, trimmed, unfit
from workstation.domain.ids import DocumentId
from workstation.domain.peers import CaseStatus, CodeBook, Parcel, Part, Party, PeerConfig, PeerDocument

PARTIES = {Party.CITIZEN: 0, Party.BUSINESS: 1, Party.HOUSEHOLD_BUSINESS: 2}
"""Not the numbers of generation 1; the others have none."""
WITH_RESULTS = frozenset({CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT, CaseStatus.DONE})
"""Status with which the portal takes results and fees."""
_ORIGINAL, _ELECTRONIC = 0, 2
"""LoaiBan: scanned from the original; electronic."""


@dataclass(frozen=True, slots=True)
class Stored:
    """IdTepTin and HashTepTin of an upload."""

    file_id: str
    hash: str


def case_body(
    parcel: Parcel, code: str, config: PeerConfig, book: CodeBook, stored: Mapping[DocumentId, Stored]
) -> dict[str, object]:
    """``code``: MaHoSo, from the receipt or given by the portal."""
    case = parcel.case
    if case.party not in PARTIES:
        raise unfit("LoaiDoiTuong")
    party, procedure, holder = PARTIES[case.party], needed("MaTTHC", case.procedure), needed("ChuHoSo", case.holder)
    return {
        "MaHoSo": code,
        "MaTTHC": procedure,
        "MaDichVuCong": book.constants.get(f"MaDichVuCong.{procedure}", procedure),
        "ChuHoSo": holder,
        "LoaiDoiTuong": party,
        "MaDonViTiepNhan": config.unit_code,
        "NgayNop": needed("NgayNop", spaced_time(case.accepted_at)),
        "NgayTiepNhan": spaced_time(case.accepted_at),
        "ThanhPhanHoSo": [_component(d, book, stored[d.id]) for d in parcel.documents if d.part is Part.COMPONENT],
        "ThongTinNguoiNop": {
            "LoaiDoiTuong": party,
            "ThongTinChiTiet": {"TenNguoiNop": holder, "SoDinhDanh": case.holder_id, "TenChuHs": holder},
        },
    }


def status_body(
    parcel: Parcel, case_id: str, code: str, config: PeerConfig, book: CodeBook, stored: Mapping[DocumentId, Stored]
) -> dict[str, object]:
    """The status with the results, which the portal takes with some of them only."""
    case = parcel.case
    results = [_result(d, book, stored[d.id]) for d in parcel.documents if d.part is Part.RESULT]
    if results and case.status not in WITH_RESULTS:
        raise unfit("TrangThai")
    return {
        "IdHoSo": case_id,
        "MaHoSo": code,
        "TrangThai": case.status.value,
        "PhongBanXuLy": config.unit_name,
        "NoiDungXuLy": "Số hóa, ký số kết quả giải quyết",
        "DanhSachGiayToKetQua": results,
    }


def _component(document: PeerDocument, book: CodeBook, stored: Stored) -> dict[str, object]:
    codes = book.types.get(document.type_code)
    return {
        "MaThanhPhanHoSo": needed("MaThanhPhanHoSo", codes.component if codes else ""),
        "TenThanhPhanHoSo": trimmed(document.type_name, 2000),
        "SoLuong": 1,
        "LoaiBan": _ORIGINAL,
        "GiayToDinhKem": [_paper(document, stored) | {"MaKetQua": codes.result if codes else ""}],
    }


def _result(document: PeerDocument, book: CodeBook, stored: Stored) -> dict[str, object]:
    codes = book.types.get(document.type_code)
    result = needed("MaGiayToKetQua", codes.result if codes else "")
    return _paper(document, stored) | {"MaGiayToKetQua": result, "LoaiBan": _ELECTRONIC}


def _paper(document: PeerDocument, stored: Stored) -> dict[str, object]:
    name = trimmed(title_of(document), 2000)
    return {"IdGiayTo": stored.file_id, "HashTepTin": stored.hash, "TenGiayTo": name}
