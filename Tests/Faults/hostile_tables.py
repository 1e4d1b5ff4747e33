"""Malicious CSV, IDX and gzip files."""

import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from harness import Bench, expect
from hostile import MIB, Hostile, Target, family, idx

GIB = 1 << 30
CSV = ["csv", "csv classes", "series"]
ROWS = "a,y\n1,2.5\n2,3.5\n3,4.5\n4,5.5\n5,6.5\n"


def csv() -> Iterator[tuple[str, bytes, str]]:
    """Return a name, a table that every reader must refuse, and words of the error line."""
    yield "nothing", b"", "an empty file"
    yield "a header alone", b"a,y\n", "rows after the header"
    yield "a byte order mark alone", b"\xef\xbb\xbf", "an empty file"
    yield "fifty million empty lines", b"a,y\n" + b"\n" * 50_000_000, "rows after the header"
    for name, text in {"a NUL": "1\0,2", "a NUL in quotes": '"1\0",2', "a NUL at the end": "1,2\0"}.items():
        yield name, f"a,y\n1,2.5\n{text}\n".encode(), "line 3: expected text, found a zero byte"
    yield "a NUL in the header", b"a\0,y\n1,2.5\n", "line 1"
    yield "UTF-16", "a,y\n1,2\n".encode("utf-16"), "UTF-16"
    yield "a ragged row", b"a,y\n1,2.5\n1\n", "line 3: expected 2 fields"
    yield "a longer row", b"a,y\n1,2.5\n1,2.5,3\n", "line 3: expected 2 fields"
    yield "a quote that is never closed", b'a,y\n1,2.5\n"1,2\n', "line 3: expected a closing quote"
    yield "text after a quote", b'a,y\n1,2.5\n"1"x,2\n', "line 3"
    yield "a quote within", b'a,y\n1,2.5\n1"2,2\n', "line 3"
    yield "a name twice", b"a,a,y\n1,1,2\n", "unique"
    yield "Latin-1 in the header", b"\xe9,y\n1,2.5\n", "UTF-8"
    yield "16 million delimiters in the header", b"," * (16 * MIB), "524288 fields"
    yield "16 million delimiters in a row", ROWS.encode() + b"," * (16 * MIB) + b"\n", "524288 fields"
    yield "500,000 columns", ",".join(f"c{i}" for i in range(500_000)).encode() + b",y\n", "100000 columns"
    yield "a name of 15 MB", b"n" * (15 * MIB) + b",y\n1,2.5\n", "4096 bytes"
    yield "a name of 2,000 accents", b"a" + b"\xcc\x81\xcc\xa7" * 1000 + b",y\n1,2.5\n", "line 1: expected at most 30 combining marks"
    yield "a name of 7 million accents", b"\xcc\x81" * 7_000_000 + b",y\n1,2.5\n", "4096 bytes"


def texts() -> Iterator[tuple[str, bytes, str]]:
    """Return tables that only `csv` must refuse."""
    yield "a category of 15 MB", b"a,y\nu,2.5\n" + b"v" * (15 * MIB) + b",3.5\n", "line 3: expected a text of at most 4096"
    yield "a category of 2,000 accents", b"a,y\nu,2.5\nv" + b"\xcc\x81\xcc\xa7" * 1000 + b",3.5\n", "line 3: expected at most 30 combining"
    yield "Latin-1 in a category", b"a,y\nu,2.5\n\xe9,3.5\n", "line 3: expected UTF-8 text"
    yield "30,000 names of 4,000 bytes", b"a,y\n" + b"".join(b"n%d" % i * 500 + b",1.5\n" for i in range(20_000)), "--ignore a"
    yield "a column of several lines", b'"a\nb\x1b[31m",y\n1,2.5\nu,3.5\n', "in column 'a\\nb\\u{1B}[31m'"
    yield "1e999 in the first row", b"a,y\n1e999,2.5\n", "line 2: expected a finite number in column 'a'"
    yield "1e999 in another", b"a,y\n1,2.5\n1e999,3.5\n", "line 3"


def numbers() -> Iterator[tuple[str, bytes, str]]:
    """Return tables that must be refused if the target is a number."""
    for number in ("1e999", "-1e999", "1e" + "9" * 1000, "inf", "-Infinity", "nan"):
        yield f"{number[:9]} as a target", f"a,y\n1,2.5\n2,{number}\n".encode(), "line 3: expected"
    yield "numbers that single precision does not hold", b"a,y\n1,1e308\n2,-1e308\n3,1.5\n4,2.5\n5,3.5\n6,4.5\n", ""


def gigabyte(path: Path, head: bytes, byte: bytes) -> None:
    """Write a line of one gigabyte after `head`."""
    with open(path, "wb") as file:
        file.write(head)
        for _ in range(GIB // MIB):
            file.write(byte * MIB)


def tables(target: Target) -> Iterator[Hostile]:
    def writer(content: bytes):
        return lambda path: path.write_bytes(content)

    for name, content, says in csv():
        yield Hostile(name, writer(content), CSV, says=says, file="file.csv")
    for name, content, says in texts():
        yield Hostile(name, writer(content), ["csv"], says=says, file="file.csv")
    for name, content, says in numbers():
        yield Hostile(name, writer(content), ["csv numbers", "series"], says=says, file="file.csv")
    for name, head, byte in [
        ("digits", b"a,y\n1,2.5\n", b"1"), ("letters", b"", b"n"), ("quoted letters", b'a,y\n1,2.5\n"', b"n"),
        ("quotes", b"a,y\n1,2.5\n\"", b'"'), ("spaces", b"a,y\n1,2.5\n", b" "), ("accents", b"a,y\n", b"\xcc\x81"),
    ]:
        yield Hostile(
            f"a line of a gigabyte of {name}", lambda path, head=head, byte=byte: gigabyte(path, head, byte),
            ["csv", "evaluate --data"] if name == "letters" else ["csv"], says="16 MiB", file="file.csv")

    def sparse(path: Path) -> None:
        path.write_bytes(b"a,y\n1,2.5\n")
        os.truncate(path, 1 << 40)

    yield Hostile("a terabyte of zeros", sparse, [*CSV, "predict --data"], says="", file="file.csv")
    for name, content, says in [
        ("a category unknown", b"a,b\n0.1,x\n", "line 2"), ("no column b", b"a\n1\n", "'b'"),
        ("1e999", b"a,b\n0.1,1e999\n", "line 2"), ("a NUL", b"a,b\n0.1,\0\n", "line 2"), ("nan", b"a,b\nnan,1\n", "line 2"),
        ("16 million delimiters", b"a,b\n1,1\n" + b"," * (16 * MIB), "524288"),
    ]:
        yield Hostile(f"rows to predict: {name}", writer(content), ["predict --data"], says=says, file="file.csv")
    yield Hostile(
        "a number of ten million digits", writer(b"a,y\n1,2.5\n2." + b"1" * 10_000_000 + b",3.5\n" + ROWS[4:].encode()),
        ["csv"], code=0, file="file.csv")


def pairs(shape: list[int]) -> bytes:
    return idx(shape, b"")


def bomb(head: bytes, size: int) -> bytes:
    """Return `head` and then `size` zeros, compressed by gzip to a thousandth of that size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(head)]
    for _ in range(size // MIB):
        parts.append(packer.compress(bytes(MIB)))
    return b"".join(parts) + packer.flush()


def member(flags: int, extra: bytes, content: bytes) -> bytes:
    """Return a gzip member with the given flags and the fields that they announce."""
    packed = zlib.compress(content, 9)[2:-4]
    return (b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + extra + packed
            + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))


def pictures() -> Iterator[tuple[str, bytes, str]]:
    """Return IDX files that are not images; each is tried uncompressed and compressed."""
    sound = idx([3, 2, 2], bytes(range(12)))
    yield "nothing", b"", "the end of the file"
    yield "half a magic", b"\0\0", "the end of the file"
    yield "another magic", b"\1" + sound[1:], "0x0100"
    yield "floats", sound[:2] + b"\x0d" + sound[3:], "0x0D"
    yield "no dimensions", bytes([0, 0, 8, 0]), "at least one dimension"
    yield "255 dimensions", bytes([0, 0, 8, 255]) + bytes(4), "255 extents"
    yield "255 dimensions of 2^32 - 1", idx([2**32 - 1] * 255, b""), "fewer than 2^63"
    yield "an extent of 0", pairs([0, 2, 2]), "at least 1"
    yield "dimensions that overflow", pairs([2**31, 2**31, 2]), "fewer than 2^63"
    yield "dimensions that overflow to their size", pairs([2**22, 2**21, 2**21]) + bytes(4), "fewer than 2^63"
    yield "2^62 bytes", pairs([2**31, 2**31]), ""
    yield "4 GB", pairs([2**31, 2]), ""
    yield "a count that is too large", idx([4, 2, 2], bytes(12)), "16 bytes"
    yield "a count that is too small", idx([2, 2, 2], bytes(12)), "more bytes"
    yield "a byte less", sound[:-1], "the end of the file"
    yield "a byte more", sound + b"\0", "more bytes"


def packings() -> Iterator[tuple[str, bytes, str]]:
    """Return files with valid content and invalid gzip framing."""
    content = idx([3, 2, 2], bytes(range(12)))
    sound = gzip.compress(content)
    for cut in range(1, len(sound), 3):
        yield f"cut to {len(sound) - cut} bytes", sound[:-cut], ""
    for offset in range(len(sound) - 8, len(sound)):
        yield f"another byte {offset} of the trailer", sound[:offset] + bytes([sound[offset] ^ 1]) + sound[offset + 1:], "check"
    yield "another method", sound[:2] + b"\x07" + sound[3:], "method"
    yield "unknown flags", sound[:3] + b"\xe0" + sound[4:], "flags"
    yield "rubbish behind", sound + b"rubbish", "another gzip member"
    yield "half a member behind", sound + sound[:8], "the end of the file"
    yield "another file behind", sound + sound, "more bytes"
    yield "packed twice", gzip.compress(sound), "0x1F8B"
    yield "a bomb behind the last byte", bomb(content, GIB), "more bytes"
    yield "a bomb of nothing but zeros", bomb(b"", GIB), "0x00"[:2]
    yield "a bomb that claims 2^62 bytes", bomb(pairs([2**31, 2**31]), 16 * MIB), "compressed bytes can hold"
    yield "a million empty members", gzip.compress(b"") * 1_000_000 + sound[:-1], ""
    yield "a name of 50 MB", member(8, b"n" * 50_000_000 + b"\0", content)[:-1], ""
    yield "a comment that never ends", b"\x1f\x8b\x08\x10" + bytes(6) + b"c" * 50_000_000, "the end of the file"


def files(target: Target) -> Iterator[Hostile]:
    def writer(content: bytes):
        return lambda path: path.write_bytes(content)

    yield from tables(target)
    for name, content, says in pictures():
        for packing, packed in (("", content), (", packed", gzip.compress(content))):
            yield Hostile(f"IDX{packing}: {name}", writer(packed), ["images"], says=says)
            yield Hostile(f"IDX{packing}: labels: {name}", writer(packed), ["labels"])
    for name, content, says in packings():
        # The compressed file is mapped.
        yield Hostile(f"gzip: {name}", writer(content), ["images"], says=says, honest=len(content))
    yield Hostile("labels for images", writer(idx([3], bytes(3))), ["images"], says="features")
    yield Hostile("images for labels", writer(idx([3, 2, 2], bytes(12))), ["labels"], says="labels [rows]")
    yield Hostile("more labels than images", writer(idx([4], bytes(4))), ["labels"], says="3 rows")
    size = 300 * MIB
    yield Hostile(
        "300 MB of labels in 300 kB, for three images", writer(bomb(idx([size], b""), size)), ["labels"], says="3 rows")


def same(bench: Bench) -> str:
    """Check that other spellings give the same data set: line ends, a byte order mark, several gzip members."""
    target = Target(bench)
    sound = {}
    crlf = ROWS.replace("\n", "\r\n")
    for name, text in {"LF": ROWS, "CRLF": crlf, "CR": ROWS.replace("\n", "\r"), "BOM": "\ufeff" + ROWS,
                       "quotes": ROWS.replace("4,", '"4",'), "spaces": ROWS.replace(",", " , \t"), "no end": ROWS[:-1],
                       "blank lines": ROWS.replace("\n", "\n\n")}.items():
        path = target.folder / "file.csv"
        path.write_bytes(text.encode())
        code, _, err, _ = target.measure(target.command("csv", path))
        expect(code == 0, f"{name}: {err}")
        sound[name] = target.output.read_bytes()
        expect(sound[name] == sound["LF"], f"a table with {name} is another data set")
        target.output.unlink()
    content = idx([3, 2, 2], bytes(range(12)))
    parts = [content[i : i + 5] for i in range(0, len(content), 5)]
    packed = {"raw": content, "packed": gzip.compress(content), "stored": gzip.compress(content, 0),
              "in members": b"".join(map(gzip.compress, parts)),
              "in empty members": gzip.compress(b"") * 1000 + b"".join(gzip.compress(part) + gzip.compress(b"") for part in parts),
              "with a name": member(8, b"name\0", content), "with a comment": member(16, b"comment\0", content)}
    for name, data in packed.items():
        path = target.folder / "file"
        path.write_bytes(data)
        code, _, err, _ = target.measure(target.command("images", path))
        expect(code == 0, f"{name}: {err}")
        sound[name] = target.output.read_bytes()
        expect(sound[name] == sound["raw"], f"images {name} are another data set")
        target.output.unlink()
    target.close()
    return f"{len(sound)} ways of writing a table and images"


def tables_and_images(bench: Bench) -> str:
    """Test CSV, IDX and gzip files."""
    return f"{family(bench, files)}; {same(bench)}"
