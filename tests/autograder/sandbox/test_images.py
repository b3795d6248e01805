"""Any bytes to pixels, and pixels to a PNG that anybody can read."""

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, PngImagePlugin

from autograder.sandbox.images import MAGIC, MAX_SIDE, SHOWN_SIDE, pixels_of, png_of


SCRIPT = b"<script>window.pwned=1</script>"
IMAGES = st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from((3, 4))).flatmap(
    lambda shape: arrays.arrays(np.uint8, shape)
)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        return np.asarray(image)


# --- in the driver --------------------------------------------------------------------------------------


@given(IMAGES)
def test_a_png_holds_the_pixels_that_it_is_made_of(pixels: np.ndarray) -> None:
    np.testing.assert_array_equal(read(png_of(pixels)), pixels)


@given(IMAGES)
def test_a_png_holds_nothing_else(pixels: np.ndarray) -> None:
    png, kinds = png_of(pixels)[8:], []
    while png:
        (length,) = struct.unpack(">I", png[:4])
        kinds.append(png[4:8])
        png = png[length + 12 :]
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((2, 2, 1), np.uint8),
        np.zeros((2, 2, 5), np.uint8),
        np.zeros((2, 2, 3), np.int8),
        np.zeros((2, 2, 3)),
        np.zeros((0, 2, 3), np.uint8),
        np.zeros((2, 0, 4), np.uint8),
        np.zeros((MAX_SIDE + 1, 1, 3), np.uint8),
        np.zeros((1, MAX_SIDE + 1, 3), np.uint8),
        np.frombuffer(encoded(Image.new("RGB", (5, 4))), np.uint8),
    ],
    ids=lambda pixels: f"{pixels.dtype} {pixels.shape}",
)
def test_an_array_that_is_no_image_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"pixels must be bytes of RGB or RGBA, got .* of shape \("):
        png_of(pixels)


def test_the_driver_does_not_even_load_a_decoder() -> None:
    program = """
import sys
import numpy as np
from autograder import batch, cli, gradebook, grading, notebook, report
from autograder.sandbox import images
images.png_of(np.zeros((1, 1, 3), np.uint8))
sys.exit("PIL" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


# --- in the box -----------------------------------------------------------------------------------------


@given(IMAGES)
def test_a_png_that_is_shown_keeps_its_pixels(pixels: np.ndarray) -> None:
    shown = pixels_of(encoded(Image.fromarray(pixels)))
    if shown.shape != pixels.shape:
        assert (pixels[..., 3] == 255).all()
    np.testing.assert_array_equal(shown, pixels[..., : shown.shape[2]])


def test_texts_profiles_and_what_follows_stay_behind() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", SCRIPT.decode())
    data = encoded(Image.new("RGBA", (3, 2), (10, 20, 30, 40)), pnginfo=note, icc_profile=SCRIPT) + SCRIPT
    assert b"script" not in png_of(pixels_of(data))


def test_a_palette_has_colours_and_may_have_holes() -> None:
    red = Image.new("RGB", (2, 1), (200, 10, 20)).quantize(4)
    assert pixels_of(encoded(red)).tolist() == [[[200, 10, 20]] * 2]
    assert pixels_of(encoded(red, transparency=0))[0, 0, 3] == 0


def test_sixteen_bits_become_eight() -> None:
    grey = np.linspace(0, 2**16 - 1, 64).astype(np.uint16).reshape(8, 8)
    shown = pixels_of(encoded(Image.fromarray(grey)))
    np.testing.assert_allclose(shown[..., 0], grey / 256, atol=1)


def test_a_photograph_is_shown_however_large_and_the_right_way_up() -> None:
    photo = Image.new("RGB", (2 * MAX_SIDE, MAX_SIDE), (200, 0, 0))
    assert pixels_of(encoded(photo, "JPEG")).shape[1] == SHOWN_SIDE
    assert pixels_of(encoded(photo, "JPEG"), 500).shape == (250, 500, 3)
    lying = Image.new("RGB", (40, 20))
    exif = lying.getexif()
    exif[0x0112] = 6  # turned by a quarter
    assert pixels_of(encoded(lying, "JPEG", exif=exif.tobytes())).shape == (40, 20, 3)


def test_of_what_moves_the_first_image_is_shown() -> None:
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], save_all=True, append_images=frames[1:])
    assert b"acTL" in data
    assert pixels_of(data).tolist() == np.asarray(frames[0]).tolist()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_can_be_shown(mode: str) -> None:
    assert pixels_of(encoded(Image.new(mode, (5, 4)))).shape[:2] == (4, 5)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_can_be_shown(mode: str) -> None:
    assert pixels_of(encoded(Image.new(mode, (5, 4)), "JPEG")).shape == (4, 5, 3)


def test_what_is_larger_than_a_page_is_made_smaller() -> None:
    shown = pixels_of(encoded(Image.new("RGB", (MAX_SIDE, MAX_SIDE // 2), (1, 2, 3))))
    assert shown.shape == (SHOWN_SIDE // 2, SHOWN_SIDE, 3)
    assert (shown == (1, 2, 3)).all()


PNG = encoded(Image.new("RGB", (5, 4)))
JPEG = encoded(Image.new("RGB", (50, 40)), "JPEG")


def claiming(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">II", width, height) + PNG[24:29]
    return PNG[:12] + header + struct.pack(">I", zlib.crc32(header)) + PNG[33:]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'/>", "neither PNG nor JPEG"),
        (encoded(Image.new("RGB", (5, 4)), "GIF"), "neither PNG nor JPEG"),
        (PNG[1:], "neither PNG nor JPEG"),
        (PNG[:40], "a damaged PNG"),
        (PNG.replace(b"IDAT", b"IDAX"), "a damaged PNG"),
        (JPEG[:100], "a damaged JPEG"),
        (MAGIC["PNG"] + SCRIPT, "a damaged PNG"),
        (MAGIC["JPEG"] + SCRIPT, "a damaged JPEG"),
        (MAGIC["JPEG"] + PNG, "a damaged JPEG"),
        (claiming(0, 4), "a damaged PNG"),
        (claiming(3000, 3000), "a damaged PNG"),
        (encoded(Image.new("1", (MAX_SIDE + 1, 1))), "more than 4000 pixels"),
        (claiming(20_000, 4), "more than 4000 pixels"),
        (claiming(2**31 - 1, 2**31 - 1), "a damaged PNG"),
    ],
)
def test_what_is_no_image_or_too_large_says_why(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        pixels_of(data)


@given(st.sampled_from(tuple(MAGIC.values())), st.binary(max_size=200))
def test_any_bytes_are_pixels_or_a_reason(magic: bytes, rest: bytes) -> None:
    try:
        pixels = pixels_of(magic + rest)
    except ValueError:
        return
    assert pixels.dtype == np.uint8
