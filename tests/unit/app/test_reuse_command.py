"""The owner's number comes from a variable, a prompt or stdin, and is nowhere shown."""

import getpass
import io
import sys

import pytest

from workstation.app.reuse_command import _owner
from workstation.domain.errors import WorkstationError

PERSON = "001219000001"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gives_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f" {PERSON[:6]} {PERSON[6:]}\r\nmore\n"))
    number = _owner("")
    assert number.reveal() == PERSON
    assert PERSON not in repr(number) + str(number)


def test_a_terminal_is_asked_without_an_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "123456789")
    assert _owner("").reveal() == "123456789"


def test_a_variable_goes_before_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setenv("OWNER", PERSON)
    assert _owner("OWNER").reveal() == PERSON
    monkeypatch.setenv("OWNER", "٠٠١٢١٩٠٠٠٠٠١")
    with pytest.raises(WorkstationError) as raised:
        _owner("OWNER")
    assert raised.value.code == "U01" and "٠" not in str(raised.value)


def test_an_empty_pipe_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(WorkstationError):
        _owner("")
