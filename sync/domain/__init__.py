"""The pure core: values in, values out; no clock, file, socket, vendor or log."""
