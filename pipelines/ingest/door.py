"""The one CSV door: bytes in, Parquet parts of text columns out, the same for both engines.

Lines are physical. A line with an odd number of quotes, a wrong number of fields, or bytes that do not
decode is `unreadable`; the lines after it are read. Line offsets and quote counts come from numpy, the
clean rest goes through Arrow's CSV reader, chunk by chunk, so that memory stays bounded.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from core.errors import Refused

CHUNK = 24 << 20
_LONGEST_LINE = 64 << 20
_BLANKS = " \t\r　"
_BLANK_MARKS = (b" ,", b", ", b'" ', b' "', b" \n", b" \r", b"\n ", b"\t", b"\xe3\x80\x80")
# A quoted field closes and is followed by anything but a quote; other fields hold what they like.
_CLOSED = re.compile(r'(?:(?:"(?:[^"]|"")*"(?:[^",][^,]*)?|[^",][^,]*)?(?:,|$))+')
PLACE = pa.schema([("source_file", pa.string()), ("source_row", pa.int64()), ("raw", pa.string())])


@dataclass(frozen=True)
class Door:
    """What came through: the header, Parquet parts of readable rows, parts of unreadable lines."""

    header: tuple[str, ...]
    parts: tuple[Path, ...]
    unreadable: tuple[Path, ...]
    rows: int
    unreadable_rows: int


def read_header(path: Path, name: str, encoding: str) -> tuple[str, ...]:
    """Column names of a CSV file, blanks cut. Refused: no header, it does not decode, a name twice."""
    with _open(path) as file:
        line = _first_line(file, name)
    try:
        text = line.removeprefix(b"\xef\xbb\xbf").decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(name, "header", line[error.start : error.start + 4], encoding) from None
    header = tuple(cell.strip(_BLANKS) for cell in next(csv.reader([text.rstrip("\r\n")]), []))
    if not any(header):
        raise Refused(f"{name}: holds no header []: put the column names into the first line")
    twice = sorted({cell for cell in header if header.count(cell) > 1})
    if twice:
        raise Refused(f"{name}: header: column [{twice[0]}] stands twice: keep one")
    return header


def read_csv(path: Path, folder: Path, *, name: str, encoding: str = "utf-8") -> Door:
    """Read one CSV file (or .csv.gz) into Parquet parts under the new `folder`.

    Columns keep the header's names; all values are text, outer blanks cut, empty is NULL. Parts carry
    source_file, source_row (physical line, header not counted) and raw. Refused: the file does not decode.
    """
    header = read_header(path, name, encoding)
    folder.mkdir(parents=True)
    results: list[_Part] = []
    with ThreadPoolExecutor(2) as workers:
        waiting: list[Future[_Part]] = []
        for number, (chunk, first) in enumerate(_chunks(path, name)):
            job = _Chunk(header, name, encoding, first, folder, number)
            waiting.append(workers.submit(job.read, chunk))
            if len(waiting) > 2:
                results.append(waiting.pop(0).result())
        results += [future.result() for future in waiting]
    parts = [part.rows for part in results if part.rows]
    if not parts:
        schema = pa.schema([*[(column, pa.string()) for column in header], *PLACE])
        parts = [folder / "part-none.parquet"]
        pq.write_table(schema.empty_table(), parts[0])
    bad = [part.unreadable for part in results if part.unreadable]
    return Door(
        header,
        tuple(parts),
        tuple(bad),
        sum(part.n_rows for part in results),
        sum(part.n_unreadable for part in results),
    )


@dataclass(frozen=True)
class _Part:
    rows: Path | None
    unreadable: Path | None
    n_rows: int
    n_unreadable: int


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb")  # type: ignore[return-value]


def _first_line(file: IO[bytes], name: str) -> bytes:
    try:
        return file.readline(_LONGEST_LINE)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _broken_gzip(name) from None


def _broken_gzip(name: str) -> Refused:
    return Refused(f"{name}: the compressed file is broken or cut off [gzip]: deliver it again")


def _undecodable(name: str, where: str, found: bytes, encoding: str) -> Refused:
    shown = found.hex(" ")
    return Refused(
        f"{name}: {where}: bytes that are not {encoding} [{shown}]: save the file as UTF-8, or declare its "
        "encoding (gb18030) in conf/sources/<name>.yaml and give --source <name>"
    )


def _chunks(path: Path, name: str) -> Iterator[tuple[bytes, int]]:
    """Whole lines after the header, about CHUNK bytes at a time, with the number of the first line."""
    with _open(path) as file:
        _first_line(file, name)
        rest, line = b"", 1
        while True:
            try:
                block = file.read(CHUNK)
            except (EOFError, gzip.BadGzipFile, zlib.error):
                raise _broken_gzip(name) from None
            chunk = rest + block
            if block:
                cut = chunk.rfind(b"\n") + 1
                if cut == 0 and len(chunk) < _LONGEST_LINE:
                    rest = chunk
                    continue
                cut = cut or len(chunk)
                chunk, rest = chunk[:cut], chunk[cut:]
            if chunk:
                yield chunk, line
                line += chunk.count(b"\n")
            if not block:
                return


@dataclass(frozen=True)
class _Chunk:
    """Some whole lines of one file, on their way into one Parquet part."""

    header: tuple[str, ...]
    name: str
    encoding: str
    first: int
    folder: Path
    number: int

    def read(self, chunk: bytes) -> _Part:
        """Part files of the chunk's readable and unreadable lines."""
        starts, ends = _lines(chunk)
        rows = self.first + np.arange(len(starts), dtype=np.int64)
        keep = ends > starts
        why: dict[int, str] = {}
        chunk, starts, ends = self._decoded(chunk, starts, ends, why)
        self._odd_quotes(chunk, starts, ends, why)
        self._lone_returns(chunk, starts, ends, why)
        while True:
            bad = np.zeros(len(starts), dtype=bool)
            bad[list(why)] = True
            chosen = np.flatnonzero(keep & ~bad)
            payload = chunk if len(chosen) == len(starts) else _pick(chunk, starts, ends, chosen)
            table, found = self._parse(payload, len(chosen))
            if table is not None:
                why |= {int(chosen[place]): text for place, text in found.items()}
                break
            # A field that opens and never closes has swallowed what follows: name those lines, read again.
            why |= self._unclosed(chunk, starts, ends, chosen)
        kept = np.delete(chosen, list(found)) if found else chosen
        lines = self._raw(payload, len(chosen))
        if found:
            lines = lines.take(pa.array(np.delete(np.arange(len(chosen)), list(found))))
        return self._write(table, lines, rows[kept], self._refused(chunk, starts, ends, rows, why))

    def _decoded(
        self, chunk: bytes, starts: np.ndarray, ends: np.ndarray, why: dict[int, str]
    ) -> tuple[bytes, np.ndarray, np.ndarray]:
        if chunk.isascii():
            return chunk, starts, ends
        utf8 = self.encoding.lower().replace("-", "") in ("utf8", "utf8sig")
        try:
            text = chunk.decode(self.encoding)
        except UnicodeDecodeError:
            for place in _undecodable_lines(chunk, starts, ends, self.encoding, 0, len(starts)):
                line = chunk[starts[place] : ends[place]]
                why[place] = _first_bad_bytes(line, self.encoding)
            if utf8:
                return chunk, starts, ends
            text = chunk.decode(self.encoding, errors="backslashreplace")
        if utf8:
            return chunk, starts, ends
        chunk = text.encode("utf-8")
        return chunk, *_lines(chunk)

    @staticmethod
    def _odd_quotes(chunk: bytes, starts: np.ndarray, ends: np.ndarray, why: dict[int, str]) -> None:
        if b'"' not in chunk:
            return
        quotes = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord('"'))
        counts = np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)
        for place in np.flatnonzero(counts % 2).tolist():
            why.setdefault(place, "odd number of quotes")

    @staticmethod
    def _lone_returns(chunk: bytes, starts: np.ndarray, ends: np.ndarray, why: dict[int, str]) -> None:
        if b"\r" not in chunk:
            return
        returns = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\r"))
        inside = returns[chunk_at(chunk, returns + 1) != ord("\n")]
        for place in np.searchsorted(ends, inside, side="left").tolist():
            if place < len(starts) and starts[place] <= inside.max():
                why.setdefault(place, "carriage return inside the line")

    def _parse(self, payload: bytes, lines: int) -> tuple[pa.Table | None, dict[int, str]]:
        """Rows of the payload and its lines with a wrong number of fields; None when lines ran together."""
        found: dict[int, str] = {}
        wrong: list[pacsv.InvalidRow] = []

        def note(row: pacsv.InvalidRow) -> str:
            wrong.append(row)
            return "skip"

        def parse(threads: bool) -> pa.Table:
            wrong.clear()
            return pacsv.read_csv(
                pa.BufferReader(payload),
                read_options=pacsv.ReadOptions(
                    column_names=list(self.header), use_threads=threads, block_size=8 << 20
                ),
                parse_options=pacsv.ParseOptions(
                    newlines_in_values=False, ignore_empty_lines=False, invalid_row_handler=note
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types={column: pa.string() for column in self.header},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                    check_utf8=False,
                ),
            )

        if lines == 0:
            return pa.schema([(column, pa.string()) for column in self.header]).empty_table(), found
        try:
            table = parse(threads=True)
            if wrong:
                # Only the serial reader knows line numbers; it is asked for the rare torn line.
                table = parse(threads=False)
        except pa.ArrowInvalid:
            return None, found
        if table.num_rows + len(wrong) != lines:
            return None, found
        for row in wrong:
            found[row.number - 1] = f"{row.actual_columns} fields instead of {row.expected_columns}"
        if any(mark in payload for mark in _BLANK_MARKS) or payload[:1] == b" " or payload[-1:] == b" ":
            table = pa.table([_trimmed(column) for column in table.columns], names=list(self.header))
        return table, found

    @staticmethod
    def _unclosed(chunk: bytes, starts: np.ndarray, ends: np.ndarray, chosen: np.ndarray) -> dict[int, str]:
        found = {}
        for place in chosen.tolist():
            line = chunk[starts[place] : ends[place]]
            if b'"' in line and not _CLOSED.fullmatch(line.decode("utf-8")):
                found[place] = "quote that does not close"
        if not found:
            raise Refused("csv: lines run together [quotes]: write every field with RFC 4180 quoting")
        return found

    @staticmethod
    def _raw(payload: bytes, lines: int) -> pa.Array:
        starts, _ = _lines(payload)
        starts = starts[:lines] if len(starts) >= lines else starts
        offsets = np.append(starts, len(payload)).astype(np.int32)
        text = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(payload))
        return pc.utf8_rtrim(text, characters="\r\n")

    def _refused(
        self, chunk: bytes, starts: np.ndarray, ends: np.ndarray, rows: np.ndarray, why: dict[int, str]
    ) -> pa.Table:
        places = sorted(why)
        return pa.table(
            {
                "source_file": pa.array([self.name] * len(places), pa.string()),
                "source_row": pa.array(rows[places] if places else [], pa.int64()),
                "raw": pa.array(
                    [chunk[starts[p] : ends[p]].decode("utf-8", "backslashreplace") for p in places],
                    pa.string(),
                ),
                "value": pa.array([why[place] for place in places], pa.string()),
            }
        )

    def _write(self, table: pa.Table, lines: pa.Array, rows: np.ndarray, refused: pa.Table) -> _Part:
        part = bad = None
        if table.num_rows:
            part = self.folder / f"part-{self.number:05d}.parquet"
            name = pa.DictionaryArray.from_arrays(
                pa.array(np.zeros(table.num_rows, np.int8)), pa.array([self.name])
            ).cast(pa.string())
            columns = [*table.columns, name, pa.array(rows), lines]
            names = [*self.header, *PLACE.names]
            # Read once or twice, soon: dictionaries and statistics would cost more than they give.
            pq.write_table(
                pa.table(columns, names=names),
                part,
                compression="lz4",
                use_dictionary=False,
                write_statistics=False,
            )
        if refused.num_rows:
            bad = self.folder / f"unreadable-{self.number:05d}.parquet"
            pq.write_table(refused, bad)
        return _Part(part, bad, table.num_rows, refused.num_rows)


def chunk_at(chunk: bytes, places: np.ndarray) -> np.ndarray:
    """Bytes at the places; 10 (a line's end) after the last byte."""
    data = np.append(np.frombuffer(chunk, np.uint8), np.uint8(10))
    return np.asarray(data[np.minimum(places, len(chunk))])


def _lines(chunk: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of every line, without its line end."""
    data = np.frombuffer(chunk, np.uint8)
    newlines = np.flatnonzero(data == 10)
    if len(data) and (not len(newlines) or newlines[-1] != len(data) - 1):
        newlines = np.append(newlines, len(data))
    starts = np.concatenate(([0], newlines[:-1] + 1)).astype(np.int64) if len(newlines) else newlines
    ends = newlines.astype(np.int64)
    if b"\r" in chunk and len(ends):
        previous = np.maximum(ends - 1, 0)
        ends = ends - ((data[previous] == 13) & (ends > starts))
    return starts, ends


def _pick(chunk: bytes, starts: np.ndarray, ends: np.ndarray, chosen: np.ndarray) -> bytes:
    return b"".join(chunk[starts[p] : ends[p]] + b"\n" for p in chosen.tolist())


def _undecodable_lines(
    chunk: bytes, starts: np.ndarray, ends: np.ndarray, encoding: str, low: int, high: int
) -> list[int]:
    """Places of the lines in [low, high) that do not decode, by halving."""
    try:
        chunk[starts[low] : ends[high - 1]].decode(encoding)
    except UnicodeDecodeError:
        if high - low == 1:
            return [low]
        middle = (low + high) // 2
        return [
            *_undecodable_lines(chunk, starts, ends, encoding, low, middle),
            *_undecodable_lines(chunk, starts, ends, encoding, middle, high),
        ]
    return []


def _first_bad_bytes(line: bytes, encoding: str) -> str:
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return f"bytes {line[error.start : error.start + 2].hex()} are not {encoding}"
    return f"bytes are not {encoding}"


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    cut = pc.utf8_trim(column, characters=_BLANKS)
    return pc.if_else(pc.equal(cut, ""), pa.scalar(None, pa.string()), cut)
