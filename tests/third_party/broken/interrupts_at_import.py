"""A plugin that ends like a program that was interrupted."""

raise KeyboardInterrupt("no console here")
