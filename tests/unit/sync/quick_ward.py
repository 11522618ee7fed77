"""The ward server with short patience: ``python -m tests.unit.sync.quick_ward``, as ``sync.ward``."""

from sync.ward import connections, requests
from sync.ward.__main__ import main

connections.HEAD_SECONDS = 1.0
requests.IDLE_SECONDS = 1.0
requests.FORM_SECONDS = 2.0

if __name__ == "__main__":
    main()
