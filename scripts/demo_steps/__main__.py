"""What scripts/demo shows once the server is built: SExtractor on NGC 1316, as a job over HTTP.

usage: python3 scripts/demo_steps --build <build folder> [--cache <folder>] [--keep]
Only the standard library: a UWS client needs nothing else.
"""

import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave nothing beside the sources

from client import Client, quantity
from failure import Failure
from image import fetch_image
from lineage import print_lineage
from server import Server
from sources import angle_between, read_sources

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = "/rest/source-extraction"
NGC_1316 = (50.6738, -37.2082)  # RA and Dec in degrees, J2000
NEAR = 10.0  # arcseconds; a pixel of the image is 7


def title(text):
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}{text}{plain}")


def shown(path):
    """Below the repository without the repository's own path."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def run_job(client, image):
    """Create, run, wait. Returns the job's path and its JSON document."""
    title("1. Create a job: upload the image, set two parameters")
    values = {"threshold": "3", "min_area": "5"}
    answer = client.post(JOBS, values, {"image": image})
    job = client.path_of(answer.headers["Location"])
    client.name_path("{job}", job)
    print(f"   {{job}} = {job}")
    client.get(job + "/phase")

    title("2. Run it")
    client.post(job + "/phase", {"PHASE": "RUN"})

    title("3. Wait until its phase changes")
    phase = ""
    for _ in range(20):
        document = client.get(job + "?WAIT=60", accept="application/json", show="phase").json()
        phase = document["phase"]
        if phase in ("COMPLETED", "ERROR", "ABORTED"):
            break
    if phase != "COMPLETED":
        why = (document.get("error") or {}).get("message", "no message")
        raise Failure(f"the job is {phase}: {why}")
    return job, document


def download_results(client, job, document, folder):
    """Every result into `folder`, checked against the hash the service tells. {name: path}"""
    title("4. Download the results")
    files = {}
    for result in document["results"]:
        answer = client.get(f"{job}/results/{result['id']}", show="type")
        if answer.sha256() != result["sha256"]:
            raise Failure(f"result {result['id']}: the content does not match its SHA-256")
        files[result["id"]] = folder / result["fileName"]
        files[result["id"]].write_bytes(answer.body)
    print(f"   saved in {shown(folder)}/, SHA-256 as recorded")
    return files


def show_sources(catalogue):
    sources = read_sources(catalogue)
    sources.sort(key=lambda source: source["FLUX_AUTO"], reverse=True)
    title(f"5. The brightest of {len(sources)} sources")
    if not sources:
        raise Failure("the catalogue is empty")
    print("        RA (deg)   Dec (deg)       flux   magnitude   size (rms)")
    for number, source in enumerate(sources[:8], 1):
        print(
            f"   {number}  {source['ALPHA_J2000']:10.5f}  {source['DELTA_J2000']:10.5f}"
            f"  {source['FLUX_AUTO']:9.0f}  {source['MAG_AUTO']:10.2f}"
            f"  {source['A_IMAGE']:7.1f} pixel"
        )
    position = sources[0]["ALPHA_J2000"], sources[0]["DELTA_J2000"]
    distance = angle_between(position, NGC_1316) * 3600
    print(
        f"\n   The brightest source is {distance:.1f} arcsec from NGC 1316"
        f" (RA {NGC_1316[0]}, Dec {NGC_1316[1]} in the catalogues)."
    )
    if not distance < NEAR:
        raise Failure(f"the brightest source should be within {NEAR:.0f} arcsec of NGC 1316")


def show_provenance(client, job, folder):
    title("6. Where the results come from")
    for name in ("prov.json", "prov.n"):
        answer = client.get(f"{job}/{name}", show="type")
        (folder / name).write_bytes(answer.body)
        if name == "prov.json":
            document = answer.json()
    print()
    print_lineage(document)


def show_error(client, image):
    title("7. A second job with bad values: what a user is told")
    values = {"threshold": "-5", "min_area": "many", "PHASE": "RUN"}
    answer = client.post(JOBS, values, {"image": image}, expect=(400,))
    print(f"        {answer.text().strip()}")
    if "threshold" not in answer.text() or "min_area" not in answer.text():
        raise Failure("the answer should name both parameters")


def show_how_to_go_on(server, job, image, keep):
    title("How to go on")
    if not keep:
        print("   scripts/demo --keep leaves the server running.")
        print("   opus-uws-server --help tells how to run your own; examples/ how to embed it.")
        return
    print(f"   The server runs at {server.url} and keeps its data in {server.folder}.")
    print(f"   The jobs      curl {server.url}{JOBS}")
    print(f"   This job      curl {server.url}{job}")
    print(f"   What can run  curl {server.url}/jdl")
    print(f"   A new job     curl -L -F image=@{shown(image)} -F threshold=2 -F PHASE=RUN \\")
    print(f"                   {server.url}{JOBS}")
    print(f"   To stop it    kill {server.process.pid}; rm -r {server.folder}")


def demonstrate(build, cache, keep):
    results = cache / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    image = fetch_image(cache)
    print(f"the image is {shown(image)}, {quantity(image.stat().st_size)}")

    folder = pathlib.Path(tempfile.mkdtemp(prefix="opus-uws-demo-"))
    server = Server(build, folder, ROOT / "examples" / "descriptions" / "source-extraction.json")
    try:
        server.start()
        print(f"the server is at {server.url}")
        client = Client(server.url)
        job, document = run_job(client, image)
        files = download_results(client, job, document, results)
        show_sources(files["catalogue"])
        show_provenance(client, job, results)
        show_error(client, image)
        show_how_to_go_on(server, job, image, keep)
    except BaseException as failure:
        if isinstance(failure, Failure):
            server.show_log()
        server.stop()
        raise
    if not keep:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description="Runs SExtractor on NGC 1316 as a job.")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="the build folder")
    parser.add_argument(
        "--cache",
        type=pathlib.Path,
        default=ROOT / "build" / "demo",
        help="where the image is kept and the results go",
    )
    parser.add_argument("--keep", action="store_true", help="leave the server running")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demonstrate(options.build.resolve(), options.cache.resolve(), options.keep)
    except (Failure, OSError, subprocess.SubprocessError) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
