"""Where a proposal for a field comes from, and what speaks against its value: Vietnamese, with English beside."""

PROPOSED: dict[str, tuple[str, str]] = {
    "spelling": ("theo chính tả", "by spelling"),
    "title": ("theo mẫu tên loại", "by the wording of the type"),
    "type": ("theo tên loại", "by the type"),
    "organ": ("theo cơ quan ban hành", "by the issuing agency"),
    "issued_year": ("theo năm ban hành", "by the year of issue"),
    "birth_date": ("theo ngày sinh", "by the date of birth"),
    "capacity": ("theo cách ghi quyền hạn ký", "by how a capacity is written"),
    "code": ("theo mã QR, mã vạch trên giấy", "by the paper's QR or bar code"),
    "words": ("theo ngày ghi bằng chữ", "by the date in words"),
    "arrival": ("theo ngày trên dấu đến", "by the arrival stamp"),
    "signature": ("theo giờ ký số của tệp", "by the time of the file's digital signature"),
    "neighbours": ("theo văn bản liền số", "by the neighbours in the series"),
    "sibling": ("theo văn bản khác trong hồ sơ", "by the other documents of the dossier"),
    "read": ("đúng như đọc được", "as it was read"),
    "put_away": ("trước khi báo không đọc được", "before it was said to be unreadable"),
    "partial": ("còn thiếu ngày", "the day is missing"),
}
"""By ``Proposal.why``."""
AGAINST: dict[str, tuple[str, str]] = {
    "date_impossible": ("Ngày này không có trong lịch", "There is no such day"),
    "date_future": ("Ngày này chưa đến", "This day is still to come"),
    "date_old": ("Ngày này xa quá mức thường gặp – so lại năm", "This day is unusually long ago; compare the year"),
    "date_words": ("Ngày bằng số khác ngày ghi bằng chữ", "The date in figures differs from the date in words"),
    "code_differs": ("Mã hồ sơ khác mã QR, mã vạch trên giấy", "The dossier's code is not that of the paper's QR or bar code"),
    "arrived_before": ("Dấu đến ghi ngày sớm hơn ngày ban hành", "The arrival stamp is earlier than the date of issue"),
    "identity_shape": ("Số định danh phải có 12 chữ số (CMND: 9)", "An identity number has 12 digits (formerly 9)"),
    "identity_province": ("3 số đầu không phải mã tỉnh nào", "The first 3 digits are no province's code"),
    "identity_birth": ("Số định danh nói năm sinh khác", "The identity number says another year of birth"),
    "identity_sex": ("Số định danh nói giới tính khác", "The identity number says the other sex"),
    "identity_old": (
        "Số CMND (9 số) đã hết giá trị khi giấy này được lập",
        "Cards with 9 digits had ended when this paper was made",
    ),
    "notation_type": ("Ký hiệu không khớp tên loại", "The notation does not fit the type"),
    "notation_year": ("Năm trong ký hiệu khác năm ban hành", "The year in the notation is not the year of issue"),
    "notation_organ": ("Ký hiệu không khớp cơ quan ban hành", "The notation does not fit the issuing agency"),
    "name_shape": ("Chưa giống họ tên người (2–7 từ, không có số)", "Not like a person's name (2 to 7 words, no digits)"),
    "name_syllable": ("Có chữ không đúng vần tiếng Việt", "A word is no Vietnamese syllable"),
    "organ_syllable": ("Tên cơ quan có chữ không đúng vần tiếng Việt", "A word of the agency's name is no Vietnamese syllable"),
    "capacity": ("Chữ tắt quyền hạn ký không thuộc TM., Q., KT., TL., TUQ.", "No such capacity (TM., Q., KT., TL., TUQ.)"),
    "capacity_deputy": ("Ký thay (KT.) thì người ký phải là cấp phó", "Who signs KT. has to be a deputy"),
    "duplicate": ("Đã có văn bản cùng số, ký hiệu, cơ quan ban hành", "There is a document of this number, notation and agency"),
    "series_order": (
        "Số và ngày không theo thứ tự với văn bản liền số",
        "Number and date are out of order with their neighbours",
    ),
    "place_several": (
        "Có thể chỉ nhiều đơn vị hành chính – Ctrl+D để chọn",
        "May mean several administrative units; Ctrl+D chooses",
    ),
}
"""By ``IndexField.against``: said under the field as a reason to look."""

KNOWN_BY: dict[str, tuple[str, str]] = {
    "number": ("cùng số, ký hiệu, cơ quan ban hành", "same number, notation and agency"),
    "pages": ("cùng hình ảnh các trang", "the pages look the same"),
    "person": ("cùng số định danh và loại giấy", "same identity number and type of paper"),
}
"""By ``KnownCopy.by``: how a copy was found that the office has already."""


def proposed(why: str) -> str:
    return PROPOSED[why][0]


def against(code: str) -> str:
    return AGAINST[code][0]


def known_by(how: str) -> str:
    return KNOWN_BY[how][0]
