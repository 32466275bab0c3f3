"""Reads `cargo metadata` from standard input, writes a CycloneDX bill of materials. Called by sbom.sh."""

import json
import sys
import tomllib
import uuid
from pathlib import Path

metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]
lock = Path("Cargo.lock").read_text()
# Crates of this workspace are parts of the program, not components of their own.
own = set(metadata["workspace_members"])
checksums = {(p["name"], p["version"]): p.get("checksum") for p in tomllib.loads(lock)["package"]}


def needed(node):
    """What is compiled in: neither tests' nor builds' dependencies."""
    direct = {dep["pkg"] for dep in nodes[node]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])}
    return (direct - own).union(*(needed(part) for part in direct & own))


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package):
    entry = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package.get("license"):
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return entry


reached, waiting = set(), [root]
while waiting:
    node = waiting.pop()
    if node not in reached:
        reached.add(node)
        waiting.extend(needed(node))

libraries = [component(packages[node]) for node in reached if node != root]
for line in Path("static/vendor/VENDOR").read_text().splitlines():
    if line.strip() and not line.startswith("#"):
        name, version, licence, checksum = line.split()[1:5]
        reference = f"pkg:npm/{name}@{version}"
        libraries.append(
            {
                "type": "library",
                "bom-ref": reference,
                "name": name,
                "version": version,
                "purl": reference,
                "licenses": [{"expression": licence}],
                "hashes": [{"alg": "SHA-256", "content": checksum}],
            }
        )

program = packages[root]
bom = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
    "version": 1,
    "metadata": {
        "component": {
            "type": "application",
            "bom-ref": purl(program),
            "name": program["name"],
            "version": program["version"],
            "purl": purl(program),
        }
    },
    "components": sorted(libraries, key=lambda library: library["bom-ref"]),
    "dependencies": sorted(
        ({"ref": purl(packages[node]), "dependsOn": sorted(purl(packages[d]) for d in needed(node))} for node in reached),
        key=lambda entry: entry["ref"],
    ),
}
print(json.dumps(bom, indent=1))
