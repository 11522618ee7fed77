"""The national exchange axis (VXP), as far as its Java SDK records its contract."""

import base64
import hashlib
import hmac
import json

from sync.adapters.edxml import Edoc
from sync.adapters.edxml_read import read_message
from tests.conformance.peers.faulty import FakePeer

SECRET, SYSTEM = "khoa-tap-huan", "he-thong-mau"


class FakeAxis(FakePeer):
    """A message a document, under the axis's own number; no keys, so whatever is sent twice is there twice."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, bytes] = {}
        self.rows: list[object] | None = None
        """What the list of what was sent says instead of the truth."""
        self.number = ""
        """What it calls a new document instead of a number of its own."""
        self.good: object = "0"

    def refuse(self) -> object:
        return 200, {"status": "FAIL", "ErrorCode": "12", "ErrorDesc": "Thành công"}

    def forget_sessions(self) -> None:
        """There are none."""

    def respond(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, odd: bool) -> object:
        if method != "POST":
            return 405, {}
        if not self.knows(headers):
            return 401, {}
        answer: dict[str, object] = {"status": "FAIL" if odd else "OK", "ErrorCode": self.good, "ErrorDesc": ""}
        if path == "/sendEdoc":
            number = self.number or f"doc-{len(self.documents) + 1}"
            self.documents[number] = body
            answer["DocId"] = number
        elif path == "/getSentEdocList":
            answer["data"] = self.rows if self.rows is not None else self.sent()
        else:
            answer["data"] = base64.b64encode(self.documents[headers["xroadvnpt-docid"]]).decode()
        return 200, answer

    def sent(self) -> list[dict[str, object]]:
        """A row a receiver."""
        return [
            {
                "senderDocId": number,
                "receiverDocId": f"{number}-{receiver.id}",
                "fromCode": edoc.sender.id,
                "toCode": receiver.id,
                "messageType": "edoc",
                "notation": str(edoc.code),
                "title": edoc.subject[:40],
                "sendStatus": "done",
            }
            for number, edoc in self.edocs().items()
            for receiver in edoc.receivers
        ]

    def edocs(self) -> dict[str, Edoc]:
        read = {number: read_message(message) for number, message in self.documents.items()}
        return {number: edoc for number, edoc in read.items() if isinstance(edoc, Edoc)}

    def knows(self, headers: dict[str, str]) -> bool:
        """Signed with the secret, every signed header as it came, and the list of their names complete."""
        line = headers["xroadvnpt-sign-header"]
        named = json.loads(line)
        mac = hmac.new(SECRET.encode(), line.encode(), hashlib.sha256).hexdigest()
        return (
            hmac.compare_digest(mac, headers["xroadvnpt-hash-header"])
            and all(headers[name.lower()] == value for name, value in named.items())
            and named.get("XroadVnpt-systemid") == SYSTEM
            and headers["xroadvnpt-sign-header-key"] == ";".join(name.removeprefix("XroadVnpt-") for name in named)
        )
