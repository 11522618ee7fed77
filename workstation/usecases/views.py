"""What a screen shows: frozen values, read in one go. A screen never sees a database row or an open transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from workstation.domain.authority import Authority
from workstation.domain.capture import NOT_COUNTED, CountsRule, PaperCount
from workstation.domain.doctype import FieldDefinition
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import IndexField
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, UserName
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.page import Finding, PageState, Recipe, UnreadArea
from workstation.domain.peers import PeerDelivery
from workstation.domain.rekey import Difference
from workstation.domain.signature import SignedOriginal, TokenStatus
from workstation.domain.splitcue import Cue
from workstation.domain.thumbs import Thumb


@dataclass(frozen=True, slots=True)
class Counts:
    """Badges of the rail: what waits on each screen."""

    capture: int
    verify: int
    sign: int
    outbox: int
    returned: int


@dataclass(frozen=True, slots=True)
class User:
    name: UserName
    role: str
    """clerk, checker, official, registrar: keys of ``ui.messages.ROLES``."""


@dataclass(frozen=True, slots=True)
class DossierRow:
    id: DossierId
    code: str
    title: str
    pages: int
    state: DossierState
    document_states: tuple[DocumentState, ...]
    reading: int
    """Pages still being cleaned and read."""
    needs_look: int
    """Pages that fail a finding or are in quarantine."""
    error: ErrorNote | None
    procedure: str = ""
    """Code of the administrative procedure; empty: none is set."""


@dataclass(frozen=True, slots=True)
class PageView:
    id: PageId
    number: int
    """From 1, in paper order within the dossier."""
    state: PageState
    thumbnail: Thumb | None
    """Which small picture shows it; ``Desk.thumbnail`` has it, or not yet."""
    findings: tuple[Finding, ...]
    failing: tuple[Finding, ...]
    blank: bool
    dropped: bool
    kept_reason: str
    rotation: int
    """Degrees clockwise that the program turned it upright."""
    skew_deg: float
    dpi: float
    error: ErrorNote | None
    document_id: DocumentId | None
    work: Recipe = ()
    """What the clerk asked for, in order."""
    recipe: Recipe = ()
    """All that was done to the scan, the program's own steps among it."""
    separator: str = ""
    """``front`` or ``back`` of a separator sheet that was set aside."""
    signed: SignedOriginal | None = None
    """The file that the page is of, if it came signed: the page stays as it is."""
    with_note: bool = False
    pair: int = 0
    """Number of the page that shows the same sheet with, or without, its note; 0: none (yet)."""
    repeats: int = 0
    """Number of the page that is the same sheet; 0: none."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: DocumentId
    dossier_id: DossierId
    dossier_code: str
    number: int
    """From 1 within the dossier."""
    of: int
    state: DocumentState
    type_code: str
    type_name: str
    title: str
    """Type and what it is about, as a list shows it."""
    fields: tuple[IndexField, ...]
    """Every field of the form of this type, in paper order; values may be empty."""
    required: frozenset[str]
    form: tuple[FieldDefinition, ...]
    """Label and kind of each of ``fields``, in the same order."""
    pages: tuple[PageView, ...]
    entered_by: UserName | None
    checked_by: UserName | None
    reason: str
    error: ErrorNote | None
    blind: frozenset[str] = frozenset()
    """Fields that this person keys without seeing what was entered: their values are empty here, whatever was entered."""
    differing: tuple[Difference, ...] = ()
    """What entry and check differ in: only for the third person, who chooses or types."""
    returned_by: UserName | None = None
    """Who sent it back with ``reason``."""
    put_off: bool = False
    """This person left it for later."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a clerk may accept or refuse with one key."""

    kind: Cue
    page_id: PageId
    number: int
    """Of the page, from 1."""
    code: str = ""
    """``SLIP``: of the dossier that the page names."""


@dataclass(frozen=True, slots=True)
class DossierView:
    row: DossierRow
    pages: tuple[PageView, ...]
    documents: tuple[DocumentView, ...]
    saved_at: datetime
    missing: ErrorNote | None
    """What stops "Xong hồ sơ" now (None: nothing), with ``page`` in its params where it is about one page."""
    missing_page: PageId | None
    can_undo: bool
    can_redo: bool
    suggestions: tuple[Suggestion, ...] = ()
    """In paper order, the one to be answered first in front."""
    risk: str = "A"
    risk_note: str = ""
    paper: PaperCount = NOT_COUNTED
    came_in: tuple[int, int] = (0, 0)
    """Pages and pictures of the paper."""
    counts: CountsRule = CountsRule.NONE


class GateRule(Enum):
    """The checks before signing, in the order of the list on the Sign screen."""

    QUALITY = "quality"  # Ảnh đủ nét, dpi, màu
    PAGES = "pages"  # Đủ trang
    CONFORMANCE = "conformance"  # PDF/A, có lớp chữ
    FIELDS = "fields"  # Đủ trường bắt buộc
    FOUR_EYES = "four_eyes"  # Người nhập khác người kiểm tra
    CERTIFICATE = "certificate"  # Tên cơ quan trên chứng thư khớp
    AUTHORITY = "authority"  # KT., TL., TUQ. có trong sổ ủy quyền
    PICTURE = "picture"  # Có ảnh chữ ký tay
    PLACEMENT = "placement"  # Chữ ký đặt góc trên bên phải trang 1
    # of a file that came signed
    CAME_SIGNED = "came_signed"  # Chữ ký số sẵn có còn đúng
    # before the registrar's marks
    LEADER = "leader"  # Người có thẩm quyền đã ký
    NUMBERING = "numbering"  # Có ký hiệu để vào số
    AGENCY = "agency"  # Chứng thư của cơ quan
    SEAL = "seal"  # Có ảnh dấu


@dataclass(frozen=True, slots=True)
class GateCheck:
    rule: GateRule
    ok: bool
    note: ErrorNote | None = None
    detail: tuple[tuple[str, str | int | float], ...] = ()
    """Numbers for the sentence, as ``have``, ``need``, ``dpi``, ``level``."""


@dataclass(frozen=True, slots=True)
class SignRow:
    document: DocumentView
    pages: int
    seen: bool
    gate: tuple[GateCheck, ...]
    marks: tuple[str, ...] = ()
    """Stamps of the agency's marks that the registrar has still to set; none: the row is the official's."""
    notation: str = ""
    number: str = ""
    """On the paper, or given already; empty: the registrar gives it."""
    next_number: int = 1
    """In the series of its symbol."""
    issued: str = ""
    """The day on the paper, given already, or to be given: ISO 8601."""


@dataclass(frozen=True, slots=True)
class SignDesk:
    rows: tuple[SignRow, ...]
    token: TokenStatus
    signed_today: int
    refused_today: int


@dataclass(frozen=True, slots=True)
class SignProgress:
    """Told after each document of a batch."""

    document_id: DocumentId
    index: int
    of: int
    error: ErrorNote | None
    notes: tuple[ErrorNote, ...] = ()
    """Why a signed document has not reached the level that is wanted."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: OutboxId
    dossier_id: DossierId
    code: str
    title: str
    state: OutboxState
    bytes: int
    done: int
    """Bytes the server has confirmed."""
    attempts: int
    next_try: datetime | None
    error: ErrorNote | None
    receipt: Receipt | None
    created_at: datetime
    peers: tuple[PeerDelivery, ...] = ()
    """How it stands with each peer beside the ward server."""
    reconciled_at: datetime | None = None
    """When its receipt was found in the ward server's list."""


@dataclass(frozen=True, slots=True)
class LineStatus:
    online: bool | None
    """None: not asked yet."""
    since: datetime | None
    waiting: int
    """Dossiers that go by themselves once there is a line; paused and returned ones are not among them."""
    note: ErrorNote | None = None
    """What concerns the whole station: M02 (the disk is low), M05 (the last run stopped suddenly, its work goes on)."""

    meeting_until: datetime | None = None
    """Sending is slowed until then."""
    hours: bool = True
    """Whether it is time to send."""


@dataclass(frozen=True, slots=True)
class OutboxWindow:
    rows: tuple[OutboxRow, ...]
    more: bool
    """There are rows behind these."""


@dataclass(frozen=True, slots=True)
class MendPlace:
    """Where a returned dossier is to be mended."""

    document_id: DocumentId
    field: str = ""
    """Name of the field that the ward named; empty: none. It may be none of the form's."""


@dataclass(frozen=True, slots=True)
class OutboxSums:
    tally: Mapping[OutboxState, int]
    left: int
    """Bytes that go by themselves and are not there yet."""
    first_returned: OutboxId | None
    """What the blue button is about."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A rendered page on disk; ``scale``: its pixels for one pixel of the cleaned page."""

    path: Path
    width_px: int
    height_px: int
    scale: float
    unread: tuple[UnreadArea, ...] = ()
    """What the machine could not read there, in pixels of the cleaned page."""
    page_px: tuple[int, int] | None = None
    """Width and height of the cleaned page, where known: the picture's own are rounded."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one file or sheet."""

    name: str
    pages: int
    error: ErrorNote | None
    known: int = 0
    """Number of the first page that the dossier had already; 0: none of the file's."""
    doubt: ErrorNote | None = None
    """It was taken in, and somebody should look at the sheet: two may have gone through together (Q05, after which ``page``)."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger of authorised signers, and what an entry may say."""

    entries: tuple[Authority, ...]
    today: date
    forms: tuple[tuple[str, str], ...]
    """Code and name of the forms of signing on behalf in force."""
    types: tuple[tuple[str, str], ...]
    """Code and name of what an entry may cover."""
