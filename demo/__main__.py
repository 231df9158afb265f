"""`python -m demo`: what `make demo` runs; `--reset` is `make demo-reset`."""

import sys

from demo.supervisor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
