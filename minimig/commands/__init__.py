"""Every command as a plain function: an environment and arguments in, data out. Nothing here asks or prints."""
