"""From a fresh clone to a running studio, or to all checks, with nothing but Python.

    python3 packaging/bootstrap.py run      makes the environment, installs, opens the studio
    python3 packaging/bootstrap.py test     runs every check

This file is only the door. It is written so that any Python since 2.7 can read it and say that it is too old;
the work is done in commands.py, which needs a current one.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    found = ""
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        with open(os.devnull, "w") as nowhere:
            try:
                if subprocess.call([name, "-c", ""], stdout=nowhere, stderr=nowhere) == 0:
                    found = name
                    break
            except OSError:
                pass
    remedy = "This machine has %s: run the same command with it." % found  # noqa: UP031
    if not found:
        remedy = "Install a newer one from https://www.python.org/downloads/ and run the same command with it."
    words = "Reverie needs Python %d.%d or newer; this is Python %d.%d. %s\n"
    sys.stderr.write(words % (OLDEST + tuple(sys.version_info[:2]) + (remedy,)))
    sys.exit(1)

if __name__ == "__main__":
    from commands import main

    sys.exit(main(sys.argv[1:]))
