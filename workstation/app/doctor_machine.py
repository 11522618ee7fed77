"""Checks of the PC itself. Each runs in a worker process that is ended when it takes too long."""

import errno
import importlib
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files
from pathlib import Path

from workstation.app.doctor_model import Check, DoctorInputs, Words, amber, green, red
from workstation.scanners.escl import PREFIX, answers
from workstation.scanners.together import at_hand

GIB = 1024**3
DISK_LOW = 5 * GIB
DISK_FULL = GIB // 2

QT_CALLS = 20_000
"""PySide6 6.12.0 on Python < 3.12 loses a reference to None a call: the process would be gone after some 5,000."""

VIETNAMESE = "".join(
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in "\u0300\u0309\u0303\u0301\u0323"
) + ("ăâêôơưđĂÂÊÔƠƯĐ")
"""The 134 letters beyond ASCII."""

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "C:/Windows/Fonts")
INSTALL_AGAIN = Words("Cài lại chương trình.", "Install the program again.")


def check_program(inputs: DoctorInputs) -> tuple[Check, ...]:
    name = f"{inputs.program_version}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return (green("program", name, name),)


def check_screen(_: DoctorInputs) -> tuple[Check, ...]:
    """Loads Qt and calls it often enough to meet the known fault. It aborts the process: the caller then says so."""
    # By name: only ui may build on Qt; this asks whether it works at all.
    try:
        core = importlib.import_module("PySide6.QtCore")
        release = version("PySide6-Essentials")
    except (ImportError, PackageNotFoundError) as error:
        return (red("screen", Words(f"Không nạp được Qt: {error}", f"Qt can't be loaded: {error}"), INSTALL_AGAIN, "B01"),)
    thing = core.QObject()
    before = sys.getrefcount(None)
    for _i in range(QT_CALLS):
        thing.setObjectName("")
    if before - sys.getrefcount(None) > QT_CALLS // 10:
        sentence = Words(f"PySide6 {release} không hợp với bản Python này.", f"PySide6 {release} does not fit this Python.")
        return (red("screen", sentence, INSTALL_AGAIN, "B01"),)
    return (green("screen", f"PySide6 {release} chạy tốt.", f"PySide6 {release} works."),)


def check_reading(_: DoctorInputs) -> tuple[Check, ...]:
    fix = Words(
        "Cài gói tesseract-ocr, tesseract-ocr-vie và tesseract-ocr-osd.",
        "Install the packages tesseract-ocr, tesseract-ocr-vie and tesseract-ocr-osd.",
    )
    try:
        languages = set(_output("tesseract", "--list-langs").split())
        release = _output("tesseract", "--version").split("\n")[0].removeprefix("tesseract ").strip()
    except (OSError, subprocess.SubprocessError):
        return (red("reading", Words("Chưa có Tesseract.", "Tesseract is missing."), fix, "O01"),)
    if "vie" not in languages:
        sentence = Words(f"Tesseract {release} thiếu dữ liệu tiếng Việt.", f"Tesseract {release} lacks its Vietnamese data.")
        return (red("reading", sentence, fix, "O01"),)
    if "osd" not in languages:
        sentence = Words("Thiếu dữ liệu nhận chiều trang giấy.", "The data that finds a page's upright is missing.")
        return (amber("reading", sentence, fix, "O01"),)
    return (green("reading", f"Tesseract {release}, có vie và osd.", f"Tesseract {release} with vie and osd."),)


def check_fonts(_: DoctorInputs) -> tuple[Check, ...]:
    lacking = _letters_lacking_in_stamp()
    if lacking:
        sentence = Words(f"Phông con dấu thiếu chữ: {lacking}", f"The stamp's font lacks letters: {lacking}")
        return (red("fonts", sentence, INSTALL_AGAIN),)
    screen = next(_fonts_with_all_letters(), None)
    if screen is None:
        sentence = Words("Không thấy phông màn hình có đủ chữ Việt.", "No screen font has every Vietnamese letter.")
        return (amber("fonts", sentence, Words("Cài gói fonts-noto-core.", "Install the package fonts-noto-core.")),)
    return (
        green(
            "fonts", f"Con dấu và màn hình đủ 134 chữ ({screen.stem}).", f"Stamp and screen have all 134 letters ({screen.stem})."
        ),
    )


def check_disk(inputs: DoctorInputs) -> tuple[Check, ...]:
    folder = next(path for path in (inputs.home, *inputs.home.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    amount = f"{free / GIB:.1f} GB"
    vi = amount.replace(".", ",")
    fix = Words("Gửi, sao lưu rồi xóa bớt tệp không dùng.", "Send and back up, then delete files nobody needs.")
    if free < DISK_FULL:
        return (red("disk", Words(f"Chỉ còn {vi}.", f"Only {amount} left."), fix, "M01"),)
    if free < DISK_LOW:
        return (amber("disk", Words(f"Còn {vi}, nên có ít nhất 5 GB.", f"{amount} left; 5 GB are advised."), fix, "M02"),)
    return (green("disk", f"Còn {vi}.", f"{amount} left."),)


def check_home(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Writes a file, waits until it is on the disk, reads it back and removes it."""
    marker = os.urandom(4096)
    started = time.monotonic()
    try:
        inputs.home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=inputs.home, prefix=".doctor-") as file:
            file.write(marker)
            file.flush()
            os.fsync(file.fileno())
            intact = Path(file.name).read_bytes() == marker
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = os.strerror(error.errno or errno.EIO)
        sentence = Words(f"Không ghi được vào {inputs.home}: {reason}.", f"{inputs.home} can't be written to: {reason}.")
        fix = Words("Kiểm tra quyền của thư mục và ổ đĩa.", "Check the folder's rights and the disk.")
        return (red("home", sentence, fix, "M01" if full else "M04"),)
    milliseconds = round((time.monotonic() - started) * 1000)
    if not intact:
        sentence = Words("Đọc lại khác với dữ liệu đã ghi.", "What was read back differs from what was written.")
        return (red("home", sentence, Words("Thay ổ đĩa, báo quản trị.", "Replace the disk; call IT."), "M03"),)
    return (
        green(
            "home",
            f"{inputs.home}: ghi và đọc lại {milliseconds} ms.",
            f"{inputs.home}: written and read back in {milliseconds} ms.",
        ),
    )


def check_database(inputs: DoctorInputs) -> tuple[Check, ...]:
    path = inputs.database
    if path is None:
        return (green("database", "Nằm trên máy chủ dùng chung.", "Kept on the ward's server."),)
    if not path.exists():
        return (green("database", "Chưa có dữ liệu nào.", "No data yet."),)
    try:
        # quote() by as_uri: a folder may be called "100%" or "a?b"
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        answer = str(error)
    if answer == "ok":
        size = f"{path.stat().st_size / 1024**2:.1f} MB"
        return (green("database", f"Nguyên vẹn, {size.replace('.', ',')}.", f"Intact, {size}."),)
    fix = Words("Khôi phục từ bản sao lưu; không xóa tệp nào.", "Restore the backup; delete nothing.")
    return (red("database", Words(f"Cơ sở dữ liệu hỏng: {answer}", f"The database is damaged: {answer}"), fix, "M04"),)


def check_scanner(inputs: DoctorInputs) -> tuple[Check, ...]:
    """None at hand is no fault (files can be imported), a missing driver neither: amber. So is one that the settings name and
    that does not answer."""
    with ThreadPoolExecutor(max(1, len(inputs.scanners))) as pool:
        answering = list(pool.map(answers, (one.id for one in inputs.scanners)))
    if silent := ", ".join(one.name for one, here in zip(inputs.scanners, answering, strict=True) if not here):
        fix = Words("Kiểm tra máy đã bật và địa chỉ trong [[scanners]].", "Check that it is on, and its address in [[scanners]].")
        return (amber("scanner", Words(f"Không trả lời: {silent}.", f"No answer: {silent}."), fix, "Q01"),)
    found = at_hand(inputs.scanners).sources()
    if found:
        named = [(one.name, one.id.startswith(PREFIX)) for one in found]
        vi = ", ".join(f"{name} (mạng)" if network else name for name, network in named)
        en = ", ".join(f"{name} (network)" if network else name for name, network in named)
        return (green("scanner", vi, en),)
    if platform.system() == "Windows":
        return (green("scanner", "Dùng trình điều khiển của Windows.", "Windows' own drivers are used."),)
    if shutil.which("scanimage") is None:
        fix = Words("Cài gói sane-utils.", "Install the package sane-utils.")
        return (amber("scanner", Words("Chưa có trình điều khiển SANE.", "The SANE drivers are missing."), fix, "Q01"),)
    fix = Words("Kiểm tra dây và nguồn điện, hoặc nhập từ tệp.", "Check its cable and power, or import files.")
    return (amber("scanner", Words("Chưa thấy máy quét nào.", "No scanner found."), fix, "Q01"),)


def check_watched(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Whether files can be read there, and moved aside once they are taken in."""
    folder = inputs.watched
    if folder is None:
        return (green("watched", "Không theo dõi thư mục nào.", "No folder is watched."),)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".workstation-"):
            next(folder.iterdir())
    except OSError as error:
        kind = type(error).__name__
        fix = Words("Kiểm tra ổ mạng và quyền ghi.", "Check the network drive and the right to write there.")
        sentence = Words(f"{folder}: không đọc ghi được ({kind}).", f"{folder} can't be read and written ({kind}).")
        return (amber("watched", sentence, fix, "F07"),)
    return (green("watched", f"{folder}: đọc ghi được.", f"{folder} can be read and written."),)


def _output(*command: str, seconds: float = 10) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=True, encoding="utf-8", errors="replace"
    )
    return done.stdout


def _letters_lacking_in_stamp() -> str:
    """Letters that no font of the stamp has; "" is good."""
    from fontTools.ttLib import TTFont  # here, so that a broken library costs this check only

    best = VIETNAMESE
    for entry in (files("signing") / "fonts").iterdir():
        if entry.name.endswith((".ttf", ".otf")):
            with as_file(entry) as path, TTFont(path, lazy=True) as font:
                known = font.getBestCmap()
            best = min(best, "".join(letter for letter in VIETNAMESE if ord(letter) not in known), key=len)
    return best


def _fonts_with_all_letters() -> Iterator[Path]:
    from fontTools.ttLib import TTFont, TTLibError

    for folder in FONT_FOLDERS:
        # The likely ones first: a PC may have a thousand fonts.
        paths = sorted(Path(folder).expanduser().rglob("*.ttf"), key=lambda path: ("Sans-Regular" not in path.name, path.name))
        for path in paths:
            try:
                with TTFont(path, lazy=True) as font:
                    known = font.getBestCmap() or {}
            except (TTLibError, OSError):
                continue
            if all(ord(letter) in known for letter in VIETNAMESE):
                yield path
