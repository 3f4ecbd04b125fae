"""From the bytes of a picture file to pixels with a stated meaning: upright, sRGB, eight bits, on white."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import PIL.Image
from PIL import ImageCms

from studio.errors import OutOfMemory, RefusedFile
from studio.export.picture_header import PictureHeader, read_header
from studio.export.png_data import check_png_data
from studio.image import Image, Mask

ORIENTATION = 0x0112
BAD_PROFILE = "The colour profile of this picture is damaged; its colours are taken as sRGB."
MOVES = "This file is an animation; its first picture is used."
_UPRIGHT = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


@dataclass(frozen=True)
class Decoded:
    """The picture, the texts of a PNG file by their keys, and sentences about what could not be respected.

    `transparent` says how far each pixel was clear before the picture was laid on white: 255 = wholly. None if the file
    has no transparency.
    """

    image: Image
    texts: Mapping[str, str]
    problems: tuple[str, ...] = ()
    transparent: Mask | None = None


def decode(data: bytes) -> Decoded:
    """The first frame of a PNG, JPEG or WebP file. Raises `RefusedFile` for others, damaged ones and bombs."""
    header = read_header(data)
    if header.format == "PNG":
        check_png_data(data)
    try:
        return _decode(data, header)
    except RefusedFile:
        raise
    except MemoryError:
        raise OutOfMemory("There is not enough memory to open this picture. Close other programs.") from None
    except Exception:  # a decoder raises nearly anything on damaged data
        raise RefusedFile("This picture is damaged and cannot be opened.") from None


def _decode(data: bytes, header: PictureHeader) -> Decoded:
    with PIL.Image.open(io.BytesIO(data), formats=[header.format]) as opened:
        if opened.size != (header.width, header.height):
            raise RefusedFile("This picture is damaged: its header lies about its size.")
        opened.load()
        texts = {key: value for key, value in opened.info.items() if isinstance(key, str) and isinstance(value, str)}
        upright = _turned(_eight_bits(opened), _orientation(opened))
        rgb, problems = _in_srgb(upright, opened.info.get("icc_profile"))
        if getattr(opened, "n_frames", 1) > 1:
            problems = (*problems, MOVES)
        alpha = upright.convert("RGBA").getchannel("A") if upright.has_transparency_data else None
        clear = None if alpha is None else Mask(np.invert(np.asarray(alpha)))
        return Decoded(Image(np.asarray(_on_white(rgb, alpha))), dict(texts), problems, clear)


def _eight_bits(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Pillow cuts 16-bit colours by itself; grey ones it would clip at white."""
    if not picture.mode.startswith("I"):
        return picture
    values = np.asarray(picture).astype(np.uint32)
    return PIL.Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))


def _orientation(picture: PIL.Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken note about the picture does not make the picture bad
        return 1


def _turned(picture: PIL.Image.Image, orientation: int) -> PIL.Image.Image:
    method = _UPRIGHT.get(orientation)
    return picture if method is None else picture.transpose(method)


def _in_srgb(picture: PIL.Image.Image, profile: object) -> tuple[PIL.Image.Image, tuple[str, ...]]:
    """The colours without alpha, through the file's colour profile if there is a usable one."""
    if not isinstance(profile, bytes) or not profile:
        return picture.convert("RGB"), ()
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _PROFILE_MODES[source.profile.xcolor_space.strip()]
        colours = picture if picture.mode == mode else picture.convert(mode)
        converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, KeyError, ValueError, TypeError, ImportError):
        converted = None
    if converted is None:
        return picture.convert("RGB"), (BAD_PROFILE,)
    return converted, ()


def _on_white(rgb: PIL.Image.Image, alpha: PIL.Image.Image | None) -> PIL.Image.Image:
    return rgb if alpha is None else PIL.Image.composite(rgb, PIL.Image.new("RGB", rgb.size, "white"), alpha)
