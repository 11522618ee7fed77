"""Choosing files: Qt's own dialog in Vietnamese, opened without a nested event loop."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog, QWidget

INPUTS = "Ảnh và PDF (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.pdf)"
PDFS = "Tệp PDF (*.pdf)"


def choose(
    parent: QWidget, title: str, mode: QFileDialog.FileMode, chosen: Callable[[list[Path]], object], kinds: str = ""
) -> QFileDialog:
    """Opens the dialog; ``chosen`` gets the paths, unless the person leaves it."""
    dialog = QFileDialog(parent, title)
    # the system's dialog would speak the system's language, and can't be driven by tests
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(mode)
    dialog.setDirectory(QDir.homePath())
    if kinds:
        dialog.setNameFilter(kinds)
    if mode is QFileDialog.FileMode.Directory:
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Chọn")
    dialog.setLabelText(QFileDialog.DialogLabel.Reject, "Hủy")
    dialog.filesSelected.connect(lambda names: chosen([Path(n) for n in names]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
