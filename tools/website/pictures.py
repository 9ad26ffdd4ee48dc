"""Pictures as files of the site, equal ones once, and the HTML that shows them."""

import hashlib
import io
import posixpath
from functools import cache
from html import escape

from PIL import Image, JpegImagePlugin

from website.project import SiteError

FOLDER = "pictures"
WALL = 800  # pixels
HALVED = 2  # as Pillow numbers it: a JPEG's colours at half of both resolutions


class Pictures:
    """The folder that the pictures of all pages of all editions go to.

    Args:
        folder: of the site. edition: the folder of an edition in it, from which addresses begin.
    """

    def __init__(self, folder, edition=""):
        self.folder, self.edition = folder / FOLDER, edition
        self.folder.mkdir(parents=True, exist_ok=True)

    def keep(self, data):
        """Write a picture's bytes: (its path in the site, width, height)."""
        data = _lighter(data)
        with Image.open(io.BytesIO(data)) as image:
            (width, height), suffix = image.size, (image.format or "").lower().replace("jpeg", "jpg")
        path = f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        target = self.folder.parent / path
        if not target.exists():
            target.write_bytes(data)
        return path, width, height

    def address(self, path, page):
        """The relative address of a kept picture from a page of the edition."""
        return posixpath.relpath(path, posixpath.join(self.edition, posixpath.dirname(page)) or ".")

    def image(self, data, page, alt, place="this page"):
        """(its `<img>`, with its size so that no text jumps; its address from this page)."""
        if not alt.strip():
            raise SiteError(f"{place}: a picture without alternative text")
        path, width, height = self.keep(data)
        address = self.address(path, page)
        return (f'<img src="{address}" width="{width}" height="{height}" alt="{escape(alt)}" loading="lazy" '
                f'decoding="async">', address)

    def smaller(self, data, width=WALL, quality=80):
        """A photograph or painting for a wall of many: WebP, half of a JPEG's bytes, at most so many pixels wide."""
        with Image.open(io.BytesIO(data)) as image:
            image = image.convert("RGB")
        if image.width > width:
            image = image.resize((width, round(width * image.height / image.width)), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality)
        return file.getvalue()

    def figure(self, data, page, alt, caption="", place="this page"):
        """A picture that opens alone when it is clicked: on a telephone its letters are small. Caption: HTML."""
        image, address = self.image(data, page, alt, place)
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        return f'<figure class="nst-figure"><a href="{address}">{image}</a>{below}</figure>'


@cache
def _lighter(data):
    """A picture in fewer bytes, where WebP needs fewer: a PNG to the pixel, a JPEG as well as the eye can tell.

    A JPEG that keeps the colour of every pixel stays: WebP would average four.
    """
    file = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        if image.format == "PNG":
            image.save(file, "WEBP", lossless=True, quality=20, method=2)
        elif image.format == "JPEG" and JpegImagePlugin.get_sampling(image) == HALVED:
            image.save(file, "WEBP", quality=82)
        else:
            return data
    return min(data, file.getvalue(), key=len)
