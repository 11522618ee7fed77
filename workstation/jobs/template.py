"""Imported by the fork server before all else, for its effect: what is imported after this is as a worker wants it.

No thread may be there when it forks, so no library may start its own; and nothing that stays for good is garbage.
"""

import gc
import os

from workstation.jobs.worker import ONE_THREAD

os.environ.update(ONE_THREAD)
gc.disable()
