"""One module per format, each offering a `FORMAT` (or `FORMATS`): see `maillon.hardware.formats`."""
