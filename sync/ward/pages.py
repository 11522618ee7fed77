"""The web pages for people at the ward: what has arrived, whether a receipt and its files hold, and the log-in to them."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.failure import WardFailure
from sync.receipts import ReceiptClaims, TrustedKeys, verify_receipt
from sync.ward.access import COOKIE, LOGIN, Limits, Sessions, right_secret, session_key
from sync.ward.accounts import Accounts, Kind
from sync.ward.arrivals import Arrivals, Wanted
from sync.ward.files import WardFiles, hash_file
from sync.ward.problems import Problem
from sync.ward.records import StoredFile, WardRecords
from sync.ward.requests import digits, path_uuid
from sync.ward.search import documents
from sync.ward.view import TEMPLATES, View, read_form

PAGE_SIZE = 100
_STATES = {"da-tiep-nhan": True, "dang-nhan": False}
_NUMBER = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    role: str
    file: StoredFile
    state: str
    """ok, missing or changed."""
    listed: bool
    """Whether the receipt names it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a receipt that somebody shows is worth."""

    claims: ReceiptClaims | None
    """None: its signature does not hold."""
    kept: bool
    """The same receipt is kept here."""
    received_at: datetime | None


class Pages:
    def __init__(
        self,
        records: WardRecords,
        arrivals: Arrivals,
        files: WardFiles,
        keys: TrustedKeys,
        accounts: Accounts,
        sessions: Sessions | None,
        limits: Limits,
    ) -> None:
        self._records = records
        self._arrivals = arrivals
        self._files = files
        self._keys = keys
        self._accounts = accounts
        self._sessions = sessions
        self._limits = limits
        self._view = View()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index, methods=["GET"]),
            Route("/ho-so/{uuid}", self.detail, methods=["GET"]),
            Route("/bien-nhan", self.ask_receipt, methods=["GET"]),
            Route("/bien-nhan", self.check_receipt, methods=["POST"]),
            Route(LOGIN, self.ask_login, methods=["GET"]),
            Route(LOGIN, self.login, methods=["POST"]),
            Route("/dang-xuat", self.logout, methods=["POST"]),
            Route("/ward.css", self.style, methods=["GET"]),
        ]

    async def style(self, _request: Request) -> Response:
        return Response((TEMPLATES / "ward.css").read_text("utf-8"), media_type="text/css")

    def refused(self, request: Request, problem: Problem) -> Response:
        """The page in place of one that can't be shown."""
        answer = self._page(request, "refused.html", problem.status, problem=problem)
        answer.headers.update(problem.headers)
        return answer

    def _page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        person = self._sessions.holder(session_key(request.scope)) if self._sessions else None
        return self._view.page(request, name, status, person=person, pages_open=self._sessions is None, **context)

    # --- arrivals

    async def index(self, request: Request) -> Response:
        number = min(max(1, digits(request.query_params.get("trang", "1")) or 1), 10_000_000)
        state = request.query_params.get("trang-thai", "")
        wanted = Wanted(request.query_params.get("q", "")[:200], _STATES.get(state))
        skip = (number - 1) * PAGE_SIZE
        rows = await run_in_threadpool(lambda: self._arrivals.summaries(wanted, skip=skip, limit=PAGE_SIZE + 1))
        total, received = await run_in_threadpool(self._arrivals.counts)
        found = total if wanted == Wanted() else await run_in_threadpool(self._arrivals.count, wanted)
        context = {"rows": rows[:PAGE_SIZE], "more": len(rows) > PAGE_SIZE, "page": number, "total": total, "received": received}
        return self._page(
            request, "index.html", 200, **context, wanted=wanted, state=state if state in _STATES else "", found=found
        )

    async def detail(self, request: Request) -> Response:
        dossier_id = path_uuid(request)
        deep = request.query_params.get("kiem-tra") == "1"
        context = await run_in_threadpool(self._detail, dossier_id, deep)
        return self._page(request, "detail.html", 200, **context)

    def _detail(self, dossier_id: str, deep: bool) -> dict[str, object]:
        found = self._arrivals.summaries(dossier_id=dossier_id)
        if not found:
            raise Problem(404, "KHONG_CO")
        receipts = self._records.receipts(0, dossier_id)
        jws = receipts[0].jws if receipts else ""
        claims = self._claims(jws) if jws else None
        named = {file_id: (sha256, size) for file_id, sha256, size in claims.files} if claims else {}
        lines = [
            FileLine(name, role, f, self._state(f, deep), named.get(f.id) == (f.sha256, f.bytes))
            for name, role, f in self._arrivals.files(dossier_id)
        ]
        return {
            "dossier": found[0],
            "documents": list(documents(json.loads(self._arrivals.body(dossier_id)))),
            "files": lines,
            "jws": jws,
            "claims": claims,
            "deep": deep,
            "whole": bool(lines) and all(line.state == "ok" for line in lines),
        }

    def _claims(self, jws: str) -> ReceiptClaims | None:
        try:
            return verify_receipt(jws, self._keys)
        except WardFailure:
            return None

    def _state(self, file: StoredFile, deep: bool) -> str:
        path = self._files.stored(file.sha256)
        if not path.exists():
            return "missing"
        same = hash_file(path) == file.sha256 if deep else path.stat().st_size == file.bytes
        return "ok" if same else "changed"

    # --- a receipt that somebody shows

    async def ask_receipt(self, request: Request) -> Response:
        return self._page(request, "receipt.html", asked=False)

    async def check_receipt(self, request: Request) -> Response:
        """By its text, by a file that holds it, or by its number, which only says what is kept here."""
        form = await read_form(request, files=True)
        given = (form.get("tep", "").strip() or form.get("bien-nhan", "")).strip()
        verdict = await run_in_threadpool(self._verdict, given)
        return self._page(request, "receipt.html", asked=True, given=given[:20_000], verdict=verdict)

    def _verdict(self, given: str) -> Verdict:
        saved = self._arrivals.receipt(given.lower()) if _NUMBER.fullmatch(given.lower()) else None
        jws = saved.jws if saved else "".join(given.split())
        claims = self._claims(jws)
        if claims is None:
            return Verdict(None, False, None)
        kept = self._arrivals.receipt(claims.receipt_id)
        return Verdict(claims, kept is not None and kept.jws == jws, datetime.fromisoformat(claims.received_at))

    # --- log-in

    async def ask_login(self, request: Request) -> Response:
        return await self._login_page(request, refused=False)

    async def _login_page(self, request: Request, *, refused: bool) -> Response:
        nobody = not any(account.ended_at is None for account in await run_in_threadpool(self._accounts.all, Kind.STAFF))
        return self._page(request, "login.html", 403 if refused else 200, refused=refused, nobody=nobody)

    async def login(self, request: Request) -> Response:
        form = await read_form(request)
        name, password = form.get("ten", ""), form.get("mat-khau", "")
        right = await right_secret(
            self._limits, request.scope, f"can-bo {name}", lambda: self._accounts.knows(Kind.STAFF, name, password)
        )
        if self._sessions is None or not right:
            return await self._login_page(request, refused=True)
        stamp = await run_in_threadpool(self._accounts.stamp, Kind.STAFF, name)
        self._sessions.end(session_key(request.scope))
        answer = RedirectResponse("/", 303)
        # "strict": the cookie stays away from whatever another site sets off
        answer.set_cookie(
            COOKIE, self._sessions.begin(name, stamp), httponly=True, samesite="strict", secure=request.url.scheme == "https"
        )
        return answer

    async def logout(self, request: Request) -> Response:
        await read_form(request)
        if self._sessions:
            self._sessions.end(session_key(request.scope))
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(COOKIE)
        return answer
