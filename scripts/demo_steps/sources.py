"""Catalogues of sources as SExtractor writes them: VOTable with TABLEDATA."""

import math
import xml.etree.ElementTree as ET


def read_sources(path):
    """One dict {column: number} for each row of the first table."""
    table = ET.parse(path).getroot().find(".//TABLE")
    names = [field.get("name") for field in table.iter("FIELD")]
    return [
        dict(zip(names, (float(cell.text) for cell in row.iter("TD")))) for row in table.iter("TR")
    ]


def angle_between(a, b):
    """Degrees between two positions (longitude, latitude) in degrees; exact for small angles."""
    (lon_a, lat_a), (lon_b, lat_b) = (map(math.radians, position) for position in (a, b))
    chord = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return math.degrees(2 * math.asin(math.sqrt(chord)))
