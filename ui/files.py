"""Choosing files: Qt's own dialog in Vietnamese, opened without a nested event loop."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog, QWidget

INPUTS = "Ảnh và PDF (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp *.jp2 *.j2k *.heic *.heif *.pdf)"
PICTURES = "Ảnh PNG (*.png)"
PDFS = "Tệp PDF (*.pdf)"


def choose(
    parent: QWidget, title: str, mode: QFileDialog.FileMode, chosen: Callable[[list[Path]], object], kinds: str = ""
) -> QFileDialog:
    """Opens the dialog; ``chosen`` gets the paths, unless the person leaves it."""
    dialog = _dialog(parent, title, mode, kinds)
    if mode is QFileDialog.FileMode.Directory:
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Chọn")
    dialog.filesSelected.connect(lambda names: chosen([Path(n) for n in names]))
    dialog.open()
    return dialog


def choose_target(parent: QWidget, title: str, name: str, chosen: Callable[[Path], object], kinds: str) -> QFileDialog:
    """Where to write; ``name`` is offered. The dialog asks before a file is replaced."""
    dialog = _dialog(parent, title, QFileDialog.FileMode.AnyFile, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Lưu")
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: str, mode: QFileDialog.FileMode, kinds: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    # the system's dialog would speak the system's language, and can't be driven by tests
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(mode)
    dialog.setDirectory(QDir.homePath())
    if kinds:
        dialog.setNameFilter(kinds)
    dialog.setLabelText(QFileDialog.DialogLabel.Reject, "Hủy")
    dialog.finished.connect(dialog.deleteLater)
    return dialog
