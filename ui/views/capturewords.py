"""What Capture says beside its pages: the foot bar, the pills, an empty dossier. Pure: from what is shown to words."""

from ui import messages
from ui.models.dossiers import heading, state_of
from ui.theme import Tone
from ui.views.screen import Foot, PillText
from workstation.domain.capture import NOT_COUNTED, CountsRule
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.handduplex import Stack
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


def no_scanner_of(profile: str) -> str:
    return f"Chưa thấy máy quét của cấu hình “{profile}”. Bật máy rồi quét lại, hoặc chọn cấu hình khác."


def summary(view: DossierView) -> str:
    """Beside the code: what the dossier holds, and what is known of its paper."""
    parts = [f"{len(view.documents)} văn bản", f"{len(view.pages)} trang"]
    if view.risk != "A":
        parts.append(f"rủi ro mức {view.risk}")
    if view.row.procedure:
        parts.append(f"thủ tục {view.row.procedure}")
    counted = [f"{n} {unit}" for n, unit in ((view.paper.sheets, "tờ"), (view.paper.pages, "trang")) if n]
    if counted:
        parts.append(f"đếm giấy {', '.join(counted)}{' (có lý do)' if view.paper.reason else ''}")
    return " · ".join(parts)


def scan(view: DossierView | None, stack: Stack | None = None) -> str:
    """``stack``: one that waits in the dossier."""
    if view is None or done(view):
        return "Quét hồ sơ mới"
    if stack is not None and stack.turned and not stack.complete:
        return "Quét mặt sau"
    return "Quét tiếp" if view.pages else "Quét"


def empty(view: DossierView | None, scanner: bool) -> tuple[str, str]:
    """Title and text in place of the pages."""
    title = "Đặt giấy vào khay rồi nhấn F5" if scanner else "Nhấn Ctrl+O để nhập tệp, hoặc kéo tệp thả vào đây"
    name = f"{heading(view.row)} chưa có trang nào." if view else "Chưa có hồ sơ nào."
    more = "Cũng nhập được từ tệp (Ctrl+O) hay kéo tệp thả vào đây." if scanner else "Cắm máy quét thì quét được bằng F5."
    count = " Đếm giấy trước khi quét: ghi số tờ, số trang bằng Ctrl+E." if view is not None and asks_count(view) else ""
    return title, f"{name} {more}{count}"


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
        missing = lacking(view) or uncounted(view)
        tone = Tone.WARN if view.missing is not None and view.pages else Tone.PLAIN
    return Foot(primary, saved, coming, Tone.PLAIN) if coming else Foot(primary, saved, missing, tone)


def lacking(view: DossierView) -> str:
    """Why the dossier can't be passed on; empty: it can."""
    if view.missing is None:
        return ""
    live = [p for p in view.pages if not p.dropped]
    if stopped := sum(p.state is PageState.HELD for p in live):
        return f"Dừng {stopped} trang có dấu độ mật – xem bản giấy: đúng thì xóa, không phải thì đọc tiếp"
    aside = sum(p.state is PageState.QUARANTINED for p in live)
    failing = sum(bool(p.failing) for p in live)
    if aside:
        return f"Còn {aside} trang cách ly – quét lại (F9) hoặc bỏ trang (Del)"
    if failing:
        return f"Còn {failing} trang chưa đạt – quét lại (F9) hoặc ghi lý do (K)"
    return _of_the_paper(view.missing) or messages.sentence(view.missing)


def _of_the_paper(missing: ErrorNote) -> str:
    """Short, for the foot; empty: it is about something else."""
    told = dict(missing.params)
    if missing.code == "A10":
        return f"Trang {told.get('page', '')} có giấy dán – gỡ giấy, quét thêm trang đó (F5)"
    if missing.code == "A12" and "need" in told:
        return f"Đếm được {told['have']}/{told['need']} trang – quét nốt (F5), hoặc sửa số, ghi lý do (Ctrl+E)"
    if missing.code == "A12":
        return f"{told.get('count', '')} ảnh không thể là {told.get('sheets', '')} tờ – quét nốt (F5), hoặc Ctrl+E"
    return "Chưa ghi số tờ, số trang của hồ sơ giấy (Ctrl+E)" if missing.code == "A14" else ""


def uncounted(view: DossierView) -> str:
    """A reminder that holds nothing up; empty: the paper was counted, or nobody asks for it."""
    return "Đối chiếu với giấy: ghi số tờ, số trang (Ctrl+E)" if view.pages and asks_count(view) else ""


def asks_count(view: DossierView) -> bool:
    """Whether the paper is to be counted, and nobody has."""
    return view.counts is not CountsRule.NONE and view.paper == NOT_COUNTED


def pills(reading: int, scanner: bool) -> tuple[PillText, ...]:
    """``reading``: pages that wait for their text."""
    feeder = PillText("Máy quét sẵn sàng", Tone.GOOD) if scanner else PillText("Chưa thấy máy quét", Tone.WARN)
    return (PillText(f"Đọc chữ: {reading} trang đang chờ", Tone.BUSY), feeder) if reading else (feeder,)


def turn(stack: Stack) -> str:
    """What is to be done with a stack that is scanned on both sides by hand; while its counts differ see ``Q15``."""
    fronts, backs = len(stack.fronts), len(stack.backs)
    if stack.complete:
        return f"Đã đủ {fronts} mặt trước và {backs} mặt sau. Nhấn F5 để ghép từng tờ."
    if not stack.turned:
        return f"Đã có {fronts} mặt trước. Đặt các tờ còn lại vào khay rồi nhấn F5; hết giấy thì để khay trống và nhấn F5."
    if not backs:
        todo = f"Lật cả chồng giấy, đặt lại vào khay rồi nhấn F5 – {fronts} tờ (không có mặt sau: Ctrl+Shift+G)."
        return f"Đã quét {fronts} mặt trước. {todo}"
    return f"Đã có {backs}/{fronts} mặt sau. Đặt các tờ còn lại vào khay rồi nhấn F5."


def put_together(stack: Stack) -> str:
    """After the last back."""
    return f"Đã ghép {len(stack.fronts)} tờ hai mặt. Sai thì hoàn tác bằng Ctrl+Z."
