#!/usr/bin/env python3
"""Writes the one code block of a language from README.md to a file.

usage: readme_block.py <README.md> <language> <output>
"""
import re
import sys
from pathlib import Path

readme, language, output = sys.argv[1:]
block = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
blocks = block.findall(Path(readme).read_text())
if len(blocks) != 1:
    sys.exit(f"{readme}: expected one {language} block, found {len(blocks)}")
Path(output).write_text(blocks[0])
