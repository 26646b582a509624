"""Schemes of fraud and abuse, one file each: what is planted and what each grade changes."""
