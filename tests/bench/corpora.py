"""Makes the corpora of a comparison under a folder, once: a manifest says what is in each, and a
corpus of the same recipe is not made again.

As a program: corpora.py WORK EVIDENCE TEXT_BYTES EVTX_BYTES FILES NAME... makes those and prints
one JSON object, name to [path, account].
"""

import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

import chunks
import text

MANIFEST = "corpora.json"
HERE = Path(__file__).resolve().parent


def recipe(evidence, **sizes):
    """What decides the bytes of the corpora: the code that makes them, what it is made of, how big."""
    digest = hashlib.sha256()
    for source in ("events.py", "text.py", "chunks.py"):
        digest.update((HERE / source).read_bytes())
    for path in sorted(Path(evidence).rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(evidence)}\0{path.stat().st_size}\0".encode())
    return {"code and evidence": digest.hexdigest()[:16], **sizes}


class Corpora:
    """The corpora in a folder."""

    def __init__(self, work, evidence):
        self.work, self.evidence = Path(work), Path(evidence)
        self.work.mkdir(parents=True, exist_ok=True)
        self._logs = None
        try:
            self.known = json.loads((self.work / MANIFEST).read_text())
        except (OSError, ValueError):
            self.known = {}

    def logs(self):
        """The EVTX files of the evidence, read once."""
        if self._logs is None:
            self._logs = chunks.base(self.evidence)
            if not self._logs:
                raise SystemExit(f"{self.evidence}: no EVTX file whose chunks verify")
        return self._logs

    def have(self, names, how):
        """Whether these files are there and made by this recipe."""
        return all(
            self.known.get(name, {}).get("recipe") == how and (self.work / name).exists() for name in names
        )

    def keep(self, accounts, how):
        """Puts what was made under its name and notes it."""
        for name, account in accounts.items():
            made, place = self.work / f"{name}.part", self.work / name
            if place.is_dir():
                shutil.rmtree(place)
            os.replace(made, place)
            self.known[name] = {"recipe": how, "account": account}
        (self.work / MANIFEST).write_text(json.dumps(self.known, indent=1))

    def made(self, names, how, make):
        """The files of these names, made by `make(parts)` when they are not there."""
        if not self.have(names, how):
            began = time.monotonic()
            parts = [self.work / f"{name}.part" for name in names]
            for part in parts:
                if part.is_dir():
                    shutil.rmtree(part)
            account = make(*parts)
            self.keep({name: account for name in names}, how)
            print(f"made {', '.join(names)} in {time.monotonic() - began:.0f} s", file=sys.stderr)
        return [self.work / name for name in names]

    def text(self, size):
        """The XML log and the JSON lines."""
        return self.made(["sysmon.xml", "events.ndjson"], recipe(self.evidence, size=size),
                         lambda xml, lines: text.make(self.evidence, size, xml, lines))

    def packed(self, size):
        """The XML log as gzip packs it."""
        source, _ = self.text(size)

        def make(target):
            text.pack(source, target)
            return self.known["sysmon.xml"]["account"]

        return self.made(["sysmon.xml.gz"], recipe(self.evidence, size=size), make)

    def ten(self, size):
        """The XML log ten times over, each time another year's events."""
        source, _ = self.text(size)
        return self.made(["sysmon-ten.xml"], recipe(self.evidence, size=size),
                         lambda part: text.ten(source, part, self.known["sysmon.xml"]["account"]))

    def dense(self, size):
        """One EVTX file of well-filled chunks."""
        return self.made(["dense.evtx"], recipe(self.evidence, size=size),
                         lambda part: chunks.dense(self.logs(), size, part))

    def folder(self, size, count):
        """A folder of small EVTX files."""
        return self.made(["evtx-folder"], recipe(self.evidence, size=size, count=count),
                         lambda part: chunks.many(self.logs(), size, count, part))

    def account(self, path):
        """What is in a corpus."""
        return self.known[Path(path).name]["account"]


def main():
    """Makes what is named."""
    work, evidence, (text_size, evtx_size, count) = sys.argv[1], sys.argv[2], map(int, sys.argv[3:6])
    if not Path(evidence).is_dir():
        raise SystemExit(f"{evidence}: no such folder; --evidence names one with EVTX files and Sysmon logs as text")
    corpora = Corpora(work, evidence)
    makers = {
        "xml": lambda: corpora.text(text_size)[0],
        "ndjson": lambda: corpora.text(text_size)[1],
        "gz": lambda: corpora.packed(text_size)[0],
        "ten": lambda: corpora.ten(text_size)[0],
        "evtx": lambda: corpora.dense(evtx_size)[0],
        "folder": lambda: corpora.folder(evtx_size, count)[0],
    }
    made = {name: makers[name]() for name in sys.argv[6:]}
    json.dump({name: [str(path), corpora.account(path)] for name, path in made.items()}, sys.stdout)


if __name__ == "__main__":
    main()
