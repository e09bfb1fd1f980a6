"""Many language models as if they were one."""
