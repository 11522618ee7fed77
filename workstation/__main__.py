"""``workstation``: the console script. Only calls the roof."""

from workstation.app.cli import main

if __name__ == "__main__":
    main()
