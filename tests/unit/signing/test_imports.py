import subprocess
import sys


def test_naming_the_entry_points_does_not_load_the_signing_library() -> None:
    """It takes one to five seconds on an old machine; only the process that signs or verifies pays for it."""
    code = (
        "import sys, signing.worker, signing.verify, signing.training;"
        "print(sorted({m.split('.')[0] for m in sys.modules}"
        " & {'pyhanko', 'pyhanko_certvalidator', 'pkcs11', 'pymupdf', 'fontTools'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_signing_without_a_picture_loads_no_imaging_library() -> None:
    """14 MB in the process that signs hundreds of documents."""
    code = "import sys, signing.pades; print(sorted({'numpy', 'PIL', 'cv2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
