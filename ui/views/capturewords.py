"""What Capture says beside its pages: the foot bar, the pills, an empty dossier. Pure: from what is shown to words."""

from ui import messages
from ui.models.dossiers import heading, state_of
from ui.theme import Tone
from ui.views.screen import Foot, PillText
from workstation.domain.dossier import DossierState
from workstation.domain.page import PageState
from workstation.usecases.views import DossierView


def done(view: DossierView | None) -> bool:
    """Whether the dossier on the screen takes no more pages."""
    return view is not None and view.row.state is not DossierState.SCANNING


def first_step(view: DossierView | None, scanner: bool, busy: bool) -> str:
    """Where there is no page yet, the next thing to do is to get one: ``scan`` or ``import``; else empty."""
    if done(view) or busy or (view is not None and view.pages):
        return ""
    return "scan" if scanner else "import"


def scan(view: DossierView | None) -> str:
    if view is None or done(view):
        return "Quét hồ sơ mới"
    return "Quét tiếp" if view.pages else "Quét"


def empty(view: DossierView | None, scanner: bool) -> tuple[str, str]:
    """Title and text in place of the pages."""
    title = "Đặt giấy vào khay rồi nhấn F5" if scanner else "Nhấn Ctrl+O để nhập tệp, hoặc kéo tệp thả vào đây"
    name = f"{heading(view.row)} chưa có trang nào." if view else "Chưa có hồ sơ nào."
    more = "Cũng nhập được từ tệp (Ctrl+O) hay kéo tệp thả vào đây." if scanner else "Cắm máy quét thì quét được bằng F5."
    return title, f"{name} {more}"


def foot(view: DossierView | None, step: str, scanner: bool, coming: str, saved: str) -> Foot:
    """``step``: as :func:`first_step`; ``coming``: what is said while pages come in, else empty."""
    missing, tone = "", Tone.PLAIN
    if step:
        primary = scan(view) if step == "scan" else "Nhập từ tệp"
        missing = f"{view.row.code} chưa có trang nào" if view else ""
    elif view is None:
        primary = "Hồ sơ mới"
    elif done(view):
        primary = "Hồ sơ mới"
        missing = f"{view.row.code} · {state_of(view.row)[0]}"
    else:
        primary = "Xong hồ sơ – chuyển kiểm tra"
        missing = lacking(view)
        tone = Tone.WARN if view.missing is not None and view.pages else Tone.PLAIN
    return Foot(primary, saved, coming, Tone.PLAIN) if coming else Foot(primary, saved, missing, tone)


def lacking(view: DossierView) -> str:
    """Why the dossier can't be passed on; empty: it can."""
    if view.missing is None:
        return ""
    live = [p for p in view.pages if not p.dropped]
    aside = sum(p.state is PageState.QUARANTINED for p in live)
    failing = sum(bool(p.failing) for p in live)
    if aside:
        return f"Còn {aside} trang cách ly – quét lại hoặc bỏ trang (Del)"
    if failing:
        return f"Còn {failing} trang chưa đạt – bỏ (Del) rồi quét thêm (F5), hoặc ghi lý do (K)"
    return messages.sentence(view.missing)


def pills(reading: int, scanner: bool) -> tuple[PillText, ...]:
    """``reading``: pages that wait for their text."""
    feeder = PillText("Máy quét sẵn sàng", Tone.GOOD) if scanner else PillText("Chưa thấy máy quét", Tone.WARN)
    return (PillText(f"Đọc chữ: {reading} trang đang chờ", Tone.BUSY), feeder) if reading else (feeder,)
