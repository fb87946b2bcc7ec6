"""Every command as a plain function: an environment and arguments in, data out. None asks, none prints."""
