"""A large PNG picture decoded strip by strip, each made smaller before the next, to spare memory.

Pillow decodes a whole picture or nothing. So the pixel data is unpacked as it comes, and every few rows are
given to Pillow as a small PNG of their own, behind the row above them, which PNG's filters look at.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from ui.formats.shrink import plain

STRIP_BYTES = 2**21
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG's colour types


def can_be_read_in_strips(data: bytes) -> bool:
    """Whether a file is a PNG of 8 bits a channel whose rows stand in order."""
    depth, interlaced = data[24:25], data[28:29]
    return data.startswith(SIGNATURE) and depth == b"\x08" and interlaced == b"\x00"


def read_reduced(data: bytes, times: int) -> Image.Image:
    """Decode a picture, `times` smaller on each side.

    Raises:
        ValueError: the file is damaged.
    """
    width, height, _, colour = struct.unpack(">IIBB", data[16:26])
    row_bytes = CHANNELS[colour] * width + 1
    rows = max(1, STRIP_BYTES // row_bytes // times) * times
    palette = b"".join(_chunk(name, body) for name, body in _chunks(data) if name in (b"PLTE", b"tRNS"))
    size = -(-width // times), -(-height // times)
    whole, above, top = None, b"", 0
    for raw in _unpacked(data, rows * row_bytes, height * row_bytes):
        n = len(raw) // row_bytes
        header = struct.pack(">IIBBBBB", width, n + bool(above), 8, colour, 0, 0, 0)
        pixels = zlib.compress(above + raw, level=0)
        file = SIGNATURE + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
        strip = _opened(file)
        strip = strip.crop((0, int(bool(above)), width, strip.height))
        above = b"\x00" + strip.crop((0, n - 1, width, n)).tobytes()
        small = plain(strip).reduce(times)
        whole = whole or Image.new(small.mode, size)
        whole.paste(small, (0, top))
        top += small.height
    if whole is None or top < size[1]:
        raise ValueError("the picture ends too early")
    return whole


def _opened(file: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(file), formats=("PNG",))
    picture.load()
    return picture


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each part of the file."""
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _unpacked(data: bytes, strip_bytes: int, total_bytes: int) -> Iterator[bytes]:
    """The filtered rows, so many bytes at a time and never more than the header promised."""
    unpacker, kept, left = zlib.decompressobj(), bytearray(), total_bytes
    for name, body in _chunks(data):
        while name == b"IDAT" and body and left:
            part = unpacker.decompress(body, min(strip_bytes, left) - len(kept))
            body = unpacker.unconsumed_tail
            kept += part
            if len(kept) == min(strip_bytes, left):
                left -= len(kept)
                yield bytes(kept)
                kept.clear()
            elif unpacker.eof:
                return
