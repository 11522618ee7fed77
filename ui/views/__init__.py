"""One module a screen; each can be shown alone on a fake desk."""
