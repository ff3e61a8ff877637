"""Units that carry exponents, for the rules about raised numbers."""

from __future__ import annotations

import re

UNITS = frozenset(
    re.findall(
        r"\S+",
        "m hm km dm cm mm µm μm um nm pm ft yd ha ml dl kg mg lb s ms K J W N Pa kPa A V C F H L Å "
        "Hz kHz MHz GHz mol cd rad sr px ly pc kpc Mpc eV keV MeV GeV TeV mc",
    )
)
"""Signs of units, and the last letters of a formula, that are no words."""

UNIT_WORDS = frozenset(
    re.findall(
        r"\S+",
        "in inch inches foot feet yard yards mi mile miles metre metres meter meters sec min h hr "
        "l g t ac au bar pt",
    )
)
"""Units that are words of their own too: a number stands before them where they are units."""
