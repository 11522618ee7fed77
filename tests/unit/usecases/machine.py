"""Page and signing tools for scripted sheets; what they have signed is told from the bytes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workstation.domain.codes import PageCode, understood
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import IndexField
from workstation.domain.idcard import IdCard, parse_id_qr
from workstation.domain.ids import Sha256
from workstation.domain.page import Engine, Finding, PageText, Recipe, Word
from workstation.domain.pagejobs import (
    BoxJob,
    CameraLook,
    DocumentDraft,
    FrameInfo,
    Inspection,
    Limits,
    PageJob,
    PageLook,
    PagePair,
    PageResult,
    PageTools,
    PdfRenderJob,
    PublishJob,
    Rendered,
    RenderJob,
    StoredPage,
)
from workstation.domain.pagework import Corners, turned, work_key
from workstation.domain.signature import (
    LEVELS,
    FileStanding,
    FileVerdict,
    KeyRef,
    LastStamp,
    LiftResult,
    PublishedPdf,
    SignatureReport,
    SignResult,
    TokenState,
    TokenStatus,
    Verdict,
)
from workstation.domain.signing import AttestJob, LiftJob, Secret, SigningTools, SignJob, StampPlace
from workstation.domain.splitcue import Cue
from workstation.domain.thumbs import StoredThumb, Thumb, ThumbJob, kind_of

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ORGANIZATION = "Ủy ban nhân dân phường Bến Lội"
PIN = Secret("246810")
VALUES = {
    "type_name": "Quyết định",
    "number": "127",
    "notation": "QĐ-UBND",
    "issued_date": "2026-11-03",
    "organ_name": ORGANIZATION,
    "subject": "Về việc cấp phép",
}


@dataclass(frozen=True)
class Sheet:
    """One page of paper. ``fields`` are printed on it; ``head``: it begins a document."""

    head: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    blank: bool = False
    blurred: bool = False
    upside_down: bool = False
    """Nothing on it can be read until somebody turns it by 180°."""
    error: str = ""
    code: str = ""
    """What a QR code on it says."""
    cue: str = ""
    """A sign that a document may begin here."""
    secret: bool = False
    """It bears a mark of a state secret."""
    paper: str = ""
    """Pages with the same letters are one sheet; such as begin with the same one look alike at first sight."""


def _print(sheet: Sheet) -> str:
    return hashlib.sha256(sheet.paper[0].encode()).hexdigest()[:16] if sheet.paper else ""


HEAD = Sheet(head=True, fields=VALUES)
BODY = Sheet()
BLANK = Sheet(blank=True)
KILLS = Sheet(error="F06")
BLURRED = Sheet(blurred=True)
NO_STAMP = ErrorNote("C09", (("kind", "unreachable"),))
_AT = {"B": b"", "T": b"%%AT T", "LT": b"%%AT LT", "LTA": b"%%AT LTA"}


def level_of(data: bytes) -> str:
    """What ``Machine`` wrote last about the level."""
    return data.rpartition(b"%%AT ")[2].decode() if b"%%AT " in data else "B"


class Machine:
    """Page and signing tools. ``hook(name, job)`` is called before each and may raise: that is how faults are scripted."""

    def __init__(self) -> None:
        self.hook: Callable[[str, Any], None] = lambda name, job: None
        self.calls: list[tuple[str, Any]] = []
        self.thumbs: dict[tuple[Path, str], StoredThumb] = {}
        self.conformance = "PDF/A-2b"
        self.extra_pages = 0
        self.corners: Corners | None = None
        self.token = TokenStatus(TokenState.READY, "Trần Mẫu", ORGANIZATION)
        self.session = False
        self.leaves: list[int] = []
        """How many documents each leave of a remote service was for."""
        self.leaves_left: int | None = None
        """None: as many as are asked for."""
        self.any_pin = False
        self.signatures = 0
        self.certificates: dict[str, str] = {}
        """Of each signature, by its number in the file."""
        self.reach = "LTA"
        """How high the services outside let a signature get now."""
        self.ends: list[datetime] = []
        """When the first, the second, … archive time-stamp of a file lapses; what is not named does not."""
        self.now: Callable[[], datetime] = lambda: T0

    def _called(self, name: str, job: Any) -> None:
        self.calls.append((name, job))
        self.hook(name, job)

    # --- pages

    def inspect(self, path: Path, limits: Limits) -> Inspection:
        self._called("inspect", path)
        lines = path.read_text("utf-8").splitlines()
        if lines[:1] not in (["SCAN"], ["SIGNED"]):
            raise WorkstationError("F01")
        return Inspection("image/tiff", tuple(FrameInfo(2480, 3508, 300) for _ in lines[1:]), lines[0] == "SIGNED")

    def process(self, job: PageJob) -> PageResult:
        self._called("process", job)
        sheet = Sheet(**json.loads(job.path.read_text("utf-8").splitlines()[1 + job.frame]))
        if sheet.error:
            raise WorkstationError(sheet.error)
        if sheet.secret and job.guarded:
            self.wipe(job.cache, job.thumbs or job.cache, job.original)
            bare = PageText(2480, 3508, 300, (), Engine("test", "1", "vie:0", ""), 0.1)
            return PageResult((), (), False, bare, FrameInfo(2480, 3508, 300), 0, 0.0, 0.0, secret=True)
        readable = not sheet.blank and job.read and sheet.upside_down == (job.work == turned((), 180))
        words = [f"{k}={v}" for k, v in sheet.fields.items()] if readable else []
        words = [f"CUE={sheet.cue}", *words] if sheet.cue and readable else words
        words = (["HEAD", *words] if sheet.head and readable else words) or ([] if sheet.blank or not job.read else ["chữ"])
        engine = Engine("test", "1", "vie:0", "")
        lines = tuple(Word(w, (0, 20.0 * i, 100, 20.0 * i + 10), 0.9, i) for i, w in enumerate(words))
        text = PageText(2480, 3508, 300, lines if job.words else (), engine, 0.1)
        cached = self._cached(job.cache, job.original, job.frame, job.work)
        cached.parent.mkdir(parents=True, exist_ok=True)
        whole = cached.with_suffix(".part")
        whole.write_text(json.dumps(words), "utf-8")
        whole.replace(cached)  # as the real one does: whoever reads meanwhile finds the old words or the new ones
        cached.with_suffix(".print").write_text(_print(sheet), "utf-8")
        blur = Finding("blur", 20.0 if sheet.blurred else 90.0, job.limits.min_sharpness, not sheet.blurred)
        findings = (Finding("dpi", 300, job.limits.min_dpi, True), blur)
        kind, said = understood(sheet.code)
        codes = (PageCode(kind, "qr", said, sha(sheet.code.encode()), (10, 10, 90, 90)),) if sheet.code else ()
        frame = FrameInfo(2480, 3508, 300)
        return PageResult(job.work, findings, sheet.blank, text, frame, 0, 0.0, 0.1, codes, _print(sheet))

    @staticmethod
    def _cached(cache: Path, original: Sha256, frame: int, work: Recipe) -> Path:
        return cache / f"{original}-{frame}-{work_key(work)}.json"

    def load_text(self, cache: Path, original: Sha256, frame: int, work: Recipe) -> PageText | None:
        path = self._cached(cache, original, frame, work)
        if not path.exists():
            return None
        words = tuple(Word(w, (0, 0, 1, 1), 0.9, i) for i, w in enumerate(json.loads(path.read_text("utf-8"))))
        return PageText(2480, 3508, 300, words, Engine("test", "1", "vie:0", ""), 0.1)

    def thumbnail(self, wanted: Thumb) -> StoredThumb | None:
        return self.thumbs.get((wanted.pack, wanted.page))

    def draw_thumbnail(self, job: ThumbJob) -> None:
        self._called("draw_thumbnail", job)
        self.thumbs[job.pack, job.page] = StoredThumb(kind_of(job.recipe), job.path.read_bytes())

    def wipe(self, cache: Path, pack: Path, original: Sha256) -> None:
        self._called("wipe", original)
        for path in cache.glob(f"{original}-*"):
            path.unlink()
        self.thumbs = {key: one for key, one in self.thumbs.items() if not (key[0] == pack and key[1].startswith(original))}

    def find_corners(self, job: PageLook) -> Corners | None:
        self._called("find_corners", job)
        return self.corners

    def fingerprint(self, cache: Path, original: Sha256, frame: int, work: Recipe) -> str:
        path = self._cached(cache, original, frame, work).with_suffix(".print")
        return path.read_text("utf-8") if path.exists() else ""

    def difference(self, job: PagePair) -> float:
        self._called("difference", job)
        sheets = [Sheet(**json.loads(x.path.read_text("utf-8").splitlines()[1 + x.frame])) for x in (job.first, job.second)]
        return 0.05 if sheets[0].paper == sheets[1].paper else 30.0

    def read_box(self, job: BoxJob) -> str:
        self._called("read_box", job)
        sheet = Sheet(**json.loads(job.page.path.read_text("utf-8").splitlines()[1 + job.page.frame]))
        return " ".join(sheet.fields.values())

    def id_cards(self, job: PageLook) -> tuple[IdCard, ...]:
        self._called("id_cards", job)
        sheet = Sheet(**json.loads(job.path.read_text("utf-8").splitlines()[1 + job.frame]))
        card = parse_id_qr(sheet.code)
        return (card,) if card else ()

    def camera_card(self, job: CameraLook) -> IdCard | None:
        self._called("camera_card", job)
        return parse_id_qr(job.camera)

    def render(self, job: RenderJob) -> Rendered:
        self._called("render", job)
        return Rendered(job.path, 100, 140, 0.04)

    def render_pdf(self, job: PdfRenderJob) -> Rendered:
        self._called("render_pdf", job)
        return Rendered(job.path, 100, 140, 0.16)

    def publish(self, job: PublishJob) -> PublishedPdf:
        self._called("publish", job)
        if not job.pages:
            raise WorkstationError("B01", where="pdfa", rule="pages")
        shown = [
            [p.path.name, p.frame, p.original]
            if isinstance(p, StoredPage)
            else [p.path.name, p.frame, [asdict(t) for t in p.recipe], [w.text for w in p.text.words]]
            for p in job.pages
        ]
        data = b"%PDF" + json.dumps([job.title, job.created, shown]).encode()
        job.out.write_bytes(data)
        return PublishedPdf(sha(data), len(data), len(job.pages) + self.extra_pages, self.conformance)

    def as_it_is(self, path: Path) -> PublishedPdf:
        raise AssertionError("scripted paper is scanned")

    def split(self, texts: Sequence[PageText | None]) -> tuple[DocumentDraft, ...]:
        starts: list[list[int]] = []
        for i, text in enumerate(texts):
            if not starts or (text is not None and text.words and text.words[0].text == "HEAD"):
                starts.append([])
            starts[-1].append(i)
        return tuple(replace(self.index(tuple(texts[i] for i in pages)), pages=tuple(pages)) for pages in starts)

    def index(self, texts: Sequence[PageText | None]) -> DocumentDraft:
        found: dict[str, IndexField] = {}
        for number, text in enumerate(texts):
            for word in text.words if text else ():
                name, equals, value = word.text.partition("=")
                if equals and name != "CUE":
                    found.setdefault(name, IndexField(name, value, 0.9, number, word.box))
        head = any(t and t.words and t.words[0].text == "HEAD" for t in texts)
        return DocumentDraft(tuple(range(len(texts))), "QD" if head else "", tuple(found.values()))

    def cues(self, texts: Sequence[PageText | None]) -> tuple[Cue | None, ...]:
        first = next((i for i, text in enumerate(texts) if text is not None), 0)
        signs = [next((w.text[4:] for w in t.words if w.text.startswith("CUE=")), "") if t else "" for t in texts]
        return tuple(Cue(sign) if sign and i > first else None for i, sign in enumerate(signs))

    # --- signing

    def status(self, key: KeyRef) -> TokenStatus:
        self._called("status", key)
        return self.token

    def open(self, key: KeyRef, pin: Secret) -> TokenStatus:
        self._called("open", key)
        if not self.any_pin and pin.reveal() != PIN.reveal():
            raise WorkstationError("C02", tries=2)
        self.session = True
        return self.token

    def sign(self, job: SignJob) -> SignResult:
        self._called("sign", job)
        if not self.session:
            raise WorkstationError("C01")
        self.signatures += 1
        self.certificates[str(self.signatures)] = self.token.certificate
        level = min(job.level, self.reach, key=LEVELS.index)
        data = job.path.read_bytes() + b"%%SIGNED" + str(self.signatures).encode() + _AT[level]
        job.out.write_bytes(data)
        notes = () if level == job.level else (NO_STAMP,)
        return SignResult(sha(data), len(data), "Trần Mẫu", "2026-11-21T02:00:00+00:00", level, job.level, notes)

    def signed_with(self, path: Path) -> str:
        last = path.read_bytes().rpartition(b"%%SIGNED")[2].partition(b"%%AT")[0]
        return self.certificates.get(last.decode(), "")

    def lift(self, job: LiftJob) -> LiftResult:
        self._called("lift", job)
        data = job.path.read_bytes()
        before, level = level_of(data), min(job.level, self.reach, key=LEVELS.index)
        notes = () if level == job.level else (NO_STAMP,)
        stamp = self.standing(job.path).stamp
        due = stamp is not None and job.renew_days is not None and stamp.until <= self.now() + timedelta(days=job.renew_days)
        if due and level == "LTA":
            data += _AT[level]
            job.out.write_bytes(data)
            self.hook("lifted", job)
            return LiftResult(sha(data), len(data), level, job.level, True)
        if LEVELS.index(level) <= LEVELS.index(before):
            return LiftResult(sha(data), len(data), before, job.level, False, notes)
        data += _AT[level]
        job.out.write_bytes(data)
        self.hook("lifted", job)
        return LiftResult(sha(data), len(data), level, job.level, True, notes)

    def standing(self, path: Path) -> FileStanding:
        self._called("standing", path)
        data = path.read_bytes()
        count = data.count(_AT["LTA"])
        if b"%%SIGNED" not in data:
            raise WorkstationError("C11")
        end = self.ends[count - 1] if 0 < count <= len(self.ends) else T0 + timedelta(days=10_000)
        return FileStanding(level_of(data), LastStamp(end, (("sha256", 0), ("rsa", 3072))) if count else None)

    def sign_together(self, jobs: Sequence[SignJob]) -> tuple[SignResult | ErrorNote, ...]:
        """One leave: a code that is used up gives none."""
        used_up = self.leaves_left == 0
        self.leaves_left = self.leaves_left - 1 if self.leaves_left is not None and not used_up else self.leaves_left
        self.leaves.append(len(jobs))
        return tuple(ErrorNote("C25") if used_up else self.sign(job) for job in jobs)

    def close(self) -> None:
        self.session = False

    def attest(self, job: AttestJob) -> PublishedPdf:
        self._called("attest", job)
        data = job.path.read_bytes() + json.dumps([job.heading, job.lines, job.captions]).encode()
        job.out.write_bytes(data)
        return PublishedPdf(sha(data), len(data), 2, self.conformance)

    def keep_hand(self, source: Path, out: Path) -> None:
        if source.suffix != ".png":
            raise WorkstationError("C36", file=source.name, fault="blue")
        out.write_bytes(source.read_bytes())

    def preview(self, job: SignJob, owner: str) -> StampPlace:
        self._called("preview", job)
        box = (100 + job.stamp.move_mm[0], 4 + job.stamp.move_mm[1], 200.0, 13.0)
        return StampPlace(0, (210, 297), box, box, box, 1.0, (owner, job.stamp_name), 3.5)

    @property
    def page_tools(self) -> PageTools:
        return PageTools(
            self.inspect,
            self.process,
            self.load_text,
            self.thumbnail,
            self.draw_thumbnail,
            self.find_corners,
            self.render,
            self.render_pdf,
            self.publish,
            self.as_it_is,
            self.fingerprint,
            self.difference,
            self.id_cards,
            self.camera_card,
            self.split,
            self.index,
            self.cues,
            self.wipe,
            self.read_box,
        )

    @property
    def signing_tools(self) -> SigningTools:
        return SigningTools(
            status=self.status,
            open=self.open,
            sign=self.sign,
            sign_together=self.sign_together,
            close=self.close,
            preview=self.preview,
            signed_with=self.signed_with,
            lift=self.lift,
            standing=self.standing,
            attest=self.attest,
            shows_hand=lambda code: code == "S1",
            keep_hand=self.keep_hand,
            keep_seal=self.keep_hand,
        )

    @property
    def signed_paths(self) -> list[Path]:
        return [job.out for name, job in self.calls if name == "sign"]


def verify(path: Path) -> FileVerdict:
    """Reads what ``Machine.sign`` wrote; paper that begins with ``SIGNED`` came so."""
    data = path.read_bytes()
    _, mark, rest = data.rpartition(b"%%SIGNED")
    if not data.startswith(b"SIGNED\n") and (not mark or not rest.partition(b"%%AT")[0].isdigit()):
        return FileVerdict(Verdict.UNREADABLE, False, (), (), sha(data))
    report = SignatureReport(
        "Sig1", "Trần Mẫu", "CA", "2026-11-21T02:00:00+00:00", None, level_of(data), "TOTAL-PASSED", None,
        "whole_file", "none", "good", True, path.stat().st_size,
    )  # fmt: skip
    return FileVerdict(Verdict.VALID, True, (), (report,), sha(data))


def sha(data: bytes) -> Sha256:
    return Sha256(hashlib.sha256(data).hexdigest())
