"""The papers of a ward office, laid out after annex I of Decree 30/2020/NĐ-CP or after their forms.

Each writer fills a Manuscript and states the field truth under the names of ``workstation.domain.fields``: values as
printed (so compare without regard to case), dates ISO 8601, recipients joined by "; " without dashes.
"""

import random
from collections.abc import Callable, Sequence
from enum import Enum

from tests.pagemaker.sheet import Align, Leader, Manuscript, Mark, MarkKind, Rgb, Sheet, TruthLine
from tests.pagemaker.words import PROSE, Case, Person, random_case, short_date, spoken_date

RED: Rgb = (196, 30, 44)
BLUE: Rgb = (36, 52, 158)
BLACK: Rgb = (40, 38, 44)
"""A ball pen."""
TONER: Rgb = (88, 88, 88)
"""What a seal or a signature becomes on a photocopy."""
STATE = (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Bold", 13.0), ("Độc lập - Tự do - Hạnh phúc", "Bold", 14.0))


class Kind(Enum):
    DECISION = "decision"  # quyết định, two pages
    LETTER = "letter"  # công văn
    NOTICE = "notice"  # thông báo
    APPLICATION = "application"  # đơn đề nghị
    BIRTH_CERTIFICATE = "birth_certificate"  # giấy khai sinh
    CERTIFIED_COPY = "certified_copy"  # bản sao chứng thực của một quyết định
    BLANK = "blank"  # trang trắng
    LIST = "list"  # thông báo with a ruled list of households
    HAND_NUMBERED = "hand_numbered"  # thông báo, number and day written into the gaps
    QUICK = "quick"  # a few lines on A5


TYPE_CODES = {
    Kind.DECISION: "QD", Kind.LETTER: "CV", Kind.NOTICE: "TB", Kind.APPLICATION: "DON",
    Kind.BIRTH_CERTIFICATE: "KHAI_SINH", Kind.CERTIFIED_COPY: "QD", Kind.BLANK: "", Kind.HAND_NUMBERED: "TB",
    Kind.LIST: "TB", Kind.QUICK: "TB",
}  # fmt: skip
"""Code of each kind in the document-type rules; a certified copy has the type of what was copied."""


def _letterhead(m: Manuscript, case: Case, notation: str, letter_subject: str = "") -> None:
    """Issuing organ and number on the left, state title and date on the right."""
    s, small = m.sheet, 12.5 if m.body_pt >= 13 else m.body_pt - 1
    left, right, top = s.left + 0.19 * (s.right - s.left), s.right - 0.31 * (s.right - s.left), s.y
    dated = f"{case.place}, {spoken_date(case.issued)}"
    number = f"{case.number:02d}"
    y = s.stack([("ỦY BAN NHÂN DÂN", "Regular", small), (case.ward.upper(), "Bold", small)], left, top)
    s.rule(left, y + 0.6 * s.mm, 20 * s.mm)
    y += s.lead(small) * 0.7
    below = s.stack([(f"Số: {number}/{notation}", "Regular", small + 0.5)], left, y)
    for words in s.wrap(f"V/v {letter_subject}", 58 * s.mm, "Regular", small - 0.5, 0.0) if letter_subject else ():
        below = s.stack([(" ".join(words), "Regular", small - 0.5)], left, below)
    top = s.stack([(STATE[0][0], "Bold", small - 0.3), (STATE[1][0], "Bold", small + 0.5)], right, top)
    s.rule(right, top + 0.6 * s.mm, s.face("Bold", small + 0.5).getlength(STATE[1][0]))
    s.stack([(dated, "Italic", small + 0.5)], right, y)
    s.y = below + s.lead() * 0.8
    m.state(organ_name=case.organ, number=number, notation=notation, place=case.place, issued_date=case.issued.isoformat())


def _letterhead_by_hand(m: Manuscript, case: Case, pen: Rgb) -> None:
    """A number and a day written into the gaps that the letterhead left for them."""
    s, small = m.sheet, 12.5
    left, right, y = s.left + 0.19 * (s.right - s.left), s.right - 0.31 * (s.right - s.left), s.y
    y += 2 * s.lead(small)
    s.stack([("ỦY BAN NHÂN DÂN", "Regular", small), (case.ward.upper(), "Bold", small)], left, s.y)
    s.stack([(STATE[0][0], "Bold", small - 0.3), (STATE[1][0], "Bold", small + 0.5)], right, s.y)
    day = spoken_date(case.issued).split()
    _filled_in(s, ("Số:", "/TB-UBND"), left, y + s.lead(small), "Regular", f"{case.number:02d}", pen)
    _filled_in(s, (f"{case.place}, ngày", " ".join(day[2:])), right, y + s.lead(small), "Italic", day[1], pen)
    s.y = y + 2.6 * s.lead(small)
    m.state(organ_name=case.organ, notation="TB-UBND", place=case.place)


def _filled_in(s: Sheet, around: tuple[str, str], x: float, y: float, style: str, figures: str, pen: Rgb) -> None:
    """A centred line with a gap in which figures stand by hand; the truth holds what is printed."""
    before, gap, face = around[0], " " * 12, s.face(style, 13)
    text = before + gap + around[1]
    box = s.put(text, x, y, style, 13, Align.CENTER, record=False)
    s.lines.append(TruthLine(" ".join(around), box))
    middle = x - face.getlength(text) / 2 + face.getlength(before + gap[: len(gap) // 2])
    s.marks.append(Mark(MarkKind.FIGURES, middle, (box[1] + box[3]) / 2, 4.5 * s.mm, pen, figures))


def _title(m: Manuscript, type_name: str, subject: str) -> None:
    m.centred(type_name, pt=m.body_pt)
    m.centred(subject, inset_mm=16)
    m.sheet.rule(m.sheet.centre, m.sheet.y + m.sheet.mm, 50 * m.sheet.mm)
    m.skip(0.9)
    m.state(type_name=type_name, subject=subject)


def _sign_here(m: Manuscript, x: float, y: float, case: Case, seal: Rgb | None, pen: Rgb) -> None:
    """Seal over the left third of the signature, as Decree 30 annex I II.8 wants it; ``y`` is the middle of both."""
    s = m.sheet
    s.marks.append(Mark(MarkKind.SIGNATURE, x + 2 * s.mm, y, 38 * s.mm, pen))
    if seal:
        s.marks.append(Mark(MarkKind.SEAL, x - 16 * s.mm, y + 0.5 * s.mm, 16.5 * s.mm, seal, case.organ))


def _ending(
    m: Manuscript,
    case: Case,
    titles: Sequence[str],
    name: str,
    recipients: Sequence[str],
    seal: Rgb | None = RED,
    pen: Rgb = BLUE,
) -> None:
    """Recipients on the left, capacity, signature and name on the right."""
    m.need(62 * m.sheet.mm)
    s = m.sheet
    top, right = s.y + 2 * s.mm, s.right - 38 * s.mm
    low = s.y
    if recipients:
        s.put("Nơi nhận:", s.left, top, "BoldItalic", 12)
        low = s.stack([(f"- {r}", "Regular", 11.0) for r in recipients], s.left, top + s.lead(12), Align.LEFT)
        m.state(recipients="; ".join(r.rstrip(";.") for r in recipients))
    y = s.stack([(t, "Bold", 13.0) for t in titles], right, top)
    _sign_here(m, right, y + 15.5 * s.mm, case, seal, pen)
    s.y = max(low, s.stack([(name, "Bold", 13.0)], right, y + 33 * s.mm))
    m.state(signer_name=name, signer_title=titles[-1])


def _about(person: Person) -> str:
    return f"{'em' if person.born.year > 2008 else 'bà' if person.woman else 'ông'} {person.name}"


def _decision(m: Manuscript, case: Case) -> None:
    _letterhead(m, case, "QĐ-UBND")
    _title(m, "QUYẾT ĐỊNH", "Về việc trợ cấp xã hội hằng tháng và cấp thẻ bảo hiểm y tế đối với trẻ em mồ côi")
    m.centred(f"CHỦ TỊCH {case.organ}")
    m.skip(0.4)
    for basis in (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
        "Căn cứ Luật Trẻ em ngày 05 tháng 4 năm 2016;",
        "Căn cứ Nghị định số 20/2021/NĐ-CP ngày 15 tháng 3 năm 2021 của Chính phủ quy định chính sách trợ giúp xã hội đối với "
        "đối tượng bảo trợ xã hội;",
        f"Xét đơn đề nghị của bà {case.applicant.name} và hồ sơ kèm theo;",
        "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội tại Tờ trình số 36/TTr-VHXH.",
    ):
        m.paragraph(basis, "Italic")
    m.centred("QUYẾT ĐỊNH:")
    m.skip(0.4)
    child = case.subject
    for number, article in enumerate((
        f"Trợ cấp xã hội hằng tháng đối với {_about(child)}, sinh ngày {short_date(child.born)}, số định danh cá nhân "
        f"{child.identity}, cư trú tại {case.address}.",
        "Mức trợ cấp là 750.000 đồng/tháng (bằng chữ: Bảy trăm năm mươi nghìn đồng), được hưởng từ tháng kế tiếp tháng ban "
        "hành Quyết định này cho đến khi đối tượng đủ 16 tuổi; trường hợp còn đi học thì được hưởng tiếp theo quy định.",
        f"Cấp thẻ bảo hiểm y tế miễn phí đối với {_about(child)}. Bộ phận Tiếp nhận và Trả kết quả lập danh sách gửi Bảo hiểm "
        "xã hội cơ sở trong thời hạn 03 ngày làm việc; hằng năm rà soát, kịp thời đề nghị điều chỉnh khi có thay đổi về điều "
        "kiện hưởng hoặc nơi cư trú.",
        "Kinh phí thực hiện lấy từ nguồn bảo đảm xã hội trong dự toán ngân sách đã giao. Kế toán có trách nhiệm chi trả qua "
        f"tài khoản của người giám hộ là bà {case.applicant.name}, số định danh cá nhân {case.applicant.identity}; trường hợp "
        "không có tài khoản thì chi trả trực tiếp tại trụ sở và ký nhận vào danh sách; thời gian chi trả chậm nhất là ngày 10 "
        "hằng tháng.",
        "Người giám hộ sử dụng tiền trợ cấp đúng mục đích để chăm sóc, nuôi dưỡng, bảo đảm việc học tập của trẻ em; khi thay đổi "
        "nơi cư trú phải báo cho Ủy ban nhân dân nơi đi và nơi đến để việc chi trả không bị gián đoạn.",
        "Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân, Trưởng phòng Văn hóa "
        f"- Xã hội, các bộ phận có liên quan và bà {case.applicant.name} chịu trách nhiệm thi hành Quyết định này./.",
    ), 1):  # fmt: skip
        m.paragraph(f"Điều {number}. {article}")
    _ending(m, case, ("CHỦ TỊCH",), case.signer, ("Như Điều 6;", f"TT. Đảng ủy, HĐND {case.ward};", "Lưu: VT, VHXH.05b."))


def _prose(m: Manuscript, case: Case, count: int) -> None:
    for sentence in random.Random(f"prose {case.seed}").sample(PROSE, count):
        m.paragraph(sentence.format(ward=case.ward))


def _letter(m: Manuscript, case: Case) -> None:
    subject = "rà soát, bàn giao hồ sơ giấy để số hóa tài liệu lưu trữ"
    _letterhead(m, case, "UBND-VP", subject)
    m.state(type_name="Công văn", subject=subject)
    m.sheet.put("Kính gửi:", m.sheet.left + 25 * m.sheet.mm, m.sheet.y)
    m.sheet.stack([(f"- Các phòng chuyên môn thuộc {case.ward.split()[0]};", "Regular", m.body_pt),
                   ("- Các khu phố trên địa bàn.", "Regular", m.body_pt)],
                  m.sheet.left + 48 * m.sheet.mm, m.sheet.y, Align.LEFT)  # fmt: skip
    m.skip(2.6)
    _prose(m, case, 5)
    m.paragraph("Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị phản ánh về Văn phòng để được hướng dẫn./.")
    _ending(m, case, ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), case.deputy, ("Như trên;", "Chủ tịch (để báo cáo);", "Lưu: VT, VP.04b."))


def _notice(m: Manuscript, case: Case) -> None:
    _letterhead(m, case, "TB-UBND")
    _title(m, "THÔNG BÁO", "Về việc tiếp nhận hồ sơ và trả kết quả tại Trung tâm Phục vụ hành chính công")
    _prose(m, case, 5)
    m.paragraph(f"Ủy ban nhân dân {case.ward} thông báo để các tổ chức, cá nhân được biết và thực hiện./.")
    _ending(m, case, ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), case.signer, ("Các khu phố;", "Trang thông tin điện tử;", "Lưu: VT."))


def _state_title(m: Manuscript) -> None:
    s = m.sheet
    s.y = s.stack(STATE, s.centre, s.y)
    s.rule(s.centre, s.y + 0.6 * s.mm, s.face("Bold", STATE[1][2]).getlength(STATE[1][0]))
    m.skip(1.2)


def _hand_numbered(m: Manuscript, case: Case) -> None:
    _letterhead_by_hand(m, case, BLUE if case.seed % 2 else BLACK)
    _title(m, "THÔNG BÁO", "Về việc tiếp nhận hồ sơ và trả kết quả tại Trung tâm Phục vụ hành chính công")
    _prose(m, case, 3)
    _ending(m, case, ("CHỦ TỊCH",), case.signer, ("Các khu phố;", "Lưu: VT."))


def _application(m: Manuscript, case: Case) -> None:
    mother, child = case.applicant, case.subject
    subject = "Giải quyết trợ cấp xã hội hằng tháng"
    _state_title(m)
    m.centred("ĐƠN ĐỀ NGHỊ", pt=15)
    m.centred(subject)
    m.skip(0.7)
    m.centred(f"Kính gửi: Ủy ban nhân dân {case.ward}, {case.province}", "Regular")
    m.skip(0.7)
    m.form_line("Tôi tên là:", mother.name)
    m.form_line("Ngày, tháng, năm sinh:", short_date(mother.born), leader=Leader.UNDER)
    m.form_line("Số định danh cá nhân:", mother.identity)
    m.form_line("Nơi cư trú:", case.address)
    m.form_line("Điện thoại liên hệ:", leader=Leader.AFTER)
    m.form_line("Là mẹ của em:", child.name, Leader.AFTER)
    m.form_line("Sinh ngày:", short_date(child.born))
    m.form_line("Nghề nghiệp hiện nay:", leader=Leader.AFTER)
    m.skip(0.4)
    m.paragraph(f"Tôi làm đơn này kính đề nghị Ủy ban nhân dân {case.ward} xem xét, giải quyết trợ cấp xã hội hằng tháng và cấp "
                f"thẻ bảo hiểm y tế cho con tôi là em {child.name}. Cha của cháu đã mất, hoàn cảnh gia đình khó khăn, thu nhập "
                "hằng tháng không ổn định, không đủ chi phí nuôi dưỡng và học tập cho cháu.")  # fmt: skip
    m.paragraph("Hồ sơ kèm theo gồm có: Giấy khai sinh của cháu; bản sao trích lục khai tử; giấy xác nhận thông tin về cư trú.")
    m.form_line("Ý kiến khác:", leader=Leader.AFTER)
    m.paragraph("Tôi xin cam đoan những lời khai trên là đúng sự thật, nếu sai tôi hoàn toàn chịu trách nhiệm trước pháp luật.")
    s = m.sheet
    s.put(f"{case.place}, {spoken_date(case.issued)}", s.right - 38 * s.mm, s.y, "Italic", 13, Align.CENTER)
    m.skip(1.0)
    _ending(m, case, ("NGƯỜI LÀM ĐƠN",), mother.name, (), seal=None)
    m.state(
        type_name="ĐƠN ĐỀ NGHỊ",
        subject=subject,
        issued_date=case.issued.isoformat(),
        place=case.place,
        recipients=f"Ủy ban nhân dân {case.ward}, {case.province}",
        person_name=mother.name,
        identity_number=mother.identity,
    )
    for name in ("signer_name", "signer_title"):  # a citizen signs in no capacity; the form has no such fields
        del m.fields[0][name]


def _birth_certificate(m: Manuscript, case: Case) -> None:
    child, mother, s = case.subject, case.applicant, m.sheet
    for inset, width in ((9, 0.7), (11, 0.25)):  # the form's frame
        edge = inset * s.mm
        s.draw.rectangle((edge, edge, s.ink.width - edge, s.ink.height - edge), outline=150, width=max(1, round(width * s.mm)))
    s.y += 8 * s.mm
    _state_title(m)
    m.skip(0.8)
    m.centred("GIẤY KHAI SINH", pt=20)
    number = f"{case.number:02d}"
    m.centred(f"Số: {number}/{case.issued.year}", "Regular")
    m.skip(0.9)
    organ = f"Ủy ban nhân dân {case.ward}"
    father = f"{child.name.split()[0]} {random_case(case.seed + 7).signer.split(' ', 1)[1]}"
    for label, value in (
        ("Họ, chữ đệm, tên:", child.name.upper()),
        ("Ngày, tháng, năm sinh:", short_date(child.born)),
        ("Giới tính:", f"{'Nữ' if child.woman else 'Nam'}. Dân tộc: Kinh. Quốc tịch: Việt Nam"),
        ("Nơi sinh:", f"Trạm y tế {case.ward}, {case.province}"),
        ("Quê quán:", f"{case.ward}, {case.province}"),
        ("Số định danh cá nhân:", child.identity),
        ("Họ, chữ đệm, tên người mẹ:", mother.name),
        ("Năm sinh:", f"{mother.born.year}. Dân tộc: Kinh. Quốc tịch: Việt Nam"),
        ("Nơi cư trú:", case.address),
        ("Họ, chữ đệm, tên người cha:", father),
        ("Năm sinh:", f"{mother.born.year - 3}. Dân tộc: Kinh. Quốc tịch: Việt Nam"),
        ("Họ, chữ đệm, tên người đi khai sinh:", mother.name),
        ("Giấy tờ tùy thân:", f"Thẻ căn cước công dân số {mother.identity}"),
        ("Nơi đăng ký khai sinh:", f"{organ}, {case.province}"),
        ("Ngày, tháng, năm đăng ký:", short_date(case.issued)),
    ):
        m.form_line(label, value)
    m.form_line("Ghi chú:", leader=Leader.AFTER)
    m.skip(0.6)
    _ending(m, case, ("NGƯỜI KÝ GIẤY KHAI SINH", "CHỦ TỊCH"), case.signer, ())
    m.state(type_name="GIẤY KHAI SINH", number=number, issued_date=case.issued.isoformat(), organ_name=organ,
            person_name=child.name.upper(), identity_number=child.identity)  # fmt: skip


def _certified_copy(m: Manuscript, case: Case) -> None:
    """A photocopied one-page decision; below a full-width rule the words of the certifying ward (Decree 23/2015)."""
    _letterhead(m, case, "QĐ-UBND")
    _title(m, "QUYẾT ĐỊNH", "Về việc nghỉ hưu hưởng chế độ bảo hiểm xã hội")
    m.centred(f"CHỦ TỊCH {case.organ}")
    m.skip(0.3)
    m.paragraph("Căn cứ Luật Bảo hiểm xã hội ngày 29 tháng 6 năm 2024;", "Italic")
    m.paragraph("Xét đề nghị của Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân.", "Italic")
    m.centred("QUYẾT ĐỊNH:")
    m.skip(0.3)
    who = case.applicant
    m.paragraph(f"Điều 1. Bà {who.name}, sinh ngày {short_date(who.born)}, số định danh cá nhân {who.identity}, được nghỉ hưu "
                "hưởng chế độ bảo hiểm xã hội kể từ ngày 01 tháng 12 năm 2026.")  # fmt: skip
    m.paragraph(f"Điều 2. Các bộ phận có liên quan và bà {who.name} chịu trách nhiệm thi hành Quyết định này./.")
    _ending(m, case, ("CHỦ TỊCH",), case.signer, ("Như Điều 2;", "Bảo hiểm xã hội cơ sở;", "Lưu: VT."), seal=TONER, pen=TONER)
    s = m.sheet
    s.y += 4 * s.mm
    s.rule(s.centre, s.y, s.right - s.left)
    s.y += 3 * s.mm
    centre = s.right - 50 * s.mm
    y = s.stack(
        [
            ("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "Bold", 12.5),
            ("Số chứng thực: 215. Quyển số: 01/2026-SCT/BS", "Regular", 12.5),
            (f"Ngày 05 tháng 11 năm {case.issued.year}", "Italic", 12.5),
            ("KT. CHỦ TỊCH", "Bold", 12.5),
            ("PHÓ CHỦ TỊCH", "Bold", 12.5),
        ],
        centre,
        s.y,
    )
    _sign_here(m, centre, y + 15.5 * s.mm, case, RED, BLUE)
    s.stack([(case.deputy, "Bold", 12.5)], centre, y + 33 * s.mm)


def _list(m: Manuscript, case: Case) -> None:
    subject = "Về việc niêm yết danh sách hộ được hỗ trợ"
    _letterhead(m, case, "TB-UBND")
    _title(m, "THÔNG BÁO", subject)
    m.paragraph(f"Ủy ban nhân dân {case.ward} niêm yết danh sách các hộ được hỗ trợ như sau:")
    others = [random_case(case.seed * 17 + n) for n in range(12)]
    rows = [
        (
            str(n),
            other.subject.name,
            short_date(other.subject.born),
            other.applicant.identity,
            f"{other.number % 90 + 10}.500.000",
        )
        for n, other in enumerate(others, start=1)
    ]
    m.sheet.table([("TT", "Họ và tên", "Ngày sinh", "Số định danh", "Số tiền"), *rows], (1, 4, 2.6, 3.2, 2.4))
    m.paragraph("Mọi ý kiến xin gửi về Ủy ban nhân dân trong thời hạn 05 ngày làm việc.")
    _ending(m, case, ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), case.signer, ("Các khu phố, ấp;", "Lưu: VT."))


def _quick(m: Manuscript, case: Case) -> None:
    _letterhead(m, case, "TB-UBND")
    m.centred("THÔNG BÁO")
    m.skip(0.4)
    m.paragraph(f"Kính mời ông, bà {case.subject.name} đến trụ sở nhận kết quả giải quyết hồ sơ.")
    m.state(type_name="THÔNG BÁO")


def _blank(m: Manuscript, case: Case) -> None:
    """Nothing printed: the paper itself, and what shines through, come with the wear."""


Writer = Callable[[Manuscript, Case], None]
WRITERS: dict[Kind, tuple[Writer, float]] = {
    Kind.DECISION: (_decision, 14),
    Kind.LETTER: (_letter, 14),
    Kind.NOTICE: (_notice, 14),
    Kind.HAND_NUMBERED: (_hand_numbered, 14),
    Kind.LIST: (_list, 12.5),
    Kind.APPLICATION: (_application, 13.5),
    Kind.BIRTH_CERTIFICATE: (_birth_certificate, 13.5),
    Kind.CERTIFIED_COPY: (_certified_copy, 13),
    Kind.BLANK: (_blank, 13),
    Kind.QUICK: (_quick, 11),
}
"""Writer and size of the body text, points."""
A4_MM, A5_MM = (210.0, 297.0), (148.0, 210.0)


def write(kind: Kind, case: Case, dpi: int) -> Manuscript:
    writer, body_pt = WRITERS[kind]
    manuscript = Manuscript(dpi, body_pt, A5_MM if kind is Kind.QUICK else A4_MM)
    writer(manuscript, case)
    return manuscript
