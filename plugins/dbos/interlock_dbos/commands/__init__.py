"""`interlock work` and `interlock jobs`."""
