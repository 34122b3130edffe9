"""Make static/fonts/*.ttf: the subsets of Be Vietnam Pro that pages load one by one, merged into one file a weight.

    npm pack @fontsource/be-vietnam-pro@5.3.0 && tar xf fontsource-be-vietnam-pro-5.3.0.tgz
    pip install brotli fonttools
    python scripts/merge_fonts.py package/files

Pillow (and Typst) read one TrueType file and no woff2. Layout tables are left out: Vietnamese in NFC needs none.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "static" / "fonts"
SUBSETS = ("latin", "latin-ext", "vietnamese")
WEIGHTS = {400: "Regular", 700: "Bold"}


def main(files: Path) -> None:
    for weight, name in WEIGHTS.items():
        with tempfile.TemporaryDirectory() as folder:
            parts = []
            for subset in SUBSETS:
                font = TTFont(files / f"be-vietnam-pro-{subset}-{weight}-normal.woff2", recalcTimestamp=False)
                font.flavor = None
                for table in ("GSUB", "GPOS", "GDEF", "STAT"):
                    if table in font:
                        del font[table]
                parts.append(str(Path(folder) / f"{subset}.ttf"))
                font.save(parts[-1])
            merged = Merger(options=Options(drop_tables=["vmtx", "vhea", "MATH"])).merge(parts)
            # The same bytes every time.
            merged.recalcTimestamp = False
            merged["head"].created = merged["head"].modified = font["head"].modified
            merged.save(TARGET / f"BeVietnamPro-{name}.ttf")
            print(f"{name}: {len(merged.getBestCmap())} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
