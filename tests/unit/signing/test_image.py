"""The picture of a stamp: what is drawn of it, and what hostile files come to."""

import io
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from signing.image import MAX_BYTES, MAX_SIDE, keep, read_picture
from signing.presets import Ink
from tests.unit.signing import marks
from workstation.domain.errors import WorkstationError


def code(path: Path, ink: Ink = Ink.BLUE) -> str:
    with pytest.raises(WorkstationError) as caught:
        read_picture(path, ink)
    return caught.value.code


def test_margins_are_cut_off_and_colours_kept(tmp_path: Path) -> None:
    picture = read_picture(marks.seal(tmp_path / "seal.png", side=500), Ink.RED)
    assert (picture.width, picture.height) == pytest.approx((500, 500), abs=2), "so that 36 mm are those of the ring"
    assert len(picture.rgb) == 3 * len(picture.alpha) == 3 * picture.width * picture.height
    inked = [n for n, alpha in enumerate(picture.alpha) if alpha > 200]
    assert {picture.rgb[3 * n : 3 * n + 3] for n in inked} == {bytes(marks.RED[:3])}


def test_large_pictures_are_made_smaller_without_a_rim(tmp_path: Path) -> None:
    """A white (or black) rim shows where colours of transparent pixels are mixed in."""
    picture = read_picture(marks.signature(tmp_path / "s.png", size=(4000, 1500)), Ink.BLUE)
    assert max(picture.width, picture.height) == MAX_SIDE
    soft = [picture.rgb[3 * n : 3 * n + 3] for n, alpha in enumerate(picture.alpha) if 60 < alpha < 250]
    assert len(soft) > 100
    assert all(abs(seen - meant) <= 6 for rgb in soft for seen, meant in zip(rgb, marks.BLUE[:3], strict=True))
    clear = {picture.rgb[3 * n : 3 * n + 3] for n, alpha in enumerate(picture.alpha) if alpha == 0}
    assert clear == {bytes(marks.BLUE[:3])}, "viewers shrink colours and mask each by itself"


def test_a_haze_over_the_background_is_no_ink(tmp_path: Path) -> None:
    """As tools leave it that take a background away."""
    picture = Image.open(marks.seal(tmp_path / "seal.png", side=500))
    picture.putalpha(picture.getchannel("A").point(lambda alpha: max(alpha, 3)))
    picture.save(tmp_path / "haze.png")
    hazy = read_picture(tmp_path / "haze.png", Ink.RED)
    assert (hazy.width, hazy.height) == pytest.approx((500, 500), abs=2)


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    first = read_picture(marks.signature(tmp_path / "s.png"), Ink.BLUE)
    assert read_picture(tmp_path / "s.png", Ink.BLUE) is first, "kept for a batch"
    assert read_picture(marks.signature(tmp_path / "s.png", size=(500, 400)), Ink.BLUE) != first


def test_a_profile_is_turned_into_srgb(tmp_path: Path) -> None:
    """The same numbers in Lab's D50 white with swapped primaries mean another colour."""
    picture = Image.open(marks.signature(tmp_path / "s.png"))
    odd = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    picture.save(tmp_path / "lab.png", icc_profile=odd)  # a profile that does not fit the picture is ignored
    picture.save(tmp_path / "junk.png", icc_profile=b"no profile")
    plain = read_picture(tmp_path / "s.png", Ink.BLUE)
    assert read_picture(tmp_path / "lab.png", Ink.BLUE) == plain
    assert read_picture(tmp_path / "junk.png", Ink.BLUE) == plain
    picture.save(tmp_path / "wide.png", icc_profile=_wide_gamut())
    wide = read_picture(tmp_path / "wide.png", Ink.BLUE)
    assert wide.alpha == plain.alpha and wide.rgb != plain.rgb


def _wide_gamut() -> bytes:
    """sRGB's profile with its red and blue primaries exchanged."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = data.replace(b"rXYZ", b"zXYZ").replace(b"gXYZ", b"rXYZ").replace(b"zXYZ", b"gXYZ")
    assert swapped != data
    return swapped


def test_palette_and_grey_with_transparency_are_read(tmp_path: Path) -> None:
    rgba = Image.open(marks.signature(tmp_path / "s.png"))
    rgba.quantize(16).save(tmp_path / "palette.png")
    assert read_picture(tmp_path / "palette.png", Ink.BLUE).width > 100
    rgba.convert("LA").save(tmp_path / "grey.png")
    assert code(tmp_path / "grey.png") == "C36", "grey is neither blue nor red"


def test_the_wrong_picture_is_refused_by_name(tmp_path: Path) -> None:
    red, blue = marks.seal(tmp_path / "red.png"), marks.signature(tmp_path / "blue.png")
    black = marks.signature(tmp_path / "black.png", (0, 0, 0, 255))
    opaque, solid, empty = tmp_path / "opaque.png", tmp_path / "solid.png", tmp_path / "empty.png"
    Image.new("RGB", (50, 50), (0, 0, 200)).save(opaque)
    Image.new("RGBA", (50, 50), (0, 0, 200, 255)).save(solid)
    Image.new("RGBA", (50, 50), (0, 0, 200, 0)).save(empty)
    for path, ink, said in (
        (red, Ink.BLUE, "blue"), (blue, Ink.RED, "red"), (black, Ink.BLUE, "blue"), (black, Ink.RED, "red"),
        (opaque, Ink.BLUE, "opaque"), (solid, Ink.BLUE, "opaque"), (empty, Ink.BLUE, "empty"),
    ):  # fmt: skip
        with pytest.raises(WorkstationError) as caught:
            read_picture(path, ink)
        assert caught.value.code == "C36" and said == caught.value.params["fault"], path.name


def test_hostile_files_come_to_a_code(tmp_path: Path) -> None:
    good = marks.signature(tmp_path / "good.png").read_bytes()
    rows = zlib.compress(b"\0" * 4001 * 10)
    files = {
        "missing": (None, "F07"),
        "text": (b"not a picture at all", "F01"),
        "empty": (b"", "F01"),
        "jpeg": (_jpeg(), "F01"),
        "cut": (good[: len(good) // 2], "F03"),
        "huge": (marks.png(marks.header(100_000, 100_000), marks.chunk(b"IDAT", rows)), "F05"),
        "wide": (marks.png(marks.header(2**31 - 1, 2), marks.chunk(b"IDAT", rows)), "F05"),
        "no_pixels": (marks.png(marks.header(0, 10), marks.chunk(b"IDAT", rows)), ("F01", "F03")),
        "short": (marks.png(marks.header(2000, 2000), marks.chunk(b"IDAT", rows)), "F03"),
        "text_bomb": (
            marks.png(
                marks.header(10, 10),
                marks.chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 90_000_000)),
                marks.chunk(b"IDAT", rows),
            ),
            ("F01", "F03", "C36"),
        ),
        "profile_bomb": (
            marks.png(
                marks.header(10, 10),
                marks.chunk(b"iCCP", b"a\0\0" + zlib.compress(b"x" * 90_000_000)),
                marks.chunk(b"IDAT", zlib.compress(b"\0" * 41 * 10)),
            ),
            ("F01", "F03", "C36"),
        ),
        "bad_chunk": (good[:40] + b"\xff" * 30 + good[70:], ("F01", "F03")),
    }
    for name, (data, expected) in files.items():
        path = tmp_path / f"{name}.png"
        if data is not None:
            path.write_bytes(data)
        assert code(path) in expected, name
    with (tmp_path / "long.png").open("wb") as sparse:
        sparse.write(good)
        sparse.truncate(MAX_BYTES + 1)
    assert code(tmp_path / "long.png") == "F05"
    assert code(tmp_path) == "F07", "a folder"


def test_the_largest_picture_stays_within_memory(tmp_path: Path) -> None:
    """In the process that owns the token: 34 MB of pixels, about three times that at the peak."""
    picture = Image.new("RGBA", (3000, 3000), marks.BLUE)
    picture.putpixel((0, 0), (0, 0, 0, 0))
    picture.save(tmp_path / "large.png")
    code = (
        "import sys, pathlib; from signing.image import read_picture; from signing.presets import Ink\n"
        "status = pathlib.Path('/proc/self/status')\n"  # getrusage would tell the parent's peak
        "peak = lambda: int(status.read_text().split('VmHWM:')[1].split()[0]) // 1024\n"
        "before = peak(); read_picture(pathlib.Path(sys.argv[1]), Ink.BLUE); print(peak() - before)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "large.png")]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert 20 < grown < 160


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_any_damaged_byte_comes_to_a_code_or_a_picture(tmp_path: Path, at: int) -> None:
    data = bytearray(marks.signature(tmp_path / "good.png", size=(90, 40)).read_bytes())
    data[at % len(data)] ^= 0x55
    (tmp_path / "bad.png").write_bytes(data)
    try:
        read_picture(tmp_path / "bad.png", Ink.BLUE)
    except WorkstationError as error:
        assert error.code in ("F01", "F03", "F05", "C36")


def test_what_is_inked_of_a_signature_is_kept(tmp_path: Path) -> None:
    source, kept = marks.signature(tmp_path / "s.png", size=(1800, 800)), tmp_path / "kept.png"
    keep(source, kept, Ink.BLUE)
    with Image.open(kept) as picture:
        assert (
            picture.mode == "RGBA"
            and max(picture.size) == MAX_SIDE
            and picture.getchannel("A").getbbox() == (0, 0, *picture.size)
        )
    assert read_picture(kept, Ink.BLUE).width == MAX_SIDE, "and is good enough for signing"


def test_a_picture_that_is_refused_leaves_the_one_in_use(tmp_path: Path) -> None:
    kept = tmp_path / "kept.png"
    keep(marks.signature(tmp_path / "s.png"), kept, Ink.BLUE)
    before = kept.read_bytes()
    for source, fault in (
        (marks.seal(tmp_path / "seal.png"), "blue"),
        (marks.signature(tmp_path / "t.png", size=(120, 60)), "small"),
    ):
        with pytest.raises(WorkstationError) as caught:
            keep(source, kept, Ink.BLUE)
        assert caught.value.code == "C36" and caught.value.params["fault"] == fault and kept.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept.png", "s.png", "seal.png", "t.png"]
