"""Keyrings that are there and of no use."""

import threading

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError


class Keyring(KeyringBackend):
    """Waits for a person who never comes, as a prompt on a machine without a screen does."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        threading.Event().wait()


class FailingKeyring(KeyringBackend):
    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringError("a fault that nobody translates")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringError("a fault that nobody translates")
