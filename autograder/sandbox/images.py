"""Images that student code shows: decoded in its box, encoded anew by the driver.

What crosses the wire is pixels, so no decoder ever reads a stranger's bytes outside of the wall, and a box
that lies shows other pixels.
"""

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING

import numpy as np


if TYPE_CHECKING:
    from PIL import Image


# A figure with more pixels than this on one side was not made to be looked at.
MAX_SIDE = 4000
# What is larger than this is made smaller: a page is not wider, also where two pixels make one.
SHOWN_SIDE = 1600

MAGIC = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff"}
COLOUR_TYPES = {3: 2, 4: 6}  # of a PNG, by channels
PREDICTED_FROM_ABOVE = 2
FASTEST = 1


def pixels_of(data: bytes, side: int = SHOWN_SIDE) -> np.ndarray:
    """The pixels of a PNG or JPEG, of no more than `side` in a row or column; for the box only.

    Returns
    -------
    np.ndarray of shape (height, width, 3) or (height, width, 4)
        Bytes of RGB, or of RGBA where something can be seen through.

    Raises
    ------
    ValueError
        Why it cannot be shown: "it is neither PNG nor JPEG".
    """
    from PIL import Image  # the driver never does

    kind = next((kind for kind, magic in MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise ValueError("it is neither PNG nor JPEG")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here anyway
            with Image.open(io.BytesIO(data), formats=[kind]) as image:
                image.draft(None, (side, side))  # a large JPEG is never decoded in full
                pixels = _shown(image, side) if max(image.size) <= MAX_SIDE else None
    except Exception:  # whatever a decoder says about broken bytes
        raise ValueError(f"it is a damaged {kind}") from None
    if pixels is None:
        raise ValueError(f"it is more than {MAX_SIDE} pixels wide or high")
    return pixels


def _shown(image: "Image.Image", side: int) -> np.ndarray:
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)  # photographs say which side is up
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256, "L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image.thumbnail((side, side))
    return np.asarray(image)


def png_of(pixels: np.ndarray) -> bytes:
    """A PNG of these pixels and of nothing else; raises ValueError for an array that is no image."""
    is_image = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] in COLOUR_TYPES
    if not (is_image and all(0 < side <= MAX_SIDE for side in pixels.shape[:2])):
        raise ValueError(f"pixels must be bytes of RGB or RGBA, got {pixels.dtype} of shape {pixels.shape}")
    height, width, channels = pixels.shape
    lines = pixels.reshape(height, width * channels)
    rows = np.empty((height, 1 + width * channels), np.uint8)
    rows[:, 0] = PREDICTED_FROM_ABOVE
    rows[0, 1:] = lines[0]
    np.subtract(lines[1:], lines[:-1], out=rows[1:, 1:])  # modulo 256, as the format wants it
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), FASTEST)), (b"IEND", b"")
    return MAGIC["PNG"] + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
