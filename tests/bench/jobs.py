"""What is run on each corpus, and how what it found is told."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORDS = r"msiexec.*https?://"


@dataclass
class Job:
    """A command on a corpus."""

    tool: str
    command: list
    # Its standard output is what it found; otherwise the file that it writes, or nothing.
    output: object = None
    keep: bool = False
    cwd: object = None
    found: object = None


class Rows:
    """What gimlet found, held against what was planted."""

    def __init__(self, account):
        self.planted = account["guids"]

    def __call__(self, output):
        rows = [json.loads(line) for line in Path(output).read_text().splitlines()]
        guids = sorted(row["process_guid"].lower() for row in rows)
        right = guids == self.planted and all(row["count"] == 1 for row in rows)
        return f"{len(rows):,} rows, " + ("exactly the planted" if right else f"WRONG: planted {len(self.planted):,}")


def number(output):
    """What `rg -c` counted."""
    text = Path(output).read_text().strip()
    return f"{int(text or 0):,} lines"


def records(output):
    """Detections, one JSON object a line."""
    try:
        with open(output, encoding="utf-8", errors="replace") as lines:
            return f"{sum(line.lstrip().startswith('{') for line in lines):,} detections"
    except OSError:
        return "no output"


class Tools:
    """The programs: gimlet, those of the system, and those given by path."""

    def __init__(self, gimlet, chainsaw=None, hayabusa=None, evtx_dump=None):
        self.gimlet = os.path.abspath(gimlet)
        self.rg = shutil.which("rg")
        self.evtx_dump = evtx_dump or shutil.which("evtx_dump")
        self.chainsaw, self.hayabusa = (path and os.path.abspath(path) for path in (chainsaw, hayabusa))
        self.environment = dict(os.environ, LC_ALL="C.UTF-8")

    def help(self):
        """The options of `gimlet hunt`."""
        return subprocess.run([self.gimlet, "hunt", "--help"], capture_output=True, text=True, check=False).stdout

    def versions(self):
        """What each program says of itself."""
        told = {}
        for name, path, flag in (("gimlet", self.gimlet, "--version"), ("rg", self.rg, "--version"),
                                 ("evtx_dump", self.evtx_dump, "--version"), ("chainsaw", self.chainsaw, "--version"),
                                 ("hayabusa", self.hayabusa, "help")):
            if path:
                said = subprocess.run([path, flag], capture_output=True, text=True, check=False,
                                      cwd=Path(path).parent if name == "hayabusa" else None).stdout.strip()
                told[name] = next((line for line in said.splitlines() if any(c.isdigit() for c in line)), "?").strip()
        return told

    def hunt(self, path, *more):
        """The hunt of a person who wants the rows."""
        return [self.gimlet, "hunt", "--format", "ndjson", *more, str(path)]

    def on_text(self, path, account):
        """A text log: the hunt, the search for its words, and reading alone."""
        yield Job("gimlet", self.hunt(path), keep=True, found=Rows(account))
        if self.rg:
            yield Job("rg", [self.rg, "-c", "-i", WORDS, str(path)], keep=True, found=number)
        yield Job("cat", ["cat", str(path)])
        yield Job("gimlet, index pass", self.hunt(path, "--coverage"), keep=True, found=Rows(account))

    def on_packed(self, path, account):
        """A packed text log: the hunt, unpacking alone, and the search."""
        yield Job("gimlet", self.hunt(path), keep=True, found=Rows(account))
        yield Job("zcat", ["zcat", str(path)])
        if self.rg:
            yield Job("rg -z", [self.rg, "-z", "-c", "-i", WORDS, str(path)], keep=True, found=number)

    def on_evtx(self, path, account, scratch):
        """An EVTX file, or a folder of them."""
        files = [str(path)] if path.is_file() else sorted(map(str, path.rglob("*.evtx")))
        yield Job("gimlet", self.hunt(path), keep=True, found=Rows(account))
        yield Job("cat", ["cat", *files])
        yield Job("gimlet, index pass", self.hunt(path, "--coverage"), keep=True, found=Rows(account))
        if self.evtx_dump and path.is_file():
            yield Job("evtx_dump", [self.evtx_dump, "-o", "jsonl", str(path)])
        yield from self.peers(path, scratch)

    def peers(self, path, scratch):
        """Tools that run Sigma rules, where given. On EVTX alone: neither reads the lines of
        XmlWinEventLog, nor nested JSON without a conversion that would have to be timed too."""
        if self.chainsaw:
            # Not quiet with an output file: 2.16 loses its last lines then.
            out = scratch / "chainsaw.jsonl"
            yield Job("chainsaw", [self.chainsaw, "--no-banner", "hunt", str(path), "-s", str(HERE / "msiexec.yml"),
                                   "--mapping", str(HERE / "chainsaw.yml"), "--jsonl", "-o", str(out)],
                      output=out, found=records)
        if self.hayabusa:
            out = scratch / "hayabusa.jsonl"
            where = "-f" if path.is_file() else "-d"
            yield Job("hayabusa", [self.hayabusa, "dfir-timeline", where, str(path), "-r", str(HERE / "msiexec.yml"),
                                   "-w", "-q", "-Q", "-K", "-C", "-t", "jsonl", "-o", str(out)],
                      output=out, found=records, cwd=Path(self.hayabusa).parent)
