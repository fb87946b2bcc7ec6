"""SQL Server: its editor, and what that needs to know about the server."""
