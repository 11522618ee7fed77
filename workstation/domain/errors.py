"""The one error class. A code says what happened; the sentence for people lives in ``ui.messages``.

Codes: F file · Q capture · A page quality · O reading · K checking · C signing · S copies · V verifying · G sending ·
M machine · T search · U use of the command · B our own bug. Adapters translate vendor exceptions into these; whatever they
don't know becomes ``B01``, which is a bug report.
"""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Actor(Enum):
    """Who has to act next."""

    NOBODY = "nobody"
    CLERK = "clerk"
    CHECKER = "checker"
    OFFICIAL = "official"
    IT = "it"
    WARD_ADMIN = "ward_admin"
    DEVELOPER = "developer"


class Exit(Enum):
    """Exit code of a command that ends with this error (docs: command line)."""

    PERSON = 1
    BAD_INPUT = 2
    OUTSIDE = 3
    BUG = 4


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """What is fixed for a code, whatever the occasion."""

    severity: Severity
    retryable: bool
    actor: Actor
    exit: Exit


def _spec(actor: Actor, exit_code: Exit, *, retryable: bool = False, severity: Severity = Severity.ERROR) -> ErrorSpec:
    return ErrorSpec(severity, retryable, actor, exit_code)


ERRORS: dict[str, ErrorSpec] = {
    # files
    "F01": _spec(Actor.CLERK, Exit.BAD_INPUT),  # not an image or PDF
    "F02": _spec(Actor.CLERK, Exit.BAD_INPUT),  # PDF is encrypted
    "F03": _spec(Actor.CLERK, Exit.BAD_INPUT),  # damaged file
    "F04": _spec(Actor.CLERK, Exit.BAD_INPUT),  # empty file, or a PDF without pages
    "F05": _spec(Actor.CLERK, Exit.BAD_INPUT),  # picture larger than the limit
    "F06": _spec(Actor.CLERK, Exit.PERSON),  # the file killed its worker or ran out of time: quarantined
    "F07": _spec(Actor.CLERK, Exit.BAD_INPUT),  # file missing or not readable
    "F09": _spec(Actor.CLERK, Exit.BAD_INPUT),  # a PDF that came signed, and no signature vouches for it (param reason)
    "F10": _spec(Actor.OFFICIAL, Exit.PERSON),  # a PDF that came signed can't be relied on (param reason: the verdict's code)
    "F11": _spec(Actor.CLERK, Exit.PERSON),  # pages of a PDF that came signed stay as they are
    "F12": _spec(Actor.CLERK, Exit.PERSON),  # a file changed between being read and being published
    # capture
    "Q01": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # no scanner
    "Q02": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # feeder empty
    "Q04": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # paper jam
    "Q05": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # double feed suspected
    "Q06": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # cover open
    "Q07": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # the scanner is busy with somebody else's job
    "Q08": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # the scanner broke off (param reason: its word for it)
    "Q09": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # the picture that was to replace a page is in the dossier
    "Q10": _spec(Actor.CLERK, Exit.BAD_INPUT),  # no dossier of this code (param dossier)
    "Q11": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # the dossier takes no more pages (param dossier)
    "Q15": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # not as many backs as fronts (params fronts, backs)
    "Q16": _spec(Actor.IT, Exit.BAD_INPUT),  # a picture whose decoder is not installed (HEIC: the package pillow-heif)
    "Q17": _spec(Actor.CLERK, Exit.BAD_INPUT),  # a PDF portfolio: its documents are files inside it (param count)
    "Q18": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # a stack still waits for its backs (param fronts)
    "Q20": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # no camera, or another program has it
    # page quality
    "A01": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # resolution too low
    "A02": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # blurred
    "A03": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.INFO),  # blank page
    "A04": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # another quality finding fails (param finding)
    "A05": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # ink runs over the edge of what was scanned
    "A06": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # the same sheet as another page (param other)
    "A07": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # something lies over the paper (param finding)
    "A08": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # which end is up could not be told
    "A09": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # too dark
    "A10": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # a page with a note lacks its shot without it
    "A11": _spec(Actor.CLERK, Exit.PERSON),  # paper of this risk class is not scanned
    "A12": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # not as many pages or sheets as were counted
    "A14": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # the paper's sheets and pages were not counted yet
    # reading
    "O01": _spec(Actor.IT, Exit.OUTSIDE),  # Tesseract or its Vietnamese data missing
    "O02": _spec(Actor.CLERK, Exit.PERSON, retryable=True),  # a page could not be read
    # checking
    "K01": _spec(Actor.CLERK, Exit.PERSON),  # a required field is missing
    "K02": _spec(Actor.CLERK, Exit.PERSON),  # a value has not the form of its field
    "K03": _spec(Actor.CHECKER, Exit.PERSON),  # the checker entered this document
    "K04": _spec(Actor.CLERK, Exit.PERSON, retryable=True),  # somebody else changed it meanwhile
    "K05": _spec(Actor.CHECKER, Exit.PERSON, severity=Severity.WARNING),  # entry and check differ (params field, others)
    "K09": _spec(Actor.WARD_ADMIN, Exit.PERSON, severity=Severity.WARNING),  # they differ, and there is no third person here
    "K10": _spec(Actor.CHECKER, Exit.PERSON),  # a critical field was not keyed again by who checks (param field)
    "K11": _spec(Actor.CHECKER, Exit.PERSON),  # the third person changes what the two agree on (param field)
    "K12": _spec(Actor.CLERK, Exit.PERSON),  # this field can't be left as unreadable: scan again (param field)
    "K13": _spec(Actor.DEVELOPER, Exit.BUG),  # the store refuses a document that did not come to its state (param reason)
    "K20": _spec(Actor.CLERK, Exit.PERSON),  # the page bears a mark of a state secret: stopped (params page, file)
    "K21": _spec(Actor.CLERK, Exit.BAD_INPUT),  # none of these pages is held for a mark of a state secret
    "K22": _spec(Actor.CLERK, Exit.PERSON, severity=Severity.WARNING),  # erased here; not elsewhere (param count)
    "K23": _spec(Actor.IT, Exit.PERSON, retryable=True),  # a state secret's file can't be erased yet
    "K06": _spec(Actor.CLERK, Exit.BAD_INPUT),  # this move is not possible from this state
    "K08": _spec(Actor.CLERK, Exit.PERSON, retryable=True),  # a page of the document is being read again (param page)
    "K07": _spec(Actor.OFFICIAL, Exit.PERSON),  # signing and refusing is for users whose role is official
    "K40": _spec(Actor.CLERK, Exit.BAD_INPUT),  # the unit chosen for a place is none that its text may mean (param field)
    "K41": _spec(Actor.CLERK, Exit.PERSON),  # nobody has said yet which of several units a place means (param field)
    # signing
    "C01": _spec(Actor.OFFICIAL, Exit.OUTSIDE, retryable=True),  # no token
    "C02": _spec(Actor.OFFICIAL, Exit.PERSON),  # wrong PIN
    "C03": _spec(Actor.OFFICIAL, Exit.OUTSIDE),  # token locked
    "C04": _spec(Actor.OFFICIAL, Exit.OUTSIDE, retryable=True),  # token pulled out while signing
    "C05": _spec(Actor.OFFICIAL, Exit.OUTSIDE),  # certificate expired or not yet valid
    "C06": _spec(Actor.OFFICIAL, Exit.OUTSIDE),  # certificate carries another unit's name
    "C07": _spec(Actor.OFFICIAL, Exit.OUTSIDE),  # no key with its certificate on the token
    "C08": _spec(Actor.IT, Exit.BAD_INPUT),  # key file unreadable
    "C09": _spec(Actor.NOBODY, Exit.PERSON, retryable=True, severity=Severity.WARNING),  # no time-stamp
    "C10": _spec(Actor.IT, Exit.OUTSIDE),  # PKCS#11 library can't be loaded
    "C11": _spec(Actor.CLERK, Exit.BAD_INPUT),  # the PDF can't be signed as it is
    "C12": _spec(Actor.OFFICIAL, Exit.PERSON),  # not passed by the gate
    "C20": _spec(Actor.OFFICIAL, Exit.BAD_INPUT),  # several certificates on the token and none chosen
    "C21": _spec(Actor.OFFICIAL, Exit.PERSON),  # not the certificate with which the batch began
    "C22": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # refused by its owner: PIN pad, phone, Windows' dialog
    "C23": _spec(Actor.NOBODY, Exit.OUTSIDE, retryable=True),  # the remote service can't be reached or fails
    "C24": _spec(Actor.IT, Exit.OUTSIDE),  # the remote service refuses the account or the credential
    "C25": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # a one-time code is missing, wrong or used up
    "C26": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # the leave to sign has run out
    "C27": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True, severity=Severity.INFO),  # waits for the phone
    "C28": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # the line dropped: nobody knows if the service signed
    "C31": _spec(Actor.OFFICIAL, Exit.PERSON),  # signs on behalf, and the ledger has no entry in force for it
    "C32": _spec(Actor.WARD_ADMIN, Exit.BAD_INPUT),  # an entry of that ledger that can't be (param field)
    "C33": _spec(Actor.OFFICIAL, Exit.PERSON),  # the agency's seal needs the agency's own certificate
    "C34": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # no picture of the agency's seal yet
    "C38": _spec(Actor.OFFICIAL, Exit.PERSON),  # another document has this number (params number, notation, year)
    "C39": _spec(Actor.OFFICIAL, Exit.BAD_INPUT),  # signature of a named person: the command has to say in what capacity
    "C40": _spec(Actor.OFFICIAL, Exit.PERSON),  # number, date, seal and the ledger are for users whose role is registrar
    "C41": _spec(Actor.NOBODY, Exit.PERSON, retryable=True, severity=Severity.WARNING),  # archive time-stamp not renewed yet
    "C42": _spec(Actor.IT, Exit.PERSON),  # archive time-stamp that can't be renewed (param cause: the code behind it)
    # copies
    "S01": _spec(Actor.CLERK, Exit.PERSON),  # the agency's copies are made by a user whose role is registrar
    "S02": _spec(Actor.CLERK, Exit.PERSON),  # the source bears a mark of a state secret
    "S03": _spec(Actor.CLERK, Exit.PERSON),  # the signed source does not verify (param reason: the verdict's first code)
    "S04": _spec(Actor.CLERK, Exit.PERSON),  # not what this kind of copy is made of (params kind, source)
    "S05": _spec(Actor.CLERK, Exit.PERSON),  # nobody is named who decided that the copy be made
    "S06": _spec(Actor.IT, Exit.PERSON),  # the clock is behind the last entry of the book
    "S07": _spec(Actor.CLERK, Exit.PERSON),  # a stamp on top of the page could not be read: it may be a mark of secrecy
    "S08": _spec(Actor.CLERK, Exit.PERSON),  # not scanned from the original just now (param reason: old, reused)
    "S09": _spec(Actor.OFFICIAL, Exit.PERSON),  # who certifies signs with a certificate of his own, not with the agency's
    "C35": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True),  # no picture of the signer's handwritten signature yet
    "C36": _spec(Actor.OFFICIAL, Exit.BAD_INPUT),  # a picture that can't be a stamp's (param fault)
    "C37": _spec(Actor.OFFICIAL, Exit.PERSON, retryable=True, severity=Severity.INFO),  # a remote service asks for PIN or code
    # verifying: reasons of a verdict
    "V01": _spec(Actor.OFFICIAL, Exit.PERSON),  # bytes under the signature were changed
    "V02": _spec(Actor.OFFICIAL, Exit.PERSON),  # content added or changed after signing
    "V03": _spec(Actor.IT, Exit.PERSON),  # issuer not trusted
    "V04": _spec(Actor.OFFICIAL, Exit.PERSON),  # certificate revoked
    "V05": _spec(Actor.NOBODY, Exit.PERSON, retryable=True, severity=Severity.WARNING),  # revocation not checkable now
    "V06": _spec(Actor.OFFICIAL, Exit.PERSON),  # signature malformed
    "V07": _spec(Actor.OFFICIAL, Exit.PERSON, severity=Severity.WARNING),  # no signature
    "V08": _spec(Actor.OFFICIAL, Exit.PERSON),  # certificate not valid at that time
    "V09": _spec(Actor.OFFICIAL, Exit.PERSON),  # the file had to be repaired, or has bytes nobody accounts for
    "V10": _spec(Actor.OFFICIAL, Exit.PERSON),  # unreadable file
    "V11": _spec(Actor.OFFICIAL, Exit.PERSON, severity=Severity.WARNING),  # form filled in or comment added after signing
    "V12": _spec(Actor.OFFICIAL, Exit.PERSON),  # algorithm too weak
    "V13": _spec(Actor.NOBODY, Exit.PERSON, severity=Severity.INFO),  # a training certificate
    "V14": _spec(Actor.OFFICIAL, Exit.PERSON),  # the signature covers only a part of the file
    "V15": _spec(Actor.OFFICIAL, Exit.PERSON),  # the signature value does not belong to the certificate's key
    "V16": _spec(Actor.OFFICIAL, Exit.PERSON),  # a signed file whose structure is broken
    "V17": _spec(Actor.OFFICIAL, Exit.PERSON, severity=Severity.WARNING),  # expired, and no proof of signing before
    "V18": _spec(Actor.IT, Exit.PERSON),  # not yet valid, or the PC's clock is wrong
    "V19": _spec(Actor.OFFICIAL, Exit.PERSON, severity=Severity.WARNING),  # hybrid file: readers may show different things
    "V20": _spec(Actor.OFFICIAL, Exit.PERSON),  # the time-stamp is broken or contradicts another
    "V21": _spec(Actor.IT, Exit.PERSON),  # the time-stamping authority is not trusted
    "V22": _spec(Actor.OFFICIAL, Exit.PERSON),  # the certificate was not issued for signing
    "V23": _spec(Actor.IT, Exit.PERSON),  # the chain breaks off before any root
    "V24": _spec(Actor.IT, Exit.PERSON),  # the chain breaks a rule
    "V25": _spec(Actor.OFFICIAL, Exit.PERSON),  # an issuing authority's certificate is revoked
    "V26": _spec(Actor.OFFICIAL, Exit.PERSON),  # the signer's certificate is missing or another one
    "V27": _spec(Actor.IT, Exit.PERSON),  # a signature policy that can't be checked
    "V28": _spec(Actor.OFFICIAL, Exit.PERSON),  # no proof of when it was signed
    "V29": _spec(Actor.OFFICIAL, Exit.PERSON, severity=Severity.WARNING),  # other signatures, and nothing else, were added after
    "V31": _spec(Actor.NOBODY, Exit.PERSON, severity=Severity.INFO),  # nothing but further valid signatures came after
    "V30": _spec(Actor.OFFICIAL, Exit.PERSON),  # something was laid over the pages after signing
    # sending: one code an error class of the contract (docs: sync)
    "G01": _spec(Actor.NOBODY, Exit.OUTSIDE, retryable=True, severity=Severity.WARNING),  # MANG: no line
    "G02": _spec(Actor.NOBODY, Exit.OUTSIDE, retryable=True, severity=Severity.WARNING),  # QUA_TAI: overload
    "G03": _spec(Actor.IT, Exit.OUTSIDE),  # XAC_THUC: log-in refused
    "G04": _spec(Actor.WARD_ADMIN, Exit.PERSON),  # QUYEN: not allowed
    "G05": _spec(Actor.OFFICIAL, Exit.PERSON),  # XUNG_DOT: another version is there
    "G06": _spec(Actor.IT, Exit.PERSON, retryable=True),  # SAI_BAM: stored bytes differ
    "G07": _spec(Actor.NOBODY, Exit.PERSON, retryable=True, severity=Severity.WARNING),  # KHONG_RO: outcome unknown
    "G08": _spec(Actor.NOBODY, Exit.PERSON, retryable=True, severity=Severity.INFO),  # HET_HAN: upload expired
    "G09": _spec(Actor.NOBODY, Exit.OUTSIDE, retryable=True, severity=Severity.WARNING),  # MAY_CHU: server fault
    "G10": _spec(Actor.IT, Exit.PERSON),  # CUC_BO: our own file is missing or changed
    "G11": _spec(Actor.IT, Exit.PERSON),  # the receipt does not verify
    "G12": _spec(Actor.CLERK, Exit.PERSON),  # KHONG_HOP_LE: returned, a field is wrong or missing
    "G13": _spec(Actor.IT, Exit.OUTSIDE),  # no ward server is set up on this machine
    "G20": _spec(Actor.IT, Exit.BAD_INPUT),  # an electronic document (edXML) that can't be read as one (params reason, field)
    "G21": _spec(Actor.IT, Exit.OUTSIDE),  # no store of digitised results is set up on this machine
    "G22": _spec(Actor.NOBODY, Exit.OUTSIDE, retryable=True, severity=Severity.WARNING),  # the store gave no answer that counts
    "G23": _spec(Actor.CLERK, Exit.PERSON),  # a file of that store that is not what it should be (param reason)
    "G30": _spec(Actor.CLERK, Exit.OUTSIDE, retryable=True),  # CUC_BO: this PC's keyring is locked
    "G31": _spec(Actor.IT, Exit.OUTSIDE, retryable=True),  # CUC_BO: this PC's keyring does not answer (param reason)
    "G32": _spec(Actor.IT, Exit.OUTSIDE),  # CUC_BO: this station's certificate can't be used (param reason)
    # machine
    "G25": _spec(Actor.WARD_ADMIN, Exit.PERSON),  # the ward server's list has no receipt of what we have one of
    "G26": _spec(Actor.WARD_ADMIN, Exit.PERSON),  # its receipt is another one than ours, or ours is not in order
    "G27": _spec(Actor.IT, Exit.PERSON, severity=Severity.WARNING),  # backed up without its database, which is on PostgreSQL
    "G28": _spec(Actor.IT, Exit.BAD_INPUT),  # no whole backup: a file of it is missing or changed
    "M01": _spec(Actor.IT, Exit.PERSON, retryable=True),  # disk full
    "M02": _spec(Actor.IT, Exit.PERSON, severity=Severity.WARNING),  # disk low
    "M03": _spec(Actor.IT, Exit.PERSON),  # a stored file no longer has its hash
    "M04": _spec(Actor.IT, Exit.OUTSIDE),  # database can't be opened
    "M05": _spec(Actor.NOBODY, Exit.PERSON, severity=Severity.INFO),  # recovered after a sudden stop
    "M06": _spec(Actor.IT, Exit.BAD_INPUT),  # the settings file has an error
    # search
    "T01": _spec(Actor.CLERK, Exit.BAD_INPUT),  # nothing to look for (param reason: empty, type, state, year)
    "T02": _spec(Actor.IT, Exit.OUTSIDE, retryable=True),  # the search index can't be used (param reason)
    "T03": _spec(Actor.CLERK, Exit.PERSON),  # administrators don't read dossiers
    # use, bugs
    "U01": _spec(Actor.CLERK, Exit.BAD_INPUT),  # wrong use of a command
    "U02": _spec(Actor.CLERK, Exit.OUTSIDE),  # another window of the program has this data folder open
    "B01": _spec(Actor.DEVELOPER, Exit.BUG),  # unknown exception: a bug report
}


class WorkstationError(Exception):
    """An error with a code that a person can read out on the telephone.

    ``params`` fill the sentence (numbers, file names, field names); they never hold a PIN, a person's name or text of
    a document, since they reach logs.
    """

    def __init__(self, code: str, **params: str | int | float) -> None:
        if code not in ERRORS:
            raise KeyError(f"unknown error code {code}")
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def spec(self) -> ErrorSpec:
        return ERRORS[self.code]

    @property
    def note(self) -> "ErrorNote":
        return ErrorNote(self.code, tuple(sorted(self.params.items())))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.code, self.params))

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


def _rebuild(code: str, params: dict[str, str | int | float]) -> WorkstationError:
    return WorkstationError(code, **params)


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """An error kept with the item that it stopped."""

    code: str
    params: tuple[tuple[str, str | int | float], ...] = ()

    def error(self) -> WorkstationError:
        return WorkstationError(self.code, **dict(self.params))
