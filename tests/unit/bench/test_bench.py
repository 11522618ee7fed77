"""The command: its table, its JSON, its exit codes, and one very small real run."""

import json
import sys
from argparse import Namespace
from pathlib import Path

import pymupdf
import pytest

from tests.bench import __main__ as command
from tests.bench import read
from tests.bench.corpus import TruePage, folder_pages
from tests.bench.peers import make_pdf
from tests.bench.processes import CommandError, interleaved_seconds, median_cost, run
from tests.bench.rows import MissingToolError, Row, as_json, at_least, at_most, machine, number, ratio, share, short, table
from tests.pagemaker import quick_page, save_page

ROWS = [
    Row("good", 1.05, "times", at_most(1.10)),
    Row("bad", 59.9, "pages/min", at_least(60), "of 3"),
    Row("free", 12.0, "s"),
    Row("absent", None, "s", at_most(1), "no tool"),
]


def test_targets() -> None:
    assert [row.ok for row in ROWS] == [True, False, None, None]
    assert short(ROWS) == ["bad"]
    assert at_most(1).met(1) and at_least(1).met(1) and not at_most(1).met(1.001)
    assert (share(1, 4), share(1, 0), ratio(3, 2), ratio(3, None), ratio(None, 3), ratio(1, 0)) == (
        25,
        None,
        1.5,
        None,
        None,
        None,
    )


def test_json_has_the_shape_of_the_command_line() -> None:
    told = json.loads(json.dumps(as_json("sign", ROWS, machine()), ensure_ascii=False))
    assert set(told) == {"part", "machine", "rows", "short"}
    assert told["part"] == "sign" and told["short"] == ["bad"]
    assert told["rows"][1] == {"name": "bad", "value": 59.9, "unit": "pages/min", "target": 60, "ok": False, "note": "of 3"}
    assert told["rows"][3]["value"] is None and told["rows"][3]["ok"] is None
    assert set(told["machine"]) == {"cpu", "cores", "memory_gb", "python", "platform"}
    assert told["machine"]["cores"] > 0 and "/" not in told["machine"]["platform"]


def test_table_is_aligned() -> None:
    lines = table(ROWS).splitlines()
    assert len(lines) == 5
    columns = [line.index(f" {row.unit}", len("absent")) for line, row in zip(lines[1:], ROWS, strict=True)]
    assert len(set(columns)) == 1
    assert "≤ 1.10" in lines[1] and "ok" in lines[1]
    assert "SHORT" in lines[2] and lines[2].endswith("of 3")
    assert [number(v) for v in (None, 3.0, 0.1234, 5.678, 12.34, 1234.5)] == ["-", "3", "0.123", "5.68", "12.3", "1234"]


@pytest.mark.parametrize("arguments", [[], ["speed"], ["--json"]])
def test_unknown_part_lists_the_parts(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert all(part in said.err for part in command.PARTS)


def test_exit_codes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(chosen: Namespace, work: Path) -> list[Row]:
        raise MissingToolError("tesseract")

    def failing(chosen: Namespace, work: Path) -> list[Row]:
        raise CommandError("workstation read: exit 9")

    monkeypatch.setattr(read, "measure", lambda chosen, work: ROWS)
    assert command.main(["read", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["short"] == ["bad"]
    monkeypatch.setattr(read, "measure", lambda chosen, work: ROWS[:1])
    assert command.main(["read"]) == 0
    assert "good" in capsys.readouterr().out
    monkeypatch.setattr(read, "measure", failing)
    assert command.main(["read"]) == 4
    assert "exit 9" in capsys.readouterr().err
    monkeypatch.setattr(read, "measure", missing)
    assert command.main(["read"]) == 3
    assert "tesseract" in capsys.readouterr().err


def test_every_part_can_be_loaded_and_takes_options(capsys: pytest.CaptureFixture[str]) -> None:
    for part in command.PARTS:
        with pytest.raises(SystemExit) as end:
            command.main([part, "--help"])
        assert end.value.code == 0
        assert "--json" in capsys.readouterr().out


# --- processes


def test_cost_of_a_child_and_its_children(tmp_path: Path) -> None:
    ballast = bytearray(300 << 20)  # our own size must not show in the child's
    grandchild = "import time; x = bytearray(80 << 20); t = time.process_time()\nwhile time.process_time() < t + 0.3: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}], check=True); print('xong')"
    done = run([sys.executable, "-c", code], tmp_path)
    assert done.stdout == "xong\n"
    assert done.cost.cpu >= 0.3 and done.cost.seconds >= 0.3
    assert 80 < done.cost.worker < 200 and 80 < done.cost.whole < 250
    assert len(ballast) > 0
    twice = median_cost([done.cost, done.cost])
    assert twice == done.cost


FORKING = """
import sys
from tests.unit.jobs import work
from workstation.jobs.lanes import ProcessLane

if __name__ == "__main__":
    lane = ProcessLane(2, preload=["tests.unit.jobs.work"])
    for job in [lane.submit(work.ballast, 100, 1.0) for _ in range(2)]:
        job.result(60)
    lane.close()
"""


def test_workers_of_a_fork_server_count_one_by_one(tmp_path: Path) -> None:
    script = tmp_path / "forking.py"
    script.write_text(FORKING)
    done = run([sys.executable, str(script)], tmp_path / "run", env={"PYTHONPATH": str(Path(__file__).parents[3])})
    assert 100 < done.cost.worker < 200 < done.cost.whole


def test_failing_command_says_why(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('không được')"]
    with pytest.raises(CommandError, match=r"exit 1(.|\n)*không được"):
        run(failing, tmp_path)
    assert run(failing, tmp_path, accept=(0, 1)).code == 1


def test_contestants_take_turns() -> None:
    order: list[str] = []
    seconds = {"a": [3.0, 1.0, 2.0], "b": [5.0, 5.0, 9.0]}

    def contestant(name: str) -> float:
        order.append(name)
        return seconds[name].pop(0)

    found = interleaved_seconds({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, 3)
    assert order == ["a", "b"] * 3
    assert found == {"a": 2.0, "b": 5.0}


# --- one real run


def quick_corpus(folder: Path) -> list[TruePage]:
    """Two pages in the format image + .txt + .json."""
    folder.mkdir()
    for seed in (1, 2):
        page = quick_page(seed)
        save_page(folder / f"trang-{seed}.png", page)
        (folder / f"trang-{seed}.txt").write_text(page.text, "utf-8")
        date, number = page.fields["issued_date"], f"{page.fields['number']}/{page.fields['notation']}"
        truth = {"kind": "quick", "level": "clean", "fields": {"so_ky_hieu": number, "ngay": date}}
        (folder / f"trang-{seed}.json").write_text(json.dumps(truth, ensure_ascii=False), "utf-8")
    return folder_pages(folder)


def test_a_real_run_on_two_quick_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = quick_corpus(tmp_path / "corpus")
    assert [(p.level, p.kind, len(p.fields)) for p in pages] == [("clean", "quick", 3)] * 2
    corpora = ["--corpus", str(tmp_path / "corpus")]
    code = command.main(["read", "--json", *corpora, "--rounds", "1", "--without", "ocrmypdf-O3", "--without", "compact"])
    told = json.loads(capsys.readouterr().out)
    values = {row["name"]: row["value"] for row in told["rows"]}
    assert code == (1 if told["short"] else 0)
    assert values["words found clean"] > 60 and values["words found clean, tesseract"] > 30
    assert values["fields found in the text clean"] > 60
    assert values["pages/min read"] > 1 and values["pages/min tesseract 2 at a time"] > 1
    assert 0 < values["CPU a page tesseract 2 at a time"] < values["CPU a page read"] < 20
    assert values["peak memory a worker"] > 50
    assert 1 < values["digitize / (preparation + recognition), CPU"] < 20, "two small pages: mostly the start of the workers"
    assert values["bytes a page digitize"] > 1 and values["bytes a page as scanned"] > 1
    assert values["words found clean, engine alone"] > 30 and values["pages/min engine alone"] > 1


def test_a_peer_gets_the_same_images(tmp_path: Path) -> None:
    pages = quick_corpus(tmp_path / "corpus")
    images = [page.image for page in pages]
    with pymupdf.open(make_pdf(images, tmp_path / "pages.pdf")) as pdf:
        assert [len(page.get_images()) for page in pdf] == [1, 1]


def test_empty_corpus_is_bad_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        read.measure(Namespace(corpus=[tmp_path], pages=1, seed=1, rounds=1, without=[], soak=None), tmp_path / "work")
    assert end.value.code == 2
