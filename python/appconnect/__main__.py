"""`python -m appconnect` is the command `appconnect`."""

from __future__ import annotations

from appconnect.cli import main

if __name__ == "__main__":
    main()
