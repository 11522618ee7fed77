"""Checks of what the PC is connected to: token, ward server, time-stamp service. Run in workers, as the machine's checks."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from signing.profiles import installed_libraries, profile_of
from sync.adapters.make import make
from sync.identity import valid_from_until
from ui.sentences_exchange import REASONS
from workstation.app.doctor_model import NAMES, NOTHING, Check, DoctorInputs, Light, Words, amber, green, red
from workstation.app.peer_settings import code_book
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyChoice, KeyKind, KeyRef, TokenState, TokenStatus
from workstation.domain.signing import Secret

EARLIEST_YEAR = 2026
"""The year of the first release: a clock before it has lost its battery."""
LATEST_YEAR = 2100
SKEW_AMBER = 60.0
SKEW_RED = 300.0
"""Seconds off the server's clock; time-stamps and signing times are worth nothing on a wrong clock."""
EXPIRY_WARNING = timedelta(days=30)
TIMEOUT = httpx.Timeout(8.0)

UNKNOWN = Words("Chưa kiểm tra được.", "Could not be checked.")
NOT_SET = Words("Chưa cài đặt trên máy này.", "Not set up on this PC.")
ASK_IT = Words("Nhờ quản trị khai báo trong tệp cấu hình.", "Ask IT to add it to the settings file.")
CHECK_LINE = Words("Kiểm tra dây mạng và địa chỉ máy chủ.", "Check the network cable and the server's address.")


# --- token


def check_token(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Library, token and certificate. Reads what the key shows without a PIN."""
    if inputs.key is None:
        return (_found_libraries(), amber("token", NOT_SET, ASK_IT, "C01"), amber("certificate", NOT_SET, ASK_IT, "C07"))
    from signing.worker import token_status  # here, so that a broken signing library costs these three checks only

    try:
        status = token_status(inputs.key)
    except WorkstationError as error:
        sentence = Words("Không đọc được khóa ký.", "The signing key can't be read.")
        return tuple(red(part, sentence, ASK_IT, error.code) for part in ("library", "token", "certificate"))
    return token_checks(status, inputs.key, datetime.now(UTC).date())


def _found_libraries() -> Check:
    """No key is set up: what token software lies on this PC, so that IT need not look for it."""
    found = installed_libraries()
    if not found:
        return amber("library", NOT_SET, ASK_IT, "C10")
    listed = "; ".join(f"{profile.name}: {path}" for profile, path in found)
    sentence = Words(f"Chưa cài đặt; trên máy có {listed}.", f"Not set up; on this PC there is {listed}.")
    fix = Words(
        'Ghi vào tệp cấu hình, mục [signing]: kind = "pkcs11" và location = đường dẫn ấy.',
        'Add to the settings file, section [signing]: kind = "pkcs11" and that path as location.',
    )
    return amber("library", sentence, fix, "C10")


def token_checks(status: TokenStatus, key: KeyRef, today: date) -> tuple[Check, ...]:
    """What a token's status means for its three lines."""
    if key.kind is KeyKind.PKCS12:
        unneeded = green("library", "Không cần: khóa nằm trong tệp.", "Not needed: the key is in a file.")
        return (unneeded, green("token", "Tệp khóa trên máy này.", "A key file on this PC."), _certificate(status, today))
    if key.kind is KeyKind.REMOTE:
        unneeded = green("library", "Không cần: ký qua dịch vụ từ xa.", "Not needed: a remote service signs.")
        asked = Words("Chỉ biết sau khi đăng nhập lúc ký.", "Known only after logging in to sign.")
        where = green("token", f"Dịch vụ {key.location}.", f"Service {key.location}.")
        return (unneeded, where, Check("certificate", NAMES["certificate"], Light.GREEN, asked))
    plug = Words("Cắm USB ký số rồi kiểm tra lại.", "Plug the token in and check again.")
    library = key.location
    if status.state is TokenState.NO_LIBRARY:
        again = Words("Cài lại phần mềm của USB ký số.", "Install the token's software again.")
        named = Words(library, library) if library else Words("kho chứng thư Windows", "Windows' certificate store")
        lost = red("library", Words(f"Không nạp được {named.vi}.", f"{named.en} can't be loaded."), again, "C10")
        return (lost, amber("token", UNKNOWN, again, "C10"), amber("certificate", UNKNOWN, again, "C10"))
    profile = profile_of(library)
    told = f"{profile.name}: {library}" if profile else library
    loaded = green("library", told, told)
    if key.kind is KeyKind.WINDOWS:
        loaded = green("library", "Không cần: kho chứng thư của Windows.", "Not needed: Windows' certificate store.")
    if status.state is TokenState.ABSENT:
        absent = amber("token", Words("Chưa cắm USB ký số.", "No token is plugged in."), plug, "C01")
        return (loaded, absent, amber("certificate", UNKNOWN, plug, "C01"))
    return (loaded, _token(status, profile.pin_tries if profile else None), _certificate(status, today))


def _token(status: TokenStatus, tries: int | None) -> Check:
    issuer = Words("Liên hệ đơn vị cấp để mở khóa.", "Ask its issuer to unlock it.")
    if status.state is TokenState.LOCKED:
        return red("token", Words("USB ký số đã bị khóa.", "The token is locked."), issuer, "C03")
    if status.state in {TokenState.PIN_LOW, TokenState.PIN_FINAL}:
        final = status.state is TokenState.PIN_FINAL
        left = Words("còn 1 lần thử", "one try is left") if final else Words("còn ít lần thử", "few tries are left")
        lock = Words(f" (khóa sau {tries} lần sai)", f" (locks after {tries} wrong ones)") if tries else NOTHING
        sentence = Words(f"Đã nhập sai mã PIN, {left.vi}{lock.vi}.", f"Wrong PINs were entered; {left.en}{lock.en}.")
        return amber("token", sentence, Words("Nhập chậm và đúng mã PIN.", "Enter the PIN with care."), "C02")
    return green("token", "Đã cắm, dùng được.", "Plugged in and usable.")


def _certificate(status: TokenStatus, today: date) -> Check:
    renew = Words("Xin cấp lại chứng thư.", "Have the certificate renewed.")
    if status.state is TokenState.SEVERAL:
        listed = Words(*("; ".join(_choice(c, lang) for c in status.choices) for lang in ("vi", "en")))
        choose = Words("Chọn một: key_id trong tệp cấu hình.", "Choose one: key_id in the settings file.")
        return amber("certificate", listed, choose, "C20")
    if status.state is TokenState.NO_KEY or not status.valid_until:
        sentence = Words("Không thấy khóa ký kèm chứng thư.", "The token holds no key with its certificate.")
        return red("certificate", sentence, Words("Kiểm tra đúng USB ký số chưa.", "Check that it is the right token."), "C07")
    until = date.fromisoformat(status.valid_until[:10])
    day = f"{until:%d/%m/%Y}"
    if status.state is TokenState.EXPIRED or until < today:
        return red("certificate", Words(f"{status.owner}: hết hạn {day}.", f"{status.owner}: expired {day}."), renew, "C05")
    if until - today < EXPIRY_WARNING:
        return amber(
            "certificate", Words(f"{status.owner}: sắp hết hạn, {day}.", f"{status.owner}: expires soon, {day}."), renew, "C05"
        )
    training = (" (tập huấn)", " (training)") if status.training else ("", "")
    return green("certificate", f"{status.owner}{training[0]}: đến {day}.", f"{status.owner}{training[1]}: until {day}.")


def _choice(choice: KeyChoice, lang: str) -> str:
    day = f"{date.fromisoformat(choice.valid_until):%d/%m/%Y}"
    until = (
        (f"đến {day}" if choice.in_force else f"ngoài hạn ({day})")
        if lang == "vi"
        else (f"until {day}" if choice.in_force else f"not in force ({day})")
    )
    return f"{choice.key_id}: {choice.owner}, {until}"


# --- ward server, and the clock beside the server's


def check_ward(inputs: DoctorInputs) -> tuple[Check, ...]:
    if not inputs.ward_url:
        return (amber("server", NOT_SET, ASK_IT, "G01"), amber("tls", NOT_SET, ASK_IT), clock_check(datetime.now(UTC), None))
    host = ""
    try:
        trust = inputs.ward.context()
    except WorkstationError as error:
        return (amber("server", UNKNOWN, ASK_IT, error.code), _own_certificate(error), clock_check(datetime.now(UTC), None))
    try:
        url = httpx.URL(inputs.ward_url)
        host = url.host
        with httpx.Client(verify=trust, timeout=TIMEOUT) as client, client.stream("GET", url) as answer:
            here = datetime.now(UTC)
            there = _date(answer.headers.get("Date"))
            stream = answer.extensions["network_stream"].get_extra_info("ssl_object")
            until = _valid_until(stream) if stream is not None else None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
        return (*_unreachable(host, error), clock_check(datetime.now(UTC), None))
    if answer.status_code >= 500:
        sentence = Words(f"{host} trả lời lỗi {answer.status_code}.", f"{host} answers with error {answer.status_code}.")
        server = amber("server", sentence, Words("Chờ, hoặc báo quản trị máy chủ.", "Wait, or call the server's IT."), "G09")
    else:
        server = green("server", f"{host} trả lời.", f"{host} answers.")
    if inputs.ward.certificate is not None and until is not None:  # whichever of the two ends first
        until = min(until, valid_from_until(inputs.ward.certificate)[1].date())
    return (server, tls_check(url.scheme, host, until, here.date()), clock_check(here, there))


def _own_certificate(error: WorkstationError) -> Check:
    if error.code != "G32":  # G30, G31: its key is encrypted, and the keyring does not give the password
        sentence = Words("Không lấy được mật khẩu của khóa.", "The key's password can't be had.")
        return red("tls", sentence, Words("Xem mục Nơi giữ mật khẩu.", "See: Where passwords are kept."), error.code)
    vi, en = REASONS[str(error.params["reason"])]
    sentence = Words(f"Chứng thư của trạm này không dùng được ({vi}).", f"This station's certificate can't be used ({en}).")
    return red(
        "tls", sentence, Words("Kiểm tra tệp trong [ward] và hạn dùng.", "Check the files of [ward] and their dates."), error.code
    )


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except ValueError:
        return None


def _valid_until(stream: ssl.SSLObject) -> date:
    certificate = stream.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC).date()


def _unreachable(host: str, error: Exception) -> tuple[Check, Check]:
    kind = type(error).__name__
    if "CERTIFICATE" in str(error).upper():
        sentence = Words(f"Không tin được chứng thư của {host}.", f"The certificate of {host} is not trusted.")
        fix = Words(
            "Kiểm tra đồng hồ máy; nhờ quản trị thêm chứng thư gốc.", "Check the clock; ask IT to add the root certificate."
        )
        return (red("server", sentence, fix, "G01"), red("tls", sentence, fix, "G01"))
    sentence = Words(
        f"{host} không trả lời ({kind}). Hồ sơ vẫn chờ trong máy.", f"{host} does not answer ({kind}). Dossiers wait here."
    )
    return (red("server", sentence, CHECK_LINE, "G01"), amber("tls", UNKNOWN, CHECK_LINE, "G01"))


def tls_check(scheme: str, host: str, until: date | None, today: date) -> Check:
    if scheme != "https" or until is None:
        if host in {"localhost", "127.0.0.1", "::1"}:
            return green("tls", "Máy chủ trên chính máy này.", "The server runs on this PC.")
        sentence = Words("Địa chỉ máy chủ không dùng https.", "The server's address does not use https.")
        return red("tls", sentence, Words("Nhờ quản trị đổi sang https.", "Ask IT to change it to https."))
    if until - today < EXPIRY_WARNING:
        sentence = Words(
            f"Chứng thư máy chủ sắp hết hạn {until:%d/%m/%Y}.", f"The server's certificate expires {until:%d/%m/%Y}."
        )
        return amber("tls", sentence, Words("Báo quản trị máy chủ.", "Tell the server's IT."))
    return green("tls", f"https, đến {until:%d/%m/%Y}.", f"https, until {until:%d/%m/%Y}.")


def clock_check(here: datetime, there: datetime | None) -> Check:
    """This PC's clock beside the server's (None: no answer)."""
    shown = f"{here.astimezone():%d/%m/%Y %H:%M}"
    fix = Words("Chỉnh ngày giờ, bật tự đồng bộ giờ.", "Set date and time; switch on automatic time.")
    if not EARLIEST_YEAR <= here.year < LATEST_YEAR:
        return red("clock", Words(f"Đồng hồ sai: {shown}.", f"The clock is wrong: {shown}."), fix)
    if there is None:
        return green("clock", f"{shown} (chưa so được với máy chủ).", f"{shown} (not compared with the server).")
    off = abs((here - there).total_seconds())
    sentence = Words(f"Lệch máy chủ {off:.0f} giây.", f"{off:.0f} seconds off the server.")
    if off > SKEW_RED:
        return red("clock", sentence, fix)
    if off > SKEW_AMBER:
        return amber("clock", sentence, fix)
    return green("clock", f"{shown}, lệch máy chủ {off:.0f} giây.", f"{shown}, {off:.0f} seconds off the server.")


def check_peers(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Whether each answers; nobody is logged in, so an account that is refused is told when something goes there."""
    if not inputs.peers or inputs.training:
        return (green("peers", "Không chuyển đi đâu ngoài máy chủ dùng chung.", "Nothing goes but to the ward server."),)
    try:
        peers = [make(peer, code_book(inputs.home, peer), lambda: Secret("")) for peer in inputs.peers]
    except WorkstationError as error:
        key = error.params["key"]
        return (red("peers", Words(f"Cấu hình sai: {key}.", f"Wrong settings: {key}."), ASK_IT, error.code),)
    try:
        with ThreadPoolExecutor(len(peers)) as pool:
            answers = tuple(pool.map(lambda peer: peer.reachable(), peers))
    finally:
        for peer in peers:
            peer.close()
    if silent := [peer.name for peer, answered in zip(inputs.peers, answers, strict=True) if not answered]:
        listed = ", ".join(silent)
        return (amber("peers", Words(f"{listed} không trả lời.", f"{listed}: no answer."), CHECK_LINE, "G01"),)
    listed = ", ".join(peer.name for peer in inputs.peers)
    return (green("peers", f"{listed} trả lời.", f"{listed}: answered."),)


def check_timestamp(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Whether something answers there; a real time-stamp would be billed."""
    if not inputs.tsa_url:
        return (amber("timestamp", NOT_SET, ASK_IT, "C09"),)
    host = ""
    try:
        url = httpx.URL(inputs.tsa_url)
        host = url.host
        httpx.head(url, timeout=TIMEOUT, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
        kind = type(error).__name__
        return (
            amber("timestamp", Words(f"{host} không trả lời ({kind}).", f"{host} does not answer ({kind})."), CHECK_LINE, "C09"),
        )
    return (green("timestamp", f"{host} trả lời.", f"{host} answers."),)
