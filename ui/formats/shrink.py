"""A decoded picture made smaller by a whole factor, a few rows at a time, to spare memory."""

from PIL import Image

ROWS = 64  # of the smaller picture


def shrunk(picture: Image.Image, times: int) -> Image.Image:
    """The picture in 8 bits a channel, without palette, `times` smaller on each side."""
    size = -(-picture.width // times), -(-picture.height // times)
    whole = None
    for top in range(0, size[1], ROWS):
        bottom = min((top + ROWS) * times, picture.height)
        small = plain(picture.crop((0, top * times, picture.width, bottom))).reduce(times)
        whole = whole or Image.new(small.mode, size)
        whole.paste(small, (0, top))
    assert whole is not None
    whole.info = picture.info
    return whole


def plain(picture: Image.Image) -> Image.Image:
    """Sixteen bits scaled to eight, one bit to eight, a palette and a transparent colour spelled out."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point([(value + 128) // 257 for value in range(2**16)], "L")
    if picture.mode == "P" or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L") if picture.mode == "1" else picture
