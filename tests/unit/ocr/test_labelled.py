"""Forms, cards and lists by their printed labels: each type that ships, and what goes wrong on real ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from ocr.split import index_document
from tests.unit.ocr.written import LEFT, LETTER, STEP, TOP, written
from workstation.domain.doctype import DocumentType, Labelled, ValueKind, Where
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.page import PageText, UnreadArea
from workstation.domain.profile import DocumentRule
from workstation.rules.reader import load_rules
from workstation.rules.types import read_shared, read_types

RULES = load_rules()
TYPES = RULES.types
CELLS = (Where.AFTER, Where.UNDER, Where.BESIDE)
FORMS = [d for d in RULES.documents if d.type.layout in ("form", "card")]
NAMES = ("Nguyễn Thị Mẫu", "Trần Văn Mẫu", "Lê Thị Ví Dụ", "Phạm Văn Thử", "Hoàng Thị Thử")
CODES = ("H49.64.33-251103-0127", "BK 123456", "412/7", "310123456", "DN4797912345678", "0912345678")


def read(*pages: PageText, types: tuple[DocumentType, ...] = TYPES) -> tuple[str, dict[str, IndexField]]:
    draft = index_document(pages, types)
    return draft.type_code, {f.name: f for f in draft.fields}


def values(*pages: PageText) -> dict[str, str]:
    return {name: f.value for name, f in read(*pages)[1].items()}


DATA = Path(str(resources.files("workstation.rules"))) / "data"


def value_of(one: Labelled, at: int) -> tuple[str, str]:
    """A value of the field's kind: as it is printed, and as it is kept."""
    match one.field.kind:
        case ValueKind.PERSON:
            printed = NAMES[at % len(NAMES)]
        case ValueKind.DATE | ValueKind.BIRTH:
            return f"{at % 28 + 1:02d}/03/2019", f"2019-03-{at % 28 + 1:02d}"
        case ValueKind.IDENTITY:
            printed = f"0791850{at:05d}"
        case ValueKind.NUMBER:
            printed = str(100 + at)
        case ValueKind.AREA | ValueKind.MONEY:
            printed = f"1.{200 + at},5"
        case ValueKind.SEX:
            printed = "Nữ"
        case ValueKind.CODE:
            printed = next(c for c in CODES if re.fullmatch(one.field.pattern, c))
        case ValueKind.ORGAN:
            printed = f"Ủy ban nhân dân xã Mẫu {at}"
        case _:
            printed = f"Nội dung mẫu {at}"
    return printed, printed


def filled(kind: DocumentType) -> Iterator[tuple[str, str, str]]:
    """(label, value as printed, value as kept) of a form that somebody has filled in; a heading has no value."""
    said: set[str] = set()
    for at, one in enumerate(n for n in kind.labelled if n.where in CELLS):
        if one.below and not said & set(one.below):
            said.add(one.below[0])
            yield one.below[0], "", ""
        others = {w for n in kind.labelled if n.field != one.field for w in n.labels}
        label = next((w for w in one.labels if w not in said and w not in others), one.labels[0])
        said.add(label)
        yield label, *value_of(one, at)


def form_page(kind: DocumentType) -> PageText:
    under = {w for one in kind.labelled if one.where is Where.UNDER for w in one.labels}
    marks = [m for m in kind.marks if m not in kind.stops]  # a heading of the form would change whose the values below are
    lines = [f"|{kind.titles[0]}", *(f"|{m}" for m in marks[:2])]
    for label, value, _ in filled(kind):
        lines += [label, value] if label in under else [f"{label}: {value}"]
    return written(*lines)


@pytest.mark.parametrize("rule", FORMS, ids=lambda rule: rule.type.code)
def test_a_filled_form_of_every_type_is_read(rule: DocumentRule) -> None:
    """Each field of each type file, from a page that carries its labels as the file has them."""
    code, fields = read(form_page(rule.type))
    kept = [k for label, _, k in filled(rule.type) if k]
    wanted = dict(zip([n.field.name for n in rule.type.labelled if n.where in CELLS], kept, strict=True))
    assert code == rule.type.code
    assert {name: fields[name].value for name in wanted if name in fields} == wanted
    assert set(fields) <= set(rule.form)  # nothing is read that the form has no place for


# --- what real papers do to labels


def test_leaders_lost_colons_numbering_and_wrong_marks_hide_no_label() -> None:
    found = values(
        written(
            "|ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI",
            "Kính gửi: Ủy ban nhân dân xã Mẫu",
            "1. Họ và tên......Nguyễn Thị Mẫu......",
            "a) Số định danh 079 185 000 123",  # no colon, and spaces in the number
            "Dia chi: ấp Mẫu, xã Mẫu",
            "2.1. Thửa đất số (3): 412; tờ bản đồ số: 17; diện tích: 125,5 m²",
        )
    )
    assert (found["person_name"], found["identity_number"]) == ("Nguyễn Thị Mẫu", "079185000123")
    assert found["address"] == "ấp Mẫu, xã Mẫu" and found["recipients"] == "Ủy ban nhân dân xã Mẫu"
    assert (found["parcel"], found["map_sheet"], found["area"]) == ("412", "17", "125,5")


def test_a_value_that_is_another_labels_is_not_taken() -> None:
    """Nothing stands behind the first label: what follows on the line and below is not its value."""
    found = values(written("|GIẤY KHAI SINH", "Họ, chữ đệm, tên:   Giới tính: Nữ", "Dân tộc: Kinh", "Số định danh cá nhân:"))
    assert found["sex"] == "Nữ" and found["ethnicity"] == "Kinh"
    assert "person_name" not in found and "identity_number" not in found


def test_a_value_wraps_over_full_lines_and_ends_before_the_next_label() -> None:
    long = "số 127 đường Mẫu, khu phố 3, phường Mẫu Một, thành phố Mẫu Hai, tỉnh Mẫu Ba,"
    page = written("|GIẤY KHAI SINH", f"Quê quán: {long}", "nước Cộng hòa Mẫu", "Họ, chữ đệm, tên người mẹ: Trần Thị Mẫu")
    assert values(page)["home_town"] == f"{long} nước Cộng hòa Mẫu" and values(page)["mother_name"] == "Trần Thị Mẫu"


def test_a_code_that_is_parted_between_two_lines_is_put_together() -> None:
    """Only where both together have the shape that one alone has not."""
    wide = "Giấy chứng nhận đã cấp, số vào sổ: CH82301 do cơ quan Mẫu cấp lần thứ hai; số phát hành:"
    assert values(written("|ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI", f"{wide} AL", "684604"))["serial"] == "AL 684604"
    whole = read(written("|ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI", f"{wide} AL", "như trên"))[1]["serial"]
    assert whole.value == "AL" and whole.doubt
    assert values(written("|ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI", f"{wide} AL 684604", "12"))["serial"] == "AL 684604"


def test_an_address_whose_end_was_not_found_is_in_doubt() -> None:
    page = written("|GIẤY KHAI SINH", "Quê quán: số 7, đường Mẫu, xã Mẫu,", "Ngày: 11/06 tỉnh Mẫu", "Dân tộc: Kinh")
    town = read(page)[1]["home_town"]
    assert town.value == "số 7, đường Mẫu, xã Mẫu" and town.doubt


def test_a_text_that_only_contains_a_labels_words_is_no_field() -> None:
    page = written("|ĐƠN ĐỀ NGHỊ", "Họ và tên tôi đã khai trong hồ sơ trước đây, nay xin đề nghị xem xét.")
    assert "person_name" not in read(page)[1]


def test_handwriting_behind_a_label_is_shown_and_what_was_read_in_it_only_proposed_to_the_eye() -> None:
    """The cursor has to go there: a place without a value, or a guess that is in doubt."""
    y = TOP + 2 * STEP
    hand = UnreadArea("handwriting", (LEFT + 20 * LETTER, y - 4, 700.0, y + 28))
    _, empty = read(written("|GIẤY KHAI SINH", "", "Họ, chữ đệm, tên:", unread=(hand,)))
    name = empty["person_name"]
    assert (name.value, name.origin, name.doubt, name.box) == ("", FieldOrigin.HANDWRITTEN, True, hand.box)
    _, guess = read(written("|GIẤY KHAI SINH", "", "Họ, chữ đệm, tên: Lê Thị Mẫu", unread=(hand,)))
    assert guess["person_name"].value == "Lê Thị Mẫu"
    assert guess["person_name"].doubt and guess["person_name"].origin is FieldOrigin.HANDWRITTEN
    elsewhere = UnreadArea("handwriting", (900.0, y - 4, 1100.0, y + 28))  # a remark at the margin
    _, printed = read(written("|GIẤY KHAI SINH", "", "Họ, chữ đệm, tên: Lê Thị Mẫu", unread=(elsewhere,)))
    assert printed["person_name"].origin is FieldOrigin.READ and not printed["person_name"].doubt


def test_husband_and_wife_side_by_side_are_not_mixed_up() -> None:
    """The form has the wife at the left; a value goes to whom it stands under."""
    right = 640.0
    rows = (
        [("Họ, chữ đệm, tên vợ: Trần Thị Mẫu", LEFT), ("Họ, chữ đệm, tên chồng: Lê Văn Mẫu", right)],
        [("Ngày, tháng, năm sinh: 02/03/1991", LEFT), ("Ngày, tháng, năm sinh: 04/05/1989", right)],
        [("Số định danh: 079191000001", LEFT), ("Số định danh: 079089000002", right)],
    )
    found = values(written("|GIẤY CHỨNG NHẬN KẾT HÔN", *rows))
    assert (found["person_name"], found["birth_date"], found["identity_number"]) == ("Lê Văn Mẫu", "1989-05-04", "079089000002")
    assert (found["wife_name"], found["wife_birth"], found["wife_identity"]) == ("Trần Thị Mẫu", "1991-03-02", "079191000001")
    only_wife = written("|GIẤY CHỨNG NHẬN KẾT HÔN", rows[0], [("Số định danh: 079191000001", LEFT)])
    assert "identity_number" not in read(only_wife)[1]


def test_one_below_the_other_each_has_their_own() -> None:
    people = [("vợ", "Trần Thị Mẫu", "079191000001"), ("chồng", "Lê Văn Mẫu", "079089000002")]
    for order in (people, people[::-1]):
        lines = [f"{label}: {value}" for who, name, number in order
                 for label, value in ((f"Họ, chữ đệm, tên {who}", name), ("Số định danh", number))]  # fmt: skip
        found = values(written("|GIẤY CHỨNG NHẬN KẾT HÔN", *lines))
        assert (found["identity_number"], found["wife_identity"]) == ("079089000002", "079191000001")


def test_a_value_of_the_wrong_shape_is_in_doubt_and_a_day_that_is_none_is_not_kept() -> None:
    page = written("|GIẤY KHAI SINH", "Họ, chữ đệm, tên: A7", "Ngày, tháng, năm sinh: 31/02/2019", "Số định danh: 12345")
    fields = read(page)[1]
    assert all(fields[n].doubt for n in ("person_name", "birth_date", "identity_number"))
    assert fields["birth_date"].value == "" and fields["identity_number"].value == "12345"


def test_of_a_birth_the_year_alone_is_a_value() -> None:
    born = read(written("|GIẤY KHAI SINH", "Ngày, tháng, năm sinh: 1961"))[1]["birth_date"]
    assert born.value == "1961" and not born.doubt


def test_a_day_whose_strokes_were_misread_is_kept_and_in_doubt() -> None:
    page = written("|GIẤY KHAI SINH", "Ngày, tháng, năm sinh: 02/05:2019", "Ngày, tháng, năm đăng ký: 04052019")
    fields = read(page)[1]
    assert (fields["birth_date"].value, fields["birth_date"].doubt) == ("2019-05-02", True)
    assert (fields["issued_date"].value, fields["issued_date"].doubt) == ("2019-05-04", True)


def test_a_day_of_birth_is_never_a_papers_own() -> None:
    assert "issued_date" not in read(written("Số: 83/2018", "Họ, chữ đệm, tên: A", "Ngày, tháng, năm sinh: 23/08/2003"))[1]
    parted = written("Số: 83/2018", [("Ngày, tháng, năm sinh:", LEFT), ("23/08/2003", 700.0)])
    one_line = replace(parted, words=tuple(replace(w, line=1) if w.line > 1 else w for w in parted.words))
    assert "issued_date" not in read(one_line)[1], "read in two halves"


# --- which type a page is


def test_a_title_over_two_lines_is_one() -> None:
    page = written(
        "|GIẤY CHỨNG NHẬN", "|QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU NHÀ Ở", "|VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT", "Thửa đất số: 7"
    )
    code, fields = read(page)
    assert code == "GCN_DAT" and fields["type_name"].value.endswith("GẮN LIỀN VỚI ĐẤT")


def test_a_title_that_two_types_share_goes_by_the_other_words_on_the_page() -> None:
    lines = ("|GIẤY ỦY QUYỀN", "Bên ủy quyền:", "Họ và tên: Lê Thị Mẫu", "Bên được ủy quyền:", "Họ và tên: Trần Văn Mẫu")
    assert read(written(*lines))[0] == "UY_QUYEN"
    assert read(written("Số: 15/GUQ-UBND", "|GIẤY ỦY QUYỀN", "Về việc ủy quyền ký văn bản"))[0] == "GUQ"
    office = ("Số: 15/GUQ-UBND", "|GIẤY ỦY QUYỀN", "Bên ủy quyền: Ủy ban nhân dân xã Mẫu", "Bên được ủy quyền: Trần Văn Mẫu")
    assert read(written(*office))[0] == "GUQ"  # an agency's own, whatever else it says


def test_the_back_of_a_card_is_known_by_its_words() -> None:
    back = written("Đặc điểm nhân dạng / Personal identification: nốt ruồi", "Left index finger", "Right index finger")
    assert read(back)[0] == "CCCD"
    assert read(written("Left index finger of the hand"))[0] == ""  # one alone tells nothing


# --- lists of persons

COLUMNS = (100.0, 200.0, 560.0, 860.0)


def row(*cells: str) -> list[tuple[str, float]]:
    return [(text, x) for text, x in zip(cells, COLUMNS, strict=True) if text]


LIST = (
    "|DANH SÁCH", "|Người được nhận quà năm 2026", row("STT", "Họ và tên", "Số CCCD", "Ghi chú"),
    row("1", "Nguyễn Thị Mẫu", "079191000001", "hộ nghèo"), row("2", "Trần Văn Mẫu", "079089000002", ""),
    row("3", "Lê Thị Thử", "079190000003", "cận nghèo"),
)  # fmt: skip


def test_a_list_gives_its_rows_its_first_person_and_all_names() -> None:
    code, fields = read(written(*LIST))
    assert code == "DANH_SACH"
    assert fields["row_count"].value == "3" and not fields["row_count"].doubt
    assert (fields["person_name"].value, fields["identity_number"].value) == ("Nguyễn Thị Mẫu", "079191000001")
    assert fields["persons"].value == "Nguyễn Thị Mẫu; Trần Văn Mẫu; Lê Thị Thử"
    assert not fields["persons"].doubt


def test_a_list_goes_on_on_the_next_page_without_its_headings() -> None:
    after = written(row("4", "Phạm Thị Thử", "079190000004", ""), row("5", "Võ Văn Thử", "079090000005", ""))
    fields = read(written(*LIST), after)[1]
    assert fields["row_count"].value == "5" and fields["persons"].value.endswith("Phạm Thị Thử; Võ Văn Thử")


@pytest.mark.parametrize("lost", ["2", "3"])
def test_a_list_whose_numbers_do_not_count_its_rows_is_in_doubt(lost: str) -> None:
    """A row between, or the last, whose number was read as another: somebody may be missing."""
    lines = [[(t if t != lost else "8", x) for t, x in n] if isinstance(n, list) else n for n in LIST]
    fields = read(written(*lines))[1]
    assert fields["row_count"].doubt == (lost == "3")
    assert fields["persons"].value.count(";") == 2
    gone = [n for n in LIST if not (isinstance(n, list) and n[0][0] == lost)]
    assert read(written(*gone))[1]["row_count"].doubt == (lost == "2")


# --- a type is a file


def test_a_new_type_is_one_file(tmp_path: Path) -> None:
    """No code: a file in a folder of types, and pages of it are recognised, read and kept by its own fields."""
    new = {
        "code": "GIAY_PHEP_NUOI", "name": "Giấy phép nuôi chó", "english": "Dog licence", "layout": "form",
        "titles": ["GIẤY PHÉP NUÔI CHÓ"], "source": "mẫu bịa", "valid_from": "2026-01-01", "required": ["type_name", "dog"],
        "fields": [
            "type_name", {"name": "person_name", "label": "Chủ nuôi", "labels": ["Chủ nuôi"]}, "identity_number",
            {"name": "dog", "label": "Tên chó", "english": "Dog", "kind": "text", "length": 20, "labels": ["Tên con chó", "Chó"]},
            {"name": "tag", "label": "Số thẻ", "english": "Tag", "kind": "code", "pattern": "M-\\d{4}", "labels": ["Thẻ số"]},
        ],
    }  # fmt: skip
    (tmp_path / "GIAY_PHEP_NUOI.json").write_text(json.dumps(new), "utf-8")
    shared = read_shared((DATA / "labels.json").read_text("utf-8"))
    (rule,) = read_types(tmp_path, shared)
    page = written("|GIẤY PHÉP NUÔI CHÓ", "Chủ nuôi: Lê Thị Mẫu", "Số CCCD: 079190000003", "Tên con chó: Vện", "Thẻ số M-0127")
    assert read(page)[0] == ""  # nobody knew it before
    code, fields = read(page, types=(*TYPES, rule.type))
    assert code == rule.type.code == "GIAY_PHEP_NUOI"
    found = {n: f.value for n, f in fields.items()}
    assert found == {
        "type_name": "GIẤY PHÉP NUÔI CHÓ", "person_name": "Lê Thị Mẫu", "identity_number": "079190000003", "dog": "Vện",
        "tag": "M-0127",
    }  # fmt: skip
    assert list(rule.form) == ["type_name", "person_name", "identity_number", "dog", "tag"] and rule.required == {
        "type_name",
        "dog",
    }
    assert rule.definition("person_name").label == "Chủ nuôi" and rule.definition("identity_number").label == "Số định danh"


def test_a_forms_signer_is_given_in_doubt_where_his_office_was_not_read() -> None:
    body = ("|TRÍCH LỤC KHAI SINH", "Họ, chữ đệm, tên: Mai Thị Dụ", *([""] * 14), "Nơi nhận:", "- Lưu: VT.", "")
    _, found = read(written(*body, (("Đỗ Văn Dụ", 800),)))
    assert (found["signer_name"].value, found["signer_name"].doubt) == ("Đỗ Văn Dụ", True)
