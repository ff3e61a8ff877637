"""What languages are called in English."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = """
am Amharic, ar Arabic, az Azerbaijani, bg Bulgarian, bn Bengali, bo Tibetan, ca Catalan, cs Czech,
da Danish, de German, el Greek, en English, es Spanish, et Estonian, eu Basque, fa Persian,
fi Finnish, fr French, ga Irish, gu Gujarati, he Hebrew, hi Hindi, hr Croatian, hu Hungarian,
hy Armenian, id Indonesian, is Icelandic, it Italian, ja Japanese, ka Georgian, km Khmer,
kn Kannada, ko Korean, lo Lao, lt Lithuanian, lv Latvian, mk Macedonian, ml Malayalam, mr Marathi,
my Burmese, ne Nepali, nl Dutch, no Norwegian, pa Punjabi, pl Polish, pt Portuguese, ro Romanian,
ru Russian, si Sinhala, sk Slovak, sl Slovenian, sq Albanian, sr Serbian, sv Swedish, sw Swahili,
ta Tamil, te Telugu, th Thai, tr Turkish, uk Ukrainian, ur Urdu, vi Vietnamese, zh Chinese
"""
NAMES: Mapping[str, str] = dict(entry.split() for entry in _NAMES.split(","))
"""ISO code → name, for each language that `languages.language_of` tells."""
