"""The image of NGC 1316: a file of a Debian package that need not be installed for it."""

import os
import subprocess
import tempfile

from failure import Failure

PACKAGE = "ftools-fv"
PATH = "./usr/share/doc/ftools-fv/examples/sample_data/ngc1316o.fit"


def fetch_image(cache):
    """The image in the folder `cache`; downloaded (550 kB) only if it is not there yet."""
    image = cache / PATH.rpartition("/")[2]
    if image.exists():
        return image
    print(f"fetching the image of NGC 1316 from Debian's package {PACKAGE}")
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        package = download(folder)
        tar = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE, check=True
        )
        content = subprocess.run(
            ["tar", "-xO", PATH], input=tar.stdout, stdout=subprocess.PIPE, check=True
        )
        whole = os.path.join(folder, image.name)
        with open(whole, "wb") as file:
            file.write(content.stdout)
        os.rename(whole, image)
    return image


def download(folder):
    """The package's file in `folder`. apt checks its signature."""
    done = apt(["download", PACKAGE], folder)
    if done.returncode != 0:  # perhaps the lists of packages are old
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        apt(["update"], folder, as_root)
        done = apt(["download", PACKAGE], folder)
    packages = [name for name in os.listdir(folder) if name.endswith(".deb")]
    if done.returncode != 0 or not packages:
        raise Failure(f"apt-get download {PACKAGE} failed:\n{done.stderr.strip()}")
    return os.path.join(folder, packages[0])


def apt(arguments, folder, as_root=()):
    return subprocess.run(
        [*as_root, "apt-get", "-q", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
