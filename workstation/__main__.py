"""``workstation``: the console script. Only calls the roof."""


def main() -> None:
    # not above: each worker process loads its program's main module again, and needs nothing of this (0.2 s of its start)
    from workstation.app.cli import main as run

    run()


if __name__ == "__main__":
    main()
