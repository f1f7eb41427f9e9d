"""Makes the corpora of a comparison under a folder, once: a manifest says what is in each, and a
corpus of the same recipe is not made again."""

import hashlib
import json
import os
import shutil
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

    def __init__(self, work, evidence, say=print):
        self.work, self.evidence, self.say = Path(work), Path(evidence), say
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
            self.say(f"made {', '.join(names)} in {time.monotonic() - began:.0f} s")
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
