"""Where adapters are named (the pages lane's: ``paper_lane``): builds an office, a desk and its lanes for a home folder."""

import logging
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from ssl import SSLContext
from typing import Self
from urllib.parse import urlsplit

import platformdirs

import signing.worker
from signing.algorithm_rules import limits
from signing.verify import verify_file
from sync.adapters.result_store import NationalStore, StoreConfig
from sync.conflict import other_version
from sync.contract import WardClient
from sync.failure import WardFailure
from sync.identity import Identity
from sync.receipts import TrustedKeys
from sync.sender import WardSender
from workstation.app import logs
from workstation.app.doctor_model import DoctorInputs
from workstation.app.keychain import REUSE, TIMESTAMP, WARD, WARD_KEY, KeptSecret, Keychain, peer_name, remote_name
from workstation.app.line import OfficeLine
from workstation.app.paper_lane import page_lane, page_tools
from workstation.app.peering import sender_with_peers
from workstation.app.searching import indexing, open_searcher
from workstation.app.settings import FILE, Settings, WardSettings, load
from workstation.domain.codes import Separator
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import new_id
from workstation.domain.outbox import Comparison, FailureClass, OutboxItem
from workstation.domain.ports import Scanner, Sender, SendReport, WardLine
from workstation.domain.reuse import ResultStore
from workstation.domain.signature import FileVerdict
from workstation.domain.signing import (
    Levels,
    RevocationAccess,
    Secret,
    SigningServices,
    SigningTools,
    TimestampService,
    TrustStore,
)
from workstation.jobs.bus import ThreadEventBus
from workstation.jobs.lanes import ProcessLane, ThreadLane
from workstation.jobs.ticker import Ticker
from workstation.rules.places import load_places
from workstation.rules.reader import load_rules
from workstation.scanners.simulated import SimulatedScanner
from workstation.scanners.together import at_hand
from workstation.store.blobs import FileBlobs, disk_free_gb
from workstation.store.database import Store, open_store
from workstation.usecases.desk import Desk
from workstation.usecases.desklanes import SYSTEM, DeskParts
from workstation.usecases.office import Office
from workstation.usecases.search import Searcher
from workstation.usecases.watched import WatchedFolder

log = logging.getLogger("workstation.compose")

PRACTICE_SHEET_SECONDS = 0.4
"""As a feeder of some 150 sheets a minute: quick, and still seen to come in one by one."""
WATCH_SECONDS = 5.0
"""From one look at the watched folder to the next."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder and where things lie in it."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "store.sqlite3"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def sealing(self) -> Path:
        return self.root / "sealing"

    @property
    def incoming(self) -> Path:
        return self.root / "incoming"

    @property
    def stamps(self) -> Path:
        return self.root / "stamps"

    @property
    def trust(self) -> Path:
        """Roots (PEM): ``government/`` and ``national/`` are told apart in every report, those in ``training/`` are said to be
        for practice, those in the folder itself are of no named kind."""
        return self.root / "trust"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def keychain(self) -> Keychain:
        return Keychain(self.root)

    @property
    def meeting(self) -> Path:
        return self.root / "meeting-until"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    def prepare(self) -> Self:
        for name in (
            "blobs",
            "cache",
            "sealing",
            "incoming",
            "trust/government",
            "trust/national",
            "trust/training",
            "exports",
            "logs",
        ):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for private in (self.secrets, self.stamps):
            private.mkdir(mode=0o700, exist_ok=True)
        return self

    def trust_store(self, extra: tuple[Path, ...] = ()) -> TrustStore:
        government, national, training = (
            tuple(sorted((self.trust / kind).glob("*.pem"))) for kind in ("government", "national", "training")
        )
        return TrustStore((*sorted(self.trust.glob("*.pem")), *extra), training, government, national)


def office_store(home: Home, settings: Settings) -> Store:
    """The office's database, wherever the settings have it; whoever opens it closes it."""
    return open_store(settings.office.database or home.database)


def default_home() -> Path:
    """``WORKSTATION_HOME``, else the platform's data folder."""
    return Path(os.environ.get("WORKSTATION_HOME") or platformdirs.user_data_path("tram-so-hoa", appauthor=False))


def signing_tools() -> SigningTools:
    return SigningTools(
        status=signing.worker.token_status,
        open=signing.worker.open_key,
        sign=signing.worker.sign_file,
        sign_together=signing.worker.sign_together,
        close=signing.worker.close_key,
        preview=signing.worker.preview_stamp,
        shows_hand=signing.worker.shows_hand,
        keep_hand=signing.worker.keep_hand,
        keep_seal=signing.worker.keep_seal,
        signed_with=signing.worker.signed_with,
        lift=signing.worker.lift_file,
        standing=signing.worker.file_standing,
        attest=signing.worker.attest_file,
    )


def signing_services(home: Home, tsa_url: str = "", trust: tuple[Path, ...] = ()) -> SigningServices:
    """What signatures above level B need. ``tsa_url`` goes before the settings'; user and password of the settings are for the
    settings' own authority and are shown to no other. U01 (option) or M06 (settings): an address that can't be one."""
    s = load(home.root).timestamp
    url = tsa_url or s.url
    stamps = None
    if url:
        if not _is_service(url):
            raise WorkstationError("U01", detail="--tsa") if tsa_url else WorkstationError("M06", file=FILE, key="timestamp.url")
        known = bool(s.user) and _origin(url) == _origin(s.url)
        secret = KeptSecret(partial(_timestamp_secret, home)) if known else None
        stamps = TimestampService(url, s.user if known else "", secret, s.proxy, float(max(1, s.seconds)))
    return SigningServices(stamps, RevocationAccess(s.proxy), home.trust_store(trust))


def _levels(home: Home, settings: Settings) -> Levels:
    s = settings.timestamp
    renew = timedelta(days=s.renew_days)
    if s.wanted == "B":
        return Levels(renew=renew, limits=limits())
    return Levels(s.wanted, signing_services(home), timedelta(hours=s.wait_hours), renew, limits())


def _is_service(url: str) -> bool:
    """An HTTP address without user and password: what stands in an option or in the settings is no secret."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def token_lane() -> ProcessLane:
    """One process that owns the PKCS#11 session. No retry: a repeated log-in would cost a PIN try. Between the screen and the
    page workers in priority: on two cores a batch at LTA would else make the window wait."""
    return ProcessLane(1, "token", nice=5, max_jobs=1_000_000, retries=0)


@dataclass(frozen=True, slots=True)
class Workstation:
    """A composed program on one home folder."""

    home: Home
    settings: Settings
    office: Office
    desk: Desk
    sender: Sender
    ticker: Ticker
    watcher: Ticker
    """Looks at the folder that the office's copier scans into."""
    searcher: Searcher
    indexer: Ticker
    pages: ProcessLane
    settle: Callable[[], None]
    """Waits until the peers' rounds that "send" began are over."""


@contextmanager
def open_workstation(root: Path, ward_url: str | None = None, limit_kbps: int = 0) -> Iterator[Workstation]:
    """Composes, and closes everything at the end. ``ward_url`` (a practice ward on a free port) and ``limit_kbps`` override the
    settings."""
    home = Home(root).prepare()
    settings = load(root)
    if ward_url is not None:
        settings = replace(settings, ward=replace(settings.ward, url=ward_url))
    if limit_kbps:
        settings = replace(settings, line=replace(settings.line, limit_kbps=limit_kbps))
    with ExitStack() as stack:
        stack.enter_context(logs.logging_to(root))
        store = office_store(home, settings)
        stack.callback(store.close)
        blobs = FileBlobs(home.blobs)
        stack.callback(blobs.close)
        pages, token = page_lane(settings.machine.page_workers, reserve=1, reads=True), token_lane()
        stack.callback(pages.close)
        stack.callback(token.close)
        rules, bus, clock = load_rules(), ThreadEventBus(), SystemClock()
        office = Office(
            uow=store.uow_factory,
            look=store.read_factory,
            blobs=blobs,
            pages=pages,
            token=token,
            tools=page_tools(rules, attended=True),
            signing=signing_tools(),
            bus=bus,
            clock=clock,
            rules=rules,
            places=load_places,
            cache=home.cache,
            sealing=home.sealing,
            stamps=home.stamps,
            verify=partial(verify_file, trust=home.trust_store()),
            organization=settings.office.organization,
            levels=_levels(home, settings),
        )
        line = OfficeLine(settings.line.rules, home.meeting, clock)
        sender = sender_with_peers(
            _sender(stack, home, settings, office, line), settings, root, office, line, partial(_peer_secret, home)
        )
        stack.callback(sender.close)
        searcher = open_searcher(stack, root, settings.office.database, office)
        desk, ticker = _desk(home, settings, office, sender, line, searcher)
        stack.callback(desk.close)
        stack.callback(pages.wind_down)  # or the desk would wait for every page that is still to be read
        watcher = Ticker(lambda: WATCH_SECONDS, desk.sweep, "watched")
        stack.callback(ticker.close)
        indexer = indexing(desk.keep_index)
        stack.callback(watcher.close)
        stack.callback(indexer.close)
        stack.callback(desk.stop)  # first of all: the line is hung up only when nobody sends on it any more
        yield Workstation(home, settings, office, desk, sender, ticker, watcher, searcher, indexer, pages, sender.settle)


def _desk(
    home: Home, settings: Settings, office: Office, sender: Sender, line: OfficeLine, searcher: Searcher
) -> tuple[Desk, Ticker]:
    ticker = Ticker(lambda: desk.pause_seconds(settings.machine.send_every_seconds), lambda: desk.tick(), "line")
    key = settings.key(home.root)
    parts = DeskParts(
        store=ThreadLane(4, "store"),
        background=ThreadLane(2, "background"),
        scanner=_scanner(settings),
        sender=sender,
        limits=line,
        key=key,
        verify_online=partial(
            verify_file, trust=home.trust_store(), offline=False, access=RevocationAccess(settings.timestamp.proxy)
        ),
        save_report=_save_report,
        save_separators=_save_separators,
        save_slip=_save_slip,
        wake=ticker.wake,
        incoming=home.incoming,
        free_gb=partial(disk_free_gb, home.root),
        searcher=searcher,
        scan_profiles=settings.scan_profiles,
        receipts=settings.capture.receipts,
        camera=settings.capture.camera,
        watched=WatchedFolder(office, Path(settings.capture.watch_folder), SYSTEM) if settings.capture.watch_folder else None,
        other_version=partial(_other_version, home, settings.ward),
        account=remote_secret(home, key.remote.name) if key and key.remote else None,
    )
    desk = Desk(office, parts, settings.office.site, settings.users)
    return desk, ticker


def _save_report(out: Path, name: str, verdict: FileVerdict) -> None:
    """What draws a report is imported by the worker that does."""
    from workstation.app.verdict_paper import save_report

    save_report(out, name, verdict)


def _save_separators(out: Path, kind: Separator, count: int) -> None:
    from workstation.app.code_sheets import save_separators

    save_separators(out, kind, count)


def _save_slip(out: Path, dossier: Dossier, site: str) -> None:
    from workstation.app.code_sheets import save_slip

    save_slip(out, dossier, site)


def sample_folder() -> Path:
    """The sample dossiers that ship with the program: a folder of page images each."""
    return Path(str(resources.files("workstation.app") / "samples"))


def _scanner(settings: Settings) -> Scanner:
    """A practice office scans the samples: its clerk learns the desk on a machine without a scanner."""
    if settings.office.training:
        return SimulatedScanner(sample_folder(), PRACTICE_SHEET_SECONDS)
    return at_hand(settings.scan_sources)


class NoLine:
    """The sender of a station that has no ward server yet: everything waits, nothing is lost."""

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        return ()

    def probe(self) -> bool:
        return False


def _sender(stack: ExitStack, home: Home, settings: Settings, office: Office, line: OfficeLine) -> WardLine:
    ward = settings.ward
    if not ward.url:
        return NoLine()
    client = ward_client(home, ward)
    stack.callback(client.close)
    keys = partial(TrustedKeys.load, home.root / ward.keys)
    return WardSender(office.uow, office.blobs, office.clock, client, keys, new_id(), random.SystemRandom(), line)


def ward_identity(home: Home, ward: WardSettings) -> Identity:
    """How this station shows itself to the ward server, and whom it takes for it."""
    ca, certificate, key = (home.root / name if name else None for name in (ward.ca, ward.certificate, ward.key))
    return Identity(ca, certificate, key, partial(home.keychain.read, WARD_KEY))


def ward_trust(home: Home, ward: WardSettings) -> Callable[[], SSLContext] | bool:
    return ward_identity(home, ward).context if ward.ca or ward.certificate else True


def ward_client(home: Home, ward: WardSettings) -> WardClient:
    secret = None if ward.certificate else partial(home.keychain.read, WARD)
    return WardClient(ward.url, secret, client_id=ward.client_id, verify=ward_trust(home, ward))


def _other_version(home: Home, ward: WardSettings, item: OutboxItem) -> Comparison | None:
    """On a line of its own: a person asks, and the sender may be in the middle of a file."""
    if not ward.url:
        raise WorkstationError("G13")
    client = ward_client(home, ward)
    try:
        return other_version(client, TrustedKeys.load(home.root / ward.keys), item)
    except WardFailure as e:
        raise WorkstationError(e.failure.value) from e
    finally:
        client.close()


def published_keys(url: str, verify: Callable[[], SSLContext] | bool = True) -> bytes:
    """The key set that the ward server shows, which it does without log-in. G01, G02 or G09 when it does not answer as it should,
    M06 when what answers is no ward server, or the line to it is not for secrets."""
    client = WardClient(url, lambda: Secret(""), verify=verify)
    try:
        return client.published_keys()
    except WardFailure as e:
        if e.failure is FailureClass.KHONG_RO:
            raise WorkstationError("M06", key="ward_url") from e
        raise WorkstationError(e.failure.value) from e
    finally:
        client.close()


def remote_secret(home: Home, name: str) -> Secret:
    """The secret of the office's account at a remote signing service; looked up when it is wanted. G30, G31."""
    return KeptSecret(partial(home.keychain.read, remote_name(name)))


@contextmanager
def result_store(ws: Workstation) -> Iterator[ResultStore | None]:
    """The store of digitised results that the settings name; None: none is."""
    s = ws.settings.reuse
    if not s.url:
        yield None
        return
    config = StoreConfig(s.url, s.find, s.file, s.route, s.success, s.max_mb, s.seconds, s.proxy)
    store = NationalStore(config, partial(ws.home.keychain.read, REUSE))
    try:
        yield store
    finally:
        store.close()


def _peer_secret(home: Home, name: str) -> Secret:
    return home.keychain.read(peer_name(name))


def _timestamp_secret(home: Home) -> Secret:
    """A keyring that is locked costs the level, as an authority that can't be reached does, not the signature."""
    try:
        return home.keychain.read(TIMESTAMP)
    except WorkstationError as e:
        log.warning("%s: the time-stamp password can't be read", e.code)
        return Secret("")


def wanted_secrets(settings: Settings) -> tuple[str, ...]:
    """Names of the secrets that the settings call for."""
    ward = settings.ward
    names = [WARD] if (ward.url or ward.client_id) and not ward.certificate else []
    if settings.timestamp.user:
        names.append(TIMESTAMP)
    if settings.reuse.url:
        names.append(REUSE)
    peers = () if settings.office.training else settings.peers
    return (*names, *(remote_name(r.name) for r in settings.remotes), *(peer_name(p.name) for p in peers))


def doctor_inputs(root: Path) -> DoctorInputs:
    """What the doctor has to know of a home folder."""
    settings = load(root)
    return DoctorInputs(
        home=root,
        program_version=version("tram-so-hoa"),
        database=None if settings.office.database else Home(root).database,
        ward_url=settings.ward.url or None,
        ward=ward_identity(Home(root), settings.ward),
        tsa_url=settings.timestamp.url or None,
        secrets=wanted_secrets(settings),
        training=settings.office.training,
        key=settings.key(root),
        watched=Path(settings.capture.watch_folder) if settings.capture.watch_folder else None,
        scanners=() if settings.office.training else settings.scan_sources,
        peers=settings.peers,
        levels=_levels(Home(root), settings),
    )
