"""What a desk of invented dossiers answers to a search."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from tests.ui.answers import failed
from workstation.domain.dossier import DocumentState
from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.searchquery import Filters, ask
from workstation.domain.snippet import Pieces, lighted, passage
from workstation.usecases.desksearch import EVERYTHING, PATIENCE_SECONDS, USUAL_HITS, Desktop, HitPlace
from workstation.usecases.search import Hit, Hits

INVENTED = (
    (
        "HS-0016", "Mai táng phí", DocumentState.TO_CHECK,
        "Quyết định 127/QĐ-UBND – Về việc hỗ trợ chi phí mai táng cho hộ gia đình bà Nguyễn Thị Mẫu",
        "UBND phường Hòa Hưng", "2026-11-03",
        "Điều 1. Hỗ trợ chi phí mai táng cho hộ gia đình bà Nguyễn Thị Mẫu, thường trú tại số 12 đường Thử Nghiệm, khu phố 3, "
        "với số tiền theo quy định hiện hành.",
    ),
    (
        "HS-0012", "Kết hôn", DocumentState.REFUSED, "Giấy chứng nhận kết hôn – Nguyễn Văn Thử", "", "2025-02-14",
        "Họ, chữ đệm, tên vợ: Nguyễn Thị Mẫu",
    ),
    ("HS-0009", "", DocumentState.SIGNED, "Quyết định 118/QĐ-UBND", "UBND phường Bến Mẫu", "", ""),
)  # fmt: skip


def hit(n: int, typed: str) -> Hit:
    code, dossier, state, title, organ, issued, text = INVENTED[n % len(INVENTED)]
    lit = ask(typed or "x", typing=True).lit
    by_name = "phường Hòa Hưng" if n == 2 else ""
    shown: Pieces = passage(text, lit)
    return Hit(
        DocumentId(f"{code}-d{n}"), DossierId(code), code, dossier, state, lighted(title, lit), organ, issued, shown, by_name
    )


class SearchAnswers:
    """``found``: how many documents there are, whatever is asked for."""

    _note: Callable[..., "Future[Any]"]
    found = 3
    waiting = 0
    searched_all = True
    search_fault = ""
    opens: Desktop = Desktop.DOSSIER

    def search(
        self,
        typed: str,
        filters: Filters = EVERYTHING,
        limit: int = USUAL_HITS,
        offset: int = 0,
        *,
        typing: bool = False,
        patience: float = PATIENCE_SECONDS,
    ) -> "Future[Hits]":
        if self.search_fault:
            return failed(self.search_fault)
        rows = tuple(hit(n, typed) for n in range(offset, min(self.found, offset + limit)))
        hits = Hits(rows, self.found > offset + limit, self.searched_all or patience > 1, self.waiting)
        return self._note("search", hits, typed, filters, offset, typing)

    def hit_place(self, document_id: DocumentId) -> "Future[HitPlace]":
        dossier = document_id.rpartition("-")[0]
        return self._note("hit_place", HitPlace(self.opens, DossierId(dossier), None), document_id)
