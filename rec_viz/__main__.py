"""`rec-lab`, or `python -m rec_viz`: starts the app on this machine and opens it in the browser."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlsplit

LOOPBACK, EVERYWHERE = ("127.0.0.1", "localhost"), ("0.0.0.0", "")
FIRST_PORT = 8501
_KEPT = ":/?#[]@!$&'()*+,;=%"  # what an address may have besides letters and digits
EXAMPLES = """\
examples:
  rec-lab                                  the Start page
  rec-lab learn                            any page by its name: learn, lab, message, code_lengths, speed, bias,
                                           images, paper, reference
  rec-lab "lab?v=1&bits=8&log2_bins=8"     a view: what follows the address in a link that the app gave
  rec-lab --address 0.0.0.0 --no-browser   for a class on the same network; anyone who can reach the port can use it
"""


def _port(text: str) -> int:
    """A port in decimal digits."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number < 65536:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, not {shown(text)}")
    return number


def shown(text: str) -> str:
    """What was typed, in one short line that any terminal can print."""
    return ascii(text if len(text) <= 60 else text[:60] + "...")


def refuse(why: str) -> NoReturn:
    """End as argparse does: a sentence, and exit code 2."""
    print(f"rec-lab: error: {why}", file=sys.stderr)
    raise SystemExit(2)


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="rec-lab",
        description="See relative entropy coding work, in your browser. Ctrl-C ends it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("view", nargs="?", default="", help="page or link to open (default: the Start page)")
    parser.add_argument(
        "--port", type=_port, help=f"port to listen on (default: the first free one from {FIRST_PORT} on)"
    )
    parser.add_argument("--address", default=LOOPBACK[0], help="address to listen on (default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--cifar", metavar="PATH",
        help="a copy of CIFAR-10 to offer on Images: its test_batch.bin, or an .npz with an array test",
    )  # fmt: skip
    return parser.parse_args(arguments)


def missing() -> list[str]:
    """Packages of the extra [app] that are not installed."""
    return [name for name in ("streamlit", "plotly", "PIL", "skimage", "segno") if find_spec(name) is None]


def free_port(address: str, first: int = FIRST_PORT) -> int:
    """The first port from `first` on that nothing listens on; any, where a hundred are taken or `first` is 65536."""
    for port in (*range(first, min(first + 100, 65536)), 0):
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except (OSError, TypeError):  # TypeError: what is no name at all
                continue
            return int(probe.getsockname()[1])
    refuse(f"cannot listen on {shown(address)}; choose another --address")


def view_url(base: str, view: str) -> str:
    """The address of a view in the app at `base`: of a page's name, a query, or a whole link from another start."""
    parts = urlsplit(view)
    return f"{base}/{parts.path.lstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def open_when_ready(base: str, view: str) -> None:
    """Opens the browser as soon as the app answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{base}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open(view_url(base, view))
            return


def offer(cifar: str) -> None:
    """Give a copy of CIFAR-10 to the Images page; one that cannot be read ends the program."""
    from rec_core import RecError

    from .model.images import pictures

    try:
        path = str(Path(cifar).expanduser().resolve())
        pictures.read_cifar(path)
    except (RecError, ValueError, RuntimeError, OSError) as error:  # a null byte, an unknown ~user, too long a name
        refuse(f"--cifar {shown(cifar)}: {error}")
    os.environ[pictures.CIFAR_PATH] = path


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the app until it is interrupted."""
    chosen = options(arguments)
    if absent := missing():
        raise SystemExit(f'The app needs {", ".join(absent)}: pip install "rec-lab[app]".')
    if chosen.cifar:
        offer(chosen.cifar)
    from streamlit import config
    from streamlit.web import cli

    free = free_port(chosen.address, 65536 if chosen.port else FIRST_PORT)
    port = chosen.port or free
    path = str(config.get_option("server.baseUrlPath") or "").strip("/")
    base = f"http://{LOOPBACK[0] if chosen.address in EVERYWHERE else chosen.address}:{port}{'/' * bool(path)}{path}"
    try:
        url = view_url(base, chosen.view)
    except ValueError:
        refuse(f"{shown(chosen.view)} is no page and no link; rec-lab --help has examples")
    print(f"REC Lab: {quote(url, _KEPT, errors='replace')} (Ctrl-C ends it)", flush=True)
    if not chosen.no_browser:
        threading.Thread(target=open_when_ready, args=(base, chosen.view), daemon=True).start()
    flags = ["--server.port", str(port), "--server.address", chosen.address, "--server.headless", "true"]
    if chosen.address not in LOOPBACK:  # visitors name this machine in ways it does not know itself
        flags += ["--server.allowedHosts", "*"]
    cli.main(["run", str(Path(__file__).with_name("app.py")), *flags, "--logger.hideWelcomeMessage", "true"])


if __name__ == "__main__":
    main()
