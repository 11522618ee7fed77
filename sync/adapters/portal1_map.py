"""National portal, generation 1: bodies of DongBoHoSoMC and CapNhatTienDoHoSoMC. Pure; field names and limits are the peer's.

All values are texts, times ``yyyyMMddHHmmss`` of Vietnam. KHONG_HOP_LE with the field's name where something needed is not known.
"""

from datetime import datetime

from sync.adapters.codes import parse_case_code
from sync.adapters.text import compact_time, needed, title_of, trimmed, unfit
from workstation.domain.peers import Case, CaseStatus, CodeBook, Parcel, Part, Party, PeerConfig, PeerDocument

PARTIES = {Party.CITIZEN: "1", Party.BUSINESS: "2", Party.HOUSEHOLD_BUSINESS: "2", Party.STATE_BODY: "3", Party.OTHER: "4"}
_COUNTER = "1"
"""KenhThucHien: handed in at the counter."""
_DIRECT = "0"
"""HinhThuc: the result is handed over."""
_ID_KINDS = {12: "1", 9: "2"}
"""LoaiDinhDanh by length: citizen card, the older people's card."""
_CONSTANTS = {"NoiNopHoSo": "2", "TaiKhoanDuocXacThucVoiVNeID": "0", "DuocThanhToanTrucTuyen": "0"}


def dossier_body(parcel: Parcel, config: PeerConfig, book: CodeBook, status: CaseStatus) -> dict[str, object]:
    """One element of ``data``. ``status``: what the portal is to show until the progress is told."""
    case = parcel.case
    constants = {key: book.constants.get(key, usual) for key, usual in _CONSTANTS.items()}
    body: dict[str, object] = {
        "MaHoSo": case_code(case),
        "MaTTHC": needed("MaTTHC", case.procedure),
        "TenTTHC": needed("TenTTHC", case.procedure_name),
        "MaLinhVuc": needed("MaLinhVuc", case.field_code),
        "TenLinhVuc": needed("TenLinhVuc", case.field_name),
        "KenhThucHien": _COUNTER,
        "ChuHoSo": needed("ChuHoSo", case.holder),
        "SoGiayToChuHoSo": case.holder_id,
        "LoaiDoiTuong": PARTIES[case.party],
        "MaDoiTuong": "",
        "DinhDanhCHS": _identity(case),
        "TrichYeuHoSo": trimmed(needed("TrichYeuHoSo", parcel.title), 1000),
        "NgayTiepNhan": needed("NgayTiepNhan", compact_time(case.accepted_at)),
        "NgayNopHoSo": compact_time(case.accepted_at),
        "NgayHenTra": compact_time(case.due_at),
        "NgayKetThucXuLy": compact_time(case.finished_at),
        "TrangThaiHoSo": str(status.value),
        "HinhThuc": _DIRECT,
        "DonViXuLy": needed("DonViXuLy", config.unit_name),
        "HoSoCoThanhPhanSoHoa": "1" if parcel.documents else "0",
        "DSKetNoiCSDL": [{"MaCSDL": code} for code in book.constants.get("MaCSDL", "").split()],
        "TaiLieuNop": [_component(d, config, book) for d in parcel.documents if d.part is Part.COMPONENT],
        "DanhSachGiayToKetQua": [_result(d, config, book) for d in parcel.documents if d.part is Part.RESULT],
        "DanhSachLePhi": [],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [],
    }
    return body | constants


def progress_body(parcel: Parcel, config: PeerConfig, at: datetime) -> dict[str, object]:
    """What was done last: the results are digitised and signed. ``at``: the same in each try, so that it is one event."""
    case = parcel.case
    return {
        "MaHoSo": case_code(case),
        "NguoiXuLy": trimmed(needed("NguoiXuLy", next((d.signer for d in parcel.documents if d.signer), "")), 50),
        "ChucDanh": trimmed(next((d.fields.get("signer_title", "") for d in parcel.documents), ""), 200),
        "ThoiDiemXuLy": compact_time(at),
        "PhongBanXuLy": needed("PhongBanXuLy", config.unit_name),
        "NoiDungXuLy": "Số hóa, ký số kết quả giải quyết",
        "TrangThai": str(case.status.value),
        "NgayBatDau": compact_time(case.accepted_at),
        "NgayKetThucTheoQuyDinh": compact_time(case.due_at),
    }


def case_code(case: Case) -> str:
    """MaHoSo as it stands on the receipt; KHONG_HOP_LE if there is none: it is never made up."""
    if parse_case_code(case.code) is None:
        raise unfit("MaHoSo")
    return case.code.strip()


def _identity(case: Case) -> list[dict[str, str]]:
    kind = _ID_KINDS.get(len(case.holder_id)) if case.holder_id.isdecimal() else None
    return [{"LoaiDinhDanh": kind, "SoDinhDanh": case.holder_id}] if kind and case.party is Party.CITIZEN else []


def _component(document: PeerDocument, config: PeerConfig, book: CodeBook) -> dict[str, str]:
    codes = book.types.get(document.type_code)
    return {
        "TepDinhKemId": document.id,
        "TenTepDinhKem": trimmed(title_of(document), 4000),
        "IsDeleted": "False",
        "MaThanhPhanHoSo": codes.component if codes else "",
        "DuongDanTaiTepTin": file_address(document, config),
        "DuocSoHoa": "1",
        "DuocTaiSuDung": "0",
        "DuocLayTuKhoDMQG": "0",
        "MaKetQuaThayThe": "",
    }


def _result(document: PeerDocument, config: PeerConfig, book: CodeBook) -> dict[str, str]:
    codes = book.types.get(document.type_code)
    return {
        "TenGiayTo": trimmed(title_of(document), 2000),
        "MaThanhPhanHoSo": codes.component if codes else "",
        "GiayToId": document.id,
        "DuongDanTepTinKetQua": file_address(document, config),
        "MaGiayToKetQua": needed("MaGiayToKetQua", codes.result if codes else ""),
    }


def file_address(document: PeerDocument, config: PeerConfig) -> str:
    """Where the portal fetches the file; it names the very bytes."""
    return config.files_url.replace("{sha256}", document.sha256)
