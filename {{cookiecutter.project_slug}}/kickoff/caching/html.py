"""HTML as it is kept and sent: compressed once, when it is rendered."""

from __future__ import annotations

import gzip
import zlib

import msgspec

# The 44 kB of a league page become 4.9 in 0.1 ms. Level 6 takes 2.5 times as long for 13 % less,
# and a goal makes other pages of all leagues at once, each for the few who look at it.
LEVEL = 3
GZIP_HEADER = 16 + zlib.MAX_WBITS  # what zlib expects around the data


class Html(msgspec.Struct, frozen=True):
    """A page, or a part of one, in UTF-8: the same for everybody who may see it.

    Whoever compresses a secret together with what a visitor has sent gives it away by the length
    (the BREACH attack). Nothing that was sent is in here: a rendered entry knows no request.
    """

    gzipped: bytes
    shows: str = ""  # which page object, and by which templates

    @classmethod
    def of(cls, text: str, shows: str = "") -> Html:
        """Equal texts make equal bytes: no time is written into them."""
        return cls(gzip.compress(text.encode(), LEVEL, mtime=0), shows)

    @property
    def plain(self) -> bytes:
        """For the few who cannot take it compressed. It is unpacked each time."""
        return zlib.decompress(self.gzipped, GZIP_HEADER)  # gzip.decompress opens a file for it


class OldHtml(Html, frozen=True):
    """It is being rendered anew: nobody should keep this."""
