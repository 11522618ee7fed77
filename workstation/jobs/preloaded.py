"""Imported by the fork server after all else, for its effect: what it has by then stays for good.

Its end would otherwise go through all of that once more, 0.15 s of a core that a command waits for.
"""

import gc

gc.freeze()
