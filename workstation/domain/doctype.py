"""Kinds of documents as the rules describe them; the tables themselves are dated data in ``workstation.rules``."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What the reader needs to recognise a type.

    ``titles`` are the words a page of this type carries as its title (NFC, upper case); ``layout`` says where its fields
    stand: ``decree30`` (header blocks, number, date, subject, signer: Decree 30/2020, annex I) or ``form`` (labelled lines).
    """

    code: str
    name: str
    abbreviation: str
    layout: Literal["decree30", "form"]
    titles: tuple[str, ...]
