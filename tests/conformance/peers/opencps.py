"""OpenCPS v2 as far as its REST contract is recorded: dossiers and files by the referenceUid that the client chose.

As the real one it takes the same reference twice: whoever does not ask first makes doubles.
"""

import base64
import re
from urllib.parse import parse_qsl

from tests.conformance.peers.faulty import FakePeer

ACCOUNT, PASSWORD, GROUP = "tram-01", "mat-khau-thu", "35417"


class FakeOpenCps(FakePeer):
    def __init__(self) -> None:
        super().__init__()
        self.dossiers: list[dict[str, object]] = []
        self.files: list[tuple[str, str, bytes]] = []
        """(dossier, reference, bytes), doubles included."""
        self.submits = 0

    def refuse(self) -> object:
        return 400, {"code": 400}

    def forget_sessions(self) -> None:
        return  # it knows none

    def name_of(self, path: str, body: bytes) -> str:
        kind = "file" if "/files/" in path else "dossier"
        last = path.rsplit("/", 1)[-1]
        return f"{'write' if body or last == 'submit' else 'read'} {last if last in ('dossiers', 'files', 'submit') else kind}"

    def respond(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, odd: bool) -> object:
        pair = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {pair}":
            return 401, {}
        if headers.get("groupid") != GROUP:
            return 403, {}
        steps = [step for step in path.split("/dossiers", 1)[1].split("/") if step]
        if not steps:
            return self._create(dict(parse_qsl(body.decode())))
        if len(steps) == 1:
            found = self._find(steps[0])
            return (200, found) if found else (404, {"code": 404})
        if steps[1] == "submit":
            self.submits += 1
            found = self._find(steps[0])
            assert found is not None
            found["dossierStatus"] = "new"
            return 200, {}
        return self._files(method, steps[0], steps[2] if len(steps) > 2 else "", body, odd)

    def _find(self, name: str) -> dict[str, object] | None:
        return next((d for d in self.dossiers if name in (str(d["dossierId"]), d["referenceUid"])), None)

    def _create(self, form: dict[str, str]) -> object:
        self.dossiers.append({**form, "dossierId": 9000 + len(self.dossiers), "dossierStatus": ""})
        return 200, self.dossiers[-1]

    def _files(self, method: str, dossier: str, reference: str, body: bytes, odd: bool) -> object:
        mine = [f for f in self.files if f[0] == dossier and reference in ("", f[1])]
        if method == "GET" and reference:
            return 200, mine[0][2]
        if method == "GET":
            return 200, {"total": len(mine), "data": [{"referenceUid": r, "fileSize": len(b)} for _, r, b in mine]}
        boundary = body.partition(b"\r\n")[0]
        parts: dict[str, bytes] = {}
        for part in body.split(boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            named = re.search(rb'name="([^"]+)"', head)
            assert named is not None
            parts[named[1].decode()] = content.removesuffix(b"\r\n")
        assert parts["dossierPartNo"]
        data = parts["file"][:-1] + b"?" if odd else parts["file"]
        if reference:
            self.files = [f for f in self.files if f not in mine]
        self.files.append((dossier, parts["referenceUid"].decode(), data))
        return 200, {"referenceUid": parts["referenceUid"].decode(), "fileSize": len(data)}
