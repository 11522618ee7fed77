"""``workstation``: the console script. Only calls the roof."""

import gc


def main() -> None:
    # not above: each worker process loads its program's main module again, and needs nothing of this (0.2 s of its start)
    gc.disable()  # nothing that importing makes is garbage: a tenth of its time
    from workstation.app.cli import main as run

    gc.freeze()  # and it stays to the end: nor is it looked at again
    gc.enable()
    try:
        run()
    finally:
        gc.freeze()  # or the interpreter looks through all there is once more before it ends: 0.2 s of each command


if __name__ == "__main__":
    main()
