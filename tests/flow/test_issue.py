"""A text that the office issues, from paper without number and day to the sealed file, with the real reader and a real key."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf

from signing.verify import verify_file
from tests.pagemaker.fonts import font
from tests.unit.signing.marks import seal as seal_picture
from tests.unit.signing.marks import signature
from workstation.app import training
from workstation.app.compose import open_workstation
from workstation.app.keychain import KeptSecret
from workstation.domain.dossier import DocumentState
from workstation.domain.ids import UserName
from workstation.domain.signing import Secret, SigningServices, TimestampService
from workstation.usecases import check, edit, publish, read, scan, seal, sign, stamps
from workstation.usecases.office import day
from workstation.usecases.seal import SealWish

MM = 300 / 25.4
CLERK, CHECKER, OFFICIAL, REGISTRAR = (UserName(u.name) for u in training.USERS)
LINES = (
    # x and y in mm, words
    (35, 22, "ỦY BAN NHÂN DÂN"),
    (35, 28, "PHƯỜNG HÒA HƯNG"),
    (38, 40, "Số:"),
    (58, 40, "/TB-UBND"),
    (95, 22, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (115, 28, "Độc lập - Tự do - Hạnh phúc"),
    (105, 40, "Hòa Hưng,"),
    (88, 60, "THÔNG BÁO"),
    (62, 67, "Về việc tổ chức vệ sinh môi trường khu phố"),
    (30, 82, "Ủy ban nhân dân phường thông báo đến các hộ gia đình về việc tổ chức vệ sinh"),
    (30, 89, "môi trường tại khu phố vào sáng chủ nhật hằng tuần, bắt đầu từ bảy giờ sáng."),
    (30, 96, "Đề nghị các hộ gia đình tham gia đầy đủ để giữ gìn đường phố sạch đẹp."),
    (128, 160, "CHỦ TỊCH"),
    (123, 205, "Nguyễn Văn Mẫu"),
)


def paper(path: Path) -> Path:
    """A clean scan at 300 dpi."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (round(210 * MM), round(297 * MM)), (252, 251, 247))
    draw = ImageDraw.Draw(image)
    for x, y, words in LINES:
        draw.text((x * MM, y * MM), words, font=font("Tinos", "Regular", 54), fill=(25, 25, 25))
    image.save(path, dpi=(300, 300), quality=92)
    return path


def unasked() -> Secret:
    raise AssertionError("who is shown where a stamp will stand needs no password")


def test_paper_without_number_and_day_becomes_a_numbered_dated_and_sealed_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    training.prepare(home)
    pin = Secret(training.TRAINING_PIN)
    with open_workstation(home) as ws:
        office, key = ws.office, ws.settings.key(home)
        assert key is not None
        stamps.keep_hand(office, OFFICIAL, signature(tmp_path / "hand.png"))
        stamps.keep_seal(office, seal_picture(tmp_path / "seal.png"))
        opened = scan.open_dossier(office, "Thông báo", CLERK, "issued")
        assert scan.take_in(office, opened, paper(tmp_path / "a.jpg"), CLERK).error is None
        (document,) = read.read_dossier(office, opened).documents
        assert document.field("number") == "" and document.field("notation"), "a symbol without a number"
        edit.finish_capture(office, opened, CLERK)
        values = {
            "organ_name": "Ủy ban nhân dân phường Hòa Hưng", "subject": "Về việc tổ chức vệ sinh môi trường khu phố",
            "signer_name": "Nguyễn Văn Mẫu", "signer_title": "CHỦ TỊCH", "notation": "TB-UBND", "number": "", "issued_date": "",
        }  # fmt: skip
        for by in (CLERK, CHECKER):
            check.confirm(office, document.id, values, by)
        published = publish.publish(office, document.id).document(document.id)
        assert published.state is DocumentState.TO_SIGN, published.error
        stamps_of = SigningServices(TimestampService("http://tsa.example", "don-vi", KeptSecret(unasked)))
        showing = replace(office, levels=replace(office.levels, services=stamps_of))
        assert sign.stamp_place(showing, document.id, OFFICIAL, "UBND", (0, 0)).box_mm
        sign.mark_seen(office, document.id, OFFICIAL)
        assert [r.error for r in sign.sign_batch(office, key, pin, [document.id], OFFICIAL)] == [None]
        waiting = office.dossier(opened)
        places = {
            p: seal.mark_place(showing, waiting, waiting.document(document.id), p, (0, 0), "7", "UBND")
            for p in ("N1", "N2", "S2")
        }
        assert not any(p.guessed or p.over_print for p in places.values()), places
        sign.mark_seen(office, document.id, REGISTRAR)
        assert [r.error for r in seal.seal_batch(office, key, pin, [SealWish(document.id, "7")], REGISTRAR)] == [None]
        after = office.dossier(opened).document(document.id)
        today = day(office.clock.now())
        assert (after.state, after.field("number"), after.field("issued_date")) == (DocumentState.SIGNED, "07", today.isoformat())
        assert after.sealed is not None
        path = office.blobs.path(after.sealed.sha256)
        verdict = verify_file(path, ws.home.trust_store(()))
        assert verdict.green and len(verdict.signatures) == 4, verdict.reasons
        (tmp_path / "ket-qua.pdf").write_bytes(path.read_bytes())
        _marks_stand_in_their_blanks(path, today)


def _marks_stand_in_their_blanks(path: Path, today: date) -> None:
    with pymupdf.open(path) as pdf:
        hand, number, dated, sealed = ([v / 72 * 25.4 for v in w.rect] for w in pdf[0].widgets())
    assert 42 < number[0] < number[2] < 58.5 and number[1] < 43 < number[3], "between Số: and the stroke"
    assert dated[0] > 120 and dated[1] < 43 < dated[3], "after the place"
    assert hand[1] > 160 and hand[3] < 207 and sealed[0] < hand[0] < sealed[2], "the seal at the signature's left"
    assert today.year >= 2026
