"""The pages lane and what runs in it: all that reading paper needs, without a store, a line or a token behind it."""

import os
import sys
from functools import partial

import ocr.worker
from workstation.domain.pagejobs import PageTools
from workstation.domain.profile import Rules
from workstation.jobs.lanes import ProcessLane

PAGE_WORKER_BYTES = 1_500_000_000
"""Cap of one page worker's memory; a decompression bomb dies in it, not in the program."""


def page_tools(rules: Rules, *, attended: bool) -> PageTools:
    """``attended``: somebody answers what is suggested."""
    return PageTools(
        inspect=ocr.worker.inspect_file,
        process=ocr.worker.process_page,
        load_text=ocr.worker.load_text,
        thumbnail=ocr.worker.thumbnail,
        draw_thumbnail=ocr.worker.draw_thumbnail,
        find_corners=ocr.worker.find_corners,
        render=ocr.worker.render_page,
        render_pdf=ocr.worker.render_pdf,
        publish=ocr.worker.publish_document,
        as_it_is=ocr.worker.pdf_as_it_is,
        fingerprint=ocr.worker.fingerprint,
        difference=ocr.worker.page_difference,
        id_cards=ocr.worker.id_cards,
        camera_card=ocr.worker.camera_card,
        split=partial(ocr.worker.split_documents, types=rules.types, attended=attended),
        cues=partial(ocr.worker.split_cues, types=rules.types),
        index=partial(ocr.worker.index_document, types=rules.types),
        wipe=ocr.worker.wipe,
        read_box=ocr.worker.read_box,
    )


def page_workers(asked: int) -> int:
    """One a core, one only on a machine with less than 4 GB."""
    if asked:
        return asked
    if sys.platform != "win32" and os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") < 3_800_000_000:
        return 1
    return os.cpu_count() or 1


def page_lane(workers: int = 0, reserve: int = 0, *, reads: bool = False) -> ProcessLane:
    """``reads``: pages are read and published in it, so that its workers need all there is for that; else what a job asks for."""
    preload = ocr.worker.NEEDED if reads else ()
    count = page_workers(workers)
    return ProcessLane(count, "pages", ocr.worker.load, max_bytes=PAGE_WORKER_BYTES, reserve=reserve, preload=preload)
