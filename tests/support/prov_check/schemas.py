"""Where the published schemas are found: the environment, or beside the checker."""
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
XSD_PLACES = [os.environ.get("PROV_XSD", ""), os.path.join(HERE, "prov.xsd"),
              os.path.join(HERE, "prov-schemas", "prov.xsd")]
SCHEMA_PLACES = [os.environ.get("PROV_JSON_SCHEMA", ""),
                 os.path.join(HERE, "prov-json.schema.json"),
                 os.path.join(HERE, "prov-schemas", "prov-json.schema.json")]
