"""A PROV-JSON document in a few lines for people."""


def print_lineage(document):
    entities = document.get("entity", {})
    agents = document.get("agent", {})
    for name, activity in document.get("activity", {}).items():
        line("activity", activity["prov:label"])
        line("", f"{activity['prov:startTime']} to {activity['prov:endTime']}")
        for edge in edges(document, "used", "prov:activity", name):
            line("used", f"{edge['prov:role']}: {described(entities[edge['prov:entity']])}")
        for origin in ("given", "default"):
            values = [
                entities[edge["prov:influencer"]]["prov:label"]
                for edge in edges(document, "wasInfluencedBy", "prov:influencee", name)
                if entities[edge["prov:influencer"]].get("opus:origin") == origin
            ]
            if values:
                line("with", ", ".join(values) + (" (defaults)" if origin == "default" else ""))
        for edge in edges(document, "wasGeneratedBy", "prov:activity", name):
            line("generated", f"{edge['prov:role']}: {described(entities[edge['prov:entity']])}")
        for edge in edges(document, "wasAssociatedWith", "prov:activity", name):
            if "prov:plan" in edge:
                line("following", described(entities[edge["prov:plan"]]))
            if "prov:agent" in edge:
                line("by", agents[edge["prov:agent"]]["prov:label"])


def edges(document, relation, end, name):
    """The edges of a relation that have `name` at one end."""
    return [edge for edge in document.get(relation, {}).values() if edge[end] == name]


def line(word, text):
    print(f"   {word:<10} {text}")


def described(entity):
    sha256 = entity.get("wfrun:sha256", "")
    return entity["prov:label"] + (f", sha256 {sha256[:16]}..." if sha256 else "")
