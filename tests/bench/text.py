"""The text corpora: the same Sysmon events as an XML log, as JSON lines, and the XML log packed.

Rows and decoys are planted at places that the seed decides; what was planted is handed back so
that a hunt can be held against it. Copies of a few thousand base events are kinder to caches and
branch predictors than a real log: read ratios, not speeds.
"""

import random
import zlib
from itertools import accumulate

import events

SEED = 0x61D1E7
HOSTS = [f"ws-{n:03}.corp.example" for n in range(1, 41)]
DAYS = 30
# One row in 780 events, three decoys a row: a thousand rows in the XML log of 1 GB.
ROWS_A_GB = 1000
DECOYS_A_ROW = 3
BLOCK = 4 << 20

MSIEXEC = {
    "Image": r"C:\Windows\System32\msiexec.exe",
    "OriginalFileName": "msiexec.exe",
    "Description": "Windows® installer",
    "Product": "Windows Installer - Unicode",
}

# What the rule must find. `{n}` makes each command line another one.
ROWS = [
    dict(MSIEXEC, CommandLine="msiexec /q /i http://203.0.113.9/a/{n}.msi"),
    dict(MSIEXEC, CommandLine=r'"C:\Windows\System32\msiexec.exe" /i https://dl.example.net/p/{n}/setup.msi /qn'),
    dict(MSIEXEC, CommandLine='MsiExec.exe /y "HTTPS://cdn.example.org/x?a=1&id={n}"'),
    # Renamed: only the original file name tells.
    dict(MSIEXEC, Image=r"C:\ProgramData\upd.exe", CommandLine=r"C:\ProgramData\upd.exe /i http://198.51.100.7:8080/{n}"),
]

# What a text search takes for it.
DECOYS = [
    dict(MSIEXEC, CommandLine=r"msiexec.exe /i C:\Windows\Temp\agent-{n}.msi /qn /norestart"),
    {
        "Image": r"C:\Windows\System32\rundll32.exe",
        "OriginalFileName": "RUNDLL32.EXE",
        "CommandLine": r"rundll32.exe C:\Windows\Installer\MSI{n}.tmp,zzzzInvokeManagedCustomActionOutOfProc",
        "ParentImage": r"C:\Windows\System32\msiexec.exe",
        "ParentCommandLine": "msiexec.exe /i http://203.0.113.9/parent.msi",
    },
    {
        "Image": r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        "OriginalFileName": "chrome.exe",
        "CommandLine": 'chrome.exe --single-argument "https://x.example/msiexec/{n}"',
    },
]


def creation():
    """The process creation that rows and decoys are made of."""
    values = {
        "RuleName": "-", "FileVersion": "5.0.17763.404 (WinBuild.160101.0800)",
        "Description": "-", "Product": "-", "Company": "Microsoft Corporation",
        "CurrentDirectory": "C:\\Windows\\system32\\", "User": r"CORP\j.ortega",
        "LogonGuid": "{506a9d8f-7b61-6908-0dc1-5b0000000000}", "LogonId": "0x5bc10d", "TerminalSessionId": "1",
        "IntegrityLevel": "High",
        "Hashes": "MD5=35F2C137CE90B079EC1DD6F9B06EF6B7,SHA256=" + "3C12B9D73E597893" * 4
                  + ",IMPHASH=D20F4418AFDD8977D88A5579D3F0F5F1",
        "ParentProcessGuid": "{506a9d8f-7b68-6908-6507-000000007003}", "ParentProcessId": "4716",
        "ParentImage": r"C:\Windows\System32\cmd.exe", "ParentCommandLine": r"C:\Windows\system32\cmd.exe /c run.cmd",
        "ParentUser": r"CORP\j.ortega",
    }
    return events.Event(1, [(name, values.get(name, "-")) for name in events.FIELDS[1].split()])


def planted(kinds):
    """The templates of what is planted."""
    return [events.template(creation().with_values(**kind), keep_command=True) for kind in kinds]


def pools(folder):
    """The templates of the base events by event id."""
    return {number: [events.template(event) for event in pool] for number, pool in events.base(folder).items()}


def plan(templates, size):
    """How many events make `size` bytes of XML, and which of them are rows and decoys."""
    weights = {number: events.MIX[number] for number in templates}
    total = sum(weights.values())
    mean = sum(weights[n] / total * sum(len(t.xml) for t in pool) / len(pool) for n, pool in templates.items())
    count = max(1, int(size / mean))
    rows = max(4, round(ROWS_A_GB * size / 1e9))
    spots = random.Random(SEED).sample(range(count), min(count, rows * (1 + DECOYS_A_ROW)))
    kinds = {spot: (ROWS if n < rows else DECOYS, n) for n, spot in enumerate(spots)}
    return count, kinds


class Clock:
    """Times of the corpus: `count` events over DAYS days, in milliseconds of March 2024."""

    def __init__(self, count):
        self.step = DAYS * 86_400_000 // count

    def at(self, n):
        """Day, hour, minute, second and millisecond of event `n`."""
        seconds, milli = divmod(n * self.step, 1000)
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        day, hour = divmod(hours, 24)
        return day + 1, hour, minute, second, milli


def make(folder, size, xml_path, json_path):
    """Write both corpora; the account of what is in them."""
    templates = pools(folder)
    if 1 not in templates:
        raise SystemExit(f"{folder}: no Sysmon process creations in text files to make a log of")
    count, kinds = plan(templates, size)
    rows, decoys = planted(ROWS), planted(DECOYS)
    rng = random.Random(SEED + 1)
    numbers = list(templates)
    bounds = list(accumulate(events.MIX[number] for number in numbers))
    clock = Clock(count)
    guids, creations, filled = [], 0, dict.fromkeys(numbers, 0)
    with open(xml_path, "wb") as xml, open(json_path, "wb") as lines:
        pairs, held = ([], []), 0
        for n in range(count):
            day, hour, minute, second, milli = clock.at(n)
            moment = f"2024-03-{day:02}", f"{hour:02}:{minute:02}:{second:02}.{milli:03}"
            guid = f"{{{n * 2654435761 % (1 << 32):08x}-{n % 65521:04x}-65e0-{n >> 16:04x}-{n:012x}}}"
            holes = {
                "time": f"{moment[0]}T{moment[1]}0000Z",
                "utc": f"{moment[0]} {moment[1]}",
                "record": 100_000 + n,
                "host": HOSTS[n * 7 % len(HOSTS)],
                "guid": guid,
                "pid": 4 * (n % 16_001) + 4,
                "tail": n,
            }
            kind = kinds.get(n)
            if kind is None:
                number = rng.choices(numbers, cum_weights=bounds)[0]
                pool = templates[number]
                picked = pool[filled[number] % len(pool)]
                filled[number] += 1
                creations += number == 1
            else:
                which, index = kind
                picked = (rows if which is ROWS else decoys)[index % len(which)]
                creations += 1
                if which is ROWS:
                    guids.append(guid)
            text = picked.xml % holes
            pairs[0].append(text)
            pairs[1].append(picked.json % holes)
            held += len(text)
            if held >= BLOCK or n + 1 == count:
                xml.write("".join(pairs[0]).encode())
                lines.write("".join(pairs[1]).encode())
                pairs, held = ([], []), 0
    return {"events": count, "creations": creations, "rows": len(guids), "decoys": len(kinds) - len(guids),
            "guids": sorted(guids)}


def pack(source, target):
    """`source` as gzip packs it, without a time so that the same text is the same file."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    with open(source, "rb") as plain, open(target, "wb") as packed:
        while block := plain.read(BLOCK):
            packed.write(packer.compress(block))
        packed.write(packer.flush())


def ten(source, target, account):
    """`source` ten times over as the events of ten years; the account of it."""
    guids = []
    with open(target, "wb") as out:
        for turn in range(10):
            year, mark = b"%d-03-" % (2015 + turn), b"-%04x-" % (0x65E0 - turn)
            with open(source, "rb") as lines:
                while block := lines.read(BLOCK):
                    block += lines.readline()
                    out.write(block.replace(b"2024-03-", year).replace(b"-65e0-", mark))
            guids += [guid.replace("-65e0-", mark.decode()) for guid in account["guids"]]
    counts = {name: 10 * account[name] for name in ("events", "creations", "rows", "decoys")}
    return counts | {"guids": sorted(guids)}
