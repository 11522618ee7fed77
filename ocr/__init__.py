"""From pixels to documents: decode, clean, read, split, index, publish. The entry points are in ``ocr.worker``."""
